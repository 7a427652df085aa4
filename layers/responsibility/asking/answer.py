"""Answer: who is responsible for a place or an asset on a day, and why, as values for screens and prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.responsibility.person import BACKUP, CO, PRIMARY, Absence, Assignment, Day, Person
from layers.text import Message, Title

StepKind = Literal["primary", "stand_in", "backup", "co", "team_leader", "area"]
SpanKind = Literal["held", "gap", "accepted"]


@dataclass(frozen=True)
class Responsible:
    """Somebody who has charge of ``target`` on the day. ``assignment`` says why (None: the project names its manager).

    ``absence``: away on that day, ``stand_in`` then takes the calls; ``is_gone``: had left by that day.
    ``is_main``: the one to ask first.
    """

    person: Person
    role: str
    role_title: Title | str
    rank: str
    target: AssetKey
    target_name: str
    assignment: Assignment | None = None
    absence: Absence | None = None
    stand_in: Person | None = None
    is_gone: bool = False
    is_main: bool = False

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def phone(self) -> str:
        return self.person.phone

    @property
    def since(self) -> Day | None:
        return None if self.assignment is None else self.assignment.first

    @property
    def until(self) -> Day | None:
        return None if self.assignment is None else self.assignment.last

    @property
    def document(self) -> str:
        return "" if self.assignment is None else self.assignment.document

    @property
    def is_there(self) -> bool:
        """Whether he or she can be reached on that day."""
        return self.absence is None and not self.is_gone


@dataclass(frozen=True)
class Step:
    """Whom to turn to next when nobody answers: the person, what he or she is, where that is said."""

    kind: StepKind
    person: Person
    words: Message
    is_there: bool = True


@dataclass(frozen=True)
class Span:
    """A stretch of the history of a target in one role and rank: held by somebody, or a gap of the primary.

    ``last`` None: for good; ``first`` None: since the grid is there. ``reason``: of the change, or of the gap accepted.
    """

    rank: str
    kind: SpanKind
    first: Day | None
    last: Day | None
    person: Person | None = None
    assignment: Assignment | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        return "" if self.person is None else self.person.name


@dataclass(frozen=True)
class GridOn:
    """A grid of the chain from the lowest level up, as it is called."""

    id: int
    code: str
    name: str
    level: str = ""


@dataclass(frozen=True)
class Subject:
    """What was asked about, or may have been meant: an asset and what it is called."""

    key: AssetKey
    label: str


@dataclass(frozen=True)
class Answer:
    """Who is responsible on ``day``.

    ``subject`` is None for a bare place; ``grids`` from the lowest level up, empty outside of all. ``people``: the one
    to ask first before all, then by how near to the asset they are and by rank. ``missing``: roles nobody has that
    somebody should have. ``history`` is that of what the first of ``people`` stands for. ``others`` are what a text may
    have meant as well, ``nearby`` where a bare place is in words, ``notes`` what to know about the answer (outside of
    all grids, a grid replaced since).
    """

    day: Day
    is_today: bool
    subject: Subject | None
    place: tuple[float, float] | None
    grids: tuple[GridOn, ...]
    people: tuple[Responsible, ...]
    escalation: tuple[Step, ...] = ()
    missing: tuple[Message, ...] = ()
    history: tuple[Span, ...] = ()
    others: tuple[Subject, ...] = ()
    notes: tuple[Message, ...] = ()
    nearby: Message | None = None

    @property
    def main(self) -> Responsible | None:
        """The one to ask first; None when nobody is responsible."""
        return next((each for each in self.people if each.is_main), None)

    @property
    def grid(self) -> GridOn | None:
        """The lowest-level grid."""
        return self.grids[0] if self.grids else None

    def of_rank(self, rank: str) -> tuple[Responsible, ...]:
        """Those of one rank for what the main one stands for (the lowest grid where there is none)."""
        main = self.main
        if main is None:
            grid = None if self.grid is None else AssetKey(GRID, self.grid.id)
            return tuple(each for each in self.people if each.rank == rank and each.target == grid)
        same = (main.role, main.target)
        return tuple(e for e in self.people if e.rank == rank and (e.role, e.target) == same)

    @property
    def primaries(self) -> tuple[Responsible, ...]:
        return self.of_rank(PRIMARY)

    @property
    def backups(self) -> tuple[Responsible, ...]:
        return self.of_rank(BACKUP)

    @property
    def co_stewards(self) -> tuple[Responsible, ...]:
        return self.of_rank(CO)
