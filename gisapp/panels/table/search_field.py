"""Where one types what the rows of a table must contain."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from gisapp.forms.escape import claims_escape


class SearchField(QLineEdit):
    """Down and Enter go to the rows (``down``), Esc empties it."""

    down = Signal()

    def event(self, event: QEvent) -> bool:
        # Esc is not the window's, which would let go of the selection, while there is something to empty.
        return (bool(self.text()) and claims_escape(event)) or bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
