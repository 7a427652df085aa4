"""A table after an edit: only what the edit touched is read, two million rows or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.model.change import ChangeSet, TypeChange
from layers.model.fields import LinkField
from layers.register import Register
from layers.table.columns import Column, NumberColumn, Numbers
from layers.table.data import DRAWN_LENGTH, TableData
from layers.table.reading import VERSION, link_labels

MOST_PATCHED = 20_000
"""An edit of more assets than this makes the table be read again."""


@dataclass(frozen=True)
class Patched:
    """The table now. ``gone``: rows of the old one, ``come``: rows of the new one, both ascending."""

    data: TableData
    gone: Numbers
    come: Numbers


def touched_ids(changes: Iterable[ChangeSet], type_name: str) -> set[int] | None:
    """The assets of a type that were changed; None when they are too many to be read one by one."""
    ids: set[int] = set()
    for change in changes:
        part = change.changes.get(type_name)
        if part is None:
            continue
        if part.count > MOST_PATCHED:
            return None
        ids |= _ids(part)
    return ids if len(ids) <= MOST_PATCHED else None


def _ids(part: TypeChange) -> set[int]:
    ids = set(part.inserted | part.updated | part.deleted)
    for run in (*part.inserted_ranges, *part.deleted_ranges):
        ids.update(range(run.first, run.last + 1))
    return ids


def patched(register: Register, data: TableData, ids: Iterable[int]) -> Patched:
    """The table with these assets as they are now: changed, new or gone."""
    asked = np.array(sorted(ids), np.int64)
    names = [name for name in data.columns if name != DRAWN_LENGTH.name]
    found = register.rows(data.type.name, asked.tolist(), (VERSION, *names))
    there = found.column("fid").to_numpy().astype(np.int64)
    order = np.argsort(there)
    there = there[order]
    known = data.rows_of(asked)
    gone = known[~np.isin(data.fids[known], there)]
    new = there[~np.isin(there, data.fids[known])]
    values = _values(found, [*names, VERSION], order)
    if DRAWN_LENGTH.name in data.columns:
        values[DRAWN_LENGTH.name] = _lengths(found, order)
    return _put(register, data, there, gone, new, values)


def _put(
    register: Register,
    data: TableData,
    there: Numbers,
    gone: Numbers,
    new: Numbers,
    values: Mapping[str, list[Any]],
) -> Patched:
    fids, versions = np.delete(data.fids, gone), np.delete(data.versions, gone)
    places = np.searchsorted(fids, new)
    fids, versions = np.insert(fids, places, new), np.insert(versions, places, 0)
    rows = np.searchsorted(fids, there)
    versions[rows] = values[VERSION]
    columns: dict[str, Column] = {}
    for name, column in data.columns.items():
        if len(gone):
            column = column.without(gone)
        if len(new):
            column = column.with_blanks(places)
        if _differs(column, rows, values[name]):
            column = _patched_column(register, column, rows, values[name])
        columns[name] = column
    return Patched(TableData(data.type, fids, versions, columns), gone, places + np.arange(len(new)))


def _differs(column: Column, rows: Numbers, values: list[Any]) -> bool:
    """Columns that stay as they are keep what is known of their order."""
    return any(column.value(row) != value for row, value in zip(rows.tolist(), values, strict=True))


def _patched_column(register: Register, column: Column, rows: Numbers, values: list[Any]) -> Column:
    if isinstance(column, NumberColumn):
        return column.patched(rows, values)
    labels = None
    if isinstance(column.field, LinkField):
        known = [value for value in values if value is not None]
        words = pa.array(known, column.words.type)
        called = dict(zip(known, link_labels(register, column.field, words).to_pylist(), strict=True))
        labels = [called.get(value, "") for value in values]
    return column.patched(rows, values, labels)


def _values(found: pa.Table, names: Iterable[str], order: Numbers) -> dict[str, list[Any]]:
    taken = found.take(pa.array(order))
    return {name: taken.column(name).to_pylist() for name in names}


def _lengths(found: pa.Table, order: Numbers) -> list[float | None]:
    shapes = shapely.from_wkb(found.column("geom").to_numpy(zero_copy_only=False))
    lengths = shapely.length(shapes)[order].tolist()
    return [length if length > 0 else None for length in lengths]
