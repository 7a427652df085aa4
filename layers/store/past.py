"""The register as it was: rows as they stood after an earlier change set, told from the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from layers.model.change import IdRange
from layers.model.query import Condition
from layers.store.base import Store
from layers.store.conditions import condition_clause
from layers.store.rows import Row, current_rows
from layers.store.schema import CODE, FID, HISTORY_COLUMNS, OP_DELETE, OP_INSERT


def version_at(store: Store, connection: sa.Connection, at: str) -> int:
    """The newest change set made up to the moment ``at`` (a stored instant); 0 when there was none yet."""
    table = store.schema.change_set
    newest = connection.execute(sa.select(sa.func.max(table.c.id)).where(table.c.at <= at)).scalar()
    return int(newest or 0)


def rows_at(
    store: Store, connection: sa.Connection, type_name: str, ids: Sequence[int], version: int
) -> dict[int, Row | None]:
    """These assets as they were after change set ``version``; None where there was none."""
    found: dict[int, Row | None] = dict.fromkeys(ids)
    found |= current_rows(store, connection, type_name, ids)
    first = _first_changes(store, connection, type_name, version, ids)
    came = _inserted_after(store, connection, type_name, version)
    for id in ids:
        row = first.get(id)
        if _came_before(id, row, came):
            found[id] = None
        elif row is not None:
            found[id] = None if row["op"] == OP_INSERT else _content(row)
    return found


def changed_after(
    store: Store, connection: sa.Connection, type_name: str, version: int, where: Condition | None = None
) -> tuple[dict[int, Row | None], list[IdRange]]:
    """What of a type changed after change set ``version``: rows as they were then (None: not there yet, or not
    meeting ``where``), and the runs of ids that came in bulk since."""
    first = _first_changes(store, connection, type_name, version, None)
    came = _inserted_after(store, connection, type_name, version)
    then: dict[int, Row | None] = {}
    for id, row in first.items():
        then[id] = None if row["op"] == OP_INSERT or _came_before(id, row, came) else _content(row)
    if where is not None:
        meeting = _meeting(store, connection, type_name, [row["h_id"] for row in first.values()], where)
        then = {id: row if id in meeting else None for id, row in then.items()}
    return then, [run for runs in came.values() for run in runs]


def gone_by_code(store: Store, connection: sa.Connection, type_name: str, code: str) -> int | None:
    """The asset that had this code, whatever the case of its letters, when it was deleted last."""
    table, asset = store.schema.history[type_name], store.schema.assets[type_name]
    if CODE not in table.columns:
        return None
    there = sa.select(asset.c[FID]).where(asset.c[FID] == table.c[FID])
    found = (
        sa.select(table.c[FID])
        .where(
            table.c.op == OP_DELETE, sa.func.lower(table.c[CODE]) == sa.func.lower(code), ~sa.exists(there)
        )
        .order_by(table.c.h_id.desc())
        .limit(1)
    )
    id = connection.execute(found).scalar()
    return None if id is None else int(id)


def _meeting(
    store: Store, connection: sa.Connection, type_name: str, steps: Sequence[int], where: Condition
) -> set[int]:
    """The assets that met a condition as these rows of history hold them."""
    asset, table = store.schema.assets[type_name], store.schema.history[type_name]

    def in_history(element: Any, **_: Any) -> Any:
        return table.c[element.name] if isinstance(element, sa.Column) and element.table is asset else None

    clause = visitors.replacement_traverse(condition_clause(store, type_name, where), {}, in_history)
    chosen = sa.select(table.c[FID]).where(store.id_in(table.c.h_id, steps), clause)
    return set(connection.execute(chosen).scalars())


def _came_before(id: int, row: Mapping[str, Any] | None, came: Mapping[int, Sequence[IdRange]]) -> bool:
    """Whether the asset came in bulk before the first recorded step since: then it was not there."""
    return any(
        (row is None or change_set <= (row["changeset_id"] or change_set))
        and any(run.first <= id <= run.last for run in runs)
        for change_set, runs in came.items()
    )


def _first_changes(
    store: Store, connection: sa.Connection, type_name: str, version: int, ids: Sequence[int] | None
) -> dict[int, Mapping[str, Any]]:
    """The first row of history after ``version`` of each asset: it holds the asset as it was before."""
    table = store.schema.history[type_name]
    later = sa.or_(table.c.changeset_id > version, table.c.changeset_id.is_(None))
    first = sa.select(sa.func.min(table.c.h_id)).where(later).group_by(table.c[FID])
    if ids is not None:
        first = first.where(store.id_in(table.c[FID], ids))
    rows = connection.execute(sa.select(table).where(table.c.h_id.in_(first))).mappings()
    return {row[FID]: dict(row) for row in rows}


def _inserted_after(
    store: Store, connection: sa.Connection, type_name: str, version: int
) -> dict[int, list[IdRange]]:
    """The runs that came in bulk after ``version``, by change set, the oldest first."""
    table = store.schema.change_set_range
    mine = sa.select(table.c.changeset_id, table.c.first_fid, table.c.last_fid).where(
        table.c.table_name == type_name, table.c.op == OP_INSERT, table.c.changeset_id > version
    )
    found: dict[int, list[IdRange]] = defaultdict(list)
    for change_set, low, high in connection.execute(mine.order_by(table.c.id)):
        found[change_set].append(IdRange(low, high))
    return dict(found)


def _content(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name not in HISTORY_COLUMNS}
