"""What became of an asset that is not as it was read: gone, or newer and in which fields, and by whom."""

from __future__ import annotations

import sqlalchemy as sa

from layers.errors import Conflict
from layers.model.catalogue import AssetType
from layers.model.fields import local_time
from layers.store import history
from layers.store.base import Store
from layers.store.rows import current_row, differing
from layers.store.schema import CODE
from layers.text import Message


def conflict(
    store: Store, connection: sa.Connection, asset_type: AssetType, id: int, version: int
) -> Conflict:
    """The error that tells whoever read an asset at ``version`` what others did to it since."""
    type = asset_type.name
    seen = history.row_at_version(store, connection, type, id, version)
    now = current_row(store, connection, type, id)
    who = history.last_change_of(store, connection, type, id)
    known = {**(seen or {}), **(now or {})}
    parameters = {
        "type": asset_type.title,
        "name": str(known.get(CODE) or f"#{id}"),
        "actor": who.actor if who else "?",
        "at": local_time(who.at) if who else "?",
    }
    if now is None:
        return Conflict(Message("register.conflict_gone", parameters), Message("register.conflict_gone_hint"))
    columns = (column.name for column in store.schema.value_columns(type))
    names = () if seen is None else differing(seen, now, columns)
    titles = tuple(asset_type.field_named(n).title if n in asset_type else n for n in names)
    return Conflict(
        Message("register.conflict_newer", {**parameters, "fields": titles}),
        Message("register.conflict_newer_hint"),
        names,
    )
