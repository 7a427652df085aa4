"""Who had charge over the years: a bar for every stretch, a row for every rank, gaps hatched; a click goes to a day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.responsibility.asking.answer import Span
from layers.responsibility.person import PRIMARY, RANKS
from layers.text import Message

_LEFT, _RIGHT, _TOP, _ROW, _BAR = 62, 12, 24, 26, 20
#: At least so much time is shown before today, and after the last thing known.
_YEAR = datetime.timedelta(days=365)
_ROOM = datetime.timedelta(days=30)
_MOST_YEARS = 6


class HistoryStrip(QWidget):
    """``day_asked``: the day clicked, to be told of."""

    day_asked = Signal(object)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._spans: tuple[Span, ...] = ()
        self._day = self._today = self._first = self._last = datetime.date.today()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        language.hint(self, Message("grid_desk.history.tip"))
        self.setToolTip("")
        theme.changed.connect(self.update)
        language.changed.connect(self.update)

    def show_spans(self, spans: Sequence[Span], day: datetime.date) -> None:
        """Show these, and where ``day`` lies."""
        self._spans, self._day, self._today = tuple(spans), day, datetime.date.today()
        begins = [span.first for span in spans if span.first is not None]
        ends = [span.last for span in spans if span.last is not None]
        self._last = max([self._today, day, *ends, *begins]) + _ROOM
        earliest = min([self._today - _YEAR, day, *begins])
        self._first = max(earliest, self._last - _YEAR * _MOST_YEARS)
        if day < self._first:
            self._first = day - _ROOM
        self.updateGeometry()
        self.update()

    @property
    def ranks(self) -> tuple[str, ...]:
        """The rows: the primary always, the others where there is somebody."""
        there = {span.rank for span in self._spans}
        return tuple(rank for rank in RANKS if rank in there or rank == PRIMARY)

    def sizeHint(self) -> QSize:
        return QSize(240, _TOP + _ROW * len(self.ranks) + 6)

    def day_at(self, x: float) -> datetime.date:
        """The day that a pixel stands for."""
        share = (x - _LEFT) / max(self.width() - _LEFT - _RIGHT, 1)
        days = (self._last - self._first).days
        return self._first + datetime.timedelta(days=round(min(max(share, 0.0), 1.0) * days))

    def span_at(self, at: QPointF) -> Span | None:
        """The stretch under a pixel."""
        row = int((at.y() - _TOP) // _ROW)
        if at.y() < _TOP or row >= len(self.ranks):
            return None
        for span in self._spans:
            if span.rank == self.ranks[row] and self._place(span).contains(
                at.x(), self._place(span).center().y()
            ):
                return span
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= _LEFT:
            self.day_asked.emit(self.day_at(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            span = self.span_at(QPointF(event.pos()))
            if span is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), plain_tip(self.words_of(span)), self)
            return True
        return super().event(event)

    def words_of(self, span: Span) -> str:
        """A stretch in words: who, from when to when, why it changed."""
        values = {
            "name": span.name or self._language.render(Message(f"grid_desk.span.{span.kind}")),
            "from": "…" if span.first is None else span.first.isoformat(),
            "to": self._language.render(Message("grid_desk.span.open")) if span.last is None else span.last.isoformat(),
        }  # fmt: skip
        words = self._language.render(Message("grid_desk.span", values))
        return f"{words}\n{span.reason}" if span.reason else words

    def _x(self, day: datetime.date) -> float:
        days = max((self._last - self._first).days, 1)
        wide = self.width() - _LEFT - _RIGHT
        return _LEFT + wide * min(max((day - self._first).days / days, 0.0), 1.0)

    def _place(self, span: Span) -> QRectF:
        row = self.ranks.index(span.rank)
        left = self._x(self._first if span.first is None else span.first)
        right = self._x(self._last if span.last is None else span.last + datetime.timedelta(days=1))
        return QRectF(left, _TOP + row * _ROW, max(right - left - 1, 2), _BAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._years(painter)
        painter.setFont(self._theme.font("small"))
        for row, rank in enumerate(self.ranks):
            painter.setPen(self._theme.color("text2"))
            place = QRectF(0, _TOP + row * _ROW, _LEFT - 8, _BAR)
            words = self._language.render(Message(f"grid_desk.rank.{rank}"))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        for span in self._spans:
            if span.last is None or span.last >= self._first:
                self._span(painter, span)
        x = self._x(self._day)
        painter.setPen(QPen(self._theme.color("accent"), 2))
        painter.drawLine(QPointF(x, _TOP - 4), QPointF(x, self.height() - 4))
        painter.end()

    def _years(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(theme.font("rail"))
        day = self._day.isoformat()
        strong = theme.font("rail", strong=True)
        painter.setFont(strong)
        width = painter.fontMetrics().horizontalAdvance(day)
        right = min(max(self._x(self._day) - width / 2, _LEFT), self.width() - width - 2)
        told = QRectF(right, 2, width + 2, 16)
        painter.setPen(theme.color("accent_ink"))
        painter.drawText(told, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, day)
        painter.setFont(theme.font("rail"))
        free = 0.0
        for year in range(self._first.year, self._last.year + 1):
            x = self._x(max(datetime.date(year, 1, 1), self._first))
            painter.setPen(theme.color("border"))
            painter.drawLine(QPointF(x, _TOP - 4), QPointF(x, self.height() - 4))
            place = QRectF(x, 2, 34, 16)
            is_free = x >= free and not place.intersects(told.adjusted(-4, 0, 4, 0))
            if is_free and place.right() <= self.width():
                free = x + 34
                painter.setPen(theme.color("text3"))
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(year))

    def _span(self, painter: QPainter, span: Span) -> None:
        theme, place = self._theme, self._place(span)
        covers = (span.first is None or span.first <= self._day) and (
            span.last is None or span.last >= self._day
        )
        if span.kind == "held":
            is_primary = span.rank == PRIMARY
            fill = ("accent" if covers else "bar_fill2") if is_primary else ("neutral_soft")
            painter.fillRect(place, theme.color(fill))
            if not is_primary:
                painter.setPen(QPen(theme.color("border_strong"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(place)
            painter.setPen(theme.color("accent_text" if is_primary and covers else "text"))
            shown = painter.fontMetrics().elidedText(
                span.name, Qt.TextElideMode.ElideRight, int(place.width()) - 8
            )
            if place.width() > 24:
                painter.drawText(place.adjusted(5, 0, -3, 0), Qt.AlignmentFlag.AlignVCenter, shown)
            return
        colour = theme.color("danger" if span.kind == "gap" else "text3")
        painter.fillRect(place, QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
