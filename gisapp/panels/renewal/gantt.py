"""The timeline: planned against actual, for the steps of one project or for all projects, with today's line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea

from gisapp.language import Language, Words
from gisapp.panels.renewal.numbers import short_day
from gisapp.theme import Theme
from layers.renewal.board.board import Board, Card
from layers.text import Message

ROW = 24
HEAD = 26
TITLES = 220
_DAY = datetime.timedelta(days=1)
_BEYOND = datetime.timedelta(days=120)


@dataclass(frozen=True)
class Bar:
    """One row: ``plan`` and ``done`` are spans of days; ``forecast`` the day something unfinished will end."""

    title: Words
    side: str
    plan: tuple[datetime.date, datetime.date] | None
    done: tuple[datetime.date, datetime.date] | None
    forecast: datetime.date | None
    late: int
    key: int


class Gantt(QAbstractScrollArea):
    """``chosen`` tells the project (portfolio) or the number of the step (one project) whose row was clicked."""

    chosen = Signal(int)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._language, self._theme = language, theme
        self._bars: list[Bar] = []
        self._day = datetime.date.today()
        self._current = -1
        self._zoom, self._shift = 1.0, 0.0
        language.hint(self, Message("renewal_desk.gantt"))
        language.changed.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def show_bars(self, bars: Sequence[Bar], day: datetime.date, current: int = -1) -> None:
        """Show these rows; ``current`` is the key of the marked one."""
        if [bar.key for bar in bars] != [bar.key for bar in self._bars]:
            self._zoom, self._shift = 1.0, 0.0
        self._bars, self._day, self._current = list(bars), day, current
        self._fit()
        self.viewport().update()

    def row_of(self, key: int) -> QRect:
        """Where a row is in the viewport."""
        number = next(n for n, bar in enumerate(self._bars) if bar.key == key)
        top = HEAD + number * ROW - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), ROW)

    # ---- time and pixels

    def _span(self) -> tuple[datetime.date, datetime.date]:
        days = [self._day]
        for bar in self._bars:
            for pair in (bar.plan, bar.done):
                days += pair or ()
        first, last = min(days), max(days)
        # A forecast years away would leave no room for what is planned: it goes on beyond the edge.
        ends = [bar.forecast for bar in self._bars if bar.forecast is not None]
        last = max(last, min(max(ends, default=last), last + _BEYOND))
        first = first.replace(day=1)
        last = (last.replace(day=1) + 35 * _DAY).replace(day=1)
        if (last - first).days < 180:
            last = first + 185 * _DAY
        return first, last

    def _x(self, day: datetime.date) -> float:
        first, last = self._span()
        room = self.viewport().width() - TITLES - 12
        whole = room * self._zoom
        return TITLES + ((day - first).days / (last - first).days) * whole - self._shift

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW)
        bar.setRange(0, max(0, HEAD + len(self._bars) * ROW - self.viewport().height()))

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, width, height = self._theme, self.viewport().width(), self.viewport().height()
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        for number, bar in enumerate(self._bars):
            top = HEAD + number * ROW - self.verticalScrollBar().value()
            if top + ROW <= HEAD or top >= height:
                continue
            row = QRect(0, top, width, ROW)
            if bar.key == self._current:
                painter.fillRect(row, theme.color("selection_row"))
            elif number % 2 == 0:
                painter.fillRect(row, theme.color("sunken"))
        painter.save()
        painter.setClipRect(QRect(TITLES, 0, width - TITLES, height))
        months = list(self._months())
        painter.setPen(theme.color("border"))
        for day, _ in months:
            x = round(self._x(day))
            painter.drawLine(x, 0, x, height)
        painter.setClipRect(QRect(TITLES, HEAD, width - TITLES, height - HEAD))
        for number, bar in enumerate(self._bars):
            top = HEAD + number * ROW - self.verticalScrollBar().value()
            if top + ROW > HEAD and top < height:
                self._paint_bar(painter, bar, top)
        painter.restore()
        for number, bar in enumerate(self._bars):
            top = HEAD + number * ROW - self.verticalScrollBar().value()
            if top + ROW > HEAD and top < height:
                self._paint_title(painter, bar, top)
        self._paint_head(painter, months)
        painter.end()

    def _months(self) -> Iterator[tuple[datetime.date, str]]:
        first, last = self._span()
        room = max(self.viewport().width() - TITLES, 1) * self._zoom
        months = (last - first).days / 30.4
        step = next((s for s in (1, 3, 6, 12, 24) if room / months * s >= 44), 60)
        day = first
        while day <= last:
            if (day.month - 1) % min(step, 12) == 0:
                is_new_year = day == first or day.month == 1
                if step >= 12:
                    words = f"{day.year}"
                else:
                    month = self._language.render(Message("renewal_desk.month", {"month": day.month}))
                    words = f"{day.year}" if is_new_year and step > 1 else month
                yield day, words
            day = (day + 32 * _DAY).replace(day=1)

    def _paint_head(self, painter: QPainter, months: list[tuple[datetime.date, str]]) -> None:
        theme, width = self._theme, self.viewport().width()
        painter.fillRect(QRect(0, 0, width, HEAD), theme.color("panel"))
        painter.setClipRect(QRect(TITLES, 0, width - TITLES, self.viewport().height()))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        middle = Qt.AlignmentFlag.AlignVCenter
        today = self._language.render(Message("renewal_desk.today", {"day": f"{self._day:%m-%d}"}))
        metrics, x = painter.fontMetrics(), round(self._x(self._day))
        room = metrics.horizontalAdvance(today) + 12
        flag = QRect(x - room // 2, 4, room, 18)
        for day, words in months:
            place = QRect(round(self._x(day)) + 6, 4, metrics.horizontalAdvance(words) + 2, 18)
            # Half a name of a month is another one.
            if not place.intersects(flag) and place.right() <= width:
                painter.drawText(place, middle, words)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawLine(x, HEAD - 2, x, self.viewport().height())
        painter.fillRect(flag, theme.color("accent"))
        painter.setPen(theme.color("accent_text"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, today)
        painter.setClipping(False)
        painter.setPen(theme.color("border"))
        painter.drawLine(0, HEAD - 1, width, HEAD - 1)

    def _paint_title(self, painter: QPainter, bar: Bar, top: int) -> None:
        theme = self._theme
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        side = metrics.elidedText(bar.side, Qt.TextElideMode.ElideRight, 72)
        used = metrics.horizontalAdvance(side) + 8 if side else 0
        painter.setPen(theme.color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(12, top, TITLES - 24, ROW), right, side)
        painter.setPen(theme.color("text"))
        text = metrics.elidedText(
            self._language.render(bar.title), Qt.TextElideMode.ElideRight, TITLES - 24 - used
        )
        painter.drawText(QRect(12, top, TITLES - 24 - used, ROW), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_bar(self, painter: QPainter, bar: Bar, top: int) -> None:
        theme = self._theme
        end, begin = 0.0, float(self.viewport().width())
        if bar.plan is not None:
            place = self._place(bar.plan, top + 4)
            begin = place.left()
            painter.setPen(QPen(theme.color("border_strong"), 1))
            painter.setBrush(theme.color("panel"))
            painter.drawRect(place)
            end = place.right()
        painter.setPen(Qt.PenStyle.NoPen)
        if bar.done is not None:
            first, last = bar.done
            place = self._place((first, last), top + 13)
            painter.fillRect(place, theme.color("bar_fill"))
            end, begin = max(end, place.right()), min(begin, place.left())
            limit = None if bar.plan is None else bar.plan[1]
            if limit is not None and last > limit:
                over = self._place((max(limit + _DAY, first), last), top + 13)
                painter.fillRect(over, theme.color("danger_soft"))
                painter.fillRect(over, QBrush(theme.color("danger"), Qt.BrushStyle.BDiagPattern))
                painter.setPen(QPen(theme.color("danger"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(over)
        if bar.forecast is not None:
            start = bar.done[1] if bar.done is not None else self._day
            if bar.forecast > start:
                place = self._place((start, bar.forecast), top + 13)
                painter.setPen(QPen(theme.color("bar_fill"), 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(place)
                end, begin = max(end, place.right()), min(begin, place.left())
        words = self._late_words(bar)
        if words:
            painter.setFont(theme.font("rail"))
            painter.setPen(theme.color("danger"))
            room = painter.fontMetrics().horizontalAdvance(words) + 4
            left, before = end + 6, begin - 6 - room
            if left + room > self.viewport().width():
                # No room behind the bars: before them rather than across them.
                left = before if before >= TITLES else self.viewport().width() - room
            painter.drawText(QRectF(left, top, room, ROW), Qt.AlignmentFlag.AlignVCenter, words)

    def _late_words(self, bar: Bar) -> str:
        if bar.late <= 0:
            return ""
        if bar.forecast is not None:
            values = {"day": short_day(bar.forecast, self._day.year), "days": bar.late}
            return self._language.render(Message("renewal_desk.forecast", values))
        return self._language.render(Message("renewal_desk.days_late", {"days": bar.late}))

    def _place(self, span: tuple[datetime.date, datetime.date], top: int) -> QRectF:
        left, right = self._x(span[0]), self._x(span[1] + _DAY)
        return QRectF(left, top, max(right - left, 4.0), 7)

    # ---- the mouse

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at: QPoint = event.position().toPoint()
        number = (at.y() - HEAD + self.verticalScrollBar().value()) // ROW
        if at.y() >= HEAD and 0 <= number < len(self._bars):
            self.chosen.emit(self._bars[number].key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom time at the cursor, Shift and the wheel move it."""
        keys, turn = event.modifiers(), event.angleDelta().y() or event.angleDelta().x()
        room = self.viewport().width() - TITLES - 12
        if keys & Qt.KeyboardModifier.ControlModifier:
            at = event.position().x() - TITLES
            before = (at + self._shift) / self._zoom
            self._zoom = min(max(self._zoom * 1.2 ** (turn / 120), 1.0), 24.0)
            self._shift = before * self._zoom - at
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._shift -= turn
        else:
            super().wheelEvent(event)
            return
        self._shift = min(max(self._shift, 0.0), room * (self._zoom - 1))
        self.viewport().update()


def step_bars(card: Card, day: datetime.date, names: Mapping[int, str]) -> list[Bar]:
    """A row for each step of a project: from the date before it (planned, actual) to its own."""
    bars = []
    planned, actual = card.planned_start, None
    for number, step in enumerate(card.steps):
        if step.planned is None and step.actual is None:
            continue
        plan = done = forecast = None
        if step.planned is not None:
            plan = (min(planned or step.planned, step.planned), step.planned)
            planned = step.planned
        is_now = number == card.at and step.actual is None
        is_last = number == len(card.steps) - 1 and step.actual is None
        if step.actual is not None:
            done = (min(actual or plan_start(plan, step.actual), step.actual), step.actual)
            actual = step.actual
        elif is_now and actual is not None and actual < day:
            done = (actual, day)
        late = step.delay(day) or 0
        if is_last and card.behind:
            forecast, late = card.forecast, card.behind
        side = names.get(step.owner or 0, "")
        bars.append(Bar(step.stage.title, side, plan, done, forecast, max(late, 0), number))
    return bars


def plan_start(plan: tuple[datetime.date, datetime.date] | None, actual: datetime.date) -> datetime.date:
    """Where work without a date before it began: at its planned beginning, if that was before."""
    return actual if plan is None else min(plan[0], actual)


def project_bars(board: Board, cards: Sequence[Card]) -> list[Bar]:
    """A row for each project: planned start to finish, from its real beginning to today or its end, forecast."""
    bars = []
    for card in cards:
        dates = [step.planned for step in card.steps if step.planned is not None]
        start = card.planned_start or min(dates, default=None)
        finish = card.planned_finish or max(dates, default=None)
        plan = None if start is None or finish is None else (min(start, finish), finish)
        is_done = card.current is None or card.state in ("completed", "cancelled")
        end = card.finished or board.day
        done = None if card.started is None or card.started > end else (card.started, end)
        forecast = None if is_done else card.forecast
        late = card.delay(board.day) if card.state == "open" else 0
        bars.append(Bar(card.name, card.manager_name, plan, done, forecast, late, card.id))
    return bars
