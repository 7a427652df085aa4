"""What is wrong with who looks after what, and what changes when: alarms, gaps and entries of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.model.asset import AssetKey
from layers.responsibility.person import Day
from layers.text import Message

AlarmKind = Literal[
    "no_primary", "gap_accepted", "primary_absent", "person_left", "expired", "expiring", "load_over", "load_high",
    "load_low", "no_backup", "no_contact",
]  # fmt: skip
Severity = Literal["danger", "warn", "info"]
EntryKind = Literal[
    "begins", "ends", "handed_over", "absence", "back", "joined", "left", "grid_begins", "grid_ends",
]  # fmt: skip


@dataclass(frozen=True)
class Alarm:
    """Something that wants attention: in short words for a chip, in a sentence, and what it is about.

    ``person`` and ``assignment`` are ids where one is at fault; ``day`` is when it began or will be; ``amount`` is
    percent of the mean load, or days.
    """

    kind: AlarmKind
    severity: Severity
    short: Message
    words: Message
    target: AssetKey
    person: int | None = None
    assignment: int | None = None
    day: Day | None = None
    amount: float = 0.0


@dataclass(frozen=True)
class Gap:
    """Days on which a target has no primary in a role; ``last`` None: open. ``reason``: why that was accepted."""

    target: AssetKey
    role: str
    first: Day | None
    last: Day | None
    reason: str = ""

    @property
    def is_accepted(self) -> bool:
        return bool(self.reason)

    def covers(self, day: Day) -> bool:
        """Whether it is open on that day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class CalendarEntry:
    """Something that changes on a day: an assignment, somebody's presence, a grid. ``person`` takes over or is
    concerned, ``before`` is who had it; both ids."""

    day: Day
    kind: EntryKind
    words: Message
    target: AssetKey | None = None
    person: int | None = None
    before: int | None = None
    assignment: int | None = None
