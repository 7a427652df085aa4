"""The trail read back: change sets and what they touched, rows before and after, earlier versions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from layers.model.change import ChangeSet, IdRange, Operation, RowChange, TypeChange
from layers.store.base import Store
from layers.store.labels import decode_message
from layers.store.rows import Row, current_rows, differing
from layers.store.schema import FID, HISTORY_COLUMNS, OP_DELETE, OP_INSERT, OP_UPDATE, VERSION

OPERATIONS: dict[str, Operation] = {OP_INSERT: "insert", OP_UPDATE: "update", OP_DELETE: "delete"}


@dataclass(frozen=True)
class Transition:
    """One recorded step of one row: as it was before and after; None where it did not exist."""

    h_id: int
    id: int
    change_set: int | None
    at: str
    operation: str
    before: Row | None
    after: Row | None


def change_sets(
    store: Store,
    connection: sa.Connection,
    condition: sa.ColumnElement[bool] | None = None,
    *,
    limit: int | None = None,
    newest_first: bool = True,
) -> list[ChangeSet]:
    """The change sets that meet ``condition`` on ``wa_changeset``, with the ids they touched."""
    table = store.schema.change_set
    statement = sa.select(table).order_by(table.c.id.desc() if newest_first else table.c.id).limit(limit)
    if condition is not None:
        statement = statement.where(condition)
    rows = connection.execute(statement).all()
    changes = _changes(store, connection, {row.id: _known(store, row.touched) for row in rows})
    return [
        ChangeSet(
            row.id,
            row.at,
            row.actor,
            decode_message(row.label_id, row.label_parameters),
            row.kind,
            changes[row.id],
            row.undoes,
            row.stated,
        )
        for row in rows
    ]


def _known(store: Store, touched: str | None) -> dict[str, list[str]]:
    """What a change set touched, without the types of a newer program that this one does not know."""
    types: dict[str, list[str]] = json.loads(touched) if touched else {}
    return {name: fields for name, fields in types.items() if name in store.schema.history}


def concerning(store: Store, type_name: str, id: int | None) -> sa.ColumnElement[bool]:
    """The condition on ``wa_changeset`` that it touched this type, or this one asset."""
    table, ranges, rows = (
        store.schema.change_set,
        store.schema.change_set_range,
        store.schema.history[type_name],
    )
    in_range = sa.select(ranges.c.changeset_id).where(ranges.c.table_name == type_name)
    in_rows = sa.select(rows.c.changeset_id).where(rows.c.changeset_id.is_not(None))
    if id is not None:
        in_range = in_range.where(ranges.c.first_fid <= id, ranges.c.last_fid >= id)
        in_rows = in_rows.where(rows.c[FID] == id)
    return sa.or_(table.c.id.in_(in_range), table.c.id.in_(in_rows))


def _changes(
    store: Store, connection: sa.Connection, touched: Mapping[int, Mapping[str, Sequence[str]]]
) -> dict[int, dict[str, TypeChange]]:
    ranges = change_set_ranges(store, connection, list(touched))
    ids = _touched_ids(store, connection, touched, ranges)
    return {
        change_set: {
            name: TypeChange(
                inserted=frozenset(ids[change_set, name][OP_INSERT]),
                updated=frozenset(ids[change_set, name][OP_UPDATE]),
                deleted=frozenset(ids[change_set, name][OP_DELETE]),
                inserted_ranges=tuple(ranges.get((change_set, name, OP_INSERT), ())),
                deleted_ranges=tuple(ranges.get((change_set, name, OP_DELETE), ())),
                fields=frozenset(fields),
            )
            for name, fields in types.items()
        }
        for change_set, types in touched.items()
    }


def otherwise_since(
    store: Store, connection: sa.Connection, type_name: str, version: int, but: int, names: Sequence[str]
) -> list[int]:
    """The assets of a type that are not as they were at ``version``, ascending: made or gone, or other in ``names``.

    What was changed and changed back meanwhile is as it was. What the open change set ``but`` does is left out.
    """
    then = _states(store, connection, type_name, names, lambda made: sa.and_(made > version, made != but))
    now: dict[int, Row | None] = {
        **current_rows(store, connection, type_name, [id for id, row in then.items() if row is not None])
    }
    fid = store.schema.assets[type_name].c[FID]
    made = [id for id, row in then.items() if row is None]
    now |= {id: {} for id in connection.execute(sa.select(fid).where(store.id_in(fid, made))).scalars()}
    now |= _states(store, connection, type_name, names, lambda made: made == but)
    return sorted(id for id, row in then.items() if _is_other(row, now.get(id), names))


def _is_other(one: Row | None, two: Row | None, names: Sequence[str]) -> bool:
    if one is None or two is None:
        return one is not two
    return bool(differing(one, two, names))


def _states(
    store: Store,
    connection: sa.Connection,
    type_name: str,
    names: Sequence[str],
    meant: Callable[[sa.Column[Any]], sa.ColumnElement[bool]],
) -> dict[int, Row | None]:
    """The assets that the change sets meant touched, with ``names`` of each as they were before these; None what these
    made first."""
    table, runs = store.schema.history[type_name], store.schema.change_set_range
    states: dict[int, Row | None] = {}
    touched: dict[int, int] = {}
    single = sa.select(table.c[FID], table.c.op, table.c.changeset_id, *(table.c[name] for name in names))
    rows = connection.execute(single.where(meant(table.c.changeset_id)).order_by(table.c.h_id))
    for row in rows.mappings():
        if row[FID] not in states:
            states[row[FID]] = None if row["op"] == OP_INSERT else dict(row)
            touched[row[FID]] = row["changeset_id"]
    made = sa.select(runs).where(
        runs.c.table_name == type_name, runs.c.op == OP_INSERT, meant(runs.c.changeset_id)
    )
    for run in connection.execute(made):
        for id in range(run.first_fid, run.last_fid + 1):
            # A batch comes before what the same act does to its rows.
            if run.changeset_id <= touched.get(id, run.changeset_id):
                states[id] = None
    return states


def change_set_ranges(
    store: Store, connection: sa.Connection, change_sets: Sequence[int]
) -> dict[tuple[int, str, str], list[IdRange]]:
    """The id ranges of bulk acts by change set, type and operation, in the order they were made."""
    table = store.schema.change_set_range
    found: dict[tuple[int, str, str], list[IdRange]] = defaultdict(list)
    for row in connection.execute(
        sa.select(table).where(store.id_in(table.c.changeset_id, change_sets)).order_by(table.c.id)
    ):
        found[row.changeset_id, row.table_name, row.op].append(IdRange(row.first_fid, row.last_fid))
    return dict(found)


def _touched_ids(
    store: Store,
    connection: sa.Connection,
    touched: Mapping[int, Mapping[str, Sequence[str]]],
    ranges: Mapping[tuple[int, str, str], Sequence[IdRange]],
) -> dict[tuple[int, str], dict[str, set[int]]]:
    """Single ids by change set and type: what each row's first and last step in the set add up to."""
    result: dict[tuple[int, str], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    sets_by_type: dict[str, list[int]] = defaultdict(list)
    for change_set, types in touched.items():
        for name in types:
            sets_by_type[name].append(change_set)
    for name, sets in sets_by_type.items():
        table = store.schema.history[name]
        statement = sa.select(table.c.changeset_id, table.c[FID], table.c.op).order_by(table.c.h_id)
        statement = statement.where(store.id_in(table.c.changeset_id, sets))
        for change_set in sets:
            for run in ranges.get((change_set, name, OP_DELETE), ()):
                statement = statement.where(
                    sa.not_(
                        sa.and_(table.c.changeset_id == change_set, table.c[FID].between(run.first, run.last))
                    )
                )
        # One letter after the other: an act may have set something on millions.
        steps: dict[int, dict[int, str]] = defaultdict(dict)
        for change_set, id, op in connection.execute(statement):
            operations = steps[change_set]
            operations[id] = operations.get(id, "") + op
        for change_set, of_set in steps.items():
            for id, done in of_set.items():
                net = _net(done)
                if net is not None:
                    result[change_set, name][net].add(id)
    return result


def _net(operations: str) -> str | None:
    """What several steps on one row in one change set add up to; None for a row that came and went."""
    born, gone = operations[0] == OP_INSERT, operations[-1] == OP_DELETE
    if born and gone:
        return None
    return OP_INSERT if born else OP_DELETE if gone else OP_UPDATE


def transitions(
    store: Store,
    connection: sa.Connection,
    type_name: str,
    change_set: int,
    *,
    removed: Sequence[IdRange] = (),
    but: sa.Table | None = None,
) -> list[Transition]:
    """Every step of a change set in one type, oldest first.

    The rows that a bulk act removed (``removed``) are left out: there may be millions, and they come back
    together. What else was done to them in the same act is there. Assets in the table ``but`` are left out, too.
    """
    table = store.schema.history[type_name]
    condition = table.c.changeset_id == change_set
    for run in removed:
        condition &= sa.not_(sa.and_(table.c.op == OP_DELETE, table.c[FID].between(run.first, run.last)))
    if but is not None:
        condition &= table.c[FID].not_in(sa.select(but.c[FID]))
    ids = connection.execute(sa.select(table.c[FID]).where(condition).distinct()).scalars().all()
    return [
        step
        for step in steps_of(store, connection, type_name, ids)
        if step.change_set == change_set and not (step.operation == OP_DELETE and _is_in(step.id, removed))
    ]


def _is_in(id: int, ranges: Sequence[IdRange]) -> bool:
    return any(run.first <= id <= run.last for run in ranges)


def steps_of(store: Store, connection: sa.Connection, type_name: str, ids: Sequence[int]) -> list[Transition]:
    """Every recorded step of these assets, oldest first.

    A row of history holds the asset before the step; after it, it was as the next row says, or is as now.
    """
    table = store.schema.history[type_name]
    rows = connection.execute(
        sa.select(table).where(store.id_in(table.c[FID], ids)).order_by(table.c.h_id)
    ).mappings()
    by_id: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_id[row[FID]].append(dict(row))
    now = current_rows(store, connection, type_name, ids)
    steps = [s for id, chain in by_id.items() for s in _chain(id, chain, now.get(id))]
    return sorted(steps, key=lambda step: step.h_id)


def _chain(id: int, rows: Sequence[Mapping[str, Any]], now: Row | None) -> Iterator[Transition]:
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        after: Row | None
        if row["op"] == OP_DELETE:
            after = None
        elif following is None:
            after = now
        else:
            after = _content(following)
        before = None if row["op"] == OP_INSERT else _content(row)
        yield Transition(row["h_id"], id, row["changeset_id"], row["at"], row["op"], before, after)


def _content(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name not in HISTORY_COLUMNS}


def row_changes(
    store: Store,
    connection: sa.Connection,
    *,
    change_set: int | None = None,
    type_name: str | None = None,
    id: int | None = None,
    limit: int = 1000,
) -> list[RowChange]:
    """Rows before and after, newest first: of a change set, of a type or of one asset."""
    names = [type_name] if type_name is not None else _types_of(store, connection, change_set)
    changes: list[RowChange] = []
    for name in names:
        table = store.schema.history[name]
        statement = sa.select(table.c[FID]).distinct().limit(limit)
        if change_set is not None:
            statement = statement.where(table.c.changeset_id == change_set)
        if id is not None:
            statement = statement.where(table.c[FID] == id)
        ids = connection.execute(statement).scalars().all()
        changes += (
            _row_change(name, step)
            for step in steps_of(store, connection, name, ids)
            if change_set is None or step.change_set == change_set
        )
    changes.sort(key=lambda change: change.at, reverse=True)
    return changes[:limit]


def _row_change(type_name: str, step: Transition) -> RowChange:
    before, after = _values(step.before), _values(step.after)
    return RowChange(type_name, step.id, OPERATIONS[step.operation], step.change_set, step.at, before, after)


def _values(row: Row | None) -> Row | None:
    """What people see of a row: neither its id, which is told apart, nor its version."""
    return None if row is None else {n: v for n, v in row.items() if n not in (FID, VERSION)}


def _types_of(store: Store, connection: sa.Connection, change_set: int | None) -> list[str]:
    if change_set is None:
        return list(store.schema.assets)
    table = store.schema.change_set
    touched = connection.execute(sa.select(table.c.touched).where(table.c.id == change_set)).scalar()
    return list(_known(store, touched))


def row_at_version(
    store: Store, connection: sa.Connection, type_name: str, id: int, version: int
) -> Row | None:
    """The asset as it was at an earlier version, if the trail knows it."""
    table = store.schema.history[type_name]
    row = (
        connection.execute(
            sa.select(table)
            .where(table.c[FID] == id, table.c[VERSION] == version, table.c.op != OP_INSERT)
            .order_by(table.c.h_id)
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else _content(dict(row))


def last_change_of(store: Store, connection: sa.Connection, type_name: str, id: int) -> Any:
    """Who changed an asset last, and when."""
    rows, sets = store.schema.history[type_name], store.schema.change_set
    return connection.execute(
        sa.select(sets.c.actor, sets.c.at)
        .join(rows, rows.c.changeset_id == sets.c.id)
        .where(rows.c[FID] == id)
        .order_by(rows.c.h_id.desc())
        .limit(1)
    ).first()


def changed_fields(steps: Iterable[Transition], names: Sequence[str]) -> frozenset[str]:
    """The fields in which updates among ``steps`` changed something."""
    return frozenset(
        name
        for step in steps
        if step.before is not None and step.after is not None
        for name in differing(step.before, step.after, names)
    )


def newest(store: Store, connection: sa.Connection) -> int:
    """The id of the newest change set; 0 in a new register."""
    return int(connection.execute(sa.select(sa.func.max(store.schema.change_set.c.id))).scalar() or 0)
