"""How much work a grid is: its stock with the company's weights, and that as a share of the mean grid's."""

from __future__ import annotations

from dataclasses import dataclass

from layers.grids.load.limits import LoadLimits, Standing
from layers.grids.load.stock import Stock
from layers.register import Register


@dataclass(frozen=True)
class Load:
    """The workload of a grid: ``score`` in weighted units, ``percent`` of the mean lowest-level grid of the day."""

    score: float
    percent: float
    standing: Standing


def workload(register: Register, stock: Stock) -> dict[int, Load]:
    """By grid id, of every level: a lowest-level grid against the mean of all such; one with parts against the mean
    times the number of its parts. ``standing`` by the settings load_low/high/over_percent; where there is no work at
    all every grid is even."""
    limits = LoadLimits.of(register)
    grids = stock.grids
    lowest = set(grids.ids[grids.is_lowest].tolist())
    scores = {id: score(stock, id) for id in grids.ids.tolist()}
    mean = sum(scores[id] for id in lowest) / len(lowest) if lowest else 0.0
    found: dict[int, Load] = {}
    for id, each in scores.items():
        parts = sum(part in lowest for part in stock.within(id))
        expected = mean * max(parts, 1)
        percent = 100.0 * each / expected if expected else 100.0
        found[id] = Load(each, percent, limits.standing(percent))
    return found


def score(stock: Stock, grid: int) -> float:
    """The weighted units of a grid with everything that is part of it."""
    return sum(figure.value * figure.measure.weight for figure in stock.figures(grid).values())
