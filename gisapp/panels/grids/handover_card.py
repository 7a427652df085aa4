"""Handing one duty over: to whom, from which day, what becomes of the one before, by which document."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gisapp.forms.words import Button
from gisapp.language import Language, Words
from gisapp.panels.grids.day_field import DayField
from gisapp.panels.grids.duty_card import DutyCard
from gisapp.panels.grids.person_box import Candidate, PersonBox
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.responsibility.handing_over.terms import Terms
from layers.text import Message

#: What becomes of whoever had it before; blank: nothing.
AFTERWARDS = ("", "backup", "co")
_PAUSE = 120


@dataclass(frozen=True)
class Entered:
    """What stands on the card: to whom, and how."""

    to: int | None
    terms: Terms


class HandoverCard(DutyCard):
    """``halves`` (of a grid just divided) lets one choose which part goes; ``split`` asks for a line to divide by."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(language, theme, parent)
        self.half = QComboBox()
        self.person = PersonBox(language, theme)
        self.day = DayField(language, theme, Message("grid_desk.card.from"), with_weekday=True)
        self.old = QComboBox()
        self.document = QLineEdit()
        self.note = QLineEdit()
        self.split = Button(language, Message("grid_desk.card.split"))
        self.buttons.addWidget(self.split)
        self._is_filled = False
        self.ask(0, 0, Message("grid_desk.card.half"), self.half, 2)
        self.ask(1, 0, Message("grid_desk.card.to"), self.person, 2)
        self.ask(2, 0, Message("grid_desk.card.from"), self.day)
        self.ask(2, 1, Message("grid_desk.card.old"), self.old)
        self.ask(3, 0, Message("grid_desk.card.document"), self.document, 2)
        self.ask(4, 0, Message("grid_desk.card.note"), self.note, 2)
        self._later = Debounce(_PAUSE, self.changed.emit, self)
        self.person.picked.connect(lambda _: self.changed.emit())
        self.half.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.old.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.day.chosen.connect(lambda _: self.changed.emit())
        for field in (self.document, self.note):
            field.textEdited.connect(lambda _: self._later.touch())
            field.returnPressed.connect(lambda: self.do.click())

    def begin(
        self,
        title: Message,
        people: Sequence[Candidate],
        day: datetime.date,
        halves: Sequence[Words] = (),
    ) -> None:
        """Ask anew; ``halves`` are what a grid was divided into, the one that goes first."""
        self.heading.show_words(title)
        self.person.offer(people)
        self.day.show_day(day)
        ranks = [Message(f"grid_desk.card.old.{rank or 'none'}") for rank in AFTERWARDS]
        for box, words in ((self.half, halves), (self.old, ranks)):
            box.blockSignals(True)
            box.clear()
            for each in words:
                box.addItem(self._language.render(each))
            box.setCurrentIndex(0 if box.count() else -1)
            box.blockSignals(False)
        for at in (0, 1):
            item = self.asked.itemAtPosition(at, 0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.setVisible(bool(halves))
        self.split.setVisible(not halves)
        self.document.clear()
        self.note.clear()
        self.open()
        self.person.setFocus()
        self.changed.emit()

    @property
    def entered(self) -> Entered:
        """What is entered now."""
        return Entered(
            self.person.person,
            Terms(
                self.day.day,
                AFTERWARDS[max(self.old.currentIndex(), 0)] or None,
                self.document.text().strip(),
                self.note.text().strip(),
            ),
        )


def next_monday(today: datetime.date) -> datetime.date:
    """The Monday that comes, never today."""
    return today + datetime.timedelta(days=7 - today.weekday())
