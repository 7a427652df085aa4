"""Moments of the trail: how far a register has come, and what happened since."""

from __future__ import annotations

import sqlalchemy as sa

from layers.model.change import ChangeSet, Mark
from layers.store import history
from layers.store.base import Store


def mark_at(store: Store, connection: sa.Connection, version: int | None = None) -> Mark:
    """The mark of a version, or of now."""
    table = store.schema.change_set
    counted = sa.select(sa.func.max(table.c.id), sa.func.count())
    newest, count = connection.execute(
        counted if version is None else counted.where(table.c.id <= version)
    ).one()
    at = connection.execute(sa.select(table.c.at).where(table.c.id == newest)).scalar()
    return Mark(newest or 0, at or "", count)


def changes_after(store: Store, connection: sa.Connection, version: int, limit: int) -> list[ChangeSet]:
    """The change sets after a version, the oldest first."""
    condition = store.schema.change_set.c.id > version
    return history.change_sets(store, connection, condition, limit=limit, newest_first=False)
