"""A finished package of which the book does not know: taken up, or thrown away."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class LeftDialog(Dialog):
    """``taken``: it goes on as handed out; ``thrown``: it is to go. Closed otherwise, it is asked about again."""

    taken = Signal()
    thrown = Signal()

    def __init__(self, language: Language, theme: Theme, lines: tuple[Message, ...], parent: QWidget) -> None:
        super().__init__(language, theme, Message("packages.left.title"), parent, 520)
        for line in lines:
            self.body.addWidget(Label(language, theme, line, wrap=True))
        self.throw = Button(language, Message("packages.left.throw"))
        self.throw.clicked.connect(self._throw)
        self.foot.addWidget(self.throw)
        self.take = self.add_buttons(Message("packages.left.take"), Message("packages.left.later"))

    def accept(self) -> None:
        """Take it up."""
        self.taken.emit()
        super().accept()

    def _throw(self) -> None:
        self.thrown.emit()
        self.reject()
