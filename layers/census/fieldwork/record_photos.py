"""Photos of an asset wherever they hang: on itself, on its census records, their defects and orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.census.words import RECORD
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.proof import ATTACHMENT
from layers.model.query import Compare, Order, Query
from layers.register import Register

_GROUP = "census"
_MOST = 200


@dataclass(frozen=True)
class HungPhoto:
    """An attachment, and the type of what it hangs on; None for the asset's own."""

    asset: Asset
    of: AssetType | None


def photos_around(register: Register, key: AssetKey) -> tuple[HungPhoto, ...]:
    """The photos and documents of an asset, its own first, then those of what the census found of it, oldest first."""
    own = register.attachments(key.type, key.id)
    others: dict[str, AssetType] = {}
    for asset_type, field in register.catalogue.linking_to(key.type):
        if asset_type.group != _GROUP or not field.several or not _may_hold(register, asset_type):
            continue
        link = Compare(field.name, "=", f"{key.type}:{key.id}")
        rows = register.find(Query(asset_type.name, link, fields=(field.name,), limit=_MOST))
        others |= {f"{asset_type.name}:{row.id}": asset_type for row in rows}
    return (*(HungPhoto(each, None) for each in own), *_hung(register, others))


def photos_of_record(register: Register, record: AssetKey, target: AssetKey | None) -> tuple[HungPhoto, ...]:
    """What there is to look at when a record is worked on: its own photos first, then those of its asset."""
    own = tuple(HungPhoto(each, None) for each in register.attachments(RECORD, record.id))
    known = {each.asset.id for each in own}
    around = () if target is None else photos_around(register, target)
    asset_type = None if target is None else register.catalogue[target.type]
    return (
        *own,
        *(HungPhoto(each.asset, each.of or asset_type) for each in around if each.asset.id not in known),
    )


def _may_hold(register: Register, asset_type: AssetType) -> bool:
    target = register.catalogue[ATTACHMENT].field_named("target")
    return asset_type.name in getattr(target, "targets", ())


def _hung(register: Register, on: Mapping[str, AssetType]) -> tuple[HungPhoto, ...]:
    if not on:
        return ()
    where = Compare("target", "in", tuple(on))
    found = register.find(Query(ATTACHMENT, where, order=(Order("fid"),), limit=_MOST))
    return tuple(HungPhoto(each, on[str(each["target"])]) for each in found)
