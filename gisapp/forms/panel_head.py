"""PanelHead: the line at the top of a panel with its title, and at the right what is done with all of it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from gisapp.forms.words import IconButton, IconLabel, Label
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.text import Message


class PanelHead(QFrame):
    """A title of the panel's one height. ``beside`` has room next to the title, ``add`` puts at the right."""

    def __init__(
        self, language: Language, theme: Theme, title: Words, *, icon: str | None = None, spacing: int = 4
    ) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.setFixedHeight(theme.size("panel_title"))
        self.beside = QHBoxLayout()
        self.beside.setSpacing(spacing)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 8, 0)
        self._row.setSpacing(spacing)
        if icon is not None:
            self._row.addWidget(IconLabel(theme, icon, 16))
        self._row.addWidget(Label(language, theme, title, size="heading", strong=True))
        self._row.addLayout(self.beside)
        self._row.addStretch(1)

    def add(self, *widgets: QWidget) -> None:
        """Put these at the right, one after another."""
        for widget in widgets:
            self._row.addWidget(widget)

    def add_closing(self, words: Message) -> IconButton:
        """Put the button at the right that closes the panel."""
        button = IconButton(self._language, self._theme, "x", words)
        # Its own room about the icon stands for some of the margin.
        self._row.setContentsMargins(12, 0, 4, 0)
        self._row.addWidget(button)
        return button
