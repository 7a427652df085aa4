"""What the inspector shows of one asset, read in one go beside the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.later import Later
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.naming import label_of
from layers.model.query import Compare, Query
from layers.past.book import Past, asset_as_of
from layers.register import Register
from layers.text import Title

if TYPE_CHECKING:
    from layers.census.fieldwork import record_photos
else:
    # Read when the first asset is shown.
    record_photos = Later("layers.census.fieldwork.record_photos")

LINKS_SHOWN = 50


@dataclass(frozen=True)
class Link:
    """Another asset: which, and what it is called."""

    key: AssetKey
    label: str | Title


@dataclass(frozen=True)
class LinkGroup:
    """The assets of one kind that belong to the one shown; ``count`` may exceed what is listed."""

    title: Title
    type: AssetType
    count: int
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Photo:
    """An attachment: its row; the bytes are read when they are shown.

    ``of``: what it hangs on, where that is a record or a defect of the asset and not the asset itself.
    """

    asset: Asset
    of: Title | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown."""
        return str(self.asset.get("media_type", "")).startswith("image/")


@dataclass(frozen=True)
class Inspected:
    """One asset with all that hangs on it; ``names`` are what its links point to, by field and value."""

    type: AssetType
    asset: Asset
    groups: tuple[LinkGroup, ...]
    names: Mapping[tuple[str, Any], str]
    #: How many acts its history has.
    acts: int
    photos: tuple[Photo, ...]
    #: False: on the past day shown there was no such asset; it is told as it is today.
    was_there: bool = True


def read_inspected(register: Register, key: AssetKey, past: Past | None = None) -> Inspected | None:
    """Everything about the asset, as it was on a ``past`` day if one is given; None when it is not there (any more)."""
    then = asset_as_of(register, key, past)
    asset = then or register.get(key.type, key.id)
    if asset is None:
        return None
    asset_type = register.catalogue[key.type]
    outgoing = _outgoing(register, asset_type, asset)
    names = {(name, asset[name]): str(group.links[0].label) for name, group in outgoing}
    groups = (*(group for _, group in outgoing), *_incoming(register, asset))
    acts, photos = register.act_count(key.type, key.id), _photos(register, key)
    return Inspected(asset_type, asset, groups, names, acts, photos, then is not None)


def asset_label(asset_type: AssetType, asset: Asset) -> str | Title:
    """What an asset is called."""
    return label_of(asset_type, asset.id, asset.values)


def _outgoing(register: Register, asset_type: AssetType, asset: Asset) -> list[tuple[str, LinkGroup]]:
    groups = []
    for field in asset_type.links:
        value = asset.get(field.name)
        if value is None:
            continue
        key = field.key_of(value)
        if key is None or key.type not in register.catalogue:
            continue
        target = register.get(*key)
        if target is not None:
            target_type = register.catalogue[key.type]
            link = Link(key, asset_label(target_type, target))
            groups.append((field.name, LinkGroup(field.title, target_type, 1, (link,))))
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


def _photos(register: Register, key: AssetKey) -> tuple[Photo, ...]:
    return tuple(
        Photo(each.asset, None if each.of is None else each.of.title)
        for each in record_photos.photos_around(register, key)
    )
