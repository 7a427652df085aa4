"""What each grid holds, measure by measure: households, meters, wells, kilometres; sums up the levels.

The measures are rows of the company (type ``stock_measure``): whatever asset type the catalogue has joins by a row.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from layers.feedback import Feedback
from layers.grids.ground import Grids
from layers.model.change import ChangeSet
from layers.model.query import Condition
from layers.register import Register
from layers.text import Title

Quantity = Literal["count", "kilometres", "sum"]


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: assets of ``type`` that meet ``where``, their number, kilometres, or the sum of a
    field. ``weight``: load per unit; ``shown``: whether people see it in a grid's stock."""

    code: str
    title: Title
    type: str
    where: Condition | None
    quantity: Quantity
    sum_field: str | None
    weight: float
    shown: bool


@dataclass(frozen=True)
class Figure:
    """How much of a measure a grid holds; ``count`` is the number of assets behind it. ``unit`` is ``km`` or blank."""

    measure: Measure
    value: float
    count: int

    @property
    def unit(self) -> str:
        return "km" if self.measure.quantity == "kilometres" else ""


@dataclass(frozen=True, eq=False)
class Stock:
    """What the grids of a day hold. ``own``: measure code -> grid id -> (value, count), as the assets' ``grid`` says;
    under -1 what belongs to no grid."""

    grids: Grids
    measures: tuple[Measure, ...]
    own: Mapping[str, Mapping[int, tuple[float, int]]] = field(default_factory=dict)

    def figures(self, grid: int) -> dict[str, Figure]:
        """By measure code what a grid holds with everything that is part of it."""
        raise NotImplementedError

    def total(self) -> dict[str, Figure]:
        """By measure code what all grids hold together."""
        raise NotImplementedError


def read_measures(register: Register) -> tuple[Measure, ...]:
    """The measures of the company in their order. Types or fields that this register does not have are left out."""
    raise NotImplementedError


def read_stock(
    register: Register, day: datetime.date | None = None, feedback: Feedback | None = None
) -> Stock:
    """Count everything: what each grid holds today."""
    raise NotImplementedError


def follow_stock(
    register: Register, before: Stock, changes: Sequence[ChangeSet], feedback: Feedback | None = None
) -> Stock:
    """What ``read_stock`` gives now, after ``changes`` to a register whose stock was ``before``: only the grids that
    they touched are counted anew."""
    raise NotImplementedError


def ids_of(register: Register, stock: Stock, grid: int, code: str) -> list[int]:
    """The assets behind a figure, asked when somebody opens it."""
    raise NotImplementedError
