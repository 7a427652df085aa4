"""FlatEdit: a line that looks like plain text until the mouse or the keyboard comes to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from gisapp.forms.words import set_style
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.fields import Field

#: What stands left and right of the text: border, padding, and the margin of a line edit, into which Qt still paints.
_BESIDE, _MARGIN = 9, 2
_MORE = "…"


class FlatEdit(QLineEdit):
    """Shows a value for reading, and its exact text while the keyboard is in it.

    ``typed`` tells every text as it is typed, ``picked`` a value that was chosen, ``left`` that the keyboard
    went elsewhere or Enter was pressed.
    """

    typed = Signal(str)
    picked = Signal(object)
    left = Signal()
    came = Signal()
    #: Px at the right end that are not for text while the mouse or the keyboard is here.
    KEPT = 0

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__()
        self.field = field
        self._theme = theme
        #: Px of a text that is cut, up to its last whole letter.
        self._cut: int | None = None
        self._shown, self._exact = "", ""
        self._came_by_mouse = False
        self.setObjectName("flatField")
        self.setProperty("state", "")
        self.setFont(theme.font("base"))
        self.setFixedHeight(theme.size("row_field"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.textEdited.connect(self._on_typed)

    def show_value(self, value: Any, shown: str, exact: str) -> None:
        """Show a value: ``shown`` for reading, ``exact`` while it is worked on."""
        self._shown, self._exact = shown, exact
        self._show_text()

    def forget_typing(self) -> None:
        """What stands here is saved: undo belongs to the register again."""
        if self.isUndoAvailable():
            place = self.cursorPosition()
            self.setText(self.text())
            self.setCursorPosition(place)

    def show_state(self, state: str) -> None:
        """Mark as ``changed``, ``wrong``, ``warn``, ``mixed``; empty is as usual."""
        if self.property("state") != state:
            set_style(self, "state", state)

    def commit(self) -> None:
        """Take what stands here as entered, as if the keyboard had gone elsewhere."""

    @property
    def is_typing(self) -> bool:
        """Whether there is a text that is not the value shown."""
        return self.text() not in (self._shown, self._exact)

    def _show_text(self) -> None:
        text = self._exact if self.hasFocus() and not self.isReadOnly() else self._shown
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(len(text) if self.hasFocus() else 0)
        self._show_cut()

    def _show_cut(self) -> None:
        """A text too long for its place ends in … while it is read, and is told in full by its tip."""
        kept = self.KEPT if self.hasFocus() or self.underMouse() else 0
        metrics, room = self.fontMetrics(), self.width() - 2 * _BESIDE - kept
        is_cut = metrics.horizontalAdvance(self._shown) > room
        self.setToolTip(plain_tip(self._shown) if is_cut else "")
        self._cut, beside = None, kept
        if is_cut and not self.hasFocus() and self.text() == self._shown:
            left = metrics.elidedText(self._shown, Qt.TextElideMode.ElideRight, room).removesuffix(_MORE)
            self._cut = metrics.horizontalAdvance(left)
            beside += max(room - self._cut, 0) + _MARGIN
        margins = self.textMargins()
        if margins.right() != beside:
            self.setTextMargins(margins.left(), 0, beside, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_cut()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_cut()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_cut()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._cut is not None:
            painter = QPainter(self)
            painter.setPen(self._theme.color("text"))
            place = self.rect().adjusted(_BESIDE + self._cut, 0, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _MORE)
            painter.end()

    def _on_typed(self, text: str) -> None:
        self.typed.emit(text)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_text()
        self._came_by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason
        if event.reason() != Qt.FocusReason.PopupFocusReason and not self._came_by_mouse:
            self.selectAll()
        self.came.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
            self.left.emit()
            self._show_text()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._came_by_mouse and not self.hasSelectedText():
            # The first click takes the whole value, so that typing puts another in its place.
            self.selectAll()
        self._came_by_mouse = False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._wants(event) or super().event(event)
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        """Undo and redo belong to the register once there is nothing typed to take back."""
        undo = event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable()
        redo = event.matches(QKeySequence.StandardKey.Redo) and not self.isRedoAvailable()
        if undo or redo:
            event.ignore()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.commit()
            self.left.emit()
            self.focusNextChild()
            event.accept()
            return
        super().keyPressEvent(event)
