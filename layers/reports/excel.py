"""A statement as an Excel workbook: a sheet to read first, one for every table, native charts, ready to print."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from layers.feedback import Feedback
from layers.renewal.figure import Breakdown, Row
from layers.reports.document import (
    ASIDE,
    BAR,
    BOLD,
    FAINT,
    RULE,
    SUM,
    WARN,
    Pictures,
    Speech,
)
from layers.reports.listing import Listing
from layers.reports.report import Chart, Report, lines
from layers.reports.wording import number, number_format, shown
from layers.reports.workbook import (
    FONT,
    HEAD_LOOK,
    LONGEST_FOOT,
    LONGEST_NAME,
    Formats,
    set_page,
    whole_workbook,
)
from layers.text import Message, Texts


def write_excel(
    report: Report,
    path: Path,
    texts: Texts,
    pictures: Pictures | None = None,
    feedback: Feedback | None = None,
) -> None:
    """Write ``report`` to ``path``. Numbers are numbers in the unit shown, to the digits shown.

    Raises ``UserError`` when the file cannot be written. May run in a task.
    """
    feedback = feedback or Feedback()
    with whole_workbook(path) as book:
        _Workbook(book, report, Speech(texts), feedback).write(pictures or Pictures())


class _Workbook:
    def __init__(self, book: Any, report: Report, say: Speech, feedback: Feedback) -> None:
        self._book, self._report, self._say, self._feedback = book, report, say, feedback
        self._format = Formats(book)
        self._names: set[str] = set()
        book.set_properties(
            {
                "title": say(report.title)[:LONGEST_FOOT],
                "company": say(report.unit)[:LONGEST_FOOT],
                "comments": say(report.short_settings)[:LONGEST_FOOT],
            }
        )

    def write(self, pictures: Pictures) -> None:
        report = self._report
        self._summary()
        steps = len(report.tables) + len(report.charts) + 1
        for done, table in enumerate(report.tables):
            self._feedback.progress(done / steps)
            self._table(table)
        for chart in report.charts:
            self._chart(chart)
        if pictures.listing is not None:
            self._list(pictures.listing)
        if pictures.map is not None:
            sheet = self._sheet(self._say.say("report.map"), landscape=True)
            scale = 96 / 25.4 * pictures.map.width
            sheet.insert_image(
                2, 0, "map-sheet.png",
                {"image_data": io.BytesIO(pictures.map.png), **_scaled(pictures.map.png, scale)},
            )  # fmt: skip

    def _sheet(self, name: str, *, landscape: bool = False) -> Any:
        """A page of its own with the title on top, and what was counted how at its foot."""
        sheet = self._book.add_worksheet(self._free(name))
        set_page(sheet, landscape=landscape, bottom=0.8)
        report, say = self._report, self._say
        # However long a title is, the check code and the number of the page are not cut off.
        foot, end = (
            f"&L&8{_plain(say(report.short_settings))}\n{_plain(say(report.title))}",
            f"  {report.code}&R&8&P / &N",
        )
        sheet.set_footer(foot[: LONGEST_FOOT - len(end)].rstrip("&") + end)
        sheet.write_string(0, 0, say(report.title), self._format(bold=True, font_size=14))
        sheet.set_row(0, 26)
        return sheet

    def _summary(self) -> None:
        report, say = self._report, self._say
        sheet = self._sheet(say.say("report.summary"))
        for column, width in enumerate((30, 16, 12, 44)):
            sheet.set_column(column, column, width)
        quiet = self._format(font_color=f"#{FAINT}")
        row = 1
        for words in (say(report.unit), say(report.period), say(state_of(report))):
            if words:
                sheet.write_string(row, 0, words, quiet)
                row += 1
        row += 1
        row = self._head(
            sheet, row, [say.say(f"report.column.{each}") for each in ("figure", "value", "unit", "note")]
        )
        edge = {"bottom": 1, "bottom_color": f"#{RULE}"}
        for tile in report.tiles:
            sheet.write_string(row, 0, say(tile.title), self._format(**edge))
            self._number(
                sheet, row, 1, number(tile.figure), number_format(tile.figure.unit), bold=True, **edge
            )
            sheet.write_string(row, 2, say(shown(tile.figure.unit).unit), self._format(**edge))
            sheet.write_string(row, 3, say(tile.note), self._format(font_color=f"#{FAINT}", **edge))
            row += 1
        row += 1
        row = self._head(sheet, row, [say.say("report.settings"), "", "", ""])
        for title, value in report.settings:
            sheet.write_string(row, 0, say(title), self._format())
            sheet.merge_range(row, 1, row, 3, say(value), self._format(text_wrap=True, align="left"))
            sheet.set_row(row, 18 * (1 + len(say(value)) // 60))
            row += 1
        if report.notes:
            row = self._head(sheet, row + 1, [say.say("report.notes"), "", "", ""])
            for note in report.notes:
                sheet.merge_range(row, 0, row, 3, say(note), self._format(text_wrap=True))
                sheet.set_row(row, 18 * (1 + len(say(note)) // 62))
                row += 1

    def _head(self, sheet: Any, row: int, titles: list[str]) -> int:
        for column, title in enumerate(titles):
            align = "right" if column == 1 and len(titles) == 4 and titles[1] else "left"
            sheet.write_string(row, column, title, self._format(align=align, text_wrap=True, **HEAD_LOOK))
        return row + 1

    def _table(self, table: Breakdown) -> None:
        say = self._say
        sheet = self._sheet(say(table.title), landscape=len(table.columns) > 6)
        rows = lines(table)
        longest = max([len(_name(say, row)) for row in rows] + [8])
        sheet.set_column(0, 0, min(12 + 1.6 * longest, 46))
        sheet.set_column(1, len(table.columns), 13)
        sheet.write_string(1, 0, say(table.title), self._format(bold=True, font_size=11))
        sheet.write_string(2, 0, "", self._format(text_wrap=True, **HEAD_LOOK))
        sheet.set_row(2, 34)
        for column, each in enumerate(table.columns, 1):
            title = f"{say(each.title)}\n{say(shown(each.unit).unit)}"
            sheet.write_string(2, column, title, self._format(align="right", text_wrap=True, **HEAD_LOOK))
        for line, row in enumerate(rows, 3):
            look: dict[str, Any] = {"bottom": 1, "bottom_color": f"#{RULE}", **_look(row)}
            indent = 1 if row.level == "part" else 0
            sheet.write_string(line, 0, _name(say, row), self._format(indent=indent, **look))
            for column, each in enumerate(table.columns, 1):
                figure = row.cells.get(each.name)
                value = None if figure is None else number(figure)
                self._number(sheet, line, column, value, number_format(each.unit), **look)
        for line, note in enumerate(table.notes, len(rows) + 4):
            sheet.write_string(line, 0, say(note), self._format(font_color=f"#{FAINT}"))
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(0, 2)

    def _number(
        self, sheet: Any, row: int, column: int, value: float | None, pattern: str, **look: Any
    ) -> None:
        if value is None:
            sheet.write_string(row, column, "—", self._format(align="right", **look))
        else:
            sheet.write_number(row, column, value, self._format(num_format=pattern, **look))

    def _chart(self, chart: Chart) -> None:
        """The bars as numbers, and Excel's own chart beside them."""
        say = self._say
        sheet = self._sheet(say(chart.title), landscape=True)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 3, 12)
        titles = [say(chart.title), say(chart.unit), "%", say.say("report.column.more")]
        row = self._head(sheet, 2, [*titles, ""])
        first = row
        for bar in chart.bars:
            sheet.write_string(row, 0, say(bar.title), self._format())
            self._number(sheet, row, 1, number(bar.value), number_format(bar.value.unit))
            self._number(sheet, row, 2, bar.percent, "0.0")
            self._number(sheet, row, 3, bar.excess or None, "#,##0")
            row += 1
        name = sheet.get_name()
        drawn = self._book.add_chart({"type": "bar"})
        drawn.add_series(
            {
                "name": say(chart.unit),
                "categories": [name, first, 0, row - 1, 0],
                "values": [name, first, 1, row - 1, 1],
                "fill": {"color": f"#{BAR}"},
                "gap": 60,
                "data_labels": {"value": True},
            }
        )
        drawn.set_title({"name": say(chart.title), "name_font": {"size": 12, "name": FONT}})
        drawn.set_legend({"none": True})
        drawn.set_y_axis({"reverse": True, "num_font": {"name": FONT}, "major_gridlines": {"visible": False}})
        drawn.set_x_axis(
            {"min": 0, "max": _whole(chart), "major_gridlines": {"visible": False}, "visible": False}
        )
        drawn.set_size({"width": 640, "height": max(36 * len(chart.bars) + 90, 260)})
        sheet.insert_chart(2, 5, drawn)
        for line, remark in enumerate(chart.remarks, row + 1):
            sheet.write_string(line, 0, say(remark), self._format(font_color=f"#{FAINT}"))

    def _list(self, listing: Listing) -> None:
        """Every pipe on a line, to be sorted and filtered."""
        say = self._say
        sheet = self._sheet(say(listing.title), landscape=True)
        titles = [say(title) for title in listing.columns]
        texts, formats = self._format(), [self._format(num_format=each) for each in listing.number_formats]
        for column, title in enumerate(titles):
            sheet.write_string(2, column, title, self._format(**HEAD_LOOK))
            known = [str(row[column]) for row in listing.rows[:200] if row[column] is not None]
            sheet.set_column(column, column, min(max(1.7 * max(map(len, [title, *known])) + 2, 8), 34))
        for line, row in enumerate(listing.rows, 3):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, column, value, texts)
                elif value is not None:
                    sheet.write_number(line, column, value, formats[column])
        sheet.autofilter(2, 0, max(len(listing.rows) + 2, 3), len(titles) - 1)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(0, 2)

    def _free(self, name: str) -> str:
        base = "".join("_" if letter in "[]:*?/\\'" else letter for letter in name)[:LONGEST_NAME] or "_"
        free, count = base, 2
        while free.lower() in self._names:
            free = f"{base[: LONGEST_NAME - 3]}-{count}"
            count += 1
        self._names.add(free.lower())
        return free


def state_of(report: Report) -> Message:
    """A sentence: submitted when and by whom, or still a draft."""
    if report.submitted is None:
        return Message("report.draft", {"day": report.day.isoformat()})
    when, who = report.submitted
    return Message("report.submitted", {"when": f"{when:%Y-%m-%d %H:%M}", "who": who})


def _whole(chart: Chart) -> float:
    """The end of the scale in the unit that is shown."""
    divisor = shown(chart.bars[0].value.unit).divisor if chart.bars else 1.0
    return max(chart.whole / divisor, 1.0)


def _name(say: Speech, row: Row) -> str:
    return say(row.title)


def _look(row: Row) -> dict[str, Any]:
    if row.level == "unclassified":
        return {"bg_color": f"#{WARN}"}
    if row.level in BOLD:
        return {"bold": True, "bg_color": f"#{SUM}"}
    return {"font_color": f"#{FAINT}"} if row.level in ASIDE else {}


def _scaled(png: bytes, width: float) -> dict[str, float]:
    """The scale at which a PNG is so many px wide."""
    pixels = int.from_bytes(png[16:20], "big")
    return {"x_scale": width / pixels, "y_scale": width / pixels}


def _plain(text: str) -> str:
    """A text in which Excel's header finds no code."""
    return text.replace("&", "&&")
