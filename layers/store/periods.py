"""Periods that exclude each other, at the end of an act: whatever it did in between, the register may not hold two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.model.change import IdRange
from layers.model.exclusive import Exclusive, clashes
from layers.model.problem import Problem
from layers.store.base import Store
from layers.store.one_at_a_time import one_at_a_time
from layers.store.rows import Row
from layers.store.schema import CODE, FID

_FEW = 200
"""So many assets are asked for one by one; with more the whole type is read, which is a list kept by people."""


def broken_periods(
    store: Store,
    connection: sa.Connection,
    asset_type: AssetType,
    ids: Iterable[int],
    runs: Sequence[IdRange] = (),
) -> list[tuple[Row, Problem]]:
    """The assets among ``ids`` and ``runs`` that run on a day of another one like them, with what is wrong.

    ``asset_type`` as the register has it, with the company's own entries.
    """
    if not asset_type.exclusive:
        return []
    # Another session may be about to say the same: whoever comes second sees what the first one wrote.
    one_at_a_time(connection, f"wa_periods_{asset_type.name}")
    wanted = set(ids).union(*(range(run.first, run.last + 1) for run in runs))
    found: dict[int, tuple[Row, Problem]] = {}
    for rule in asset_type.exclusive:
        rows = _rows(store, connection, asset_type, rule, wanted)
        for row, other in clashes(rule, rows, asset_type.fields_by_name):
            for one, against in ((row, other), (other, row)):
                if one[FID] in wanted and one[FID] not in found:
                    found[one[FID]] = one, _problem(asset_type, rule, one, against)
    return [pair for _id, pair in sorted(found.items())]


def _rows(
    store: Store, connection: sa.Connection, asset_type: AssetType, rule: Exclusive, wanted: set[int]
) -> list[Row]:
    """The assets of these ids and all that are like them."""
    table = store.schema.assets[asset_type.name]
    names = dict.fromkeys((FID, *((CODE,) if CODE in asset_type else ()), *rule.names))
    statement = sa.select(*(table.c[name] for name in names))
    if len(wanted) > _FEW:
        return [dict(row) for row in connection.execute(statement).mappings()]
    mine = connection.execute(statement.where(store.id_in(table.c[FID], sorted(wanted)))).mappings()
    concerned = [row for row in map(dict, mine) if rule.concerns(row, asset_type.fields_by_name)]
    rows: dict[int, Row] = {}
    for key in {rule.key(row) for row in concerned}:
        alike = [table.c[name] == value for name, value in zip(rule.same, key, strict=True)]
        rows |= {row[FID]: dict(row) for row in connection.execute(statement.where(*alike)).mappings()}
    return list(rows.values())


def _problem(
    asset_type: AssetType, rule: Exclusive, row: Mapping[str, Any], other: Mapping[str, Any]
) -> Problem:
    field = asset_type.field_named(rule.begin)
    end = asset_type.field_named(rule.end).show(other[rule.end]) or "…"
    told = {
        "law": rule.title,
        "other": str(other.get(CODE) or f"#{other[FID]}"),
        "start": field.show(other[rule.begin]),
        "end": end,
    }
    return field.problem("period_taken", "error", row[rule.begin], **told)
