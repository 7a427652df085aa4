"""Settings of the user: name, language, theme. They hold at once and follow the user, not the register."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.language import Language
from gisapp.settings import Preferences
from gisapp.theme import CHOICES, Theme
from layers.model.roles import ROLES
from layers.text import Message

_THEMES = {
    "system": Message("settings.theme.system"),
    "light": Message("settings.theme.light"),
    "dark": Message("settings.theme.dark"),
}
_ROLES = {
    "viewer": Message("role.viewer"),
    "surveyor": Message("role.surveyor"),
    "engineer": Message("role.engineer"),
    "manager": Message("role.manager"),
}
_LANGUAGES = {"zh": "中文", "en": "English"}


class SettingsDialog(Dialog):
    """Each choice is told as it is made, so that its effect is seen at once."""

    name_chosen = Signal(str)
    role_chosen = Signal(str)
    theme_chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(language, theme, Message("settings.title"), parent, 440)
        self.name = QLineEdit(preferences.name)
        self.name.editingFinished.connect(lambda: self.name_chosen.emit(self.name.text().strip()))
        self.tongue = QComboBox()
        for code, word in _LANGUAGES.items():
            self.tongue.addItem(word, code)
        self.tongue.setCurrentIndex(self.tongue.findData(language.code))
        self.tongue.activated.connect(lambda: self.language_chosen.emit(self.tongue.currentData()))
        self.look = QComboBox()
        for choice in CHOICES:
            self.look.addItem("", choice)
        self.look.activated.connect(lambda: self.theme_chosen.emit(self.look.currentData()))
        self.add_field(Message("settings.name"), self.name, Message("settings.name.note"))
        self.role = QComboBox()
        for role in ROLES:
            self.role.addItem("", role)
        self.role.activated.connect(lambda: self.role_chosen.emit(self.role.currentData()))
        self.add_field(Message("role.title"), self.role, Message("role.note"))
        self.add_field(Message("settings.language"), self.tongue)
        self.add_field(Message("settings.theme"), self.look)
        self.add_buttons(Message("settings.close"))
        language.changed.connect(self._name_choices)
        self._name_choices()
        self.role.setCurrentIndex(self.role.findData(preferences.role))
        self.look.setCurrentIndex(self.look.findData(theme.choice))

    def _name_choices(self) -> None:
        for box, words in ((self.look, _THEMES), (self.role, _ROLES)):
            for position in range(box.count()):
                box.setItemText(position, self.language.render(words[box.itemData(position)]))


class FirstStartDialog(Dialog):
    """Asks once who works here: the name stands beside each change."""

    chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, login: str, parent: QWidget) -> None:
        super().__init__(language, theme, Message("settings.first.title"), parent, 420)
        self.name = QLineEdit(login)
        self.name.selectAll()
        self.add_field(Message("settings.name"), self.name, Message("settings.first.note"))
        self.add_buttons(Message("settings.first.go"))

    def accept(self) -> None:
        name = self.name.text().strip()
        self.say_wrong(None if name else Message("settings.first.empty"))
        if name:
            self.chosen.emit(name)
            super().accept()
