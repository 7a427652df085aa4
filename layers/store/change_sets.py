"""Change sets begun and ended: the row of the trail that every act has."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from layers.model.change import ChangeKind, ChangeSet, TypeChange
from layers.model.fields import format_instant
from layers.store.base import Store
from layers.store.labels import encode_parameters
from layers.text import Message


def open_change_set(
    store: Store,
    connection: sa.Connection,
    *,
    actor: str,
    label: Message,
    kind: ChangeKind,
    undoes: int | None = None,
) -> ChangeSet:
    """Begin a change set in the writing transaction ``connection``."""
    at = format_instant(datetime.datetime.now(datetime.UTC))
    result = connection.execute(
        store.schema.change_set.insert().values(
            at=at,
            actor=actor,
            stated=store.stated,
            label_id=label.id,
            label_parameters=encode_parameters(label),
            kind=kind,
            undoes=undoes,
            is_open=True,
        )
    )
    id = new_id(result)
    store.announce(connection, id)
    return ChangeSet(id, at, actor, label, kind, {}, undoes, store.stated)


def close_change_set(
    store: Store, connection: sa.Connection, id: int, changes: Mapping[str, TypeChange]
) -> None:
    """End a change set: no later row belongs to it. It is never seen open outside its transaction."""
    table = store.schema.change_set
    touched = {name: sorted(change.fields) for name, change in changes.items()}
    connection.execute(
        table.update().where(table.c.id == id).values(touched=json.dumps(touched), is_open=False)
    )
    store.touched(connection, list(changes))


def creation_row(actor: str, at: str, *, stated: bool) -> dict[str, Any]:
    """The first change set of a register, which says who made it and when. It touches no asset."""
    label = Message("store.created")
    return {
        "at": at,
        "actor": actor,
        "stated": stated,
        "label_id": label.id,
        "label_parameters": encode_parameters(label),
        "kind": "creation",
    }


def new_id(result: sa.CursorResult[Any]) -> int:
    """The id that an insert of one row gave."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
