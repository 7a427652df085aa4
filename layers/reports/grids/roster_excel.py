"""The roster as an Excel workbook: a sheet for every table, telephone numbers as texts, ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.feedback import Feedback
from layers.reports.document import FAINT, RULE, SUM, WARN, Speech
from layers.reports.grids.roster import Roster, RosterRow, RosterTable
from layers.reports.grids.roster_words import day_text
from layers.reports.workbook import HEAD_LOOK, LONGEST_FOOT, LONGEST_NAME, Formats, set_page, whole_workbook
from layers.text import Texts

_CHARACTERS = 118.0


def write_roster_excel(roster: Roster, path: Path, texts: Texts, feedback: Feedback | None = None) -> None:
    """Write ``roster`` to ``path``. Raises ``UserError`` when the file cannot be written. May run in a task."""
    feedback = feedback or Feedback()
    with whole_workbook(path) as book:
        say, formats = Speech(texts), Formats(book)
        book.set_properties(
            {"title": say(roster.title)[:LONGEST_FOOT], "company": say(roster.company)[:LONGEST_FOOT]}
        )
        for number, table in enumerate(roster.tables):
            feedback.progress(number / len(roster.tables))
            sheet = book.add_worksheet(say(table.title)[:LONGEST_NAME])
            _Sheet(sheet, formats, roster, table, say).write()


class _Sheet:
    def __init__(self, sheet: Any, formats: Formats, roster: Roster, table: RosterTable, say: Speech) -> None:
        self._sheet, self._format = sheet, formats
        self._roster, self._table, self._say = roster, table, say

    def write(self) -> None:
        """Title, head, rows, notes."""
        sheet, table, say = self._sheet, self._table, self._say
        set_page(sheet, landscape=True, bottom=0.7)
        sheet.set_footer("&R&8&P / &N")
        whole = sum(column.width for column in table.columns)
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, _CHARACTERS * column.width / whole)
        sheet.write_string(
            0, 0, f"{say(self._roster.title)}  {say(table.title)}", self._format(bold=True, font_size=14)
        )
        sheet.set_row(0, 26)
        said = f"{say(self._roster.company)}    {day_text(say, self._roster)}"
        sheet.write_string(1, 0, said, self._format(font_color=f"#{FAINT}"))
        for number, column in enumerate(table.columns):
            align = "left" if column.digits is None else "right"
            sheet.write_string(
                2, number, say(column.title), self._format(align=align, text_wrap=True, **HEAD_LOOK)
            )
        for line, row in enumerate(table.rows, 3):
            self._row(line, row)
        for line, note in enumerate(self._roster.notes, len(table.rows) + 4):
            sheet.write_string(line, 0, say(note), self._format(font_color=f"#{FAINT}"))
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(0, 2)

    def _row(self, line: int, row: RosterRow) -> None:
        look: dict[str, Any] = {"bottom": 1, "bottom_color": f"#{RULE}", "text_wrap": True}
        if row.kind != "item":
            look |= {"bold": True, "bg_color": f"#{SUM}"}
        elif row.flagged:
            look |= {"bg_color": f"#{WARN}"}
        for number, (column, cell) in enumerate(zip(self._table.columns, row.cells, strict=True)):
            if isinstance(cell, float | int):
                digits = column.digits or 0
                pattern = "#,##0" + (f".{'0' * digits}" if digits else "")
                pattern += f'" {column.unit}"' if column.unit else ""
                look_of = self._format(num_format=pattern, **look)
                self._sheet.write_number(line, number, round(cell, digits), look_of)
            else:
                text = "" if cell is None else self._say(cell)
                # A head of an area is not squeezed into the narrow column of codes.
                wishes = look | ({"text_wrap": False} if row.kind != "item" else {})
                self._sheet.write_string(line, number, text, self._format(**wishes))
