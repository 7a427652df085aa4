"""About the program, and the list of keys made from the actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from gisapp.actions import MENUS, Actions, key_text
from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.crash import program_version
from layers.text import Message

_HANDS = (
    (Message("settings.keys.wheel"), Message("settings.keys.wheel.does")),
    (Message("settings.keys.drag"), Message("settings.keys.drag.does")),
    (Message("settings.keys.shift"), Message("settings.keys.shift.does")),
    (Message("settings.keys.escape"), Message("settings.keys.escape.does")),
)


class AboutDialog(Dialog):
    """Name, version, licence."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(language, theme, Message("settings.about.title"), parent, 440)
        version = Message("settings.about.version", {"version": program_version(), "qt": qVersion()})
        self.body.addWidget(Label(language, theme, Message("settings.about.text"), wrap=True))
        self.body.addWidget(Label(language, theme, version, tone="quiet"))
        self.body.addWidget(
            Label(language, theme, Message("settings.about.licence"), size="small", tone="faint", wrap=True)
        )
        self.add_buttons(Message("settings.close"))


class KeysDialog(Dialog):
    """Every key by menu, and what the mouse does on the map."""

    def __init__(self, language: Language, theme: Theme, actions: Actions, parent: QWidget) -> None:
        super().__init__(language, theme, Message("settings.keys.title"), parent, 440)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 16, 0)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for menu, title in MENUS.items():
            keyed = [action for action in actions if action.menu == menu and action.key]
            self._section(grid, title, ((action.title, key_text(action.key)) for action in keyed))
        self._section(grid, Message("settings.keys.map"), ((does, hand) for hand, does in _HANDS))
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(page)
        scroll.setMinimumHeight(420)
        self.body.addWidget(scroll)
        self.add_buttons(Message("settings.close"))

    def _section(
        self, grid: QGridLayout, title: Message, lines: Iterable[tuple[Message, Message | str]]
    ) -> None:
        lines = list(lines)
        if not lines:
            return
        head = Label(self.language, self.theme, title, size="small", strong=True)
        head.setContentsMargins(0, 12, 0, 0)
        grid.addWidget(head, grid.rowCount(), 0, 1, 2)
        for does, keys in lines:
            row = grid.rowCount()
            grid.addWidget(Label(self.language, self.theme, does), row, 0)
            cap = Label(self.language, self.theme, keys, size="small", tone="quiet")
            cap.setObjectName("keyCap")
            grid.addWidget(cap, row, 1, Qt.AlignmentFlag.AlignRight)
