"""Which state a file that came back goes on from: several devices may carry copies of one package.

Compared with what another device brought, its work would seem to be taken back. And each copy counts its new rows
from the same id: what is new in one is not what has this id in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from layers.census.newcomers import linked
from layers.census.packages.back.photos import Photo, Photos
from layers.census.packages.merging.compare import Changed, Row, Rows, alike, changes
from layers.census.packages.receipt import Arrival
from layers.census.packages.sheets import file as sheet_file
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType, Catalogue
from layers.store.packages import PackageFile

_MOVED_BY = 20_000
"""New rows of a further copy lie so much further on in the block of the package."""


@dataclass(frozen=True)
class Came:
    """A file that came back before, as it is kept."""

    arrival: Arrival
    file: PackageFile


def goes_on_from(
    file: PackageFile, name: str, first: Rows | None, came: Sequence[Came], names: Sequence[str]
) -> Came | None:
    """Which of the files that came, newest first, this one (called ``name``) goes on from; None: what went out.

    Its trail proves it; where the trail went, what is nearest by content is taken.
    """
    mine = _trail(file, name, names)
    unknown = []
    for each in came:
        its = _trail(each.file, each.arrival.file, names)
        if not (mine and its):
            unknown.append(each)
        elif its <= mine:
            return each
    if first is None:
        return unknown[0] if unknown else came[0]
    if not unknown:
        return None
    apart = {each.arrival.sha256: _apart(each.file, file, names) for each in unknown}
    nearest = min(unknown, key=lambda each: apart[each.arrival.sha256])
    return nearest if apart[nearest.arrival.sha256] <= _apart(first, file, names) else None


def _trail(file: PackageFile, name: str, names: Sequence[str]) -> frozenset[tuple[Any, ...]]:
    # A sheet is made into a package anew each time: its trail is ours.
    return frozenset() if sheet_file.is_sheet(Path(name)) else file.trail(names)


def _apart(rows: Rows, file: PackageFile, names: Sequence[str]) -> int:
    return sum(len(change.names) or 1 for change in changes(rows, file, names, {}))


def newly_moved(
    found: Iterable[Changed], known: Mapping[str, AssetKey], came: Sequence[Came], base: Came | None
) -> dict[AssetKey, int]:
    """New rows whose id another copy of the package gave to something else, and the id they get instead."""
    moved: dict[AssetKey, int] = {}
    given = set(known)
    for change in found:
        key = f"{change.type}:{change.id}"
        if change.base is not None or change.field is None or key not in known or not came:
            continue
        held = [each.file.rows(change.type).get(change.id) for each in came]
        is_own = base is not None and change.id in base.file.rows(change.type)
        if is_own or any(row is not None and _is_alike(row, change.field) for row in held):
            continue
        id = change.id + _MOVED_BY
        while f"{change.type}:{id}" in given:
            id += 1
        given.add(f"{change.type}:{id}")
        moved[change.key] = id
    return moved


def _is_alike(one: Row, other: Row) -> bool:
    return all(alike(one.get(name), other.get(name)) for name in {*one, *other})


@dataclass(frozen=True)
class Moving:
    """Puts the ids of moved rows into what a file holds."""

    catalogue: Catalogue
    moved: Mapping[AssetKey, int]

    def key(self, key: AssetKey) -> AssetKey:
        """The key under which the register knows it."""
        return AssetKey(key.type, self.moved.get(key, key.id))

    def changes(self, found: Iterable[Changed]) -> list[Changed]:
        """Changes with their ids and links."""
        return [self._change(each) for each in found] if self.moved else list(found)

    def _change(self, change: Changed) -> Changed:
        of = self.catalogue[change.type]
        base, field = (None if row is None else self._row(of, row) for row in (change.base, change.field))
        return replace(change, id=self.key(change.key).id, base=base, field=field)

    def rows(self, type_name: str, rows: Mapping[int, Row]) -> Mapping[int, Row]:
        """Rows of a type by id."""
        if not self.moved:
            return rows
        of = self.catalogue[type_name]
        return {self.key(AssetKey(type_name, id)).id: self._row(of, row) for id, row in rows.items()}

    def photos(self, photos: Photos) -> Photos:
        """Photos with what they are of."""
        if not self.moved:
            return photos
        return replace(photos, found=tuple(self._photo(each) for each in photos.found))

    def _photo(self, photo: Photo) -> Photo:
        return replace(photo, id=self.key(AssetKey(photo.type, photo.id)).id)

    def _row(self, of: AssetType, row: Row) -> Row:
        told = dict(row)
        for link in of.links:
            key = linked(link, row.get(link.name))
            if key is not None and key in self.moved:
                told[link.name] = f"{key.type}:{self.moved[key]}" if link.several else self.moved[key]
        return told
