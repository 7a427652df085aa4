"""Searching the trail: the acts of a person, on a type, of a kind, in a time, page by page, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from layers.model.change import ChangeKind, ChangeSet
from layers.store import history
from layers.store.base import Store
from layers.store.labels import decode_message
from layers.text import Message

#: So many acts are looked at together when their words must match.
_STRIDE = 500

Matches = Callable[[Message, str], bool]


@dataclass(frozen=True)
class TrailFilter:
    """Which acts: every condition that is given must hold. ``since`` and ``until`` are stored instants.

    ``id`` with ``type`` is one asset. ``kinds`` leaves out all others; empty means every kind.
    """

    actor: str | None = None
    type: str | None = None
    id: int | None = None
    kinds: tuple[ChangeKind, ...] = ()
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class TrailPage:
    """Acts, the newest first, and ``before``: what to ask for next; None at the end of the trail."""

    acts: tuple[ChangeSet, ...]
    before: int | None


def trail_page(
    store: Store,
    connection: sa.Connection,
    wanted: TrailFilter,
    *,
    limit: int,
    before: int | None = None,
    matches: Matches | None = None,
) -> TrailPage:
    """Up to ``limit`` acts older than change set ``before``; ``matches`` looks at label and actor."""
    found: list[int] = []
    next_before = before
    while len(found) <= limit:
        ids = _some(store, connection, wanted, next_before, limit + 1 if matches is None else _STRIDE)
        found += [id for id, label, actor in ids if matches is None or matches(label, actor)]
        if len(ids) < (limit + 1 if matches is None else _STRIDE):
            break
        next_before = ids[-1][0]
    chosen = found[:limit]
    acts = history.change_sets(store, connection, store.id_in(store.schema.change_set.c.id, chosen))
    return TrailPage(tuple(acts), chosen[-1] if len(found) > limit else None)


def matching_ids(
    store: Store, connection: sa.Connection, wanted: TrailFilter, after: int, kinds: Sequence[str]
) -> list[int]:
    """The ids of all acts of some kinds after change set ``after`` that the filter leaves, the oldest first."""
    table = store.schema.change_set
    conditions = (*_conditions(store, wanted), table.c.id > after, table.c.kind.in_(kinds))
    return list(connection.execute(sa.select(table.c.id).where(*conditions).order_by(table.c.id)).scalars())


def act_count(store: Store, connection: sa.Connection, type_name: str, id: int) -> int:
    """How many acts touched an asset."""
    table = store.schema.change_set
    counted = sa.select(sa.func.count(table.c.id)).where(history.concerning(store, type_name, id))
    return int(connection.execute(counted).scalar_one())


def actors(store: Store, connection: sa.Connection) -> list[str]:
    """Everybody who did anything, in alphabetical order."""
    column = store.schema.change_set.c.actor
    return list(connection.execute(sa.select(column).distinct().order_by(column)).scalars())


def _some(
    store: Store, connection: sa.Connection, wanted: TrailFilter, before: int | None, limit: int
) -> Sequence[tuple[int, Message, str]]:
    table = store.schema.change_set
    statement = sa.select(table.c.id, table.c.label_id, table.c.label_parameters, table.c.actor)
    statement = statement.where(*_conditions(store, wanted)).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(table.c.id < before)
    return [
        (id, decode_message(label, parameters), actor)
        for id, label, parameters, actor in connection.execute(statement)
    ]


def _conditions(store: Store, wanted: TrailFilter) -> list[sa.ColumnElement[bool]]:
    table = store.schema.change_set
    conditions: list[sa.ColumnElement[bool]] = [table.c.id > 0]
    if wanted.actor is not None:
        conditions.append(table.c.actor == wanted.actor)
    if wanted.kinds:
        conditions.append(table.c.kind.in_(wanted.kinds))
    if wanted.since is not None:
        conditions.append(table.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.at < wanted.until)
    if wanted.type is not None and wanted.id is not None:
        conditions.append(history.concerning(store, wanted.type, wanted.id))
    elif wanted.type is not None:
        # By what the act itself says it touched: the history of a type may have millions of rows.
        conditions.append(table.c.touched.contains(f'"{wanted.type}":', autoescape=True))
    return conditions
