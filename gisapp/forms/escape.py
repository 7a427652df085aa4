"""The Esc key in a strip: it is for the strip alone, also where Esc is the key of an action."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def takes_escape(event: QEvent) -> bool:
    """Whether the event is Esc announcing itself or being pressed; the announcement is accepted."""
    if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
        return False
    if event.type() == QEvent.Type.ShortcutOverride:
        event.accept()
        return True
    return event.type() == QEvent.Type.KeyPress
