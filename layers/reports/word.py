"""A statement as a Word document: headings, tables with repeated heads, pictures of the charts, a page for the map."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.shared import Mm

from layers.feedback import Feedback
from layers.renewal.figure import Breakdown, Row
from layers.reports.document import (
    ASIDE,
    BOLD,
    FAINT,
    HEAD,
    SUM,
    WARN,
    Picture,
    Pictures,
    Speech,
    whole_content,
)
from layers.reports.excel import state_of
from layers.reports.report import Chart, Report, lines
from layers.reports.word_table import LONGEST_PROPERTY, MARGIN, PAGE, WordPaper, cell, repeat, write
from layers.reports.wording import number_text, percent_text, shown
from layers.text import Texts


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
    with whole_content(path) as content:
        paper.document.save(content)


class _Paper:
    def __init__(self, report: Report, say: Speech) -> None:
        self._paper = WordPaper(say(report.title), say(report.unit))
        self.document = self._paper.document
        self._report, self._say = report, say
        self._dress()

    def _dress(self) -> None:
        report, say = self._report, self._say
        self.document.core_properties.comments = say(report.short_settings)[:LONGEST_PROPERTY]
        self._paper.foot(f"{say(report.short_settings)}\n{say(report.title)}  {report.code}  ")

    def front(self) -> None:
        """Title, what it is, the figures looked at first, and what was counted how."""
        document, report, say = self.document, self._report, self._say
        document.add_paragraph(say(report.title), style="Title")
        said = [words for words in (say(report.unit), say(report.period), say(state_of(report))) if words]
        write(document.add_paragraph(), "    ".join(said), 9, FAINT)
        document.add_heading(say.say("report.summary"), 1)
        grid = self._paper.grid(len(report.tiles), [58.0, 34.0, 82.0])
        for row, tile in zip(grid.rows, report.tiles, strict=True):
            unit = say(shown(tile.figure.unit).unit)
            cell(row.cells[0], say(tile.title))
            cell(row.cells[1], f"{number_text(tile.figure)} {unit}", bold=True, right=True)
            cell(row.cells[2], say(tile.note), colour=FAINT)
        document.add_heading(say.say("report.settings"), 1)
        grid = self._paper.grid(len(report.settings), [58.0, 116.0])
        for row, (title, value) in zip(grid.rows, report.settings, strict=True):
            cell(row.cells[0], say(title))
            cell(row.cells[1], say(value))

    def table(self, table: Breakdown) -> None:
        """One table; its head stands again on every page, and no row is torn."""
        say = self._say
        self.document.add_heading(say(table.title), 1)
        first = 46.0 if len(table.columns) < 8 else 34.0
        widths = [first, *[(self._paper.width - first) / len(table.columns)] * len(table.columns)]
        rows = lines(table)
        grid = self._paper.grid(len(rows) + 1, widths)
        head = grid.rows[0]
        repeat(head)
        cell(head.cells[0], "", fill=HEAD)
        small = 9.0 if len(table.columns) < 7 else 8.0 if len(table.columns) < 8 else 7.5
        for place, column in zip(head.cells[1:], table.columns, strict=True):
            unit = say(shown(column.unit).unit)
            cell(place, f"{say(column.title)}\n{unit}", bold=True, right=True, fill=HEAD, size=small)
        for line, row in zip(grid.rows[1:], rows, strict=True):
            look = _look(row)
            cell(line.cells[0], ("　" if row.level == "part" else "") + say(row.title), **look)
            for place, column in zip(line.cells[1:], table.columns, strict=True):
                figure = row.cells.get(column.name)
                cell(place, "" if figure is None else number_text(figure), right=True, size=small, **look)
        for note in table.notes:
            write(self.document.add_paragraph(), say(note), 8, FAINT)

    def chart(self, chart: Chart, picture: Picture | None) -> None:
        """The picture of the chart, or its bars as a table."""
        say, document = self._say, self.document
        document.add_heading(say(chart.title), 1)
        if picture is not None:
            document.add_picture(io.BytesIO(picture.png), width=Mm(min(picture.width, self._paper.width)))
        else:
            grid = self._paper.grid(len(chart.bars), [80.0, 40.0, 54.0])
            for row, bar in zip(grid.rows, chart.bars, strict=True):
                cell(row.cells[0], say(bar.title))
                cell(row.cells[1], number_text(bar.value), right=True)
                cell(row.cells[2], "" if bar.percent is None else percent_text(bar.percent, 1), right=True)
        for remark in chart.remarks:
            write(document.add_paragraph(), say(remark), 9, FAINT)

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
        short, long = PAGE
        section.page_width, section.page_height = (Mm(long), Mm(short)) if across else (Mm(short), Mm(long))
        room = (long if across else short) - 2 * MARGIN, (short if across else long) - 60
        scale = min(room[0] / picture.width, room[1] / picture.height, 1.0)
        self.document.add_heading(self._say.say("report.map"), 1)
        self.document.add_picture(io.BytesIO(picture.png), width=Mm(picture.width * scale))


def _look(row: Row) -> dict[str, Any]:
    if row.level == "unclassified":
        return {"fill": WARN}
    if row.level in BOLD:
        return {"bold": True, "fill": SUM}
    return {"colour": FAINT} if row.level in ASIDE else {}
