"""A statement set on pages of A4: what stands on which page is found first, then every page is painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.text import LEFT, RIGHT, SheetText
from gisapp.map.sheet.words import FontOf
from gisapp.panels.statement.bars import PAPER, bars_height, paint_bars
from layers.renewal.figure import Breakdown, Column, Row, Words
from layers.reports.document import FAINT, HEAD, INK, RULE, SUM, WARN
from layers.reports.excel import state_of
from layers.reports.report import Chart, Report, lines
from layers.reports.wording import number_text, shown
from layers.text import Texts

WIDTH, HEIGHT = mm(210.0), mm(297.0)
_SIDE, _TOP, _BOTTOM = mm(18.0), mm(16.0), mm(22.0)
_ROOM = WIDTH - 2 * _SIDE
_TEXT, _SMALL, _HEAD, _TITLE = mm(3.2), mm(2.7), mm(4.4), mm(6.4)
_ROW = mm(6.0)
_STRONG = ("class", "total")

Paint = Callable[["_Pen", float], None]


class _Pen:
    """Writes and rules with one painter."""

    def __init__(self, painter: QPainter, font: FontOf) -> None:
        self.painter, self.font = painter, font
        self._text = SheetText(painter, font)

    def say(
        self, x: float, y: float, width: float, height: float, text: str, size: float, *, colour: str = INK,
        right: bool = False, strong: bool = False, rows: int = 1,
    ) -> None:  # fmt: skip
        """Text in the middle of a room."""
        room, side = QRectF(x, y, width, height), RIGHT if right else LEFT
        self._text.write(room, text, size, QColor(f"#{colour}"), side, strong=strong, lines=rows)

    def rule(self, y: float, colour: str = RULE) -> None:
        """A hairline across the page."""
        self.painter.setPen(QPen(QColor(f"#{colour}"), mm(0.15)))
        self.painter.drawLine(QPointF(_SIDE, y), QPointF(WIDTH - _SIDE, y))

    def fill(self, y: float, height: float, colour: str) -> None:
        """A ground across the page."""
        self.painter.fillRect(QRectF(_SIDE, y, _ROOM, height), QColor(f"#{colour}"))


class StatementPages:
    """The pages of a report before its map."""

    def __init__(self, report: Report, texts: Texts, font: FontOf, further: int) -> None:
        self._report, self._say, self._font = report, texts.render, font
        self._texts = texts
        self._pages: list[list[tuple[float, Paint]]] = [[]]
        self._y = _TOP
        self._compose()
        self.count = len(self._pages)
        self._of = self.count + further

    def paint(self, number: int, painter: QPainter) -> None:
        """Paint page ``number``, counted from 0."""
        pen = _Pen(painter, self._font)
        for y, paint in self._pages[number]:
            paint(pen, y)
        self.foot(number, painter)

    def foot(self, number: int, painter: QPainter) -> None:
        """What was counted how, which report it is, and the page."""
        pen, report, y = _Pen(painter, self._font), self._report, HEIGHT - mm(17)
        pen.rule(y)
        pen.say(_SIDE, y + mm(0.8), _ROOM, mm(4), self._say(report.short_settings), _SMALL, colour=FAINT)
        pen.say(
            _SIDE, y + mm(4.8), _ROOM * 0.8, mm(4), f"{report.title}  {report.code}", _SMALL, colour=FAINT
        )
        pen.say(
            _SIDE, y + mm(4.8), _ROOM, mm(4), f"{number + 1} / {self._of}", _SMALL, colour=FAINT, right=True
        )

    # ---- setting

    def _put(self, height: float, paint: Paint) -> bool:
        """Set a block where there is room for it; True when a page began with it."""
        turned = self._y + height > HEIGHT - _BOTTOM
        if turned:
            self._pages.append([])
            self._y = _TOP
        self._pages[-1].append((self._y, paint))
        self._y += height
        return turned

    def _need(self, height: float) -> None:
        """Begin a page unless there is so much room."""
        if self._y + height > HEIGHT - _BOTTOM:
            self._pages.append([])
            self._y = _TOP

    def _compose(self) -> None:
        report, say = self._report, self._say
        self._put(mm(10), lambda pen, y: pen.say(_SIDE, y, _ROOM, mm(9), report.title, _TITLE, strong=True))
        under = "    ".join(each for each in (report.unit, say(report.period), say(state_of(report))) if each)
        self._put(mm(7), lambda pen, y: pen.say(_SIDE, y, _ROOM, mm(5), under, _TEXT, colour=FAINT))
        self._heading(self._texts.get("report.summary"), _ROW * 4)
        for tile in report.tiles:
            value = f"{number_text(tile.figure)} {say(shown(tile.figure.unit).unit)}"
            self._line(say(tile.title), value, say(tile.note))
        self._heading(self._texts.get("report.settings"), _ROW * 3)
        for title, words in report.settings:
            self._pair(say(title), say(words))
        for table in report.tables:
            self._table(table)
        for chart in report.charts:
            self._chart(chart)
        if report.notes:
            self._heading(self._texts.get("report.notes"), _ROW * 2)
            for note in report.notes:
                self._note(say(note))

    def _heading(self, text: str, follows: float) -> None:
        self._need(mm(12) + follows)
        self._put(mm(12), lambda pen, y: pen.say(_SIDE, y + mm(4), _ROOM, mm(7), text, _HEAD, strong=True))

    def _line(self, title: str, value: str, note: str) -> None:
        def paint(pen: _Pen, y: float) -> None:
            pen.say(_SIDE, y, _ROOM * 0.36, _ROW, title, _TEXT)
            pen.say(_SIDE + _ROOM * 0.36, y, _ROOM * 0.2, _ROW, value, _TEXT, strong=True, right=True)
            pen.say(_SIDE + _ROOM * 0.6, y, _ROOM * 0.4, _ROW, note, _TEXT, colour=FAINT)
            pen.rule(y + _ROW)

        self._put(_ROW, paint)

    def _pair(self, title: str, words: str) -> None:
        def paint(pen: _Pen, y: float) -> None:
            pen.say(_SIDE, y, _ROOM * 0.3, _ROW, title, _TEXT, colour=FAINT)
            pen.say(_SIDE + _ROOM * 0.3, y, _ROOM * 0.7, _ROW, words, _TEXT, rows=2)

        self._put(_ROW, paint)

    def _note(self, text: str, size: float = _TEXT) -> None:
        self._put(
            _ROW * 1.3, lambda pen, y: pen.say(_SIDE, y, _ROOM, _ROW * 1.3, text, size, colour=FAINT, rows=2)
        )

    def _table(self, table: Breakdown) -> None:
        rows = lines(table)
        self._heading(self._say(table.title), mm(9) + _ROW * min(len(rows), 4))
        self._head(table)
        for number, row in enumerate(rows):
            if row.level == "total" and number:
                # A sum does not stand alone on a page.
                continue
            after = rows[number + 1] if number + 1 < len(rows) else None
            pair = after is not None and after.level == "total"
            if self._put(_ROW * (2 if pair else 1), self._rows(table, row, after if pair else None)):
                # The row that turned the page comes after the head, which is set again.
                _, paint = self._pages[-1].pop()
                self._y = _TOP
                self._head(table)
                self._put(_ROW * (2 if pair else 1), paint)
        for note in table.notes:
            self._note(self._say(note), _SMALL)

    def _head(self, table: Breakdown) -> None:
        def paint(pen: _Pen, y: float) -> None:
            pen.fill(y, mm(9), HEAD)
            for x, width, column in self._columns(table):
                unit = self._say(shown(column.unit).unit)
                pen.say(
                    x, y + mm(0.5), width, mm(4.2), self._say(column.title), _SMALL, right=True, strong=True
                )
                pen.say(x, y + mm(4.4), width, mm(4.0), unit, _SMALL, right=True, colour=FAINT)
            pen.rule(y + mm(9))

        self._put(mm(9), paint)

    def _rows(self, table: Breakdown, row: Row, total: Row | None) -> Paint:
        """A row, and the total beneath it."""
        first = self._row(table, row)
        if total is None:
            return first
        second = self._row(table, total)

        def paint(pen: _Pen, y: float) -> None:
            first(pen, y)
            second(pen, y + _ROW)

        return paint

    def _row(self, table: Breakdown, row: Row) -> Paint:
        def paint(pen: _Pen, y: float) -> None:
            ground = WARN if row.level == "unclassified" else SUM if row.level in _STRONG else None
            if ground is not None:
                pen.fill(y, _ROW, ground)
            strong, colour = row.level in _STRONG, FAINT if row.level == "unknown" else INK
            indent = mm(5) if row.level == "part" else mm(1.5)
            width = self._first(table) - indent
            pen.say(_SIDE + indent, y, width, _ROW, self._say(row.title), _TEXT, strong=strong, colour=colour)
            for x, width, column in self._columns(table):
                figure = row.cells.get(column.name)
                text = "" if figure is None else number_text(figure)
                pen.say(x, y, width, _ROW, text, _TEXT, right=True, strong=strong, colour=colour)
            pen.rule(y + _ROW)

        return paint

    def _first(self, table: Breakdown) -> float:
        return _ROOM * (0.42 if len(table.columns) < 4 else 0.28)

    def _columns(self, table: Breakdown) -> list[tuple[float, float, Column]]:
        first = self._first(table)
        width = (_ROOM - first) / max(len(table.columns), 1)
        gap = mm(1.5)
        return [
            (_SIDE + first + number * width, width - gap, column)
            for number, column in enumerate(table.columns)
        ]

    def _chart(self, chart: Chart) -> None:
        height = bars_height(chart) + mm(2)
        self._heading(self._say(chart.title), height + _ROW * 1.3 * len(chart.remarks))

        def font(strong: bool) -> QFont:
            return self._font(12.0, strong)

        def paint(pen: _Pen, y: float) -> None:
            pen.painter.save()
            paint_bars(pen.painter, chart, QRectF(_SIDE, y, _ROOM, height), PAPER, font, self._words)
            pen.painter.restore()

        self._put(height, paint)
        for remark in chart.remarks:
            self._note(self._say(remark), _SMALL)

    def _words(self, words: Words) -> str:
        return self._say(words)
