"""Where a file is to be written: typed, or chosen in the system's own dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit

from gisapp.forms.words import Button
from gisapp.language import Language
from layers.text import Message


class PathRow(QHBoxLayout):
    """``field`` holds the path. ``chosen`` tells the one that the system's dialog gave: it has asked already whether
    a file that is there may be replaced."""

    chosen = Signal(str)

    def __init__(self, language: Language, title: Message, kind: Callable[[], str], path: str = "") -> None:
        """``title`` of the system's dialog; ``kind`` as it names a kind of file, ``HTML (*.html)``."""
        super().__init__()
        self._language, self._title, self._kind = language, title, kind
        self.field = QLineEdit(path)
        browse = Button(language, Message("settings.browse"))
        browse.clicked.connect(self._browse)
        self.setSpacing(8)
        self.addWidget(self.field, 1)
        self.addWidget(browse)

    def _browse(self) -> None:
        title = self._language.render(self._title)
        chosen, _ = QFileDialog.getSaveFileName(self.field, title, self.field.text(), self._kind())
        if chosen:
            self.chosen.emit(chosen)
