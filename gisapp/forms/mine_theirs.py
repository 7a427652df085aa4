"""MineTheirs: two buttons for a value that two people gave at once; one of them is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gisapp.forms.chip import filter_chip
from gisapp.language import Language, Words
from gisapp.theme import Theme


class MineTheirs(QWidget):
    """Neither is chosen at first. ``chosen`` tells whether it is mine."""

    chosen = Signal(bool)

    def __init__(self, language: Language, theme: Theme, mine: Words, theirs: Words) -> None:
        super().__init__()
        self.mine, self.theirs = (self._button(language, theme, words) for words in (mine, theirs))
        pair = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button, is_mine in ((self.mine, True), (self.theirs, False)):
            pair.addButton(button)
            row.addWidget(button)
            button.clicked.connect(lambda _=False, which=is_mine: self.chosen.emit(which))
        row.addStretch(1)

    @property
    def answer(self) -> bool | None:
        """Whether mine is chosen; None when nothing is."""
        return True if self.mine.isChecked() else False if self.theirs.isChecked() else None

    def choose(self, mine: bool) -> None:
        """As if the user had pressed it."""
        (self.mine if mine else self.theirs).click()

    def _button(self, language: Language, theme: Theme, words: Words) -> QToolButton:
        button = filter_chip(theme)
        language.say(button, "setText", words)
        return button
