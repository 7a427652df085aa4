"""What must be attached to an asset as long as it says something, at the end of an act: whatever came first in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa

from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType, Catalogue
from layers.model.problem import Problem
from layers.model.proof import ATTACHMENT, Proof
from layers.store.base import Store
from layers.store.rows import Row, current_rows
from layers.store.schema import FID
from layers.store.tallying import link_before
from layers.store.touched import Touched
from layers.text import Title

_AT_ONCE = 500


def unproven(
    store: Store,
    connection: sa.Connection,
    catalogue: Catalogue,
    touched: Mapping[str, Touched],
    change_set: int,
) -> Iterator[tuple[AssetType, Row, Problem]]:
    """The assets that an act made say what nothing attached proves, or from which it took the proof away.

    What came in a batch is told by another book and has no photos: it is let pass.
    """
    lost = _lost(store, connection, touched, change_set)
    for asset_type in catalogue:
        for rule in asset_type.proofs:
            ids = set(lost.get(asset_type.name, ()))
            of = touched.get(asset_type.name)
            if of is not None:
                changed = of.updated if rule.field in of.fields else set()
                ids |= (of.inserted | changed) - of.deleted.keys()
            for row in _without(store, connection, asset_type, rule, sorted(ids)):
                field, value = asset_type.field_named(rule.field), row[rule.field]
                said = Title(field.show(value, "zh"), field.show(value, "en"))
                yield asset_type, row, field.problem("unproven", "error", value, proof=rule.title, said=said)


def proven(
    store: Store, connection: sa.Connection, type_name: str, rule: Proof, ids: Collection[int]
) -> set[int]:
    """Those of the assets to which what ``rule`` asks is attached."""
    table = store.schema.assets.get(ATTACHMENT)
    if table is None:
        return set(ids)  # a register of a program that knew no photos
    links = [f"{type_name}:{id}" for id in ids]
    shown: set[int] = set()
    for first in range(0, len(links), _AT_ONCE):
        some = table.c.target.in_(links[first : first + _AT_ONCE])
        found = sa.select(table.c.target).where(table.c.kind == rule.attachment, some)
        shown |= {int(str(link).partition(":")[2]) for link in connection.execute(found).scalars()}
    return shown


def _without(
    store: Store, connection: sa.Connection, asset_type: AssetType, rule: Proof, ids: Sequence[int]
) -> list[Row]:
    rows = current_rows(store, connection, asset_type.name, ids) if ids else {}
    claimed = {id: row for id, row in rows.items() if rule.concerns(row)}
    shown = proven(store, connection, asset_type.name, rule, claimed)
    return [row for id, row in claimed.items() if row[FID] not in shown]


def _lost(
    store: Store, connection: sa.Connection, touched: Mapping[str, Touched], change_set: int
) -> dict[str, list[int]]:
    """By type the assets that lost an attachment, or had one of another kind before."""
    of = touched.get(ATTACHMENT)
    if of is None or not (of.updated or of.deleted):
        return {}
    found: dict[str, list[int]] = {}
    for link in link_before(store, connection, ATTACHMENT, "target", change_set):
        key = AssetKey.of_link(link)
        if key is not None:
            found.setdefault(key.type, []).append(key.id)
    return found
