"""The list of bookmarks that folds out beside the map: go, add, rename in place, move, replace, delete."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gisapp.forms.words import IconButton, Label
from gisapp.language import Language
from gisapp.panels.bookmarks.bookmarks import Bookmark, Bookmarks
from gisapp.theme import Theme
from layers.text import Message

WIDTH = 304
ROWS_SHOWN = 10
_ROW = 40


class BookmarkList(QFrame):
    """A popup: a click beside it takes it away."""

    chosen = Signal(object)
    """A Bookmark to go to."""
    add_asked = Signal()
    replace_asked = Signal(object)
    """A Bookmark that shall show what the map shows now."""

    def __init__(self, language: Language, theme: Theme, bookmarks: Bookmarks, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self._theme, self._bookmarks = theme, bookmarks
        self._is_writable = True
        self.list = QListWidget()
        self.list.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.list.itemChanged.connect(self._rename)
        self.list.currentRowChanged.connect(lambda _: self._enable())
        self.list.installEventFilter(self)
        self._empty = Label(language, theme, Message("navigate.bookmark.empty"), tone="quiet", wrap=True)
        self._empty.setContentsMargins(12, 8, 12, 12)
        self.add = _button(language, theme, "plus", "navigate.bookmark.add", self.add_asked.emit)
        self.rename = _button(
            language, theme, "pencil-simple", "navigate.bookmark.rename", self._begin_rename
        )
        self.replace = _button(language, theme, "frame-corners", "navigate.bookmark.replace", self._replace)
        self.up = _button(language, theme, "arrow-up", "navigate.bookmark.up", lambda: self._move(-1))
        self.down = _button(language, theme, "arrow-down", "navigate.bookmark.down", lambda: self._move(1))
        self.delete = _button(language, theme, "trash", "navigate.bookmark.delete", self._delete)
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.setSpacing(0)
        head.addWidget(Label(language, theme, Message("navigate.bookmark.title"), strong=True), 1)
        for button in (self.add, self.rename, self.replace, self.up, self.down, self.delete):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self._empty)
        self.setFixedWidth(WIDTH)
        bookmarks.changed.connect(self._fill)

    def open_beside(self, button: QWidget, *, writable: bool) -> None:
        """Come up at the left of the button that asked."""
        self._is_writable = writable
        self._fill()
        corner = button.mapToGlobal(QPoint(-self.width() - 8, 0))
        self.move(corner)
        self.show()
        self.list.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        key = event.key()
        if key == Qt.Key.Key_Delete:
            self._delete()
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(-1 if key == Qt.Key.Key_Up else 1)
        else:
            return False
        return True

    @property
    def current(self) -> Bookmark | None:
        """The bookmark marked in the list."""
        return _held(self.list.currentItem())

    def _fill(self) -> None:
        marked = self.current
        self.list.blockSignals(True)
        self.list.clear()
        for bookmark in self._bookmarks.all:
            item = QListWidgetItem(self._theme.icon("bookmark-simple"), bookmark.name)
            item.setData(Qt.ItemDataRole.UserRole, bookmark)
            if self._is_writable:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addItem(item)
            if marked is not None and bookmark.id == marked.id:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        count = self.list.count()
        self.list.setVisible(count > 0)
        self.list.setFixedHeight(min(count, ROWS_SHOWN) * _ROW + 4)
        self._empty.setVisible(count == 0)
        self._enable()
        self.adjustSize()

    def _enable(self) -> None:
        has_one = self.current is not None and self._is_writable
        self.add.setEnabled(self._is_writable)
        for button in (self.rename, self.replace, self.delete):
            button.setEnabled(has_one)
        row = self.list.currentRow()
        self.up.setEnabled(has_one and row > 0)
        self.down.setEnabled(has_one and row + 1 < self.list.count())

    def _choose(self, item: QListWidgetItem | None) -> None:
        bookmark = _held(item)
        if bookmark is not None and self.isVisible():
            self.hide()
            self.chosen.emit(bookmark)

    def _begin_rename(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    def _rename(self, item: QListWidgetItem) -> None:
        bookmark, name = _held(item), item.text().strip()
        if bookmark is None or name == bookmark.name:
            return
        if name:
            self._bookmarks.rename(bookmark, name)
        # Until the register says so it is called as before; a name refused stays so.
        self.list.blockSignals(True)
        item.setText(bookmark.name)
        self.list.blockSignals(False)

    def _replace(self) -> None:
        if self.current is not None:
            self.replace_asked.emit(self.current)

    def _move(self, step: int) -> None:
        if self.current is not None and self._is_writable:
            self._bookmarks.move(self.current, step)

    def _delete(self) -> None:
        if self.current is not None and self._is_writable:
            self._bookmarks.delete(self.current)


def _held(item: QListWidgetItem | None) -> Bookmark | None:
    held = None if item is None else item.data(Qt.ItemDataRole.UserRole)
    return held if isinstance(held, Bookmark) else None


def _button(language: Language, theme: Theme, icon: str, tip: str, act: object) -> IconButton:
    button = IconButton(language, theme, icon, Message(tip))
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(act)
    return button
