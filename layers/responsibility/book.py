"""Book: people, absences, grids by their days and all assignments of a register, read once; what follows is pure."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVar

from layers.model import edtf
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.code_list import CodeEntry
from layers.model.duty_words import ASSIGNMENT, CUSTOMER, GRID
from layers.register import Register
from layers.responsibility.days import Days, days, without
from layers.responsibility.person import (
    PRIMARY,
    RANKS,
    Absence,
    Assignment,
    Day,
    GridPeriod,
    Person,
    Team,
)

ROLE_LIST: Final = "service_role"
OF_GRID: Final = "grid"
OF_KEY_ACCOUNT: Final = "key_account"
#: The types that a book is read from.
TYPES: Final = ("person", "team", "absence", ASSIGNMENT, GRID, f"c_{ROLE_LIST}")

_FOR_GOOD: Final = 9999

Key = TypeVar("Key")
_PERSON = ("code", "name", "main_role", "team", "phone", "active", "joined_date", "left_date")
_TEAM = ("code", "name", "leader", "phone")
_ABSENCE = ("person", "kind", "from_date", "to_date", "stand_in")
_ASSIGNMENT = (
    "code", "person", "role", "target", "rank", "from_date", "to_date", "reason", "document", "handover_note",
    "gap_reason",
)  # fmt: skip
_GRID = ("code", "name", "level", "parent", "valid_from", "valid_to", "replaces", "replaced_by")


@dataclass(frozen=True, eq=False)
class Book:
    """Who has charge of what, whenever. Frozen: a change makes a new one. ``today`` is when it was read."""

    today: Day
    people: Mapping[int, Person]
    teams: Mapping[int, Team]
    absences: Mapping[int, tuple[Absence, ...]]
    """By person."""
    assignments: Mapping[int, Assignment]
    grids: Mapping[int, GridPeriod]
    roles: Mapping[str, CodeEntry]

    @cached_property
    def of_target(self) -> Mapping[AssetKey, tuple[Assignment, ...]]:
        """The assignments of each target, the earliest first."""
        return _grouped(self.assignments.values(), lambda each: each.target)

    @cached_property
    def of_person(self) -> Mapping[int, tuple[Assignment, ...]]:
        """The assignments of each person, the earliest first."""
        return _grouped(self.assignments.values(), lambda each: each.person)

    @cached_property
    def parts_of(self) -> Mapping[int, tuple[GridPeriod, ...]]:
        """The grids that are directly part of each grid, whenever."""
        parts: dict[int, list[GridPeriod]] = defaultdict(list)
        for grid in self.grids.values():
            if grid.parent is not None:
                parts[grid.parent].append(grid)
        return {id: tuple(found) for id, found in parts.items()}

    @cached_property
    def grid_roles(self) -> tuple[str, ...]:
        """The roles in which every grid of the lowest level needs exactly one primary."""
        return self._meaning(OF_GRID)

    @cached_property
    def account_roles(self) -> tuple[str, ...]:
        """The roles in which every key account needs exactly one contact."""
        return self._meaning(OF_KEY_ACCOUNT)

    def _meaning(self, means: str) -> tuple[str, ...]:
        found = sorted((e for e in self.roles.values() if e.means == means), key=lambda e: e.position)
        return tuple(entry.code for entry in found)

    def needed_roles(self, type: str) -> tuple[str, ...]:
        """The roles that every target of a type (grid, customer) must have filled."""
        return {GRID: self.grid_roles, CUSTOMER: self.account_roles}.get(type, ())

    def running(self, target: AssetKey, day: Day, role: str | None = None) -> tuple[Assignment, ...]:
        """What is valid for a target on a day: primary, backup, co-steward, then by the day they began."""
        found = [a for a in self.of_target.get(target, ()) if a.runs(day) and role in (None, a.role)]
        return tuple(sorted(found, key=self.rank_order))

    def rank_order(self, assignment: Assignment) -> tuple[int, int, Day, int]:
        """How assignments of one target are listed."""
        rank = RANKS.index(assignment.rank) if assignment.rank in RANKS else len(RANKS)
        entry = self.roles.get(assignment.role)
        needed = assignment.role in self.needed_roles(assignment.target.type)
        return (rank, -1 if needed else entry.position if entry else 999, assignment.first, assignment.id)

    def primary(self, target: AssetKey, day: Day, role: str) -> Assignment | None:
        """The primary of a target in a role on a day."""
        return next((a for a in self.running(target, day, role) if a.rank == PRIMARY), None)

    def absence_of(self, person: int, day: Day) -> Absence | None:
        """The absence that a person has on a day."""
        return next((each for each in self.absences.get(person, ()) if each.covers(day)), None)

    def is_gone(self, person: int, day: Day) -> bool:
        """Whether somebody had left by a day."""
        known = self.people.get(person)
        return known is None or known.is_gone(day, self.today)

    @cached_property
    def lowest_periods(self) -> Mapping[int, tuple[Days, ...]]:
        """The days on which each grid is of the lowest level: it is valid, and no valid grid is part of it."""
        found = {}
        for grid in self.grids.values():
            own = days(grid.first, grid.last)
            parts = (days(part.first, part.last) for part in self.parts_of.get(grid.id, ()))
            # What ends before it begins was never there.
            taken = [(first, last) for first, last in parts if first <= last]
            found[grid.id] = tuple(without([own], taken)) if own[0] <= own[1] else ()
        return found

    def lowest_grids(self, day: Day) -> tuple[GridPeriod, ...]:
        """The grids of the lowest level on a day, by code."""
        on = day.toordinal()
        periods = self.lowest_periods
        found = (g for g in self.grids.values() if any(a <= on <= b for a, b in periods[g.id]))
        return tuple(sorted(found, key=lambda grid: grid.code))

    def grid_chain(self, grid: int, day: Day) -> tuple[GridPeriod, ...]:
        """A grid and what it is part of, from the lowest up, as far as they are valid on the day."""
        found: list[GridPeriod] = []
        seen: set[int] = set()
        next_id: int | None = grid
        while next_id is not None and next_id not in seen and (known := self.grids.get(next_id)):
            seen.add(next_id)
            if known.is_valid(day):
                found.append(known)
            next_id = known.parent
        return tuple(found)

    def predecessor(self, grid: int, day: Day) -> int | None:
        """The grid that was valid on ``day`` where this one lies: itself, what it replaced, or what replaced it.

        None when the chain does not reach that day.
        """
        seen: set[int] = set()
        next_id: int | None = grid
        while next_id is not None and next_id not in seen and (known := self.grids.get(next_id)):
            if known.is_valid(day):
                return known.id
            seen.add(known.id)
            too_young = known.first is not None and known.first > day
            next_id = known.replaces if too_young else known.replaced_by
        return None

    def masked(self, *, name: Callable[[str], str], phone: Callable[[str], str]) -> Book:
        """The same book with names and phones of people as somebody may see them who may not see personal data."""
        people = {id: replace(p, name=name(p.name), phone=phone(p.phone)) for id, p in self.people.items()}
        return replace(self, people=people)


def concerns(change: ChangeSet) -> bool:
    """Whether a change set touched anything that a book is read from."""
    return any(name in TYPES for name in change.changes)


def read_book(register: Register, today: Day | None = None) -> Book:
    """Read the book of a register as it is now: all of the past is in it."""
    absences = (_absence(row) for row in _rows(register, "absence", _ABSENCE))
    by_person: dict[int, list[Absence]] = defaultdict(list)
    for absence in absences:
        if absence is not None:
            by_person[absence.person].append(absence)
    assignments = (_assignment(row) for row in _rows(register, ASSIGNMENT, _ASSIGNMENT))
    entries = register.catalogue.code_lists[ROLE_LIST].entries
    return Book(
        today or datetime.date.today(),
        {row["fid"]: _person(row) for row in _rows(register, "person", _PERSON)},
        {row["fid"]: _team(row) for row in _rows(register, "team", _TEAM)},
        {id: tuple(sorted(found, key=lambda a: a.first)) for id, found in by_person.items()},
        {each.id: each for each in assignments if each is not None},
        {row["fid"]: _grid(row) for row in _rows(register, GRID, _GRID)},
        {entry.code: entry for entry in entries},
    )


def assignment_of(id: int, values: Mapping[str, Any]) -> Assignment | None:
    """An assignment of its values; None where person, target or beginning cannot be told."""
    target, first = AssetKey.of_link(values.get("target")), edtf.earliest(values.get("from_date"))
    if target is None or first is None or values.get("person") is None:
        return None
    text = {name: str(values.get(name) or "") for name in _ASSIGNMENT}
    return Assignment(
        id, text["code"], int(values["person"]), text["role"], target, text["rank"], first,
        _last(values.get("to_date")), text["reason"], text["document"], text["handover_note"], text["gap_reason"],
    )  # fmt: skip


def _rows(register: Register, type: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a small type, read here; fields that a register of an earlier day does not have are None."""
    if type not in register.catalogue:
        return []
    asset_type = register.catalogue[type]
    known = [name for name in fields if name in asset_type]
    blank = dict.fromkeys(fields)
    return [{**blank, **row} for row in register.values(type, known).to_pylist()]


def _person(row: Mapping[str, Any]) -> Person:
    active = row["active"]
    return Person(
        row["fid"], row["code"] or "", row["name"] or "", row["main_role"] or "", row["team"], row["phone"] or "",
        active is None or bool(active), edtf.earliest(row["joined_date"]), edtf.earliest(row["left_date"]),
    )  # fmt: skip


def _team(row: Mapping[str, Any]) -> Team:
    return Team(row["fid"], row["code"] or "", row["name"] or "", row["leader"], row["phone"] or "")


def _absence(row: Mapping[str, Any]) -> Absence | None:
    first = edtf.earliest(row["from_date"])
    if first is None or row["person"] is None:
        return None
    return Absence(
        row["fid"], row["person"], row["kind"] or "", first, _last(row["to_date"]), row["stand_in"]
    )


def _assignment(row: Mapping[str, Any]) -> Assignment | None:
    return assignment_of(row["fid"], row)


def _grid(row: Mapping[str, Any]) -> GridPeriod:
    return GridPeriod(
        row["fid"], row["code"] or "", row["name"] or "", row["level"] or "", row["parent"],
        edtf.earliest(row["valid_from"]), _last(row["valid_to"]), row["replaces"], row["replaced_by"],
    )  # fmt: skip


def _last(text: str | None) -> Day | None:
    last = edtf.latest(text)
    # Other programs write "for good" so, and after it there is no day.
    return None if last is None or last.year == _FOR_GOOD else last


def _grouped(
    assignments: Iterable[Assignment], key: Callable[[Assignment], Key]
) -> dict[Key, tuple[Assignment, ...]]:
    groups: dict[Key, list[Assignment]] = defaultdict(list)
    for each in assignments:
        groups[key(each)].append(each)
    return {name: tuple(sorted(found, key=lambda a: (a.first, a.id))) for name, found in groups.items()}
