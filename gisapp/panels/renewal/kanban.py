"""The board: a column for each phase, a card for each project."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from gisapp.language import Language
from gisapp.panels.board.card_board import CardBoard
from gisapp.panels.board.heads import BoardColumn
from gisapp.panels.renewal.card_painter import CARD_HEIGHT, CardPainter
from gisapp.panels.renewal.numbers import km
from gisapp.theme import Theme
from layers.renewal.board.board import PHASES, Board, Card
from layers.text import Message

LEAST_COLUMN = 118


class Kanban(CardBoard):
    """``moved``: a project dropped on the column of a phase."""

    moved = Signal(int, str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__(language, theme, card_height=CARD_HEIGHT, least_column=LEAST_COLUMN)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._painter = CardPainter(language, theme)
        self._board: Board | None = None
        self._cards: tuple[Card, ...] = ()
        self._folded = {PHASES[0], PHASES[-1]}
        self.dropped.connect(lambda ids, phase: self.moved.emit(ids[0], phase))
        language.hint(self, Message("renewal_desk.board"))
        language.changed.connect(self._show)
        self._show()

    def show_board(self, board: Board | None, cards: tuple[Card, ...]) -> None:
        """Show these cards of a board."""
        self._board, self._cards = board, cards
        self._show()

    def place_of_phase(self, phase: str) -> QRect:
        """Where the column of a phase is in the viewport."""
        return self.place_of_column(phase)

    def paint_card(self, painter: QPainter, place: QRectF, card: int, *, is_current: bool) -> None:
        board = self._board
        its = None if board is None else board.by_id.get(card)
        if board is not None and its is not None:
            self._painter.paint(painter, place, its, board.day, is_current)

    def tip_of(self, card: int) -> str:
        its = None if self._board is None else self._board.by_id.get(card)
        return "" if its is None else "\n".join([its.name, *map(self._language.render, its.alarms)])

    def _show(self) -> None:
        board, kept = self._board, {card.id for card in self._cards}
        self.show_columns([
            self._column(phase, [] if board is None else [c for c in board.column(phase) if c.id in kept])
            for phase in PHASES
        ])  # fmt: skip

    def _column(self, phase: str, cards: list[Card]) -> BoardColumn:
        say = self._language.render
        words = Message("renewal_desk.column", {"count": len(cards), "km": km(sum(c.planned for c in cards))})
        if any(card.is_conversion for card in self._cards):
            homes = sum(card.households for card in cards)
            words = Message("renewal_desk.column.homes", {"count": len(cards), "homes": f"{homes:,}"})
        title = say(Message(f"renewal_desk.phase.{phase}"))
        return BoardColumn(phase, title, say(words), tuple(card.id for card in cards))
