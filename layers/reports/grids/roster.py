"""The roster: who looks after which grid, area by area, and what every person has in hand; one for all documents."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from layers.register import Register
from layers.renewal.figure import Words
from layers.reports.grids.notice import publisher_of
from layers.responsibility.book import Book
from layers.responsibility.oversight.overview import GridRow, Overview
from layers.responsibility.person import Person
from layers.text import Message, Texts

RowKind = Literal["area", "item", "total"]
Cell = Words | float | None


@dataclass(frozen=True)
class RosterColumn:
    """A column; ``width`` is its share of the table, ``digits`` those of numbers, None for texts; ``unit`` follows
    every number."""

    name: str
    title: Words
    width: float
    digits: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class RosterRow:
    """A line: the heading of an area, a grid or person (``id``), or the total."""

    kind: RowKind
    cells: tuple[Cell, ...]
    id: int | None = None
    #: Something is wrong with it: nobody in charge, too much to do.
    flagged: bool = False


@dataclass(frozen=True)
class RosterTable:
    """One table of the roster, ``type`` being that of its rows."""

    name: str
    title: Words
    type: str
    columns: tuple[RosterColumn, ...]
    rows: tuple[RosterRow, ...]


@dataclass(frozen=True)
class Roster:
    """What a document holds; all of it as of ``day``."""

    title: Words
    company: str
    day: datetime.date
    is_sample: bool
    tables: tuple[RosterTable, ...]
    notes: tuple[Words, ...]

    @property
    def people(self) -> int:
        """How many people it names."""
        return sum(
            row.kind == "item" for table in self.tables if table.type == "person" for row in table.rows
        )


def roster_of(register: Register, book: Book, overview: Overview, texts: Texts) -> Roster:
    """The roster of a day, from what the desk shows of it."""
    return Roster(
        Message("stewards.title"),
        publisher_of(register, book, texts).company,
        overview.day,
        register.is_sample,
        (by_area(overview), by_person(book, overview)),
        (Message("stewards.note.load"), *([Message("report.is_sample")] if register.is_sample else [])),
    )


def by_area(overview: Overview) -> RosterTable:
    """Every area with its grids: in charge, backup, others, households, workload."""
    columns = (
        RosterColumn("code", Message("stewards.column.code"), 1.3),
        RosterColumn("name", Message("stewards.column.grid"), 1.6),
        RosterColumn("primary", Message("stewards.column.primary"), 1.5),
        RosterColumn("phone", Message("stewards.column.phone"), 2.0),
        RosterColumn("backup", Message("stewards.column.backup"), 1.5),
        RosterColumn("backup_phone", Message("stewards.column.phone"), 2.0),
        RosterColumn("others", Message("stewards.column.others"), 1.6),
        RosterColumn("households", Message("stewards.column.households"), 1.2, 0),
        RosterColumn("load", Message("stewards.column.load"), 1.1, 0, "%"),
    )
    rows: list[RosterRow] = []
    for area in areas_of(overview):
        own = [row for row in overview.rows if row.area == area]
        title: Words = area or Message("stewards.no_area")
        blank: tuple[Cell, ...] = (None,) * (len(columns) - 4)
        rows.append(RosterRow("area", (title, None, *blank, _households(own), None)))
        rows += [_grid_row(row) for row in own]
    total: tuple[Cell, ...] = (
        Message("stewards.total"),
        Message("stewards.total.grids", {"count": len(overview.rows)}),
        *(None,) * 5,
        _households(overview.rows),
        None,
    )
    return RosterTable(
        "grids", Message("stewards.by_area"), "grid", columns, (*rows, RosterRow("total", total))
    )


def by_person(book: Book, overview: Overview) -> RosterTable:
    """Everybody with a grid: what they have in which rank, and how much that is."""
    columns = (
        RosterColumn("person", Message("stewards.column.person"), 1.4),
        RosterColumn("team", Message("stewards.column.team"), 1.8),
        RosterColumn("phone", Message("stewards.column.phone"), 2.0),
        RosterColumn("as_primary", Message("stewards.column.as_primary"), 3.0),
        RosterColumn("as_backup", Message("stewards.column.as_backup"), 2.6),
        RosterColumn("households", Message("stewards.column.households"), 1.2, 0),
        RosterColumn("load", Message("stewards.column.load"), 1.1, 0, "%"),
    )
    people: dict[int, tuple[Person, list[GridRow], list[GridRow]]] = {}
    for row in overview.rows:
        for person, first in _named(row):
            _, charged, backing = people.setdefault(person.id, (person, [], []))
            (charged if first else backing).append(row)
    rows = []
    for person, charged, backing in sorted(people.values(), key=_rank):
        team = None if person.team is None else book.teams.get(person.team)
        load = _sum(row.percent for row in charged)
        cells: tuple[Cell, ...] = (
            person.name,
            "" if team is None else team.name,
            person.phone,
            _codes(charged),
            _codes(backing),
            _households(charged) if charged else None,
            load if charged else None,
        )
        flagged = any(row.standing == "over" for row in charged)
        rows.append(RosterRow("item", cells, person.id, flagged))
    return RosterTable("people", Message("stewards.by_person"), "person", columns, tuple(rows))


def areas_of(overview: Overview) -> tuple[str, ...]:
    """The names of areas in the order of their first grid; what is in none comes last."""
    return tuple(sorted(dict.fromkeys(row.area for row in overview.rows), key=lambda area: area == ""))


def _grid_row(row: GridRow) -> RosterRow:
    backup = row.backups[0] if row.backups else None
    others = tuple(each.name for each in (*row.backups[1:], *row.others))
    cells: tuple[Cell, ...] = (
        row.code,
        row.name,
        Message("stewards.vacant") if row.primary is None else row.primary.name,
        "" if row.primary is None else row.primary.phone,
        "" if backup is None else backup.name,
        "" if backup is None else backup.phone,
        " ".join(others),
        row.households,
        row.percent,
    )
    flagged = row.primary is None or row.standing == "over"
    return RosterRow("item", cells, row.id, flagged)


def _named(row: GridRow) -> Iterable[tuple[Person, bool]]:
    if row.primary is not None:
        yield row.primary, True
    for person in (*row.backups, *row.others):
        yield person, False


def _rank(found: tuple[Person, list[GridRow], list[GridRow]]) -> tuple[bool, str, str]:
    person, charged, backing = found
    return (not charged, (charged or backing)[0].code, person.name)


def _codes(rows: Sequence[GridRow]) -> str:
    return " ".join(row.code for row in rows)


def _households(rows: Sequence[GridRow]) -> float | None:
    return _sum(row.households for row in rows)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
