"""The roster as an Excel workbook: a sheet for every table, telephone numbers as texts, ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from layers.feedback import Feedback
from layers.reports.document import FAINT, HEAD, INK, RULE, SUM, WARN, Speech, whole_file
from layers.reports.grids.roster import Roster, RosterRow, RosterTable
from layers.reports.grids.roster_words import day_text
from layers.text import Texts

_FONT = "微软雅黑"
_A4 = 9
_CHARACTERS = 118.0


def write_roster_excel(roster: Roster, path: Path, texts: Texts, feedback: Feedback | None = None) -> None:
    """Write ``roster`` to ``path``. Raises ``UserError`` when the file cannot be written. May run in a task."""
    feedback = feedback or Feedback()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as part:
        try:
            with xlsxwriter.Workbook(str(part), options) as book:
                say = Speech(texts)
                book.set_properties({"title": say(roster.title)[:250], "company": say(roster.company)[:250]})
                for number, table in enumerate(roster.tables):
                    feedback.progress(number / len(roster.tables))
                    _Sheet(book, roster, table, say).write()
        except FileCreateError as error:
            raise OSError(*(error.__context__ or error).args) from error


class _Sheet:
    def __init__(self, book: Any, roster: Roster, table: RosterTable, say: Speech) -> None:
        self._book, self._roster, self._table, self._say = book, roster, table, say
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._sheet = book.add_worksheet(say(table.title)[:31])

    def _format(self, **wishes: Any) -> Any:
        key = tuple(sorted(wishes.items()))
        if key not in self._formats:
            base = {"font_name": _FONT, "font_size": 10, "font_color": f"#{INK}", "valign": "vcenter"}
            self._formats[key] = self._book.add_format(base | wishes)
        return self._formats[key]

    def write(self) -> None:
        """Title, head, rows, notes."""
        sheet, table, say = self._sheet, self._table, self._say
        sheet.hide_gridlines(2)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_default_row(18)
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
        head = {
            "bold": True,
            "bg_color": f"#{HEAD}",
            "bottom": 1,
            "bottom_color": f"#{RULE}",
            "text_wrap": True,
        }
        for number, column in enumerate(table.columns):
            align = "left" if column.digits is None else "right"
            sheet.write_string(2, number, say(column.title), self._format(align=align, **head))
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
                pattern = '0" %"' if column.name == "load" else "#,##0"
                self._sheet.write_number(line, number, round(cell), self._format(num_format=pattern, **look))
            else:
                text = "" if cell is None else self._say(cell)
                # A head of an area is not squeezed into the narrow column of codes.
                wishes = look | ({"text_wrap": False} if row.kind != "item" else {})
                self._sheet.write_string(line, number, text, self._format(**wishes))
