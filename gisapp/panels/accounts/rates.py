"""The rates of the key accounts in one line: each opens the objects it was counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.language import Language
from gisapp.theme import Theme
from layers.renewal.figure import Figure
from layers.reports.wording import percent_text
from layers.text import Message

if TYPE_CHECKING:
    from layers.responsibility.oversight.accounts import AccountFigures, Rate

NAMES = (
    "contacts",
    "called_on",
    "visits",
    "rectified",
    "in_time",
    "late",
    "content_visits",
    "content_problems",
)


class RateLine(QWidget):
    """``gathered``: type and ids behind the figure clicked: of a rate what is missing, or all when nothing is."""

    gathered = Signal(str, tuple)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language = language
        self._behind: dict[str, Figure] = {}
        self.buttons: dict[str, QToolButton] = {}
        # English takes two lines: the window must not be made wider for it.
        row = FlowLayout(2)
        self.setLayout(row)
        for name in NAMES:
            button = QToolButton()
            button.setObjectName("figureButton")
            button.setFont(theme.font("small"))
            if name == "late":
                button.setIcon(theme.icon("warning", "danger"))
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.clicked.connect(lambda _=False, which=name: self._gather(which))
            row.addWidget(button)
            self.buttons[name] = button

    def show_figures(self, figures: AccountFigures | None) -> None:
        """Show the figures of a period."""
        for name, button in self.buttons.items():
            value = None if figures is None else getattr(figures, name)
            button.setVisible(value is not None)
            if value is None:
                self._behind.pop(name, None)
            elif isinstance(value, Figure):
                self._show_count(name, button, value)
            else:
                self._show_rate(name, button, value)

    def _show_count(self, name: str, button: QToolButton, figure: Figure) -> None:
        count = int(figure.value or 0)
        self._behind[name] = figure
        self._language.say(button, "setText", Message(f"accounts.rate.{name}", {"value": f"{count:,}"}))
        self._language.hint(button, Message("accounts.rate.hint", {"count": count}))
        if name == "late":
            button.setVisible(count > 0)

    def _show_rate(self, name: str, button: QToolButton, rate: Rate) -> None:
        value = percent_text(rate.percent)
        missing = rate.rest
        self._behind[name] = missing if missing.ids else rate.whole
        self._language.say(button, "setText", Message(f"accounts.rate.{name}", {"value": value}))
        told = {"part": len(rate.part.ids), "whole": len(rate.whole.ids), "rest": len(missing.ids)}
        self._language.hint(button, Message("accounts.rate.of", told))

    def _gather(self, name: str) -> None:
        figure = self._behind.get(name)
        if figure is not None and figure.ids:
            self.gathered.emit(figure.type, figure.ids)
