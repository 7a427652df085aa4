"""The palette (Ctrl+K): one field that finds actions, assets, roads, people and places."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import IconLabel, Label, Line
from gisapp.language import Language
from gisapp.panels.palette.model import ROW_HEIGHT, Entry, PaletteDelegate, PaletteModel
from gisapp.theme import Theme
from layers.text import Message

WIDTH = 640
ROWS_SHOWN = 11

Local = Callable[[str], list[Entry]]
"""What can be answered at once (actions, coordinates), for a text."""
Remote = Callable[[str, Callable[[list[Entry]], None]], None]
"""What is asked from the register: the text, and whom to tell the answer."""


class Palette(QFrame):
    """Lies over the window. Typing is never held up: what comes late is added under what was there."""

    def __init__(
        self, language: Language, theme: Theme, local: Local, remote: Remote, window: QWidget, anchor: QWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("palette")
        self._local, self._remote, self._anchor = local, remote, anchor
        self._here: list[Entry] = []
        self._is_waiting = False
        self._wants_first = False
        self.field = QLineEdit()
        self.field.setFrame(False)
        self.field.setStyleSheet("border: none; background: transparent;")
        language.say(self.field, "setPlaceholderText", Message("palette.prompt"))
        self.field.textChanged.connect(self._ask)
        self.field.installEventFilter(self)
        self.model = PaletteModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.empty = Label(language, theme, tone="faint", wrap=True)
        self.empty.setContentsMargins(42, 12, 12, 12)
        self._lay_out(theme)
        self._foot(language, theme)
        self.hide()

    def open(self, text: str = "") -> None:
        """Come up over the search box, ready for typing."""
        parent = self._window
        width = min(WIDTH, parent.width() - 32)
        middle = self._anchor.mapTo(parent, self._anchor.rect().center()).x()
        self.setFixedWidth(width)
        self.move(QPoint(max(min(middle - width // 2, parent.width() - width - 16), 16), 4))
        self.field.setText(text)
        self._ask(text)
        self.show()
        self.raise_()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if claims_escape(event):
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event.key())
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return False

    def _on_key(self, key: int) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: ROWS_SHOWN,
            Qt.Key.Key_PageUp: -ROWS_SHOWN,
        }
        if key == Qt.Key.Key_Escape:
            self._leave()
        elif key in steps:
            self._move(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Whoever types and presses Enter at once means the first answer, also one still on its way.
            self._wants_first = self._is_waiting and self.list.currentIndex().row() <= 0
            if not self._wants_first:
                self._choose(self.list.currentIndex().row())
        else:
            return False
        return True

    def _ask(self, text: str) -> None:
        text = text.strip()
        self._wants_first = False
        self._here = self._local(text)
        self._is_waiting = bool(text)
        self._list(self._here)
        if text:
            self._remote(text, lambda entries: self._on_answer(text, entries))

    def _on_answer(self, text: str, entries: list[Entry]) -> None:
        if text != self.field.text().strip() or not self.isVisible():
            return
        self._is_waiting = False
        row = self.list.currentIndex().row()
        # Assets stand first: a code or a name is what is typed most.
        self._list([*entries, *self._here], 0 if row <= 0 else row + len(entries))
        if self._wants_first:
            self._choose(0)

    def _list(self, entries: list[Entry], row: int = 0) -> None:
        self.model.show(entries)
        self.list.setCurrentIndex(self.model.index(min(row, len(entries) - 1), 0))
        rows = min(len(entries), ROWS_SHOWN)
        self.list.setFixedHeight(rows * ROW_HEIGHT)
        self.list.setVisible(bool(entries))
        typed = self.field.text().strip()
        self.empty.show_words(
            Message("palette.searching") if self._is_waiting else Message("palette.nothing", {"text": typed})
        )
        self.empty.setVisible(not entries and bool(typed))
        self.adjustSize()

    def _move(self, step: int) -> None:
        count = len(self.model.entries)
        if count:
            row = min(max(self.list.currentIndex().row() + step, 0), count - 1)
            self.list.setCurrentIndex(self.model.index(row, 0))

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.model.entries):
            entry = self.model.entries[row]
            self._leave()
            entry.choose()

    def _leave(self) -> None:
        self.hide()
        self._window.setFocus()

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        head.setSpacing(8)
        head.addWidget(IconLabel(theme, "magnifying-glass", 18))
        head.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self.list)
        column.addWidget(self.empty)

    def _foot(self, language: Language, theme: Theme) -> None:
        foot = Label(language, theme, Message("palette.foot"), size="rail", tone="faint")
        foot.setContentsMargins(12, 6, 12, 6)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(Line())
        layout.addWidget(foot)
