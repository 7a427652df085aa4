"""Rows as mappings: reading single rows whole, and telling which values of two rows differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.model.asset import Asset
from layers.store.base import Store
from layers.store.schema import FID, VERSION, Schema
from layers.store.types import same_value

Row = Mapping[str, Any]


def current_row(store: Store, connection: sa.Connection, type_name: str, id: int) -> Row | None:
    """The row of an asset with all its columns, or None."""
    table = store.schema.assets[type_name]
    found = connection.execute(sa.select(table).where(table.c[FID] == id)).mappings().first()
    return None if found is None else dict(found)


def current_rows(
    store: Store, connection: sa.Connection, type_name: str, ids: Sequence[int]
) -> dict[int, Row]:
    """The rows of these assets that exist, by id."""
    table = store.schema.assets[type_name]
    rows = connection.execute(sa.select(table).where(store.id_in(table.c[FID], ids))).mappings()
    return {row[FID]: dict(row) for row in rows}


def asset_of(schema: Schema, type_name: str, row: Row) -> Asset:
    """The asset that a row (of all columns or some) stands for."""
    values = {name: value for name, value in row.items() if name not in (FID, VERSION)}
    return Asset(type_name, row[FID], row[VERSION], values)


def differing(before: Row, after: Row, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns ``names`` whose values differ."""
    return tuple(name for name in names if not same_value(before[name], after[name]))
