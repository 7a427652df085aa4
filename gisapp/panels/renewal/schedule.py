"""The drawer under map and board: the timeline of the project looked at, step by step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from gisapp.forms.words import ElidedLabel, IconButton, Label
from gisapp.language import Language
from gisapp.panels.renewal.centre import RenewalCentre
from gisapp.panels.renewal.gantt import Gantt, step_bars
from gisapp.theme import Theme
from layers.text import Message


class Schedule(QFrame):
    """``step_chosen``: the number of the step whose row was clicked; ``closed``: it is not wanted."""

    step_chosen = Signal(int)
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, centre: RenewalCentre) -> None:
        super().__init__()
        self.setObjectName("tableDrawer")
        self._centre = centre
        self.gantt = Gantt(language, theme)
        self.gantt.chosen.connect(self.step_chosen)
        self._title = ElidedLabel(language, theme, size="base", strong=True)
        shut = IconButton(language, theme, "caret-down", Message("renewal_desk.schedule.close"))
        shut.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 8, 2)
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        head.addWidget(
            Label(language, theme, Message("renewal_desk.schedule.key"), size="small", tone="faint")
        )
        head.addWidget(shut)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.gantt, 1)
        self.setMinimumHeight(120)
        centre.chosen.connect(self.show_project)
        centre.changed.connect(self.show_project)

    def show_project(self) -> None:
        """Show the steps of the project looked at."""
        card, board = self._centre.card, self._centre.board
        if card is None or board is None:
            return
        bars = step_bars(card, board.day, board.people)
        self._title.show_words(Message("renewal_desk.schedule.title", {"code": card.code, "name": card.name}))
        self.gantt.show_bars(bars, board.day, card.at)
