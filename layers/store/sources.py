"""Data sets that rows were imported from: a name once known keeps its id, which every imported row carries."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import sqlalchemy as sa

from layers.model.fields import format_instant
from layers.store.base import Store


@dataclass(frozen=True)
class Source:
    """A data set: its ``name`` is unique in the register; ``description`` is how it was read, as a mapping file."""

    id: int
    name: str
    at: str
    description: str = ""


def sources(store: Store, connection: sa.Connection) -> list[Source]:
    """Every data set that was ever imported, the oldest first."""
    table = store.schema.source
    rows = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
    return [Source(row["id"], row["name"], row["at"], row["description"]) for row in rows]


def note_source(store: Store, connection: sa.Connection, name: str, description: str) -> int:
    """The id of the data set ``name``, which is noted if it is new; its description is the newest one."""
    table = store.schema.source
    known = connection.execute(sa.select(table.c.id).where(table.c.name == name)).scalar()
    if known is not None:
        connection.execute(table.update().where(table.c.id == known).values(description=description))
        return int(known)
    at = format_instant(datetime.datetime.now(datetime.UTC))
    result = connection.execute(table.insert().values(name=name, at=at, description=description))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
