"""Tables of a statement: the same pipes divided by size, material, road, fund and so on, so that all sums agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.renewal.figure import Breakdown, Column, Figure, Level, Row, Words
from layers.renewal.pipes import Flags, Ids
from layers.renewal.statement.kilometres import FLOWS, STOCKS, Counted
from layers.renewal.words import RENEWED
from layers.text import Message

LENGTHS = ("before", *FLOWS, "retired", "after")
COLUMNS = (
    *(Column(name, Message(f"kilometres.column.{name}"), "m") for name in LENGTHS),
    Column("renewal_rate", Message("kilometres.column.renewal_rate"), "%"),
    Column("cost", Message("kilometres.column.cost"), "yuan"),
    Column("unit_cost", Message("kilometres.column.unit_cost"), "yuan/m"),
)
BY_NAME = {column.name: column for column in COLUMNS}
WITH_STOCK = tuple(BY_NAME[name] for name in (*LENGTHS, "renewal_rate", "cost", "unit_cost"))
FLOWS_ONLY = tuple(BY_NAME[name] for name in (*FLOWS, "retired", "cost", "unit_cost"))


@dataclass(frozen=True)
class Group:
    """A row to be: its key, title and level."""

    key: str
    title: Words
    level: Level = "item"


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which group each pipe is of: by its number in ``groups``. ``of_retired`` where retiring tells another one."""

    groups: Sequence[Group]
    of: Ids
    of_retired: Ids | None = None

    def numbers(self, column: str) -> Ids:
        """The groups that count for a column."""
        return self.of_retired if column == "retired" and self.of_retired is not None else self.of


def breakdown(
    name: str, counted: Counted, grouping: Grouping, columns: Sequence[Column], scope: Flags | None = None
) -> Breakdown:
    """Divide what counts; groups that have nothing in any column are left out. ``scope``: default the headline."""
    scope = counted.headline if scope is None else scope
    cells = {
        c: _divided(counted, grouping, c, scope) for c in LENGTHS if any(each.name == c for each in columns)
    }
    cost = _divided_cost(counted, grouping, scope)
    rows = []
    for number, group in enumerate(grouping.groups):
        mine = {c: figures[number] for c, figures in cells.items()}
        if group.key and any(figure.ids for figure in mine.values()):
            rows.append(Row(group.key, group.title, group.level, _with_ratios(mine, cost[number], columns)))
    total = whole(counted, columns, scope)
    return Breakdown(name, Message(f"kilometres.breakdown.{name}"), tuple(columns), tuple(rows), total)


def whole(
    counted: Counted, columns: Sequence[Column], scope: Flags, key: str = "total", level: Level = "total"
) -> Row:
    """Everything in ``scope`` added up by itself, not from the rows."""
    everything = Grouping((Group("total", ""),), np.zeros(len(counted.pipes), dtype=np.int64))
    cells = {c.name: _divided(counted, everything, c.name, scope)[0] for c in columns if c.name in LENGTHS}
    cost = _divided_cost(counted, everything, scope)[0]
    title = Message(f"kilometres.row.{key}")
    return Row(key, title, level, _with_ratios(cells, cost, columns))


def ratio(over: float | None, under: float | None, times: float = 1.0) -> float | None:
    """A quotient; None where there is nothing to divide by."""
    return None if over is None or not under else over / under * times


def _divided(counted: Counted, grouping: Grouping, column: str, scope: Flags) -> list[Figure]:
    chosen = np.flatnonzero(counted.masks[column] & scope)
    numbers = grouping.numbers(column)[chosen]
    count = len(grouping.groups)
    sums = np.bincount(numbers, weights=counted.pipes.length[chosen], minlength=count)
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(count + 1))
    ids = counted.pipes.ids[chosen[order]].tolist()
    return [Figure(float(sums[n]), "m", "pipe", tuple(ids[bounds[n] : bounds[n + 1]])) for n in range(count)]


@dataclass(frozen=True)
class _Cost:
    figure: Figure
    metres: float


def _divided_cost(counted: Counted, grouping: Grouping, scope: Flags) -> list[_Cost]:
    """What renewed pipes of settled projects cost, and their metres."""
    chosen = np.flatnonzero(counted.masks[RENEWED] & scope & ~np.isnan(counted.cost))
    numbers, count = grouping.of[chosen], len(grouping.groups)
    sums = np.bincount(numbers, weights=counted.cost[chosen], minlength=count)
    metres = np.bincount(numbers, weights=counted.pipes.length[chosen], minlength=count)
    projects = counted.pipes.project_in[chosen]
    found = []
    for number in range(count):
        ids = tuple(np.unique(projects[numbers == number]).tolist()) if sums[number] else ()
        found.append(_Cost(Figure(float(sums[number]), "yuan", "project", ids), float(metres[number])))
    return found


def _with_ratios(cells: Mapping[str, Figure], cost: _Cost, columns: Sequence[Column]) -> dict[str, Figure]:
    found = dict(cells)
    found["cost"] = cost.figure
    unit = ratio(cost.figure.value, cost.metres)
    found["unit_cost"] = Figure(unit, "yuan/m", "project", cost.figure.ids)
    if STOCKS[0] in cells:
        rate = ratio(cells[RENEWED].value, cells[STOCKS[0]].value, 100)
        found["renewal_rate"] = Figure(rate, "%", "pipe", cells[RENEWED].ids)
    return {column.name: found[column.name] for column in columns}
