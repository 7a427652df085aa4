"""The grids of a day on the ground: which there are, how they nest, and to which one a place belongs.

The rule of belonging, for every part of the program: a point belongs to the lowest-level grid it lies in; on a shared
edge (to the millimetre where drawings differ) to the touching grid with the smallest code. A line lies where half its
length lies, an area where its point on surface lies.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry.belonging import EDGE, NONE, areas_at, sound_areas, standing
from layers.geometry.packed import Integers
from layers.model.duty_words import GRID
from layers.model.fields import format_instant
from layers.model.query import Query
from layers.model.validity import is_valid_on
from layers.register import Register

__all__ = [
    "EDGE",
    "GEOMETRY",
    "GRID",
    "NONE",
    "Grids",
    "Mask",
    "Shapes",
    "end_of",
    "grids_of",
    "read_grids",
]

Mask = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

GEOMETRY: Final = "geom"


@dataclass(frozen=True, eq=False)
class Grids:
    """The grids that are valid on ``day``, by code. Arrays run alongside: ``ids``, ``versions`` (of the row),
    ``parents`` and ``replaces`` (ids, -1 for none), ``shapes`` (None without a place), ``is_lowest`` (no valid grid
    is part of it)."""

    day: datetime.date
    ids: Integers
    versions: Integers
    codes: tuple[str, ...]
    names: tuple[str, ...]
    levels: tuple[str | None, ...]
    parents: Integers
    replaces: Integers
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def is_lowest(self) -> Mask:
        """Grids of the lowest level: those that no grid valid on the day is part of."""
        return ~np.isin(self.ids, self.parents)

    @cached_property
    def is_drawn(self) -> Mask:
        """Grids with a place."""
        return np.array([shape is not None and not shape.is_empty for shape in self.shapes], dtype=bool)

    @cached_property
    def lowest(self) -> Integers:
        """Positions of the drawn grids of the lowest level, by code."""
        return np.flatnonzero(self.is_lowest & self.is_drawn)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the shapes of ``lowest``, in its order."""
        return shapely.STRtree(list(self.shapes[self.lowest]))

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {int(id): position for position, id in enumerate(self.ids)}

    def position(self, id: int) -> int:
        """Where a grid stands in the arrays; -1 when there is none of this id on the day."""
        return self._positions.get(int(id), NONE)

    def shape_of(self, id: int) -> BaseGeometry | None:
        """The place of a grid; None when it has none or is not valid on the day."""
        position = self.position(id)
        return None if position == NONE else self.shapes[position]

    def children(self, id: int) -> Integers:
        """The ids of the grids that are directly part of one."""
        found: Integers = self.ids[self.parents == id]
        return found

    def chain(self, id: int) -> list[int]:
        """A grid and what it is part of, from the lowest up: ids."""
        found: list[int] = []
        while (position := self.position(id)) != NONE and id not in found:
            found.append(int(id))
            id = int(self.parents[position])
        return found

    def at(self, places: npt.ArrayLike) -> Integers:
        """For places (n, 2) in metres the id of the lowest-level grid each belongs to, -1 for none."""
        at = areas_at(
            np.asarray(places, dtype=np.float64).reshape(-1, 2), self.shapes[self.lowest], self.tree
        )
        found: Integers = np.where(at == NONE, NONE, self.ids[self.lowest][at]) if len(self.lowest) else at
        return found

    def of(self, geometries: Iterable[BaseGeometry | None]) -> Integers:
        """For assets of any shape the id of the grid each belongs to, -1 for none or without a place."""
        return self.at(standing(geometries))

    def with_shapes(self, shapes: Mapping[int, BaseGeometry]) -> Grids:
        """The same grids with other places for some, by id; ids that are not there are left out."""
        changed = self.shapes.copy()
        for id, shape in shapes.items():
            if (position := self.position(id)) != NONE:
                changed[position] = shape
        return replace(self, shapes=changed)


def read_grids(register: Register, day: datetime.date | None = None) -> Grids:
    """The grids valid on ``day`` (default: today). Boundaries of a past day are those of the trail; before it
    begins, the first ones known."""
    today = datetime.date.today()
    day = day or today
    rows: dict[int, Mapping[str, Any]] = {
        asset.id: {**asset.values, "version": asset.version} for asset in register.find(Query(GRID))
    }
    if day < today:
        then, _came = register.changed_after(GRID, register.version_at(end_of(day)))
        for id, row in then.items():
            first = row if row is not None else _first_known(register, id, rows)
            if first is not None:
                now = rows.get(id, first)
                # Which day a grid begins and ends is what is known of it today; where it lay is what was drawn then.
                rows[id] = {**now, "version": now.get("version", 0), GEOMETRY: first.get(GEOMETRY)}
    valid = {id: row for id, row in rows.items() if is_valid_on(row, day)}
    return grids_of(valid, day)


def _first_known(register: Register, id: int, rows: Mapping[int, Any]) -> Mapping[str, Any] | None:
    """A grid as it was recorded first, unless it is gone again."""
    if id not in rows:
        return None
    changes = register.row_changes(type=GRID, id=id)
    return (changes[-1].before or changes[-1].after) if changes else None


def grids_of(rows: Mapping[int, Mapping[str, Any]], day: datetime.date) -> Grids:
    """Grids of rows by id, each with its values and ``version``."""
    order = sorted(rows, key=lambda id: (str(rows[id].get("code") or ""), id))
    shapes = np.empty(len(order), dtype=object)
    for position, id in enumerate(order):
        shapes[position] = rows[id].get(GEOMETRY)
    return Grids(
        day,
        np.array(order, np.int64),
        np.array([rows[id].get("version") or 0 for id in order], np.int64),
        _texts(rows, order, lambda row: str(row.get("code") or "")),
        _texts(rows, order, lambda row: str(row.get("name") or "")),
        tuple(rows[id].get("level") for id in order),
        np.array([_id(rows[id].get("parent")) for id in order], np.int64),
        np.array([_id(rows[id].get("replaces")) for id in order], np.int64),
        sound_areas(shapes),
    )


def end_of(day: datetime.date) -> str:
    """The last moment of a day on the wall's clock, as the trail stores instants."""
    last = datetime.datetime.combine(day, datetime.time(23, 59, 59, 999_000))
    return format_instant(last.astimezone())


def _texts(
    rows: Mapping[int, Mapping[str, Any]], order: Sequence[int], text: Callable[[Mapping[str, Any]], str]
) -> tuple[str, ...]:
    return tuple(text(rows[id]) for id in order)


def _id(link: Any) -> int:
    return NONE if link is None else int(link)
