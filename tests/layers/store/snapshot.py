"""The whole content of a register, to compare before and after."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from layers.register import Register
from layers.store.schema import FID, VERSION

Snapshot = dict[str, dict[int, dict[str, Any]]]


def snapshot(register: Register) -> Snapshot:
    """Every row of every asset table by id, without its version, which only ever grows."""
    store = register._store
    content: Snapshot = {}
    with store.read() as connection:
        for name, table in store.schema.assets.items():
            rows = connection.execute(sa.select(table)).mappings()
            content[name] = {row[FID]: {k: v for k, v in row.items() if k != VERSION} for row in rows}
    return content


def found_by_place(register: Register) -> dict[str, set[int]]:
    """The ids that the spatial index of each type knows; it must be those of the located assets."""
    store = register._store
    found = {}
    for asset_type in register.catalogue:
        if asset_type.shape is None:
            continue
        bounds = register.bounds(asset_type.name)
        with store.read() as connection:
            assert store.inspect(connection, [asset_type.name]) == []
            table = store.schema.assets[asset_type.name]
            ids = (
                ()
                if bounds is None
                else connection.execute(
                    sa.select(table.c[FID]).where(store.in_box(asset_type.name, bounds))
                ).scalars()
            )
            found[asset_type.name] = set(ids)
    return found


def located(content: Snapshot) -> dict[str, set[int]]:
    """The ids of the located assets of each located type."""
    return {
        name: {id for id, row in rows.items() if row["geom"] is not None}
        for name, rows in content.items()
        if name in _located_types(content)
    }


def _located_types(content: Snapshot) -> set[str]:
    return {name for name, rows in content.items() if any("geom" in row for row in rows.values())}
