"""A statement as a Word document: headings, tables with repeated heads, pictures of the charts, a page for the map."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from layers.feedback import Feedback
from layers.renewal.figure import Breakdown, Row
from layers.reports.document import (
    ASIDE,
    BOLD,
    FAINT,
    HEAD,
    INK,
    RULE,
    SUM,
    WARN,
    Picture,
    Pictures,
    Speech,
    whole_file,
)
from layers.reports.excel import state_of
from layers.reports.report import Chart, Report, lines
from layers.reports.wording import number_text, shown
from layers.text import Texts

_LATIN, _CHINESE = "Arial", "微软雅黑"
_PAGE, _MARGIN = (210.0, 297.0), 18.0
_WIDTH = _PAGE[0] - 2 * _MARGIN
#: Twentieths of a point: many columns of figures need the room.
_CELL_MARGIN = "50"
#: Word takes no more in what a file says of itself.
_LONGEST_PROPERTY = 255


def write_word(
    report: Report,
    path: Path,
    texts: Texts,
    pictures: Pictures | None = None,
    feedback: Feedback | None = None,
) -> None:
    """Write ``report`` to ``path``; charts without a picture are left to their table.

    Raises ``UserError`` when the file cannot be written. May run in a task.
    """
    feedback = feedback or Feedback()
    pictures = pictures or Pictures()
    paper = _Paper(report, Speech(texts))
    paper.front()
    for done, table in enumerate(report.tables):
        feedback.progress(done / (len(report.tables) + 1))
        paper.table(table)
    for chart in report.charts:
        paper.chart(chart, pictures.charts.get(chart.name))
    paper.notes()
    if pictures.map is not None:
        paper.map(pictures.map)
    with whole_file(path) as part:
        paper.document.save(str(part))


class _Paper:
    def __init__(self, report: Report, say: Speech) -> None:
        self.document: Any = docx.Document()
        self._report, self._say = report, say
        self._dress()

    def _dress(self) -> None:
        document, report, say = self.document, self._report, self._say
        section = document.sections[0]
        section.page_width, section.page_height = Mm(_PAGE[0]), Mm(_PAGE[1])
        section.left_margin = section.right_margin = Mm(_MARGIN)
        section.top_margin, section.bottom_margin = Mm(16), Mm(18)
        for name, size, before in (
            ("Normal", 10, 0),
            ("Title", 20, 0),
            ("Heading 1", 13, 14),
            ("Heading 2", 11, 10),
        ):
            style = document.styles[name]
            style.font.name, style.font.size = _LATIN, Pt(size)
            style.font.color.rgb = RGBColor.from_string(INK)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(kind), None)
            fonts.set(qn("w:eastAsia"), _CHINESE)
            fonts.set(qn("w:hAnsi"), _LATIN)
            style.paragraph_format.space_before = Pt(before)
            style.paragraph_format.space_after = Pt(4)
        # Word's own title has a rule of the theme's colour beneath it.
        title = document.styles["Title"].element.get_or_add_pPr()
        for border in title.findall(qn("w:pBdr")):
            title.remove(border)
        document.core_properties.title = say(report.title)[:_LONGEST_PROPERTY]
        document.core_properties.author = say(report.unit)[:_LONGEST_PROPERTY]
        document.core_properties.comments = say(report.short_settings)[:_LONGEST_PROPERTY]
        foot = section.footer.paragraphs[0]
        _write(foot, f"{say(report.short_settings)}\n{say(report.title)}  {report.code}  ", 8, FAINT)
        _field(foot, "PAGE", 8)
        _write(foot, " / ", 8, FAINT)
        _field(foot, "NUMPAGES", 8)

    def front(self) -> None:
        """Title, what it is, the figures looked at first, and what was counted how."""
        document, report, say = self.document, self._report, self._say
        document.add_paragraph(say(report.title), style="Title")
        said = [words for words in (say(report.unit), say(report.period), say(state_of(report))) if words]
        _write(document.add_paragraph(), "    ".join(said), 9, FAINT)
        document.add_heading(say.say("report.summary"), 1)
        grid = self._grid(len(report.tiles), [58.0, 34.0, 82.0])
        for row, tile in zip(grid.rows, report.tiles, strict=True):
            unit = say(shown(tile.figure.unit).unit)
            _cell(row.cells[0], say(tile.title))
            _cell(row.cells[1], f"{number_text(tile.figure)} {unit}", bold=True, right=True)
            _cell(row.cells[2], say(tile.note), colour=FAINT)
        document.add_heading(say.say("report.settings"), 1)
        grid = self._grid(len(report.settings), [58.0, 116.0])
        for row, (title, value) in zip(grid.rows, report.settings, strict=True):
            _cell(row.cells[0], say(title))
            _cell(row.cells[1], say(value))

    def table(self, table: Breakdown) -> None:
        """One table; its head stands again on every page, and no row is torn."""
        say = self._say
        self.document.add_heading(say(table.title), 1)
        first = 46.0 if len(table.columns) < 8 else 34.0
        widths = [first, *[(_WIDTH - first) / len(table.columns)] * len(table.columns)]
        rows = lines(table)
        grid = self._grid(len(rows) + 1, widths)
        head = grid.rows[0]
        _repeat(head)
        _cell(head.cells[0], "", fill=HEAD)
        small = 9.0 if len(table.columns) < 7 else 8.0 if len(table.columns) < 8 else 7.5
        for cell, column in zip(head.cells[1:], table.columns, strict=True):
            unit = say(shown(column.unit).unit)
            _cell(cell, f"{say(column.title)}\n{unit}", bold=True, right=True, fill=HEAD, size=small)
        for line, row in zip(grid.rows[1:], rows, strict=True):
            look = _look(row)
            _cell(line.cells[0], ("　" if row.level == "part" else "") + say(row.title), **look)
            for cell, column in zip(line.cells[1:], table.columns, strict=True):
                figure = row.cells.get(column.name)
                _cell(cell, "" if figure is None else number_text(figure), right=True, size=small, **look)
        for note in table.notes:
            _write(self.document.add_paragraph(), say(note), 8, FAINT)

    def chart(self, chart: Chart, picture: Picture | None) -> None:
        """The picture of the chart, or its bars as a table."""
        say, document = self._say, self.document
        document.add_heading(say(chart.title), 1)
        if picture is not None:
            document.add_picture(io.BytesIO(picture.png), width=Mm(min(picture.width, _WIDTH)))
        else:
            grid = self._grid(len(chart.bars), [80.0, 40.0, 54.0])
            for row, bar in zip(grid.rows, chart.bars, strict=True):
                _cell(row.cells[0], say(bar.title))
                _cell(row.cells[1], number_text(bar.value), right=True)
                _cell(row.cells[2], "" if bar.percent is None else f"{bar.percent:.1f} %", right=True)
        for remark in chart.remarks:
            _write(document.add_paragraph(), say(remark), 9, FAINT)

    def notes(self) -> None:
        """What a reader must know to read the figures rightly."""
        if self._report.notes:
            self.document.add_heading(self._say.say("report.notes"), 1)
            for note in self._report.notes:
                self.document.add_paragraph(self._say(note), style="List Bullet")

    def map(self, picture: Picture) -> None:
        """The sheet with the map on a page of its own, turned as the sheet is."""
        section = self.document.add_section()
        across = picture.width > picture.height
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        short, long = _PAGE
        section.page_width, section.page_height = (Mm(long), Mm(short)) if across else (Mm(short), Mm(long))
        room = (long if across else short) - 2 * _MARGIN, (short if across else long) - 60
        scale = min(room[0] / picture.width, room[1] / picture.height, 1.0)
        self.document.add_heading(self._say.say("report.map"), 1)
        self.document.add_picture(io.BytesIO(picture.png), width=Mm(picture.width * scale))

    def _grid(self, rows: int, widths: list[float]) -> Any:
        """A table ruled below every row, of so many millimetres a column."""
        grid = self.document.add_table(rows, len(widths))
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        borders = OxmlElement("w:tblBorders")
        for side in ("top", "bottom", "insideH"):
            border = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
                border.set(qn(f"w:{name}"), value)
            borders.append(border)
        # Word refuses what does not stand in the order of its schema.
        layout = grid._tbl.tblPr.find(qn("w:tblLayout"))
        layout.addprevious(borders)
        margins = OxmlElement("w:tblCellMar")
        for side in ("left", "right"):
            margin = OxmlElement(f"w:{side}")
            margin.set(qn("w:w"), _CELL_MARGIN)
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        layout.addnext(margins)
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width = Mm(width)
        for row in grid.rows:
            _property(row, "w:cantSplit")
        return grid


def _look(row: Row) -> dict[str, Any]:
    if row.level == "unclassified":
        return {"fill": WARN}
    if row.level in BOLD:
        return {"bold": True, "fill": SUM}
    return {"colour": FAINT} if row.level in ASIDE else {}


def _cell(
    cell: Any, text: str, *, bold: bool = False, right: bool = False, colour: str = INK, fill: str = "",
    size: float = 9.0,
) -> None:  # fmt: skip
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text, size, colour, bold=bold)
    if fill:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _write(paragraph: Any, text: str, size: float, colour: str = INK, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(colour)


def _field(paragraph: Any, name: str, size: float) -> None:
    """A field that Word works out itself, such as the number of the page."""
    run = paragraph.add_run()
    run.font.size = Pt(size)
    run.font.color.rgb = RGBColor.from_string(FAINT)
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)


def _repeat(row: Any) -> None:
    _property(row, "w:tblHeader")


def _property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
