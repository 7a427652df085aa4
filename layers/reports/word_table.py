"""What Word documents of the program have in common: pages, fonts, ruled tables, cells and fields."""

from __future__ import annotations

from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from layers.reports.document import FAINT, INK, RULE

_LATIN, _CHINESE = "Arial", "微软雅黑"
PAGE, MARGIN = (210.0, 297.0), 18.0
#: Twentieths of a point: many columns of figures need the room.
_CELL_MARGIN = "50"
#: Word takes no more in what a file says of itself.
LONGEST_PROPERTY = 255


class WordPaper:
    """A document of A4 pages, upright or turned (``across``), with the fonts of the house."""

    def __init__(self, title: str, company: str, *, across: bool = False) -> None:
        self.document: Any = docx.Document()
        short, long = PAGE
        section = self.document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(long), Mm(short)) if across else (Mm(short), Mm(long))
        section.left_margin = section.right_margin = Mm(MARGIN)
        section.top_margin, section.bottom_margin = Mm(16), Mm(18)
        #: Millimetres between the margins.
        self.width = (long if across else short) - 2 * MARGIN
        self._dress()
        self.document.core_properties.title = title[:LONGEST_PROPERTY]
        self.document.core_properties.author = company[:LONGEST_PROPERTY]

    def foot(self, said: str) -> None:
        """What stands at the foot of every page, with its number behind it."""
        foot = self.document.sections[0].footer.paragraphs[0]
        write(foot, said, 8, FAINT)
        field(foot, "PAGE", 8)
        write(foot, " / ", 8, FAINT)
        field(foot, "NUMPAGES", 8)

    def _dress(self) -> None:
        document = self.document
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

    def grid(self, rows: int, widths: list[float]) -> Any:
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


def cell(
    place: Any, text: str, *, bold: bool = False, right: bool = False, colour: str = INK, fill: str = "",
    size: float = 9.0,
) -> None:  # fmt: skip
    """Text into a cell of a table."""
    paragraph = place.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    write(paragraph, text, size, colour, bold=bold)
    if fill:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
            shade.set(qn(f"w:{name}"), value)
        place._tc.get_or_add_tcPr().append(shade)


def write(paragraph: Any, text: str, size: float, colour: str = INK, *, bold: bool = False) -> None:
    """More text behind what a paragraph has."""
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(colour)


def field(paragraph: Any, name: str, size: float) -> None:
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


def repeat(row: Any) -> None:
    """The row stands again on every page."""
    _property(row, "w:tblHeader")


def _property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
