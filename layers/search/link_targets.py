"""What a link may point to: assets by code, name or pinyin, the nearest first where nothing is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.query import AnyOf, Box, Compare, Order, Query
from layers.register import Register
from layers.search.initials import has_chinese, pinyin_keys
from layers.text import Title

#: Types of no more assets are read whole and answer to pinyin too.
FEW = 3000
SHOWN = 30
_REACHES = (100.0, 1000.0)


@dataclass(frozen=True)
class Target:
    """An asset a link may point to: what it is called, and of what type."""

    key: AssetKey
    label: str
    type: Title
    metres: float | None = None


def find_targets(
    register: Register, targets: Sequence[str], text: str, near: BaseGeometry | None = None
) -> list[Target]:
    """The best ``SHOWN`` targets for what is typed; without text those near the place, else the first."""
    found: list[Target] = []
    wanted = text.strip()
    for name in targets:
        asset_type = register.catalogue[name]
        found += _called(register, asset_type, wanted) if wanted else _near(register, asset_type, near)
    if not wanted:
        found.sort(key=lambda target: np.inf if target.metres is None else target.metres)
    return found[:SHOWN]


def target_label(asset_type: AssetType, asset: Asset) -> str:
    """What an asset is called: its name before its code where it has both."""
    words = [str(asset[name]) for name in asset_type.label_fields if asset.get(name)]
    code = str(asset.get("code") or "")
    return words[0] if words else code or asset_type.code(asset.id)


def _fields(asset_type: AssetType) -> tuple[str, ...]:
    names = dict.fromkeys((*asset_type.label_fields, "code", "name"))
    return tuple(name for name in names if name in asset_type)


def _called(register: Register, asset_type: AssetType, wanted: str) -> list[Target]:
    names = _fields(asset_type)
    asked = [name for name in names if name not in register.hidden(asset_type.name)]
    starts = AnyOf(tuple(Compare(name, "starts", wanted) for name in asked))
    found = register.find(Query(asset_type.name, starts, fields=names, limit=SHOWN)) if asked else []
    if asked and len(found) < SHOWN:
        holds = AnyOf(tuple(Compare(name, "contains", wanted) for name in asked))
        found += register.find(Query(asset_type.name, holds, fields=names, limit=SHOWN))
    if len(found) < SHOWN and not has_chinese(wanted) and register.count(asset_type.name) <= FEW:
        found += _by_pinyin(register, asset_type, names, wanted.casefold())
    once = {asset.id: asset for asset in found}
    return [Target(a.key, target_label(asset_type, a), asset_type.title) for a in once.values()]


def _by_pinyin(register: Register, asset_type: AssetType, names: tuple[str, ...], wanted: str) -> list[Asset]:
    every = register.find(Query(asset_type.name, fields=names))
    keys = pinyin_keys(target_label(asset_type, asset) for asset in every)
    pairs = zip(every, keys, strict=True)
    return [asset for asset, key in pairs if any(each.startswith(wanted) for each in key)]


def _near(register: Register, asset_type: AssetType, near: BaseGeometry | None) -> list[Target]:
    names = _fields(asset_type)
    if near is not None and asset_type.shape is not None:
        x0, y0, x1, y1 = near.bounds
        for reach in _REACHES:
            box = Box(x0 - reach, y0 - reach, x1 + reach, y1 + reach)
            found = register.find(Query(asset_type.name, box=box, fields=(*names, "geom"), limit=10 * SHOWN))
            if found:
                return _sorted(asset_type, found, near)
    first = register.find(Query(asset_type.name, fields=names, order=(Order(names[0]),), limit=SHOWN))
    return [Target(asset.key, target_label(asset_type, asset), asset_type.title) for asset in first]


def _sorted(asset_type: AssetType, found: Sequence[Asset], near: BaseGeometry) -> list[Target]:
    places = np.array([asset.geometry for asset in found], dtype=object)
    metres = shapely.distance(places, near)
    return [
        Target(found[n].key, target_label(asset_type, found[n]), asset_type.title, float(metres[n]))
        for n in np.argsort(metres, kind="stable")[:SHOWN].tolist()
    ]
