"""The frame of our dialogs: a heading, a body, a line for what is wrong, and buttons at the foot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class Dialog(QDialog):
    """Made anew each time and gone when closed."""

    def __init__(
        self, language: Language, theme: Theme, title: Message, parent: QWidget, width: int = 480
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.language, self.theme = language, theme
        language.say(self, "setWindowTitle", title)
        self.setMinimumWidth(width)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.wrong = Label(language, theme, size="small", tone="danger", wrap=True)
        self.wrong.hide()
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(Label(language, theme, title, size="object", strong=True))
        column.addLayout(self.body, 1)
        column.addWidget(self.wrong)
        column.addLayout(self.foot)

    def add_field(self, title: Message, field: QWidget | QLayout, note: Message | None = None) -> None:
        """A field under its name, with a note below."""
        column = QVBoxLayout()
        column.setSpacing(4)
        label = Label(self.language, self.theme, title, size="small", tone="quiet")
        column.addWidget(label)
        if isinstance(field, QWidget):
            label.setBuddy(field)
            column.addWidget(field)
        else:
            column.addLayout(field)
        if note is not None:
            column.addWidget(Label(self.language, self.theme, note, size="small", tone="faint", wrap=True))
        self.body.addLayout(column)

    def add_buttons(self, accept: Message, reject: Message | None = None) -> Button:
        """The buttons at the foot; returns the one that accepts, which Enter presses."""
        if reject is not None:
            cancel = Button(self.language, reject)
            cancel.clicked.connect(self.reject)
            self.foot.addWidget(cancel)
        button = Button(self.language, accept, "primary")
        button.setDefault(True)
        button.clicked.connect(self.accept)
        self.foot.addWidget(button)
        return button

    def say_wrong(self, words: Message | None) -> None:
        """Say what is wrong above the buttons, or nothing."""
        self.wrong.show_words(words or "")
        self.wrong.setVisible(words is not None)
        layout = self.layout()
        if words is not None and layout is not None:
            # The window grows with what is said: its fields are not to be pushed into each other.
            layout.activate()
            needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
            self.resize(self.width(), max(self.height(), needed))
