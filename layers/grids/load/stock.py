"""What each grid holds, measure by measure: households, meters, wells, kilometres; sums up the levels.

The measures are the company's (``measures``): whatever asset type the catalogue has joins by an entry. An asset counts
where its ``grid`` says it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from layers.feedback import Feedback
from layers.grids.ground import Grids, read_grids
from layers.grids.load.counting import Amount, Counted, count_type, touched_grids
from layers.grids.load.measures import Measure, Quantity, read_measures
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.model.query import All, Compare, Condition
from layers.model.settings import NumberClass
from layers.register import Register

__all__ = [
    "Amount",
    "Figure",
    "Measure",
    "Quantity",
    "Stock",
    "follow_stock",
    "ids_of",
    "read_measures",
    "read_stock",
]

_NOTHING = Amount(0.0, 0)


@dataclass(frozen=True)
class Figure:
    """How much of a measure a grid holds; ``count`` is the number of assets behind it. ``unit`` is ``km`` or blank.

    ``parts``: the same by the classes (or values) of the measure's split field; None is for what has no value.
    """

    measure: Measure
    value: float
    count: int
    parts: Mapping[NumberClass | Any, Amount] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        return self.measure.unit


@dataclass(frozen=True, eq=False)
class Stock:
    """What the grids of a day hold today. ``own``: measure code -> grid id -> what is linked to that grid itself, by
    the value of the split field (None where there is no such field)."""

    grids: Grids
    measures: tuple[Measure, ...]
    own: Mapping[str, Counted] = field(default_factory=dict)

    def figures(self, grid: int) -> dict[str, Figure]:
        """By measure code what a grid holds with everything that is part of it."""
        ids = self._within.get(int(grid), [int(grid)])
        return {measure.code: self._figure(measure, ids) for measure in self.measures}

    def total(self) -> dict[str, Figure]:
        """By measure code what all grids hold together."""
        return {measure.code: self._figure(measure, self.own[measure.code]) for measure in self.measures}

    def within(self, grid: int) -> list[int]:
        """A grid and everything that is part of it: ids."""
        return list(self._within.get(int(grid), [int(grid)]))

    @cached_property
    def _within(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for id in self.grids.ids.tolist():
            for above in self.grids.chain(id):
                found.setdefault(above, []).append(id)
        return found

    def _figure(self, measure: Measure, grids: Iterable[int]) -> Figure:
        own = self.own[measure.code]
        value, count = 0.0, 0
        parts: dict[Any, Amount] = {}
        for grid in grids:
            for split, amount in own.get(grid, {}).items():
                value, count = value + amount.value, count + amount.count
                if measure.split_field is not None:
                    word = _class_of(measure, split)
                    before = parts.get(word, _NOTHING)
                    parts[word] = Amount(before.value + amount.value, before.count + amount.count)
        order = {each: number for number, each in enumerate(measure.classes)}
        arranged = sorted(
            parts.items(), key=lambda item: (item[0] is None, order.get(item[0], 0), str(item[0]))
        )
        return Figure(measure, value, count, dict(arranged))


def _class_of(measure: Measure, split: Any) -> Any:
    if not measure.classes or split is None:
        return split
    return next((each for each in measure.classes if split in each), None)


def read_stock(
    register: Register, day: datetime.date | None = None, feedback: Feedback | None = None
) -> Stock:
    """Count everything: what each grid that is valid on ``day`` (default: today) holds today."""
    feedback = feedback or Feedback()
    measures = read_measures(register)
    types = list(dict.fromkeys(measure.type for measure in measures))
    own: dict[str, Counted] = {}
    for number, name in enumerate(types):
        feedback.progress(number / len(types))
        feedback.check()
        own |= count_type(register, name, [m for m in measures if m.type == name], None, feedback)
    feedback.progress(1.0)
    return Stock(read_grids(register, day), measures, own)


def follow_stock(
    register: Register, before: Stock, changes: Sequence[ChangeSet], feedback: Feedback | None = None
) -> Stock:
    """What ``read_stock`` gives now, after ``changes`` to a register whose stock was ``before``: only the grids that
    they touched are counted anew. The same object when they touch nothing of it."""
    feedback = feedback or Feedback()
    day = before.grids.day
    if any(_changes_measures(change) for change in changes):
        return read_stock(register, day, feedback)
    own = dict(before.own)
    for name in dict.fromkeys(measure.type for measure in before.measures):
        mine = [m for m in before.measures if m.type == name and _concerns(m, name, changes)]
        if not mine:
            continue
        feedback.check()
        grids = touched_grids(register, name, changes)
        anew = count_type(register, name, mine, grids, feedback)
        for code, counted in anew.items():
            if grids is None:
                own[code] = counted
            else:
                rest = {grid: found for grid, found in own[code].items() if grid not in grids}
                own[code] = {**rest, **counted}
    grids_changed = any(change.touches(GRID) for change in changes)
    if not grids_changed and all(own[code] is found for code, found in before.own.items()):
        return before
    return Stock(read_grids(register, day) if grids_changed else before.grids, before.measures, own)


def _changes_measures(change: ChangeSet) -> bool:
    """Conditions may name entries of any code list, and classes are settings."""
    return any(name.startswith("c_") or name == "setting" for name in change.changes)


def _concerns(measure: Measure, name: str, changes: Sequence[ChangeSet]) -> bool:
    """Whether one of the changes can make a difference to a measure."""
    for change in changes:
        part = change.changes.get(name)
        if part is None:
            continue
        drawn = ("geom",) if measure.quantity == "kilometres" else ()
        if not part.leaves({GRID, *measure.fields, *drawn}):
            return True
    return False


def ids_of(register: Register, stock: Stock, grid: int, code: str) -> list[int]:
    """The assets behind a figure, asked when somebody opens it."""
    measure = next(each for each in stock.measures if each.code == code)
    found = register.values(measure.type, [], stock_condition(stock, [grid], measure))
    ids: list[int] = found.column("fid").to_pylist()
    return ids


def stock_condition(stock: Stock, grids: Collection[int], measure: Measure) -> Condition:
    """The condition on the measure's type for what it counts in some grids, to filter a table or a map by."""
    inside = tuple(sorted({id for grid in grids for id in stock.within(grid)}))
    of_grids = Compare(GRID, "=", inside[0]) if len(inside) == 1 else Compare(GRID, "in", inside)
    return of_grids if measure.where is None else All((of_grids, measure.where))
