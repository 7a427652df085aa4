"""Pages of which one is shown, and of which only that one takes room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget


class Pages(QStackedWidget):
    """A stack that needs what the page needs that is shown: a wide one behind it makes the window no wider."""

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return QSize(0, 0) if shown is None else shown.minimumSizeHint()
