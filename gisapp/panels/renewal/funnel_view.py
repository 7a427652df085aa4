"""The funnel of the conversion of households: for each stage how many communities and households reached it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.panels.renewal.community_marks import mixed
from gisapp.theme import Theme
from layers.renewal.board.board import Card, FunnelRow, funnel_rows, in_funnel
from layers.text import Message

ROW, TOP = 58, 58
_TITLE = 96
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FunnelView(QWidget):
    """``gathered``: the projects that reached the stage clicked (upper bar: communities, lower: households)."""

    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._language, self._theme = language, theme
        self.rows: tuple[FunnelRow, ...] = ()
        self._cards: tuple[Card, ...] = ()
        self._current = 0
        language.hint(self, Message("renewal_desk.funnel.hint"))
        language.changed.connect(self.update)
        theme.changed.connect(self.update)

    def show_cards(self, cards: tuple[Card, ...]) -> None:
        """Count these."""
        self._cards, self.rows = in_funnel(cards), funnel_rows(cards)
        self._current = min(self._current, max(len(self.rows) - 1, 0))
        self.setMinimumHeight(TOP + ROW * len(self.rows) + 8)
        self.update()

    def row_place(self, number: int) -> QRect:
        """Where a stage is."""
        return QRect(0, TOP + number * ROW, self.width(), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, say = self._theme, self._language.render
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.setFont(theme.font("base", strong=True))
        painter.setPen(theme.color("text"))
        homes = sum(card.households for card in self._cards)
        values = {"communities": f"{len(self._cards):,}", "households": f"{homes:,}"}
        words = (
            Message("renewal_desk.funnel.total", values)
            if self._cards
            else Message("renewal_desk.funnel.none")
        )
        painter.drawText(QRect(12, 8, self.width() - 24, 20), _LEFT, say(words))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        painter.drawText(
            QRect(12, 28, self.width() - 24, 20), _LEFT, say(Message("renewal_desk.funnel.note"))
        )
        for number, row in enumerate(self.rows):
            self._paint_row(painter, self.row_place(number), row, number)
        painter.end()

    def _paint_row(self, painter: QPainter, place: QRect, row: FunnelRow, number: int) -> None:
        theme = self._theme
        if number == self._current and self.hasFocus():
            painter.fillRect(place, theme.color("selection_row"))
        elif number % 2 == 0:
            painter.fillRect(place, theme.color("sunken"))
        painter.setFont(theme.font("base", strong=True))
        painter.setPen(theme.color("text"))
        title = self._language.render(row.stage.title)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, _TITLE)
        painter.drawText(QRect(12, place.top() + 6, _TITLE, 22), _LEFT, shown)
        if row.stage.optional:
            painter.setFont(theme.font("rail"))
            painter.setPen(theme.color("text3"))
            optional = self._language.render(Message("renewal_desk.optional"))
            painter.drawText(QRect(12, place.top() + 28, _TITLE, 18), _LEFT, optional)
        # The colour in which the map shows communities that have come so far.
        spot = QRect(_TITLE + 6, place.top() + 33, 10, 10)
        painter.fillRect(
            spot, mixed(theme.color("bar_bg"), theme.color("accent"), (number + 1) / len(self.rows))
        )
        painter.setPen(theme.color("accent"))
        painter.drawRect(spot)
        bars = (
            (
                row.share,
                Message("renewal_desk.funnel.communities", {"count": f"{len(row.projects):,}"}),
                "bar_fill",
            ),
            (
                row.household_share,
                Message("renewal_desk.funnel.households", {"count": f"{row.households:,}"}),
                "bar_fill2",
            ),
        )
        left = 12 + _TITLE + 8
        room = self.width() - left - 170
        for line, (share, words, colour) in enumerate(bars):
            top = place.top() + 7 + line * 23
            bar = QRect(left, top + 4, max(room, 20), 12)
            painter.fillRect(bar, theme.color("bar_bg"))
            painter.fillRect(
                QRect(bar.left(), bar.top(), round(bar.width() * share), 12), theme.color(colour)
            )
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text2"))
            painter.drawText(QRect(bar.right() + 8, top, 96, 20), _RIGHT, self._language.render(words))
            painter.setPen(theme.color("text"))
            painter.drawText(QRect(self.width() - 64, top, 52, 20), _RIGHT, f"{share * 100:.1f} %")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go((event.position().toPoint().y() - TOP) // ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self._current = min(max(self._current + step, 0), max(len(self.rows) - 1, 0))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(self._current)
        else:
            super().keyPressEvent(event)

    def _go(self, number: int) -> None:
        if 0 <= number < len(self.rows):
            self._current = number
            self.update()
            self.gathered.emit(self.rows[number].projects)
