"""FlatEdit: a line that looks like plain text until the mouse or the keyboard comes to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from gisapp.forms.words import set_style
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.fields import Field


class FlatEdit(QLineEdit):
    """Shows a value for reading, and its exact text while the keyboard is in it.

    ``typed`` tells every text as it is typed, ``picked`` a value that was chosen, ``left`` that the keyboard
    went elsewhere or Enter was pressed.
    """

    typed = Signal(str)
    picked = Signal(object)
    left = Signal()
    came = Signal()

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__()
        self.field = field
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
        self.setToolTip(plain_tip(self._shown) if self._is_cut() else "")

    def _is_cut(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self._shown) > self.width() - 12

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
