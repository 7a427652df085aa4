"""Entries typed at the place where they are shown: some fields of the catalogue in a small form of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import Button, Label, set_style
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.field import Field, ValueRefused
from layers.model.fields import ChoiceField
from layers.text import Message

_TITLE = 72
_STOPS = "\u3002."


class Entry(QFrame):
    """``saved`` tells the values by name; ``left`` that nothing shall be entered. What is wrong is said in place.

    Return in any field saves, Esc leaves. Values that could not be written stay as they were typed.
    """

    saved = Signal(object)
    left = Signal()

    def __init__(self, language: Language, theme: Theme, save: Words) -> None:
        super().__init__()
        self.setObjectName("entry")
        self._language, self._theme = language, theme
        self._fields: dict[str, Field] = {}
        self._choices: dict[str, Sequence[tuple[Any, Words]]] = {}
        self.editors: dict[str, QLineEdit | QComboBox] = {}
        self.heading = Label(language, theme, size="small", strong=True, wrap=True)
        self.heading.hide()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.error.hide()
        self.save = Button(language, save, "primary")
        self.cancel = Button(language, Message("renewal_desk.cancel"))
        self.save.clicked.connect(self.commit)
        self.cancel.clicked.connect(self.left)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addWidget(self.save)
        self.buttons.addWidget(self.cancel)
        self.buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.heading)
        column.addLayout(self._grid)
        column.addWidget(self.error)
        column.addLayout(self.buttons)

    def add_field(self, name: str, field: Field, value: Any = None, title: Words = "") -> QLineEdit:
        """A line for a field of the catalogue, filled with ``value``."""
        editor = QLineEdit(field.format(value, self._language.code))
        self._fields[name] = field
        self._place(name, title or field.title, editor)
        return editor

    def add_choice(
        self, name: str, title: Words, choices: Sequence[tuple[Any, Words]], value: Any = None
    ) -> QComboBox:
        """A list to choose from: values with what they are called."""
        editor = QComboBox()
        for each, words in choices:
            editor.addItem(self._language.render(words), each)
        editor.setCurrentIndex(max(editor.findData(value), 0))
        self._choices[name] = choices
        self._place(name, title, editor)
        return editor

    def add_row(self, widget: QWidget) -> None:
        """Something across both columns."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def _place(self, name: str, title: Words, editor: QLineEdit | QComboBox) -> None:
        row = self._grid.rowCount()
        words = Label(self._language, self._theme, title, size="small", tone="quiet", wrap=True)
        words.setFixedWidth(_TITLE)
        editor.setFont(self._theme.font("base"))
        self._language.say(editor, "setAccessibleName", title)
        self._grid.addWidget(words, row, 0)
        self._grid.addWidget(editor, row, 1)
        self.editors[name] = editor

    def begin(self, name: str) -> None:
        """Let the user type into this field; what stands there is marked. Without a field, Return saves."""
        editor = self.editors.get(name, self.save)
        editor.setFocus()
        if isinstance(editor, QLineEdit):
            editor.selectAll()

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and not saved, by name; empty when nothing was typed."""
        typed = {
            name: editor.text()
            for name, editor in self.editors.items()
            if isinstance(editor, QLineEdit) and editor.isModified()
        }
        return typed

    def restore(self, texts: Mapping[str, str]) -> None:
        """Put back what was typed before."""
        for name, text in texts.items():
            editor = self.editors.get(name)
            if isinstance(editor, QLineEdit):
                editor.setText(text)
                editor.setModified(True)

    def values(self) -> dict[str, Any] | None:
        """What is entered; None when something of it is wrong, which is then said."""
        found: dict[str, Any] = {}
        problems = []
        for name, editor in self.editors.items():
            if isinstance(editor, QComboBox):
                found[name] = editor.currentData()
                continue
            field = self._fields[name]
            its = []
            try:
                found[name] = field.parse(editor.text())
                its = [p for p in field.check(found[name]) if p.severity == "error"]
            except ValueRefused as refused:
                its = [refused.problem]
            set_style(editor, "wrong", "true" if its else "")
            problems += its
        self.error.setVisible(bool(problems))
        if problems:
            self.error.show_words(problems[0].message)
            return None
        return found

    def commit(self) -> None:
        """Take what is entered."""
        found = self.values()
        if found is not None and self.save.isEnabled():
            self.save.setEnabled(False)
            self.saved.emit(found)

    def show_failed(self, error: UserError) -> None:
        """It could not be written; it still stands here."""
        self.save.setEnabled(True)
        words: Words = error.title
        if error.hint is not None:
            # What lists rules that are broken ends with a sentence of its own.
            first = self._language.render(error.title).rstrip(_STOPS)
            words = Message("form.two_sentences", {"first": first, "second": error.hint})
        self.error.show_words(words)
        self.error.show()

    def event(self, event: QEvent) -> bool:
        # Esc here leaves the entry; it is not the window's, which would let go of the project.
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit() if self.cancel.hasFocus() else self.commit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def choices_of(field: Field) -> list[tuple[Any, Words]]:
    """The entries of a choice field that may be chosen now."""
    assert isinstance(field, ChoiceField)
    return [(entry.code, entry.title) for entry in field.code_list.entries if entry.active]


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value is not None}
