"""Counting what is linked to grids: a type in one pass, in all grids or only in some."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Floats, lengths, pack_lines
from layers.grids.ground import GEOMETRY, NONE
from layers.grids.load.measures import Measure
from layers.grids.members import linked
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.model.query import All, Compare, Condition
from layers.register import Register
from layers.store.tallying import Tally

#: When more assets of a type changed, all its grids are counted anew.
_MANY = 50_000
_METRES = 1000.0


@dataclass(frozen=True)
class Amount:
    """A sum and the number of assets behind it."""

    value: float
    count: int


#: Grid id -> value of the split field (None without one) -> how much.
Counted = Mapping[int, Mapping[Any, Amount]]


def count_type(
    register: Register,
    name: str,
    measures: Sequence[Measure],
    grids: Collection[int] | None,
    feedback: Feedback,
) -> dict[str, Counted]:
    """Several measures of one type, by code: in ``grids``, or in all (None)."""
    found: dict[str, Counted] = {}
    if grids is not None and not grids:
        return {measure.code: {} for measure in measures}
    plain = [m for m in measures if m.quantity != "kilometres" and m.split_field is None]
    if plain:
        found |= _tallied(register, name, plain, grids)
    for measure in measures:
        if measure.quantity == "kilometres":
            found[measure.code] = _measured(register, measure, grids, feedback)
        elif measure.split_field is not None:
            found |= _tallied(register, name, [measure], grids)
    return found


def touched_grids(register: Register, name: str, changes: Sequence[ChangeSet]) -> set[int] | None:
    """The grids to which assets of a type belonged before changes, or do now; None: too many to tell."""
    grids: set[int] = set()
    for change in changes:
        part = change.changes.get(name)
        if part is None:
            continue
        if part.is_bulk or part.count > _MANY:
            return None
        ids = sorted(part.inserted | part.updated)
        grids |= register.linked_by_change(name, GRID, change.id, ids)
    return grids


def _tallied(
    register: Register, name: str, measures: Sequence[Measure], grids: Collection[int] | None
) -> dict[str, Counted]:
    tallies = [Tally(measure.where, measure.sum_field) for measure in measures]
    split = measures[0].split_field
    targets = None if grids is None else sorted(grids)
    found: dict[str, dict[int, dict[Any, Amount]]] = {measure.code: {} for measure in measures}
    for row in register.tally(name, GRID, tallies, split, targets):
        for measure, (count, total) in zip(measures, row.found, strict=True):
            if count:
                value = total if measure.quantity == "sum" else float(count)
                found[measure.code].setdefault(row.target, {})[row.split] = Amount(value, count)
    return dict(found)


def _measured(
    register: Register, measure: Measure, grids: Collection[int] | None, feedback: Feedback
) -> Counted:
    """Kilometres as drawn."""
    fields = [GRID, *((measure.split_field,) if measure.split_field is not None else ())]
    if grids is None:
        table = register.columns(measure.type, fields, geometry=True, where=measure.where, feedback=feedback)
    else:
        table = register.rows_meeting(measure.type, fields, _in_grids(grids, measure.where))
    return _added_up(table, measure.split_field)


def _in_grids(grids: Collection[int], where: Condition | None) -> Condition:
    inside = Compare(GRID, "in", tuple(sorted(grids)))
    return inside if where is None else All((inside, where))


def _added_up(table: pa.Table, split: str | None) -> Counted:
    kilometres = _lengths(table) / _METRES
    grids = linked(table.column(GRID))
    words = np.zeros(len(grids), np.int64)
    values: list[Any] = [None]
    if split is not None:
        coded = table.column(split).combine_chunks().dictionary_encode()
        values = [*coded.dictionary.to_pylist(), None]
        words = np.asarray(coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False), np.int64)
    found: dict[int, dict[Any, Amount]] = {}
    keys, place, counts = np.unique(
        np.stack([grids, words], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    sums = np.bincount(place.reshape(-1), kilometres, len(keys))
    for (grid, word), total, count in zip(keys.tolist(), sums.tolist(), counts.tolist(), strict=True):
        if grid != NONE:
            found.setdefault(grid, {})[values[word]] = Amount(total, count)
    return found


def _lengths(table: pa.Table) -> Floats:
    lines = pack_lines(table.column(GEOMETRY))
    found: Floats = np.bincount(lines.row, lengths(lines), table.num_rows).astype(np.float64)
    return found
