"""How much work a grid is: its stock with the company's weights, and that as a share of the mean grid's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.grids.stock import Stock
from layers.register import Register

Standing = Literal["even", "high", "over"]


@dataclass(frozen=True)
class Load:
    """The workload of a grid: ``score`` in weighted units, ``percent`` of the mean lowest-level grid of the day."""

    score: float
    percent: float
    standing: Standing


def workload(register: Register, stock: Stock) -> dict[int, Load]:
    """By grid id, of every level: a lowest-level grid against the mean of all such; one with parts against the mean
    times the number of its parts. ``standing`` by the settings load_high_percent and load_over_percent."""
    raise NotImplementedError
