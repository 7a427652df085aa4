"""Somebody leaves: everything he or she has charge of, with who takes each over, or a gap that is accepted."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit, QScrollArea, QWidget

from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.panels.grids.day_field import DayField
from gisapp.panels.grids.duty_card import DutyCard
from gisapp.panels.grids.person_box import Candidate, PersonBox
from gisapp.theme import Theme
from layers.responsibility.handing_over.move import Move
from layers.text import Message

if TYPE_CHECKING:
    from layers.responsibility.person import Assignment

_WIDTH = 760
_HEIGHT = 200
_REASON, _TAKER = 108, 148
#: Stands for nobody in a list of persons.
GAP = -1


class LeavingCard(DutyCard):
    """``person_chosen``: whose duties are to be listed."""

    person_chosen = Signal(int)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(language, theme, parent, _WIDTH, (5, 3))
        self.person = PersonBox(language, theme)
        self.day = DayField(language, theme, Message("grid_desk.card.last_day"), with_weekday=True)
        self.is_gone = QCheckBox()
        language.say(self.is_gone, "setText", Message("grid_desk.card.is_gone"))
        self.document = QLineEdit()
        self.all_to = PersonBox(language, theme)
        self._duties: list[Assignment] = []
        self.takers: list[PersonBox] = []
        self.reasons: list[QLineEdit] = []
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.ask(0, 0, Message("grid_desk.card.leaver"), self.person)
        self.ask(0, 1, Message("grid_desk.card.last_day"), self.day)
        self.ask(1, 0, Message("grid_desk.card.all_to"), self.all_to)
        self.ask(1, 1, Message("grid_desk.card.document"), self.document)
        self.asked.addWidget(self.is_gone, 4, 0, 1, 2)
        self.asked.addWidget(self._scroll, 5, 0, 1, 2)
        self.heading.show_words(Message("grid_desk.card.title.leaving"))
        self.person.picked.connect(lambda _: self._choose())
        self.day.chosen.connect(lambda _: self._choose())
        self.is_gone.toggled.connect(lambda _: self.changed.emit())
        self.document.editingFinished.connect(self.changed.emit)
        self.all_to.picked.connect(self._give_all)

    def begin(self, people: Sequence[Candidate], day: datetime.date, chosen: int | None) -> None:
        """Ask who leaves, and when; ``chosen`` is the likely one."""
        friday = day + datetime.timedelta(days=(4 - day.weekday()) % 7)
        self.day.show_day(friday)
        self.document.clear()
        self.is_gone.setChecked(True)
        self.person.offer(people, chosen)
        self.list_duties([])
        self.open()
        self.person.setFocus()
        self._choose()

    @property
    def first_day(self) -> datetime.date:
        """The first day on which others have the duties."""
        return self.day.day + datetime.timedelta(days=1)

    @property
    def moves(self) -> list[Move]:
        """What is entered: each duty goes to somebody, or to nobody for a reason."""
        found = []
        for duty, taker, reason in zip(self._duties, self.takers, self.reasons, strict=True):
            to = taker.person
            found.append(
                Move(duty.id, None if to in (None, GAP) else to, reason.text().strip(), target=duty.target)
            )
        return found

    @property
    def waiting(self) -> int:
        """So many duties have nobody yet, nor a reason why."""
        return sum(
            taker.person is None or (taker.person == GAP and not reason.text().strip())
            for taker, reason in zip(self.takers, self.reasons, strict=True)
        )

    def list_duties(self, duties: Sequence[tuple[Assignment, str, list[Candidate]]]) -> None:
        """List these: each with what it is called and who may take it, the likeliest first."""
        self._duties = [duty for duty, _, _ in duties]
        self.takers, self.reasons = [], []
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        everybody: dict[int | None, Candidate] = {}
        for number, (duty, name, candidates) in enumerate(duties):
            rank = Message(f"grid_desk.rank.{duty.rank}")
            words = Message("grid_desk.card.duty", {"target": name, "rank": rank})
            grid.addWidget(Label(self._language, self._theme, words, size="small", wrap=True), number, 0)
            taker = PersonBox(self._language, self._theme)
            nobody = Candidate(GAP, self._language.render(Message("grid_desk.card.nobody")), "", "")
            # Whoever is backup follows; a backup's or co-steward's own place may stay empty.
            chosen = candidates[0].id if candidates and duty.rank == "primary" else GAP
            taker.setFixedWidth(_TAKER)
            taker.offer([*candidates, nobody], chosen)
            reason = QLineEdit()
            reason.setText(
                "" if duty.rank == "primary" else self._language.render(Message("grid_desk.card.not_needed"))
            )
            reason.setFixedWidth(_REASON)
            self._language.say(reason, "setPlaceholderText", Message("grid_desk.card.why_nobody"))
            reason.setVisible(chosen == GAP)
            taker.picked.connect(lambda to, field=reason: field.setVisible(to == GAP))
            taker.picked.connect(lambda _: self.changed.emit())
            reason.editingFinished.connect(self.changed.emit)
            for column, editor in enumerate((taker, reason), start=1):
                editor.installEventFilter(self)
                grid.addWidget(editor, number, column)
            self.takers.append(taker)
            self.reasons.append(reason)
            everybody |= {each.id: each for each in candidates}
        grid.setRowStretch(len(duties), 1)
        self._scroll.setWidget(body)
        self._scroll.setFixedHeight(min(body.sizeHint().height() + 4, _HEIGHT))
        self.all_to.offer(list(everybody.values()))
        self.changed.emit()

    def _choose(self) -> None:
        person = self.person.person
        if person is None:
            self.list_duties([])
        else:
            self.person_chosen.emit(person)

    def _give_all(self, person: int | None) -> None:
        """One person for all that he or she may take."""
        for duty, taker in zip(self._duties, self.takers, strict=True):
            if person is not None and taker.findData(person) >= 0 and duty.rank == "primary":
                taker.choose(person)
