"""What stands under a table: how many, how long, sums and means, and the same by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from layers.model.fields import BooleanField, ChoiceField, Field, IntegerField, NumberField
from layers.table.columns import NumberColumn, Numbers, WordColumn
from layers.table.data import DRAWN_LENGTH, TableData

MOST_CLASSES = 12
"""So many classes are told one by one; the rest together."""


@dataclass(frozen=True)
class Figure:
    """One number of a column: over ``count`` rows that have a value. ``share`` is of those with yes."""

    field: Field
    kind: Literal["sum", "mean", "share"]
    value: float
    count: int


@dataclass(frozen=True)
class ClassFigure:
    """The rows of one value of a column; ``value`` is None for blanks. ``metres``: their length, of lines."""

    value: Any
    count: int
    metres: float | None


@dataclass(frozen=True)
class Totals:
    """The rows shown: how many, their length in metres if they are lines, figures of columns, and by class.

    ``others`` are the rows of further classes, beyond those that are told.
    """

    count: int
    metres: float | None
    figures: tuple[Figure, ...]
    field: Field | None = None
    classes: tuple[ClassFigure, ...] = ()
    others: int = 0


def totals(data: TableData, rows: Numbers, names: Sequence[str], by: str | None = None) -> Totals:
    """The figures of these rows: of the columns ``names``, and by the classes of column ``by``."""
    figures = []
    for name in names:
        column = data.columns.get(name)
        if isinstance(column, NumberColumn) and name != DRAWN_LENGTH.name:
            figure = _figure(column, rows)
            if figure is not None:
                figures.append(figure)
    metres = None
    lengths = data.columns.get(DRAWN_LENGTH.name)
    if isinstance(lengths, NumberColumn):
        metres = float(np.nansum(lengths.numbers[rows]))
    column = data.columns.get(by or "")
    if not isinstance(column, WordColumn | NumberColumn):
        return Totals(len(rows), metres, tuple(figures))
    known = lengths.numbers if isinstance(lengths, NumberColumn) else None
    classes, others = _classes(column, rows, known)
    return Totals(len(rows), metres, tuple(figures), column.field, classes, others)


def may_class(field: Field) -> bool:
    """Whether rows can be told apart by the values of a field: there are few of them."""
    return isinstance(field, ChoiceField | BooleanField) or (
        isinstance(field, IntegerField) and field.unit is not None
    )


def _figure(column: NumberColumn, rows: Numbers) -> Figure | None:
    """Lengths and counts are summed, measured values have a mean; of nominal sizes neither means anything."""
    field = column.field
    numbers = column.numbers[rows]
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers) or (isinstance(field, IntegerField) and field.unit is not None):
        return None
    if isinstance(field, BooleanField):
        return Figure(field, "share", float(numbers.mean()), len(numbers))
    if isinstance(field, IntegerField) or (isinstance(field, NumberField) and field.adds_up):
        return Figure(field, "sum", float(numbers.sum()), len(numbers))
    return Figure(field, "mean", float(numbers.mean()), len(numbers))


def _classes(
    column: WordColumn | NumberColumn, rows: Numbers, lengths: np.ndarray[Any, Any] | None
) -> tuple[tuple[ClassFigure, ...], int]:
    found = column.ranks.ranks[rows]
    # Blanks, -1, are counted before everything else.
    tally = np.bincount(found + 1, minlength=1)
    values = np.flatnonzero(tally) - 1
    counts = tally[values + 1]
    first = np.zeros(len(tally), np.int64)
    first[found[::-1] + 1] = np.arange(len(rows))[::-1]
    first = first[values + 1]
    metres = None
    if lengths is not None:
        metres = np.bincount(found + 1, np.nan_to_num(lengths[rows]))[values + 1]
    # By rank, blanks (-1) last; when there are too many, the most frequent.
    places = [n for n in range(len(values)) if values[n] >= 0] + [
        n for n in range(len(values)) if values[n] < 0
    ]
    if len(places) > MOST_CLASSES:
        most = set(sorted(places, key=lambda n: -int(counts[n]))[:MOST_CLASSES])
        places = [n for n in places if n in most]
    told = tuple(
        ClassFigure(
            column.value(int(rows[first[n]])), int(counts[n]), None if metres is None else float(metres[n])
        )
        for n in places
    )
    return told, len(rows) - sum(each.count for each in told)
