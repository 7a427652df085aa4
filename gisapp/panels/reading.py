"""What the inspector shows of one asset, read in one go beside the window."""

from __future__ import annotations

from dataclasses import dataclass

from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet, RowChange
from layers.model.fields import LinkField
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Title

LINKS_SHOWN = 50
STEPS_SHOWN = 100
PHOTOS_SHOWN = 24


@dataclass(frozen=True)
class Link:
    """Another asset: which, and what it is called."""

    key: AssetKey
    label: str


@dataclass(frozen=True)
class LinkGroup:
    """The assets of one kind that belong to the one shown; ``count`` may exceed what is listed."""

    title: Title
    type: AssetType
    count: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Step:
    """One change of the asset, and the act that it was part of (None for one by another program)."""

    row: RowChange
    act: ChangeSet | None


@dataclass(frozen=True)
class Photo:
    """An attachment: its row and, for pictures, its bytes."""

    asset: Asset
    data: bytes | None


@dataclass(frozen=True)
class Inspected:
    """One asset with all that hangs on it."""

    type: AssetType
    asset: Asset
    groups: tuple[LinkGroup, ...]
    steps: tuple[Step, ...]
    photos: tuple[Photo, ...]


def read_inspected(register: Register, key: AssetKey) -> Inspected | None:
    """Everything about the asset, or None when it is not there (any more)."""
    asset = register.get(key.type, key.id)
    if asset is None:
        return None
    asset_type = register.catalogue[key.type]
    groups = (*_outgoing(register, asset_type, asset), *_incoming(register, asset))
    return Inspected(asset_type, asset, groups, _steps(register, key), _photos(register, key))


def asset_label(asset_type: AssetType, asset: Asset) -> str:
    """What an asset is called: the first of the type's label fields that is filled, else its number."""
    for name in asset_type.label_fields:
        if asset.get(name):
            return str(asset[name])
    return asset_type.code(asset.id)


def linked_key(field: LinkField, value: int | str) -> AssetKey:
    """The asset that the value of a link field points to."""
    if isinstance(value, str) and ":" in value:
        name, _, number = value.partition(":")
        return AssetKey(name, int(number))
    return AssetKey(field.targets[0], int(value))


def _outgoing(register: Register, asset_type: AssetType, asset: Asset) -> list[LinkGroup]:
    groups = []
    for field in asset_type.links:
        value = asset.get(field.name)
        if value is None:
            continue
        key = linked_key(field, value)
        target = register.get(key.type, key.id)
        if target is not None:
            target_type = register.catalogue[key.type]
            link = Link(key, asset_label(target_type, target))
            groups.append(LinkGroup(field.title, target_type, 1, (link,)))
    return groups


def _incoming(register: Register, asset: Asset) -> list[LinkGroup]:
    groups = []
    for asset_type, field in register.catalogue.linking_to(asset.type):
        if "media_type" in asset_type:
            continue  # photos and documents have a tab of their own
        value = f"{asset.type}:{asset.id}" if field.several else asset.id
        where = Compare(field.name, "=", value)
        found = register.find(
            Query(asset_type.name, where, fields=asset_type.label_fields, limit=LINKS_SHOWN)
        )
        if found:
            count = len(found)
            if count == LINKS_SHOWN:
                count = register.count(Query(asset_type.name, where))
            links = tuple(Link(other.key, asset_label(asset_type, other)) for other in found)
            groups.append(LinkGroup(asset_type.plural, asset_type, count, links))
    return groups


def _steps(register: Register, key: AssetKey) -> tuple[Step, ...]:
    acts = {act.id: act for act in register.change_sets(limit=STEPS_SHOWN, type=key.type, id=key.id)}
    rows = register.row_changes(type=key.type, id=key.id, limit=STEPS_SHOWN)
    newest_first = sorted(rows, key=lambda row: row.at, reverse=True)
    steps = [
        Step(row, acts.get(row.change_set) if row.change_set is not None else None) for row in newest_first
    ]
    return tuple(steps)


def _photos(register: Register, key: AssetKey) -> tuple[Photo, ...]:
    photos = []
    for row in register.attachments(key.type, key.id)[:PHOTOS_SHOWN]:
        is_picture = str(row.get("media_type", "")).startswith("image/")
        photos.append(Photo(row, register.attachment_data(row["sha256"]) if is_picture else None))
    return tuple(photos)
