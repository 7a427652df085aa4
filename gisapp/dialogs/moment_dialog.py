"""Asking for a moment to go back to, and whose acts shall be taken back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.field import ValueRefused
from layers.model.fields import InstantField
from layers.text import Message, Title

_READER = InstantField(name="at", title=Title("时刻", "Moment"))


class MomentDialog(Dialog):
    """``chosen`` gives the moment as it is stored, and the person or None for everybody."""

    chosen = Signal(str, object)

    def __init__(self, language: Language, theme: Theme, people: Sequence[str], parent: QWidget) -> None:
        super().__init__(language, theme, Message("history.since.title"), parent)
        hour_ago = datetime.datetime.now().astimezone() - datetime.timedelta(hours=1)
        self.moment = QLineEdit(f"{hour_ago:%Y-%m-%d %H:%M}")
        self.moment.selectAll()
        self.person = QComboBox()
        self.person.addItem(language.render(Message("history.person.any")), None)
        for name in people:
            self.person.addItem(name, name)
        self.add_field(Message("history.since.moment"), self.moment, Message("history.since.note"))
        self.add_field(Message("history.since.by"), self.person)
        self.go = self.add_buttons(Message("history.since.go"), Message("history.restore.cancel"))

    def accept(self) -> None:
        """Read the moment; what is none is said."""
        text = self.moment.text().strip()
        try:
            at = _READER.parse(text)
        except ValueRefused:
            at = None
        if at is None:
            self.say_wrong(Message("history.since.wrong", {"text": text}))
            return
        self.chosen.emit(at, self.person.currentData())
        super().accept()
