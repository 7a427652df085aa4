"""Overview: one row for every grid of the lowest level as of a day, for the list of the desk and labels on the map."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.grids.colouring import colours
from layers.grids.ground import NONE, Grids
from layers.grids.load.limits import Standing
from layers.grids.load.stock import Stock
from layers.grids.load.workload import Load
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.responsibility.book import Book
from layers.responsibility.finding import Alarm
from layers.responsibility.person import BACKUP, PRIMARY, Person

#: The measure that a grid is first told by.
HOUSEHOLDS: Final = "households"
_BADNESS: Final = {"danger": 0, "warn": 1, "info": 2}
#: Where the label of a grid stands is found to this share of its size.
_LABEL_SHARE = 0.02


@dataclass(frozen=True)
class GridRow:
    """A grid: who looks after it, how much that is, and what is wrong. ``area`` is the grid it is part of.

    ``load`` is None until the stock is counted; ``label`` (x, y) is where its name stands on the map.
    """

    id: int
    code: str
    name: str
    area: str
    primary: Person | None
    backups: tuple[Person, ...]
    others: tuple[Person, ...]
    households: float | None
    load: Load | None
    alarms: tuple[Alarm, ...]
    colour: int
    shape: BaseGeometry | None = field(compare=False)
    label: tuple[float, float] | None

    @property
    def percent(self) -> float | None:
        """The load in percent of the mean."""
        return None if self.load is None else self.load.percent

    @property
    def standing(self) -> Standing:
        """How the load stands to the company's limits."""
        return "even" if self.load is None else self.load.standing

    @property
    def is_heavy(self) -> bool:
        """Whether the load is high or too high."""
        return self.standing in ("high", "over")

    @property
    def worst(self) -> Alarm | None:
        """What is said first."""
        return self.alarms[0] if self.alarms else None

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who looks after it."""
        return (*(() if self.primary is None else (self.primary,)), *self.backups, *self.others)


@dataclass(frozen=True)
class Overview:
    """The rows by code."""

    day: datetime.date
    rows: tuple[GridRow, ...]

    @cached_property
    def by_id(self) -> Mapping[int, GridRow]:
        return {row.id: row for row in self.rows}

    @cached_property
    def person_loads(self) -> Mapping[int, float]:
        """What everybody in charge looks after, by person: all their grids in percent of the mean one."""
        found: dict[int, float] = {}
        for row in self.rows:
            if row.primary is not None and row.percent is not None:
                found[row.primary.id] = found.get(row.primary.id, 0.0) + row.percent
        return found

    @cached_property
    def households(self) -> float | None:
        """All that are counted; None while nothing is."""
        counted = [row.households for row in self.rows if row.households is not None]
        return sum(counted) if counted else None


def overview_of(
    grids: Grids,
    book: Book,
    day: datetime.date,
    alarms: Sequence[Alarm] = (),
    stock: Stock | None = None,
    loads: Mapping[int, Load] | None = None,
) -> Overview:
    """What the desk lists of ``grids``, those of ``day``."""
    of_grid: dict[int, list[Alarm]] = {}
    for alarm in alarms:
        if alarm.target.type == GRID:
            of_grid.setdefault(alarm.target.id, []).append(alarm)
    painted = colours(grids)
    rows = []
    for position in range(len(grids)):
        if grids.is_lowest[position]:
            id = int(grids.ids[position])
            its = tuple(sorted(of_grid.get(id, ()), key=lambda alarm: _BADNESS[alarm.severity]))
            rows.append(_row(grids, position, book, day, its, stock, loads or {}, painted.get(id, 0)))
    return Overview(day, tuple(rows))


def _row(
    grids: Grids,
    position: int,
    book: Book,
    day: datetime.date,
    alarms: tuple[Alarm, ...],
    stock: Stock | None,
    loads: Mapping[int, Load],
    colour: int,
) -> GridRow:
    id, parent = int(grids.ids[position]), int(grids.parents[position])
    above = NONE if parent == NONE else grids.position(parent)
    running = [each for each in book.running(AssetKey(GRID, id), day) if each.role in book.grid_roles]
    people = [(each.rank, book.people[each.person]) for each in running if each.person in book.people]
    homes = None if stock is None else stock.figures(id).get(HOUSEHOLDS)
    return GridRow(
        id,
        grids.codes[position],
        grids.names[position],
        "" if above == NONE else grids.names[above],
        next((person for rank, person in people if rank == PRIMARY), None),
        tuple(person for rank, person in people if rank == BACKUP),
        tuple(person for rank, person in people if rank not in (PRIMARY, BACKUP)),
        None if homes is None else homes.value,
        loads.get(id),
        alarms,
        colour,
        grids.shapes[position],
        _label_place(grids.shapes[position]),
    )


def _label_place(shape: BaseGeometry | None) -> tuple[float, float] | None:
    """Deep inside a grid, far from its edges."""
    if shape is None or shape.is_empty:
        return None
    x0, y0, x1, y1 = shape.bounds
    tolerance = max(x1 - x0, y1 - y0) * _LABEL_SHARE
    if tolerance <= 0:
        return None
    parts = shapely.get_parts(shape)
    largest = max(parts, key=lambda part: part.area)
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance))[0]
    return float(x), float(y)
