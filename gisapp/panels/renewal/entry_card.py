"""An entry that lies over the board until it is saved or left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gisapp.language import Language, Words
from gisapp.panels.renewal.entry import Entry
from gisapp.theme import Theme
from layers.errors import UserError

_MARGIN = 8


class EntryCard(QFrame):
    """Holds one entry at a time; ``left``: it was put away."""

    left = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("palette")
        self._language, self._theme = language, theme
        self.entry: Entry | None = None
        self._corner = QPoint()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self.hide()

    def make(self, title: Words, save: Words) -> Entry:
        """An entry to be filled, and then opened; one that is open is put away."""
        self.shut()
        entry = Entry(self._language, self._theme, save)
        entry.heading.show_words(title)
        entry.heading.show()
        entry.left.connect(self.shut)
        return entry

    def open(self, entry: Entry, first: str, width: int, corner: QPoint) -> None:
        """Show it with its left upper corner at ``corner``, or where there is room; the field ``first`` has the focus.

        It is at most ``width`` pixels wide.
        """
        self.entry = entry
        self._column.addWidget(entry)
        room = self._over.rect()
        self.setFixedWidth(min(width, room.width() - 2 * _MARGIN))
        self.show()
        self._corner = corner
        self._fit()
        self.raise_()
        entry.begin(first)

    def _fit(self) -> None:
        """As high as what it says, and where there is room for that."""
        entry, room = self.entry, self._over.rect()
        if entry is None:
            return
        self._column.activate()
        # Sentences take the lines they need between the borders, of which their layouts know nothing.
        borders = sum(each.width() - each.contentsRect().width() for each in (self, entry))
        needed = self._column.heightForWidth(self.width() - borders)
        self.resize(self.width(), max(self.sizeHint().height(), needed))
        right, low = room.width() - self.width() - _MARGIN, room.height() - self.height() - _MARGIN
        self.move(min(max(self._corner.x(), _MARGIN), right), min(self._corner.y(), max(low, _MARGIN)))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        # What is wrong, or what it comes to, is said while it is open: it grows with its sentences.
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._fit()
        return done

    def shut(self) -> None:
        """Ask no more."""
        entry, self.entry = self.entry, None
        if entry is not None:
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        if self.isVisible():
            self.hide()
            self.left.emit()

    def show_failed(self, error: UserError) -> None:
        """It could not be written; it still stands there."""
        if self.entry is not None:
            self.entry.show_failed(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)
