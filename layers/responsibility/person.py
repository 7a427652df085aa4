"""People, their absences and what they were given charge of, as plain values with real days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

from layers.model.asset import AssetKey

Day = datetime.date

PRIMARY: Final = "primary"
BACKUP: Final = "backup"
CO: Final = "co"
#: The closed list of ranks, in the order in which people are asked for.
RANKS: Final = (PRIMARY, BACKUP, CO)
ONE_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """A member of staff. ``left``: the first day on which he or she is gone; ``active`` is how it stands today."""

    id: int
    code: str
    name: str
    role: str = ""
    team: int | None = None
    phone: str = ""
    active: bool = True
    joined: Day | None = None
    left: Day | None = None

    def is_gone(self, day: Day, today: Day) -> bool:
        """Whether the person had left by ``day``. Without a date: so it is today."""
        if self.left is not None:
            return self.left <= day
        return not self.active and day >= today


@dataclass(frozen=True)
class Team:
    """A team and who leads it."""

    id: int
    code: str
    name: str
    leader: int | None = None
    phone: str = ""


@dataclass(frozen=True)
class Absence:
    """Somebody is away from ``first`` to ``last`` (inclusive; None: not known yet); ``stand_in`` is a person."""

    id: int
    person: int
    kind: str
    first: Day
    last: Day | None = None
    stand_in: int | None = None

    def covers(self, day: Day) -> bool:
        """Whether it is on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Assignment:
    """A person has charge of a target in a role and rank, from ``first`` to ``last`` (inclusive; None: for good).

    ``gap_reason``: why nobody followed; the gap until the next one is accepted.
    """

    id: int
    code: str
    person: int
    role: str
    target: AssetKey
    rank: str
    first: Day
    last: Day | None = None
    reason: str = ""
    document: str = ""
    note: str = ""
    gap_reason: str = ""

    def runs(self, day: Day) -> bool:
        """Whether it is valid on that day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, first: Day, last: Day | None) -> bool:
        """Whether it is valid on any day of a period (``last`` None: open)."""
        return (last is None or self.first <= last) and (self.last is None or self.last >= first)


@dataclass(frozen=True)
class GridPeriod:
    """A grid and the days it is valid on, without its place."""

    id: int
    code: str
    name: str
    level: str = ""
    parent: int | None = None
    first: Day | None = None
    last: Day | None = None
    replaces: int | None = None
    replaced_by: int | None = None

    def is_valid(self, day: Day) -> bool:
        """Whether it is a grid on that day."""
        return (self.first is None or self.first <= day) and (self.last is None or self.last >= day)
