"""A word in the status bar: the edits brought new findings. A click shows them; nothing ever blocks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class CheckChip(QToolButton):
    """Hidden while there is no news."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.setObjectName("checkChip")
        self.setFont(theme.font("small"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFixedHeight(theme.size("status_bar") - 4)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        language.hint(self, Message("checking.news_hint"))
        theme.changed.connect(self._draw)
        self._draw()
        self.hide()

    def show_count(self, count: int) -> None:
        """So many new findings."""
        self._language.say(self, "setText", Message("checking.news", {"count": f"{count:,}"}))
        self.setVisible(count > 0)

    def _draw(self) -> None:
        self.setIcon(self._theme.icon("warning", "warn"))
