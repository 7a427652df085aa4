"""What an asset belongs to that people have charge of: itself, its customer, its community, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from layers.geometry.belonging import standing
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.duty_words import ASSIGNMENT, GRID
from layers.model.query import Box, Compare, Query
from layers.register import Register
from layers.responsibility.book import Book

TARGET = "target"
#: Links are followed this far: from a visit to its customer to the customer's community.
_DEPTH = 2

Place = tuple[float, float]


@dataclass(frozen=True)
class Belonging:
    """What people may have charge of for an asset: ``targets`` from itself outward, without grids.

    ``place`` is where it stands for, None where nobody knows; ``entered`` is the grid written in it.
    """

    asset: Asset
    targets: tuple[AssetKey, ...]
    place: Place | None
    entered: int | None


def belonging(register: Register, key: AssetKey) -> Belonging | None:
    """What an asset belongs to; None when it is not there."""
    asset = register.get(*key)
    if asset is None:
        return None
    round_of = [asset]
    found: dict[AssetKey, Asset] = {asset.key: asset}
    for _ in range(_DEPTH):
        linked = [each for one in round_of for each in _links(register, one)]
        round_of = []
        for each in linked:
            if each not in found and (other := register.get(*each)) is not None:
                found[each] = other
                round_of.append(other)
    known = _assignable(register)
    place = next((p for each in found.values() if (p := _place(register, each)) is not None), None)
    entered = next((g for each in found.values() if (g := _entered(register, each)) is not None), None)
    return Belonging(asset, tuple(k for k in found if k.type in known and k.type != GRID), place, entered)


def areas_at(register: Register, book: Book, place: Place) -> tuple[AssetKey, ...]:
    """The areas other than grids that somebody has charge of and that a place lies in: communities, service areas."""
    types = {key.type for key in book.of_target if key.type != GRID}
    point, box = shapely.Point(place), Box(*place, *place)
    found = []
    for asset_type in register.catalogue:
        # Of projects the place says little: their areas overlap, and most are over.
        if asset_type.name in types and asset_type.shape == "polygon" and asset_type.group == "place":
            near = register.find(Query(asset_type.name, box=box, fields=("geom",)))
            found += [a.key for a in near if a.geometry is not None and a.geometry.covers(point)]
    return tuple(key for key in found if key in book.of_target)


def _assignable(register: Register) -> frozenset[str]:
    """The types that somebody may have charge of."""
    link = next(link for link in register.catalogue[ASSIGNMENT].links if link.name == TARGET)
    return frozenset(link.targets)


def _links(register: Register, asset: Asset) -> list[AssetKey]:
    """The assets that an asset says it belongs to."""
    asset_type, known = register.catalogue[asset.type], _assignable(register)
    found = []
    for link in asset_type.links:
        targets = [t for t in link.targets if t in known and t not in (GRID, asset.type)]
        if not targets or not all(_is_home(register, asset_type, target) for target in targets):
            continue
        value = asset.get(link.name)
        key = (
            AssetKey.of_link(value)
            if link.several
            else None
            if value is None
            else AssetKey(targets[0], value)
        )
        if key is not None and key.type in targets:
            found.append(key)
    return found


def _entered(register: Register, asset: Asset) -> int | None:
    """The grid that an asset names: that of its column, or what it is about (an assignment of a grid)."""
    for link in register.catalogue[asset.type].links:
        if GRID in link.targets and asset.type != GRID and asset.get(link.name) is not None:
            key = (
                AssetKey.of_link(asset[link.name]) if link.several else AssetKey(GRID, int(asset[link.name]))
            )
            if key is not None and key.type == GRID:
                return key.id
    return None


def _is_home(register: Register, asset_type: AssetType, target: str) -> bool:
    """Whether a link says where an asset belongs: a project does so for its sections and logs, not for its pipes."""
    return register.catalogue[target].group != "project" or asset_type.group == "project"


def _place(register: Register, asset: Asset) -> Place | None:
    """Where an asset stands: itself, or the first asset of the network that names it (the meter of a customer)."""
    if asset.geometry is not None and not asset.geometry.is_empty:
        x, y = standing([asset.geometry])[0]
        return None if x != x else (float(x), float(y))
    if register.catalogue[asset.type].shape is not None:
        return None
    for other, link in register.catalogue.linking_to(asset.type):
        if other.group == "network" and other.shape == "point" and not link.several:
            where = Compare(link.name, "=", asset.id)
            asked = Query(other.name, where, located=True, fields=("geom",), limit=1)
            for located in register.find(asked):
                point = located.geometry
                return float(shapely.get_x(point)), float(shapely.get_y(point))
    return None
