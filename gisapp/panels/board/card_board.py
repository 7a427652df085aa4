"""CardBoard: columns of cards. Cards are painted, so hundreds of them cost nothing; whoever has them paints them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip

from gisapp.abstract_object import AbstractObject
from gisapp.language import Language
from gisapp.panels.board.heads import FOLDED, HEAD, BoardColumn, HeadPainter
from gisapp.panels.board.stepping import step_from
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme

GAP = 8


@dataclass(frozen=True)
class Placed:
    """A column with its place in the viewport."""

    column: BoardColumn
    left: int
    width: int
    is_folded: bool

    @property
    def cards(self) -> tuple[int, ...]:
        return self.column.cards


class CardBoard(QAbstractScrollArea, metaclass=AbstractObject):
    """``chosen``: the card that is the current one now; ``flown``: double-clicked; ``picked``: all chosen ones, where
    several may be; ``dropped``: cards (ids) let go on a column (its key); ``gathered``: all of a column whose head
    was clicked; ``menu_asked``: a menu for cards (ids) at a point of the screen.

    A subclass paints: ``paint_card``, ``tip_of``.
    """

    chosen = Signal(int)
    flown = Signal(int)
    picked = Signal(tuple)
    dropped = Signal(tuple, object)
    gathered = Signal(tuple)
    menu_asked = Signal(tuple, QPoint)

    def __init__(
        self, language: Language, theme: Theme, *, card_height: int, least_column: int, several: bool = False
    ) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._language, self._theme = language, theme
        self._card_height, self._least_column, self._several = card_height, least_column, several
        self._heads = HeadPainter(theme)
        self.columns: tuple[BoardColumn, ...] = ()
        self._placed: list[Placed] = []
        self._folded: set[Hashable] = set()
        self.current = 0
        self.picks: frozenset[int] = frozenset()
        self._pressed: tuple[QPoint, int] | None = None
        self._dragged: QPoint | None = None
        language.changed.connect(self.redraw)
        theme.changed.connect(self.redraw)

    # ---- what a subclass says

    @abstractmethod
    def paint_card(self, painter: QPainter, place: QRectF, card: int, *, is_current: bool) -> None:
        """Paint one card."""

    def tip_of(self, card: int) -> str:
        """What is said of a card when the mouse rests on it."""
        return ""

    # ---- what is shown

    def show_columns(self, columns: Sequence[BoardColumn]) -> None:
        """Show these; cards that are gone are no longer chosen."""
        self.columns = tuple(columns)
        there = {card for column in self.columns for card in column.cards}
        if not self.picks <= there:
            self.picks &= there
            self.picked.emit(tuple(sorted(self.picks)))
        self._arrange()

    def show_current(self, card: int) -> None:
        """Mark a card and bring it into view; 0 for none."""
        if card == self.current:
            return
        self.current = card
        place = self.place_of(card)
        if place is None and card:
            column = next((each for each in self.columns if card in each.cards), None)
            if column is not None:
                self._folded.discard(column.key)
                self._arrange()
                place = self.place_of(card)
        if place is not None:
            upright, across, room = self.verticalScrollBar(), self.horizontalScrollBar(), self.viewport()
            if place.top() < HEAD:
                upright.setValue(upright.value() + place.top() - HEAD - GAP)
            elif place.bottom() > room.height():
                upright.setValue(upright.value() + place.bottom() - room.height() + GAP)
            if place.left() < 0 or place.right() > room.width():
                across.setValue(across.value() + place.left() - GAP)
        self.redraw()

    def pick(self, cards: Sequence[int]) -> None:
        """Choose these cards, as the user would."""
        self.picks = frozenset(cards)
        self.picked.emit(tuple(sorted(self.picks)))
        self.redraw()

    def place_of(self, card: int) -> QRect | None:
        """Where a card is in the viewport; None when its column is folded or it is not there."""
        for placed in self._placed:
            if card in placed.cards and not placed.is_folded:
                return self._rect(placed, placed.cards.index(card))
        return None

    def place_of_column(self, key: Hashable) -> QRect:
        """Where a column is in the viewport."""
        placed = next(each for each in self._placed if each.column.key == key)
        return QRect(self._left(placed), 0, placed.width, self.viewport().height())

    def fold(self, key: Hashable, on: bool) -> None:
        """Make a column narrow, or wide again."""
        self._folded.add(key) if on else self._folded.discard(key)
        self._arrange()

    # ---- arranging

    def _arrange(self) -> None:
        wide = sum(column.key not in self._folded for column in self.columns)
        narrow = len(self.columns) - wide
        room = self.viewport().width() - 2 * GAP - GAP * (len(self.columns) - 1) - FOLDED * narrow
        width = max(room // wide, self._least_column) if wide else 0
        left, placed = GAP, []
        for column in self.columns:
            is_folded = column.key in self._folded
            its = FOLDED if is_folded else width
            placed.append(Placed(column, left, its, is_folded))
            left += its + GAP
        self._placed = placed
        tallest = max((len(each.cards) for each in placed if not each.is_folded), default=0)
        upright, across = self.verticalScrollBar(), self.horizontalScrollBar()
        upright.setPageStep(self.viewport().height())
        upright.setSingleStep(self._card_height // 3)
        upright.setRange(
            0, max(0, HEAD + tallest * (self._card_height + GAP) + GAP - self.viewport().height())
        )
        across.setPageStep(self.viewport().width())
        across.setSingleStep(self._least_column // 2)
        across.setRange(0, max(0, left - self.viewport().width()))
        self.redraw()

    def _left(self, placed: Placed) -> int:
        return placed.left - self.horizontalScrollBar().value()

    def _rect(self, placed: Placed, number: int) -> QRect:
        top = HEAD + GAP + number * (self._card_height + GAP) - self.verticalScrollBar().value()
        return QRect(self._left(placed), top, placed.width, self._card_height)

    def _column_at(self, at: QPoint) -> Placed | None:
        """The column at a place; none outside of the board, where a card is let go without moving it."""
        if not self.viewport().rect().contains(at):
            return None
        return next((c for c in self._placed if self._left(c) <= at.x() < self._left(c) + c.width), None)

    def _card_at(self, at: QPoint) -> int | None:
        placed = self._column_at(at)
        if placed is None or placed.is_folded or at.y() < HEAD:
            return None
        step = self._card_height + GAP
        number, rest = divmod(at.y() + self.verticalScrollBar().value() - HEAD - GAP, step)
        return placed.cards[number] if 0 <= number < len(placed.cards) and rest < self._card_height else None

    # ---- painting

    def redraw(self) -> None:
        """Paint anew."""
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.color("panel"))
        under = None if self._dragged is None else self._column_at(self._dragged)
        bottom = self.viewport().height()
        for placed in self._placed:
            place = QRect(self._left(placed), 0, placed.width, bottom)
            if place.right() < 0 or place.left() > self.viewport().width():
                continue
            self._heads.paint(painter, place, placed.column, placed.is_folded, is_target=under is placed)
            if placed.is_folded:
                continue
            painter.save()
            painter.setClipRect(QRect(place.left() - 2, HEAD, placed.width + 4, bottom - HEAD))
            for number, card in enumerate(placed.cards):
                its = self._rect(placed, number)
                if its.bottom() > HEAD and its.top() < bottom:
                    is_current = card in self.picks if self.picks else card == self.current
                    self.paint_card(painter, QRectF(its), card, is_current=is_current)
            painter.restore()
        self._paint_held(painter)
        painter.end()

    def _paint_held(self, painter: QPainter) -> None:
        """What is being dragged, as a pile when it is several."""
        if self._dragged is None or self._pressed is None:
            return
        width = next(c.width for c in self._placed if not c.is_folded)
        corner = QPointF(self._dragged) - QPointF(width / 2, 20)
        painter.setOpacity(0.85)
        for depth in range(min(len(self._held), 3) - 1, -1, -1):
            box = QRectF(corner.x() + 5 * depth, corner.y() + 5 * depth, width, self._card_height)
            self.paint_card(painter, box, self._pressed[1], is_current=True)
        if len(self._held) > 1:
            self._heads.paint_count(painter, corner, len(self._held))

    @property
    def _held(self) -> tuple[int, ...]:
        """The cards that go together: those chosen if the one pressed is among them."""
        if self._pressed is None:
            return ()
        card = self._pressed[1]
        return tuple(sorted(self.picks)) if card in self.picks else (card,)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.redraw()

    # ---- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        card = self._card_at(at)
        if event.button() == Qt.MouseButton.RightButton and card is not None:
            if card not in self.picks:
                self._choose(card, Qt.KeyboardModifier.NoModifier)
            self.menu_asked.emit(self.acted_on, event.globalPosition().toPoint())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if card is not None:
            self._pressed = at, card
            return
        placed = self._column_at(at)
        if placed is None:
            return
        if placed.is_folded or (at.y() < HEAD and at.x() > self._left(placed) + placed.width - 20):
            self.fold(placed.column.key, not placed.is_folded)
        elif at.y() < HEAD and placed.cards:
            if self._several:
                self.pick(placed.cards)
            self.gathered.emit(placed.cards)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None:
            card = self._card_at(at)
            words = "" if card is None else self.tip_of(card)
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words) if words else "", self)
            return
        start, _ = self._pressed
        if self._dragged is not None or (at - start).manhattanLength() >= QApplication.startDragDistance():
            self._dragged = at
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.redraw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged, held = self._pressed, self._dragged, self._held
        self._stop_drag()
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if dragged is None:
            self._choose(pressed[1], event.modifiers())
            return
        placed = self._column_at(event.position().toPoint())
        if placed is not None:
            self._drop(held, placed.column.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        card = self._card_at(event.position().toPoint())
        if card is not None:
            self.flown.emit(card)

    def _choose(self, card: int, keys: Qt.KeyboardModifier) -> None:
        """Choose a card; with Ctrl one more or one less, with Shift all from the current one on."""
        if self._several and keys & Qt.KeyboardModifier.ControlModifier:
            before, self.current = self.picks or {self.current} - {0}, card
            self.pick(tuple(before ^ {card}))
            return
        if self._several and keys & Qt.KeyboardModifier.ShiftModifier:
            self.pick(self._between(self.current, card))
            return
        if self.picks:
            self.pick(())
        self.chosen.emit(card)

    def _between(self, one: int, other: int) -> tuple[int, ...]:
        for column in self.columns:
            if one in column.cards and other in column.cards:
                low, high = sorted((column.cards.index(one), column.cards.index(other)))
                return column.cards[low : high + 1]
        return (other,)

    def _drop(self, cards: tuple[int, ...], key: Hashable) -> None:
        """Let cards go on a column; a narrow one becomes wide, so that it is seen what lies there now."""
        self.fold(key, False)
        self.dropped.emit(cards, key)

    def _stop_drag(self) -> None:
        self._pressed = self._dragged = None
        self.viewport().unsetCursor()
        self.redraw()

    # ---- the keyboard

    @property
    def acted_on(self) -> tuple[int, ...]:
        """The cards that an act is about: those chosen, else the current one."""
        there = any(self.current in column.cards for column in self.columns)
        return tuple(sorted(self.picks)) if self.picks else (self.current,) if there else ()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._dragged is not None or self.picks):
            self.pick(()) if self._dragged is None else self._stop_drag()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.flown.emit(self.current)
        elif self._several and self._act_on_several(event):
            return
        elif (card := step_from(event.key(), self._open_columns, self.current)) is not None:
            self.chosen.emit(card)
        elif event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)

    @property
    def _open_columns(self) -> list[tuple[int, ...]]:
        return [each.cards for each in self._placed if not each.is_folded and each.cards]

    def _act_on_several(self, event: QKeyEvent) -> bool:
        """Space chooses, Alt and an arrow moves to the column beside, Menu asks for a menu."""
        key, is_alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        sides = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key == Qt.Key.Key_Space and self.current:
            self.pick(tuple(self.picks ^ {self.current}))
        elif is_alt and key in sides and self.acted_on:
            keys = [column.key for column in self.columns]
            at = next(n for n, column in enumerate(self.columns) if self.acted_on[0] in column.cards)
            to = at + sides[Qt.Key(key)]
            if 0 <= to < len(keys):
                self._drop(self.acted_on, keys[to])
        elif key == Qt.Key.Key_Menu and self.acted_on:
            place = self.place_of(self.acted_on[0])
            at_point = QPoint(GAP, HEAD) if place is None else place.center()
            self.menu_asked.emit(self.acted_on, self.viewport().mapToGlobal(at_point))
        else:
            return False
        return True
