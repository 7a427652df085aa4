"""The Esc key in a strip: it is for the strip alone, also where Esc is the key of an action."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def claims_escape(event: QEvent) -> bool:
    """Whether the event is Esc announcing itself, which is accepted then: it is pressed here, not in the window."""
    is_announced = event.type() == QEvent.Type.ShortcutOverride and _is_escape(event)
    if is_announced:
        event.accept()
    return is_announced


def takes_escape(event: QEvent) -> bool:
    """Whether the event is Esc announcing itself or being pressed; the announcement is accepted."""
    return claims_escape(event) or (event.type() == QEvent.Type.KeyPress and _is_escape(event))


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
