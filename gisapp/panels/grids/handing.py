"""Duties change hands from the desk: one grid, a half that a line cuts off, or all that somebody leaves behind."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.language import Language, Words
from gisapp.panels.drafting.acts import Act, Acts
from gisapp.panels.grids.centre import GridCentre
from gisapp.panels.grids.handover_card import Entered, HandoverCard, next_monday
from gisapp.panels.grids.leaving_card import LeavingCard
from gisapp.panels.grids.person_box import Candidate
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.editing.plan import Answers, EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.load.limits import LoadLimits
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.register import Register
from layers.responsibility.handing_over.move import Handover, Move
from layers.text import Message

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gisapp.panels.grids.knowing import Known
    from layers.responsibility import book as books
    from layers.responsibility import naming
    from layers.responsibility.book import Book
    from layers.responsibility.handing_over import halving, handover
    from layers.responsibility.handing_over.halving import Halved
    from layers.responsibility.person import Assignment
else:
    halving = Later("layers.responsibility.handing_over.halving")
    handover = Later("layers.responsibility.handing_over.handover")
    naming = Later("layers.responsibility.naming")
    books = Later("layers.responsibility.book")

_SHOWN = 4


class Handing(QObject):
    """The cards and what they ask of the register. ``line_asked``: a line that divides a grid is to be drawn."""

    line_asked = Signal()
    changed = Signal()
    """A card came up, or went."""

    def __init__(
        self, language: Language, theme: Theme, centre: GridCentre, tasks: Tasks, acts: Acts, over: QWidget
    ) -> None:
        super().__init__(over)
        self._language, self._theme, self._centre, self._tasks = language, theme, centre, tasks
        self._acts, self._over = acts, over
        self._card: HandoverCard | None = None
        self._leaving: LeavingCard | None = None
        self.grid: int | None = None
        self.halved: Halved | None = None
        centre.session.closed.connect(self.shut)
        over.installEventFilter(self)

    @property
    def card(self) -> HandoverCard:
        """The card of one grid, or a half."""
        if self._card is None:
            self._card = HandoverCard(self._language, self._theme, self._over)
            self._card.changed.connect(self._think)
            self._card.changed.connect(self.changed)
            self._card.agreed.connect(self._do)
            self._card.left.connect(self.shut)
            self._card.split.clicked.connect(self._ask_line)
        return self._card

    @property
    def leaving(self) -> LeavingCard:
        """The card of somebody who leaves."""
        if self._leaving is None:
            self._leaving = LeavingCard(self._language, self._theme, self._over)
            self._leaving.person_chosen.connect(self._list_duties)
            self._leaving.changed.connect(self._think_of_leaving)
            self._leaving.agreed.connect(self._do_leaving)
            self._leaving.left.connect(self.shut)
        return self._leaving

    @property
    def is_open(self) -> bool:
        """Whether a card is up."""
        return any(card is not None and card.isVisible() for card in (self._card, self._leaving))

    @property
    def shape(self) -> BaseGeometry | None:
        """The land that would change hands, while the card of a grid is up."""
        known, card = self._centre.known, self._card
        if card is None or not card.isVisible() or known is None or self.grid is None:
            return None
        if self.halved is not None:
            return self.halved.shape(max(card.half.currentIndex(), 0))
        row = known.overview.by_id.get(self.grid)
        return None if row is None else row.shape

    def shut(self) -> None:
        """Ask no more."""
        self.halved = None
        for card in (self._card, self._leaving):
            if card is not None:
                card.hide()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            # A card whose buttons lay beyond the map could only be left.
            for card in (self._card, self._leaving):
                if card is not None and card.isVisible():
                    card.place()
        return False

    # ---- one grid

    def hand_over(self, grid: int) -> None:
        """Ask to whom a grid goes."""
        known = self._ready()
        if known is None or grid not in known.overview.by_id:
            return
        self.shut()
        self.grid = grid
        row = known.overview.by_id[grid]
        title = Message("grid_desk.card.title", {"grid": f"{row.code} {row.name}"})
        self.card.begin(title, self._successors(known, AssetKey(GRID, grid)), next_monday(self._centre.now))
        self.changed.emit()

    def halve(self, grid: int, line: BaseGeometry) -> None:
        """Divide a grid by a line and ask to whom a half goes; nothing is written before that is agreed to."""
        known, register = self._ready(), self._centre.register
        if known is None or register is None or grid not in known.overview.by_id:
            return
        self.shut()
        self.grid = grid

        def done(found: Halved) -> None:
            if self._centre.register is not register:
                return
            self.halved = found
            row = known.overview.by_id[grid]
            title = Message("grid_desk.card.title.half", {"grid": f"{row.code} {row.name}"})
            people = self._successors(known, AssetKey(GRID, grid))
            self.card.begin(title, people, next_monday(self._centre.now), found.words)
            self.changed.emit()

        self._tasks.run(
            Message("grid_desk.task.plan"),
            lambda feedback: halving.halve(register, grid, line, known.stock, known.loads, feedback),
            done, owner=self, key="grid-desk-halve", shown=False,
        )  # fmt: skip

    def _ask_line(self) -> None:
        self.card.hide()
        self.line_asked.emit()

    def _think(self) -> None:
        """Think through what stands on the card."""
        entered, known = self.card.entered, self._centre.known
        if entered.to is None or known is None:
            self.card.wait_for(Message("grid_desk.card.choose"))
            return
        make = self._make(known, entered)
        if make is None:
            self.shut()
            return
        limits = self._limits()
        lines = self._lines(known)

        def done(found: Handover) -> None:
            if self.card.isVisible():
                self.card.tell(found, lines or found.plan.figures, limits)

        self._run(make, done, self.card.refuse)

    def _make(self, known: Known, entered: Entered) -> Callable[[Register, Book], Handover] | None:
        """How the plan is made that is on the card."""
        grid, halved = self.grid, self.halved
        if grid is None or entered.to is None:
            return None
        to, loads, terms = entered.to, _percents(known), entered.terms
        if halved is not None:
            which = max(self.card.half.currentIndex(), 0)
            return lambda register, book: halving.hand_half(
                register, halved, which, to, terms, book=book, loads=loads
            )

        def make(register: Register, book: Book) -> Handover:
            move = _move_of(book, AssetKey(GRID, grid), to, terms.day)
            return halving.hand_whole(register, move, terms, book=book, loads=loads)

        return make

    def _do(self) -> None:
        known = self._centre.known
        make = None if known is None else self._make(known, self.card.entered)
        if make is not None:
            self._write(make, self.card)

    # ---- somebody leaves

    def leave(self, person: int | None = None) -> None:
        """Ask who takes over what somebody leaves behind."""
        known = self._ready()
        if known is None:
            return
        self.shut()
        book, now = known.enquiry.book, self._centre.now
        busy = [id for id in book.people if not book.is_gone(id, now) and handover.duties(book, id, now)]
        self.leaving.begin(
            self._candidates(known, sorted(busy, key=lambda id: book.people[id].code)), now, person
        )
        self.changed.emit()

    def _list_duties(self, person: int) -> None:
        known, register = self._centre.known, self._centre.register
        if known is None or register is None:
            return
        book, day = known.enquiry.book, self.leaving.first_day

        def read(_: Feedback) -> list[tuple[Assignment, str, list[Candidate]]]:
            held = handover.duties(book, person, day)
            names = naming.names_of(register, book, [each.target for each in held])
            found = []
            for each in held:
                able = handover.successors(book, each.target, each.role, day, each.rank)
                found.append((each, names[each.target], self._candidates(known, able, without=person)))
            return found

        self._tasks.run(
            Message("grid_desk.task.plan"), read, self.leaving.list_duties, owner=self, key="grid-desk-duties",
            shown=False,
        )  # fmt: skip

    def _think_of_leaving(self) -> None:
        if not self.leaving.moves:
            self.leaving.wait_for(Message("grid_desk.card.choose_leaver"))
            return
        waiting = self.leaving.waiting
        if waiting:
            self.leaving.wait_for(Message("grid_desk.card.waiting", {"count": waiting}))
            return
        limits = self._limits()

        def done(found: Handover) -> None:
            if self.leaving.isVisible():
                self.leaving.tell(found, (), limits)

        self._run(self._make_leaving(), done, self.leaving.refuse)

    def _make_leaving(self) -> Callable[[Register, Book], Handover]:
        card, known = self.leaving, self._centre.known
        moves, day, document = card.moves, card.first_day, card.document.text().strip()
        leaving = card.person.person if card.is_gone.isChecked() else None
        loads = None if known is None else _percents(known)
        return lambda register, book: handover.plan_handover(
            register, moves, day, book=book, loads=loads, document=document, leaving=leaving
        )

    def _do_leaving(self) -> None:
        self._write(self._make_leaving(), self.leaving)

    # ---- thinking and doing

    def _run(
        self,
        make: Callable[[Register, Book], Handover],
        done: Callable[[Handover], None],
        failed: Callable[[UserError], None],
    ) -> None:
        known, register = self._centre.known, self._centre.register
        if known is None or register is None:
            return
        book = known.enquiry.book
        self._tasks.run(
            Message("grid_desk.task.plan"), lambda _: make(register, book), done, failed=failed, owner=self,
            key="grid-desk-plan", shown=False,
        )  # fmt: skip

    def _write(self, make: Callable[[Register, Book], Handover], card: HandoverCard | LeavingCard) -> None:
        """Do it as the register is then."""

        def plan(register: Register, _: Answers) -> EditPlan:
            return make(register, books.read_book(register)).plan

        self._acts.do(Act(plan, done=lambda _: self.shut(), failed=lambda: card.changed.emit()))

    def _ready(self) -> Known | None:
        """What is known, if something may be changed now; else why not is said."""
        session = self._centre.session
        if not session.may("edit"):
            self._centre.refuse()
            return None
        return self._centre.known

    # ---- words

    def _successors(self, known: Known, target: AssetKey) -> list[Candidate]:
        book, day = known.enquiry.book, self._centre.now
        role = next(iter(book.needed_roles(target.type)), "")
        return self._candidates(known, handover.successors(book, target, role, day))

    def _candidates(self, known: Known, people: Sequence[int], without: int | None = None) -> list[Candidate]:
        book, now = known.enquiry.book, self._centre.now
        loads = known.overview.person_loads
        found = []
        for id in people:
            person = book.people[id]
            note: Words = ""
            if id in loads:
                note = Message("grid_desk.card.now", {"percent": f"{loads[id]:.0f}"})
            if book.absence_of(id, now) is not None:
                note = Message("grid_desk.card.absent_now")
            if id != without:
                found.append(Candidate(id, person.name, person.code, note))
        return found

    def _lines(self, known: Known) -> Sequence[Words]:
        """What goes with a grid: its largest figures."""
        if self.halved is not None:
            return self.halved.lines(max(self.card.half.currentIndex(), 0))
        if known.stock is None or self.grid is None:
            return ()
        figures = [
            each for each in known.stock.figures(self.grid).values() if each.measure.shown and each.value
        ]
        return halving.lines_of(figures[:_SHOWN])

    def _limits(self) -> LoadLimits:
        register = self._centre.register
        return LoadLimits() if register is None else LoadLimits.of(register)


def _move_of(book: Book, target: AssetKey, to: int, day: datetime.date) -> Move:
    """The move of a target's primary: what runs on the day, else what begins later, else nobody had it."""
    role = next(iter(book.needed_roles(target.type)), "")
    held = book.primary(target, day, role)
    return Move(None if held is None else held.id, to, target=target, role=role)


def _percents(known: Known) -> dict[int, float] | None:
    return None if known.loads is None else {id: load.percent for id, load in known.loads.items()}
