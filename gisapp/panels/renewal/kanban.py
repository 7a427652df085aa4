"""The board: a column for each phase, a card for each project. Cards are painted, so hundreds of them cost nothing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip

from gisapp.language import Language
from gisapp.panels.renewal.card_painter import CARD_HEIGHT, CardPainter
from gisapp.panels.renewal.numbers import km
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.renewal.board import PHASES, Board, Card
from layers.text import Message

HEAD = 46
GAP = 8
FOLDED = 30
LEAST_COLUMN = 118


@dataclass(frozen=True)
class _Column:
    phase: str
    left: int
    width: int
    is_folded: bool
    cards: tuple[Card, ...]


class Kanban(QAbstractScrollArea):
    """``chosen``: the project clicked; ``flown``: double-clicked; ``moved``: dropped on the column of a phase;
    ``gathered``: every project of the column whose head was clicked."""

    chosen = Signal(int)
    flown = Signal(int)
    moved = Signal(int, str)
    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self._language, self._theme = language, theme
        self._painter = CardPainter(language, theme)
        self._board: Board | None = None
        self._cards: tuple[Card, ...] = ()
        self._columns: list[_Column] = []
        self._folded = {PHASES[0], PHASES[-1]}
        self._current = 0
        self._pressed: tuple[QPoint, int] | None = None
        self._dragged: QPoint | None = None
        language.hint(self, Message("renewal_desk.board"))
        language.changed.connect(self._redraw)
        theme.changed.connect(self._redraw)

    # ---- what is shown

    def show_board(self, board: Board | None, cards: tuple[Card, ...]) -> None:
        """Show these cards of a board."""
        self._board, self._cards = board, cards
        self._arrange()

    def show_current(self, project: int) -> None:
        """Mark a project and bring it into view; 0 for none."""
        if project == self._current:
            return
        self._current = project
        place = self.place_of(project)
        if place is None and project:
            card = next((card for card in self._cards if card.id == project), None)
            if card is not None:
                self._folded.discard(card.phase)
                self._arrange()
                place = self.place_of(project)
        if place is not None:
            bar, room = self.verticalScrollBar(), self.viewport().height()
            if place.top() < HEAD:
                bar.setValue(bar.value() + place.top() - HEAD - GAP)
            elif place.bottom() > room:
                bar.setValue(bar.value() + place.bottom() - room + GAP)
        self._redraw()

    def place_of(self, project: int) -> QRect | None:
        """Where the card of a project is in the viewport; None when its column is folded or it is not there."""
        for column in self._columns:
            for number, card in enumerate(column.cards):
                if card.id == project and not column.is_folded:
                    return self._rect(column, number)
        return None

    def place_of_phase(self, phase: str) -> QRect:
        """Where the column of a phase is in the viewport."""
        column = next(each for each in self._columns if each.phase == phase)
        return QRect(column.left, 0, column.width, self.viewport().height())

    def fold(self, phase: str, on: bool) -> None:
        """Make a column narrow, or wide again."""
        self._folded.add(phase) if on else self._folded.discard(phase)
        self._arrange()

    # ---- arranging

    def _arrange(self) -> None:
        board = self._board
        groups: dict[str, list[Card]] = {phase: [] for phase in PHASES}
        if board is not None:
            kept = {card.id for card in self._cards}
            for phase in PHASES:
                groups[phase] = [card for card in board.column(phase) if card.id in kept]
        wide = [phase for phase in PHASES if phase not in self._folded]
        room = (
            self.viewport().width() - 2 * GAP - GAP * (len(PHASES) - 1) - FOLDED * (len(PHASES) - len(wide))
        )
        width = max(room // len(wide), LEAST_COLUMN) if wide else 0
        left, columns = GAP, []
        for phase in PHASES:
            is_folded = phase in self._folded
            its = FOLDED if is_folded else width
            columns.append(_Column(phase, left, its, is_folded, tuple(groups[phase])))
            left += its + GAP
        self._columns = columns
        tallest = max((len(each.cards) for each in columns if not each.is_folded), default=0)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(CARD_HEIGHT // 3)
        bar.setRange(0, max(0, HEAD + tallest * (CARD_HEIGHT + GAP) + GAP - self.viewport().height()))
        self._redraw()

    def _rect(self, column: _Column, number: int) -> QRect:
        top = HEAD + GAP + number * (CARD_HEIGHT + GAP) - self.verticalScrollBar().value()
        return QRect(column.left, top, column.width, CARD_HEIGHT)

    def _column_at(self, at: QPoint) -> _Column | None:
        """The column at a place; none outside of the board, where a card is let go without moving it."""
        if not self.viewport().rect().contains(at):
            return None
        return next((c for c in self._columns if c.left <= at.x() < c.left + c.width), None)

    def _card_at(self, at: QPoint) -> Card | None:
        column = self._column_at(at)
        if column is None or column.is_folded or at.y() < HEAD:
            return None
        number, rest = divmod(at.y() + self.verticalScrollBar().value() - HEAD - GAP, CARD_HEIGHT + GAP)
        return column.cards[number] if 0 <= number < len(column.cards) and rest < CARD_HEIGHT else None

    # ---- painting

    def _redraw(self) -> None:
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.color("panel"))
        under = None if self._dragged is None else self._column_at(self._dragged)
        bottom = self.viewport().height()
        for column in self._columns:
            self._paint_head(painter, column, is_target=under is column)
            if column.is_folded:
                continue
            painter.save()
            painter.setClipRect(QRect(column.left - 2, HEAD, column.width + 4, bottom - HEAD))
            for number, card in enumerate(column.cards):
                place = self._rect(column, number)
                if place.bottom() > HEAD and place.top() < bottom and self._board is not None:
                    self._painter.paint(
                        painter, QRectF(place), card, self._board.day, card.id == self._current
                    )
            painter.restore()
        if self._dragged is not None and self._pressed is not None and self._board is not None:
            held = self._board.by_id.get(self._pressed[1])
            if held is not None:
                width = next(c.width for c in self._columns if not c.is_folded)
                corner = QPointF(self._dragged) - QPointF(width / 2, 20)
                painter.setOpacity(0.85)
                box = QRectF(corner.x(), corner.y(), width, CARD_HEIGHT)
                self._painter.paint(painter, box, held, self._board.day, True)
        painter.end()

    def _paint_head(self, painter: QPainter, column: _Column, *, is_target: bool) -> None:
        theme = self._theme
        if is_target:
            shade = QRectF(column.left - 3, 2, column.width + 6, self.viewport().height() - 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(shade, 4, 4)
        title = self._language.render(Message(f"renewal_desk.phase.{column.phase}"))
        if column.is_folded:
            self._paint_folded(painter, column, title)
            return
        left, width = column.left, column.width
        painter.setFont(theme.font("base", strong=True))
        painter.setPen(theme.color("text"))
        painter.drawText(QRect(left, 4, width - 18, 20), Qt.AlignmentFlag.AlignVCenter, title)
        theme.icon("caret-left", "text3").paint(painter, QRect(left + width - 14, 8, 12, 12))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        length = sum(card.planned for card in column.cards)
        count = len(column.cards)
        words = Message("renewal_desk.column", {"count": count, "km": km(length)})
        if any(card.is_conversion for card in self._cards):
            homes = sum(card.households for card in column.cards)
            words = Message("renewal_desk.column.homes", {"count": count, "homes": f"{homes:,}"})
        painter.drawText(
            QRect(left, 23, width, 18), Qt.AlignmentFlag.AlignVCenter, self._language.render(words)
        )
        painter.fillRect(QRect(left, HEAD - 3, width, 2), theme.color("border_strong"))

    def _paint_folded(self, painter: QPainter, column: _Column, title: str) -> None:
        theme = self._theme
        place = QRectF(column.left, 4, column.width, self.viewport().height() - 12)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(place, 4, 4)
        theme.icon("caret-right", "text2").paint(painter, QRect(column.left + 8, 12, 14, 14))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("small", strong=True))
        centre = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(QRect(column.left, 32, column.width, 18), centre, str(len(column.cards)))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        if title.isascii():
            painter.save()
            painter.translate(column.left + column.width / 2 + 4, 58)
            painter.rotate(90)
            painter.drawText(QPointF(0, 0), title)
            painter.restore()
        else:
            for number, letter in enumerate(title):
                painter.drawText(QRect(column.left, 54 + 20 * number, column.width, 20), centre, letter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._redraw()

    # ---- the mouse and the keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        card = self._card_at(at)
        if card is not None:
            self._pressed = at, card.id
            return
        column = self._column_at(at)
        if column is None:
            return
        if column.is_folded or (at.y() < HEAD and at.x() > column.left + column.width - 20):
            self.fold(column.phase, not column.is_folded)
        elif at.y() < HEAD and column.cards:
            self.gathered.emit(tuple(card.id for card in column.cards))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None:
            self._hint(event, at)
            return
        start, _ = self._pressed
        if self._dragged is not None or (at - start).manhattanLength() >= QApplication.startDragDistance():
            self._dragged = at
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._redraw()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged = self._pressed, self._dragged
        self._stop_drag()
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        _, project = pressed
        if dragged is None:
            self.chosen.emit(project)
            return
        column = self._column_at(event.position().toPoint())
        if column is not None:
            self.moved.emit(project, column.phase)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        card = self._card_at(event.position().toPoint())
        if card is not None:
            self.flown.emit(card.id)

    def _stop_drag(self) -> None:
        self._pressed = self._dragged = None
        self.viewport().unsetCursor()
        self._redraw()

    def _hint(self, event: QMouseEvent, at: QPoint) -> None:
        card = self._card_at(at)
        words = "" if card is None else "\n".join([card.name, *map(self._language.render, card.alarms)])
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words) if words else "", self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None:
            self._stop_drag()
            return
        steps = {
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
        }
        step = steps.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current:
            self.flown.emit(self._current)
        elif step is not None:
            self._step(*step)
        else:
            super().keyPressEvent(event)

    def _step(self, across: int, down: int) -> None:
        """Go to the card beside or below the current one."""
        wide = [each for each in self._columns if not each.is_folded and each.cards]
        if not wide:
            return
        for at, column in enumerate(wide):
            ids = [card.id for card in column.cards]
            if self._current in ids:
                to = wide[min(max(at + across, 0), len(wide) - 1)]
                row = min(max(ids.index(self._current) + down, 0), len(to.cards) - 1)
                self.chosen.emit(to.cards[row].id)
                return
        self.chosen.emit(wide[0].cards[0].id)
