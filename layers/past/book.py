"""Rows of a past day: which types were otherwise then, how they are read, and single assets as they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.model import edtf
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import IdRange
from layers.model.query import Condition
from layers.past.ground import Doubt, as_on, lying_on
from layers.past.reads import read_book, read_ground
from layers.register import Register
from layers.store.bulk_read import BulkRead

Basis = Literal["ground", "book"]
_ID, _VERSION, _GEOMETRY = "fid", "row_version", "geom"


@dataclass(frozen=True)
class Past:
    """A past day (``2009-06-15``) and by what it is told: dates of laying and retiring, or the trail up to change
    set ``version``, the newest of that day."""

    day: str
    basis: Basis
    version: int = 0


def past_read(
    register: Register,
    type_name: str,
    past: Past,
    fields: Sequence[str],
    where: Condition | None = None,
    *,
    geometry: bool = True,
) -> BulkRead | None:
    """How these columns of a type are read as of a day; None when they were no other than they are today.

    By dates the values are those of today, apart from the state; ``where`` is asked of the values read.
    """
    asset_type = register.catalogue[type_name]
    if past.basis == "ground":
        if not asset_type.lifetime.is_told:
            return None
        more = [each for each in asset_type.lifetime.names if each in asset_type]
        read = register.bulk_read(type_name, list(dict.fromkeys((*fields, *more))), where, geometry=geometry)
        return BulkRead(read_ground, (read, asset_type.lifetime, past.day))
    then, came = register.changed_after(type_name, past.version, where)
    return _of_book(register, type_name, fields, where, then, came, geometry) if then or came else None


def read_as_of(
    register: Register,
    type_name: str,
    past: Past | None,
    fields: Sequence[str],
    where: Condition | None = None,
    *,
    geometry: bool = True,
) -> BulkRead:
    """How these columns of a type are read: as of a day, or of today when ``past`` is None."""
    read = None if past is None else past_read(register, type_name, past, fields, where, geometry=geometry)
    return read or register.bulk_read(type_name, fields, where, geometry=geometry)


def asset_as_of(register: Register, key: AssetKey, past: Past | None) -> Asset | None:
    """One asset as it was on a day (None: today); None when there was none, or it did not lie there."""
    if past is None:
        return register.get(*key)
    if past.basis == "book":
        row = register.rows_at(key.type, [key.id], past.version)[key.id]
        if row is None:
            return None
        return Asset(
            key.type, key.id, row[_VERSION], {n: v for n, v in row.items() if n not in (_ID, _VERSION)}
        )
    asset = register.get(*key)
    lifetime = register.catalogue[key.type].lifetime
    if asset is None or not lifetime.is_told:
        return asset
    names = [name for name in lifetime.names if name in asset.values]
    then = as_on(pa.table({name: pa.array([asset[name]], pa.string()) for name in names}), lifetime, past.day)
    if not then.num_rows:
        return None
    return Asset(key.type, key.id, asset.version, {**asset.values, **then.to_pylist()[0]})


def doubt_of(register: Register, types: Iterable[str], past: Past, feedback: Feedback) -> Doubt:
    """How many of the assets shown have vague dates or none at all; of the book there is no doubt."""
    total = Doubt()
    if past.basis == "book":
        return total
    for name in types:
        lifetime = register.catalogue[name].lifetime
        fields = [each for each in dict.fromkeys(lifetime.names) if each in register.catalogue[name]]
        table = register.columns(name, fields, feedback=feedback)
        total += lying_on(table, lifetime, past.day).doubt
    return total


def first_day(register: Register, feedback: Feedback) -> str | None:
    """The first day on which anything lay in the ground, by the dates that are known."""
    found: list[str] = []
    for asset_type in register.catalogue:
        for name in asset_type.lifetime.begin:
            if name in asset_type and asset_type.group == "network":
                column = register.columns(asset_type.name, [name], feedback=feedback).column(name)
                known = [text for text in column.unique().to_pylist() if text and edtf.is_valid(text)]
                found += [text.replace("X", "0") for text in known]
    usual = [text for text in found if text[:4] >= "1850"]
    return min(usual, default=None)


def _of_book(
    register: Register,
    type_name: str,
    fields: Sequence[str],
    where: Condition | None,
    then: Mapping[int, Mapping[str, Any] | None],
    came: Sequence[IdRange],
    geometry: bool,
) -> BulkRead:
    """Today's rows, and in the place of those that changed since the ones of then."""
    kept = {id: row for id, row in then.items() if row is not None}
    changed = np.array(sorted(then), np.int64)
    read = register.bulk_read(type_name, fields, where, geometry=geometry)
    rows = _table(register.catalogue[type_name], fields, kept, geometry)
    return BulkRead(read_book, (read, changed, came, rows))


def _table(
    asset_type: AssetType, fields: Sequence[str], rows: Mapping[int, Mapping[str, Any]], geometry: bool
) -> pa.Table:
    columns: dict[str, Any] = {_ID: pa.array(list(rows), pa.int64())}
    for name in fields:
        columns[name] = pa.array([row[name] for row in rows.values()])
    if geometry and asset_type.shape is not None:
        places = [None if row[_GEOMETRY] is None else shapely.to_wkb(row[_GEOMETRY]) for row in rows.values()]
        columns[_GEOMETRY] = pa.array(places, pa.binary())
    return pa.table(columns)
