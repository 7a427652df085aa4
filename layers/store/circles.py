"""Links that may not lead back to where they began: what is part of itself, or replaces itself, is nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.model.change import IdRange
from layers.model.problem import Problem
from layers.store.base import Store
from layers.store.rows import Row, current_row
from layers.store.schema import FID


def closed_circles(
    store: Store,
    connection: sa.Connection,
    asset_type: AssetType,
    ids: Iterable[int],
    runs: Sequence[IdRange] = (),
) -> list[tuple[Row, Problem]]:
    """The assets among ``ids`` and ``runs`` whose links (``no_circle`` of the type) lead back to themselves.

    Types with such links are lists kept by people: each link is read whole.
    """
    if not asset_type.no_circle:
        return []
    wanted = sorted(set(ids).union(*(range(run.first, run.last + 1) for run in runs)))
    table = store.schema.assets[asset_type.name]
    found: list[tuple[Row, Problem]] = []
    for name in asset_type.no_circle:
        pairs = sa.select(table.c[FID], table.c[name]).where(table.c[name].is_not(None))
        links = {row[0]: row[1] for row in connection.execute(pairs)}
        for id in wanted:
            row = current_row(store, connection, asset_type.name, id) if _leads_back(links, id) else None
            if row is not None:
                field = asset_type.field_named(name)
                found.append((row, field.problem("link_circle", "error", row[name])))
    return found


def _leads_back(links: Mapping[int, int], id: int) -> bool:
    seen: set[int] = set()
    at = links.get(id)
    while at is not None and at not in seen:
        if at == id:
            return True
        seen.add(at)
        at = links.get(at)
    return False
