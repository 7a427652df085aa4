"""What one row must not do to others: repeat a unique value, point to nothing, vanish while pointed to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.errors import UserError
from layers.model.catalogue import AssetType, Catalogue
from layers.model.change import IdRange
from layers.model.fields import ChoiceField, Field
from layers.model.problem import Problem
from layers.store.base import Store
from layers.store.schema import CODE, FID
from layers.text import Message

_NAMED = 5


def repeated_values(
    store: Store, connection: sa.Connection, asset_type: AssetType, values: Mapping[str, Any], id: int | None
) -> Iterator[Problem]:
    """Values that must be unique and are taken, in this type or across the types that share the field."""
    for field in asset_type.columns:
        value = values.get(field.name)
        if value is None or not (field.unique or field.name in asset_type.unique_across):
            continue
        for other in _sharing(store.schema.catalogue, asset_type, field):
            mine = id if other is asset_type else None
            if _exists(store, connection, other, field, value, mine):
                yield field.problem("not_unique", "error", value, type=other.title)
                break


def repeated_together(
    store: Store,
    connection: sa.Connection,
    asset_type: AssetType,
    row: Mapping[str, Any],
    names: Collection[str],
    id: int | None,
) -> Iterator[Problem]:
    """An asset that has the same as ``row`` in all fields that are to be unique together, blank ones included.

    Asked when one of ``names`` is among them.
    """
    together = asset_type.unique_together
    if not together or not any(name in names for name in together) or not all(n in row for n in together):
        return
    table = store.schema.assets[asset_type.name]
    same = [table.c[n].is_(None) if row[n] is None else table.c[n] == row[n] for n in together]
    statement = sa.select(table.c[FID]).where(*same, *(() if id is None else (table.c[FID] != id,)))
    if connection.execute(statement.limit(1)).first() is not None:
        field = asset_type.field_named(together[-1 if len(together) == 1 else 1])
        titles = tuple(asset_type.field_named(name).title for name in together)
        told = row[field.name]
        yield field.problem("not_unique_together", "error", told, type=asset_type.title, fields=titles)


def _sharing(catalogue: Catalogue, asset_type: AssetType, field: Field) -> list[AssetType]:
    if field.name not in asset_type.unique_across:
        return [asset_type]
    return [t for t in catalogue if field.name in t.unique_across]


def _exists(
    store: Store, connection: sa.Connection, asset_type: AssetType, field: Field, value: Any, but: int | None
) -> bool:
    table = store.schema.assets[asset_type.name]
    column = table.c[field.name]
    # Code lists are the targets of foreign keys, which know case.
    folded = field.storage.kind == "text" and not asset_type.name.startswith("c_")
    same = sa.func.lower(column) == sa.func.lower(value) if folded else column == value
    # The index holds only the rows that have a value.
    statement = sa.select(table.c[FID]).where(same, column.is_not(None))
    if but is not None:
        statement = statement.where(table.c[FID] != but)
    return connection.execute(statement.limit(1)).first() is not None


def dangling_links(
    store: Store, connection: sa.Connection, asset_type: AssetType, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Links among ``values`` whose target does not exist."""
    for field in asset_type.links:
        value = values.get(field.name)
        if value is None:
            continue
        key = field.key_of(value)
        if key is None or key.type not in field.targets:
            # Another program wrote what is no link at all.
            yield field.problem("link_to_nothing", "error", value, target=field.title)
            continue
        table = store.schema.assets[key.type]
        # The lock keeps the target in place until we are done; a file has one writer and takes no notice.
        wanted = (
            sa.select(table.c[FID]).where(table.c[FID] == key.id).with_for_update(read=True, key_share=True)
        )
        if connection.execute(wanted).first() is None:
            yield field.problem(
                "link_to_nothing", "error", value, target=store.schema.catalogue[key.type].title
            )


def refuse_if_referenced(
    store: Store, connection: sa.Connection, type_name: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Raise ``UserError`` naming what still refers to the deleted ``rows`` of a type."""
    referrers = list(_referrers(store, connection, store.schema.catalogue[type_name], rows))
    if not referrers:
        return
    asset_type = store.schema.catalogue[type_name]
    raise UserError(
        Message(
            "register.referenced",
            {"type": asset_type.title, "names": name_rows(rows), "referrers": tuple(referrers)},
        ),
        Message("register.referenced_hint"),
    )


def refuse_if_range_referenced(store: Store, connection: sa.Connection, type_name: str, run: IdRange) -> None:
    """The same for a range of assets that are gone."""
    asset_type = store.schema.catalogue[type_name]
    referrers: list[Message] = []
    for other, link in store.schema.catalogue.linking_to(type_name):
        column = store.schema.assets[other.name].c[link.name]
        id = _linked_id(column, type_name) if link.several else column
        referrers += _count(store, connection, other, link, id.between(run.first, run.last))
    if referrers:
        count = {"type": asset_type.title, "count": len(run), "referrers": tuple(referrers)}
        raise UserError(Message("register.range_referenced", count), Message("register.referenced_hint"))


def refuse_if_range_dangles(store: Store, connection: sa.Connection, type_name: str, run: IdRange) -> None:
    """Raise ``UserError`` when assets of a range link to nothing by a link to one of several types.

    The database itself sees to links to one type.
    """
    asset_type = store.schema.catalogue[type_name]
    table = store.schema.assets[type_name]
    for link in asset_type.links:
        for target in link.targets if link.several else ():
            id = _linked_id(table.c[link.name], target)
            there = store.schema.assets[target].alias()
            lost = sa.select(table.c[FID]).where(
                table.c[FID].between(run.first, run.last),
                id.is_not(None),
                ~sa.exists().where(there.c[FID] == id),
            )
            if connection.execute(lost.limit(1)).first() is not None:
                names = {"type": asset_type.title, "target": store.schema.catalogue[target].title}
                raise UserError(
                    Message("register.range_dangles", names), Message("register.range_dangles_hint")
                )


def _linked_id(column: sa.ColumnElement[Any], target: str) -> sa.ColumnElement[int]:
    """The id in a link "type:id" if its type is ``target``, else NULL."""
    number = sa.cast(sa.func.substr(column, len(target) + 2), sa.BigInteger)
    return sa.case((sa.func.substr(column, 1, len(target) + 1) == f"{target}:", number))


def name_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The first few rows by their codes (ids where there is none), for a sentence."""
    names = [str(row.get(CODE) or f"#{row[FID]}") for row in rows]
    return tuple(names[:_NAMED] + (["…"] if len(names) > _NAMED else []))


def _referrers(
    store: Store, connection: sa.Connection, asset_type: AssetType, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Message]:
    ids = [row[FID] for row in rows]
    for other, link in store.schema.catalogue.linking_to(asset_type.name):
        column = store.schema.assets[other.name].c[link.name]
        several = column.in_([f"{asset_type.name}:{id}" for id in ids])
        condition = several if link.several else store.id_in(column, ids)
        yield from _count(store, connection, other, link, condition)
    for other in store.schema.catalogue:
        for field in other.fields:
            if isinstance(field, ChoiceField) and field.code_list.table == asset_type.name:
                column = store.schema.assets[other.name].c[field.name]
                yield from _count(store, connection, other, field, column.in_([row[CODE] for row in rows]))


def _count(
    store: Store, connection: sa.Connection, other: AssetType, field: Field, condition: sa.ColumnElement[bool]
) -> Iterator[Message]:
    table = store.schema.assets[other.name]
    count = connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
    if count:
        parameters = {"count": count, "type": other.title, "field": field.title}
        yield Message("register.referrer", parameters)
