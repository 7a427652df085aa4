"""Questions to a store: single assets, queries, counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from layers.geometry.packed import Floats
from layers.model.asset import Asset
from layers.model.query import Query
from layers.store.base import Store
from layers.store.conditions import where_clause
from layers.store.rows import asset_of, current_row
from layers.store.schema import CODE, FID, GEOMETRY, VERSION


def get(store: Store, connection: sa.Connection, type_name: str, id: int) -> Asset | None:
    """The asset with this id, or None."""
    row = current_row(store, connection, type_name, id)
    return None if row is None else asset_of(store.schema, type_name, row)


def by_code(store: Store, connection: sa.Connection, type_name: str, code: str) -> Asset | None:
    """The asset with this business code, whatever the case of its letters."""
    table = store.schema.assets[type_name]
    statement = sa.select(table).where(sa.func.lower(table.c[CODE]) == sa.func.lower(code))
    row = connection.execute(statement.limit(1)).mappings().first()
    return None if row is None else asset_of(store.schema, type_name, dict(row))


def find(store: Store, connection: sa.Connection, query: Query) -> list[Asset]:
    """The assets that a query asks for, in its order (by id where it says none)."""
    table = store.schema.assets[query.type]
    columns = list(table.columns) if query.fields is None else _chosen(table, query.fields)
    statement = sa.select(*columns).where(*where_clause(store, query))
    for order in query.order:
        column = table.c[order.field]
        statement = statement.order_by((column.desc() if order.descending else column.asc()).nulls_last())
    statement = statement.order_by(table.c[FID])
    if query.limit is not None or query.offset:
        statement = statement.limit(query.limit).offset(query.offset)
    return [asset_of(store.schema, query.type, dict(row)) for row in connection.execute(statement).mappings()]


def count(store: Store, connection: sa.Connection, query: Query) -> int:
    """How many assets meet a query; its limit, offset and order play no part."""
    table = store.schema.assets[query.type]
    statement = sa.select(sa.func.count()).select_from(table).where(*where_clause(store, query))
    return int(connection.execute(statement).scalar_one())


def some_places(store: Store, connection: sa.Connection, type_name: str, most: int) -> Floats:
    """Where up to ``most`` assets of a type lie, (n, 2), taken evenly from all of it: the middles of their boxes."""
    table = store.schema.assets[type_name]
    last = connection.execute(sa.select(sa.func.max(table.c[FID]))).scalar() or 0
    chosen = store.id_in(table.c[FID], range(1, last + 1, last // most + 1))
    found = [shape for (shape,) in connection.execute(sa.select(table.c[GEOMETRY]).where(chosen)) if shape]
    extents = shapely.bounds(np.array(found, dtype=object)).reshape(-1, 4)
    places = (extents[:, :2] + extents[:, 2:]) / 2
    return np.asarray(places[np.isfinite(places).all(axis=1)])


def _chosen(table: sa.Table, fields: Sequence[str]) -> list[sa.Column[Any]]:
    names = dict.fromkeys((FID, VERSION, *fields))
    return [table.c[name] for name in names]
