"""Taking back what was set on many assets: by statements, for all that nobody touched since; the rest is looked at one
by one (``undo``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from layers.store import integrity, many
from layers.store.edit import Edit
from layers.store.schema import FID, OP_UPDATE
from layers.store.value_rules import ValuesRefused

#: Fewer are taken back one by one.
_MANY = 200


@contextmanager
def taken_back(edit: Edit, type_name: str, change_set: int) -> Iterator[sa.Table | None]:
    """Within, the assets of a type that one step of ``change_set`` changed, and nothing since, are as before it; the
    table has their ids. None when there are few of them, or what was set is to be looked at one by one.

    Raises ``ValuesRefused`` when a link that came back leads nowhere.
    """
    names = _fields(edit, type_name, change_set)
    if not names or many.special_fields(edit.store, type_name).intersection(names):
        yield None
        return
    history = edit.store.schema.history[type_name]
    mine = sa.and_(history.c.changeset_id == change_set, history.c.op == OP_UPDATE)
    count = sa.select(sa.func.count()).select_from(history).where(mine)
    if edit.connection.execute(count).scalar_one() < _MANY:
        yield None
        return
    with many.temporary(edit.store, edit.connection, type_name, names) as wanted:
        _gather(edit, type_name, change_set, wanted, names)
        edit.set_many(type_name, wanted, names)
        _refuse_dangling(edit, type_name, wanted)
        yield wanted


def _fields(edit: Edit, type_name: str, change_set: int) -> list[str]:
    """The fields that a change set set in a type, as far as it says so."""
    table = edit.store.schema.change_set
    touched = edit.connection.execute(sa.select(table.c.touched).where(table.c.id == change_set)).scalar_one()
    columns = edit.store.schema.assets[type_name].columns
    return [name for name in json.loads(touched).get(type_name, ()) if name in columns]


def _gather(edit: Edit, type_name: str, change_set: int, wanted: sa.Table, names: list[str]) -> None:
    """Put the values from before into ``wanted``: of assets whose only step of this act was its update, their last."""
    rows = edit.store.schema.history[type_name]
    other = rows.alias()
    mine = sa.and_(rows.c.changeset_id == change_set, rows.c.op == OP_UPDATE)
    # Two steps of one act are looked at one by one, in their order.
    once = (
        sa.select(sa.func.min(rows.c.h_id))
        .where(rows.c.changeset_id == change_set)
        .group_by(rows.c[FID])
        .having(sa.func.count() == 1)
    )
    last = ~sa.exists().where(other.c[FID] == rows.c[FID], other.c.h_id > rows.c.h_id)
    values = sa.select(rows.c[FID], *(rows.c[name] for name in names)).where(
        mine, rows.c.h_id.in_(once), last
    )
    edit.connection.execute(wanted.insert().from_select([FID, *names], values.order_by(rows.c[FID])))


def _refuse_dangling(edit: Edit, type_name: str, wanted: sa.Table) -> None:
    """Every link that comes back must lead somewhere; each is asked once."""
    asset_type = edit.catalogue[type_name]
    for link in asset_type.links:
        if link.name not in wanted.c:
            continue
        for value in edit.connection.execute(sa.select(wanted.c[link.name]).distinct()).scalars():
            values = {link.name: value}
            problems = list(integrity.dangling_links(edit.store, edit.connection, asset_type, values))
            if problems:
                raise ValuesRefused(asset_type, "", problems)
