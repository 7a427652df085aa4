"""Of a campaign's package: what was changed on assets becomes what was found of them. The book waits for acceptance."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.census.packages.merging.compare import Changed, Row, alike, changes
from layers.census.values import as_text, as_wkt, from_text
from layers.census.words import AGAIN, FOUND, MOVED, NEW, NOT_FOUND, PLANNED, RECORD, VISITED
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.model.outline import GEOMETRY

_NOT_FOUND_OUT = ("grid",)
"""Fields of an asset that follow from its place and are nobody's finding."""


@dataclass(frozen=True)
class Outing:
    """The package that staging is about."""

    code: str
    campaign: int
    lot: int | None
    at: str


@dataclass(frozen=True)
class Staged:
    """Changes of records and the like. ``strays``: changes of assets that are not in the lot."""

    changes: tuple[Changed, ...]
    strays: tuple[Changed, ...]


def stage(
    catalogue: Catalogue,
    outing: Outing,
    asked: Iterable[str],
    found: Iterable[Changed],
    base_records: Mapping[int, Row],
    field_records: Mapping[int, Row],
    edited: Mapping[AssetKey, str],
    known: Container[str] = (),
) -> Staged:
    """Turn the changes of assets of the types ``asked`` into changes of their records; the others stay as they are.

    ``edited``: when an asset was changed, as far as the device told. ``known``: the keys of those that came new in an
    earlier file of the package: what changes of them since is theirs again.
    """
    wanted = set(asked)
    records = {id: dict(row) for id, row in field_records.items()}
    by_target = {row["target"]: id for id, row in records.items() if row.get("target")}
    told_by = {id: AssetKey.of_link(target) for target, id in by_target.items()}
    rest: list[Changed] = []
    strays: list[Changed] = []
    for change in found:
        if change.type == RECORD:
            continue
        if change.type not in wanted:
            rest.append(change)
        elif (key := f"{change.type}:{change.id}") in known and key not in by_target:
            rest.append(_found_again(catalogue, outing, change, edited.get(change.key)))
        elif change.base is None:
            rest.append(_newly_found(catalogue, outing, change, edited.get(change.key)))
        else:
            id = by_target.get(key)
            if id is None or (change.field is None and not change.is_told):
                strays.append(change)
            else:
                _note(catalogue, records[id], change, edited.get(change.key) or outing.at)
    gone = [change for change in found if change.type == RECORD and change.field is None]
    told = [dataclasses.replace(each, told_by=told_by.get(each.id)) for each in _told(base_records, records)]
    return Staged((*told, *gone, *rest), tuple(strays))


def _told(base: Mapping[int, Row], records: Mapping[int, dict[str, Any]]) -> list[Changed]:
    columns = tuple(next(iter(records.values()), {}))
    before = _Plain(columns, base)
    after = _Plain(columns, records)
    return [change for change in changes(before, after, [RECORD], {}) if change.field is not None]


@dataclasses.dataclass(frozen=True)
class _Plain:
    columns: tuple[str, ...]
    kept: Mapping[int, Row]

    def held(self, type_name: str) -> tuple[str, ...]:
        return self.columns

    def rows(self, type_name: str) -> Mapping[int, Row]:
        return self.kept


def _note(catalogue: Catalogue, record: dict[str, Any], change: Changed, at: str) -> None:
    """Write into a record what its asset in the file tells."""
    if record.get("state") in (None, PLANNED, AGAIN):
        record["state"] = VISITED
    record["logged_at"] = record.get("logged_at") or at
    if change.field is None:
        record["outcome"] = record.get("outcome") or NOT_FOUND
        return
    assert change.base is not None
    values = _told_values(catalogue, change.type, change.field, change.names)
    if values:
        record["found"] = as_text({**from_text(record.get("found")), **values})
        book = {name: change.base.get(name) for name in values}
        record["book"] = as_text({**book, **from_text(record.get("book"))})
    moved = GEOMETRY in change.names and isinstance(change.field.get(GEOMETRY), BaseGeometry)
    if moved:
        place = change.field[GEOMETRY]
        if place.geom_type != "Point":
            # Where it stands is one point; its course is a value like others.
            record["found"] = as_text({**from_text(record.get("found")), GEOMETRY: as_wkt(place)})
            book = {GEOMETRY: as_wkt(change.base.get(GEOMETRY)), **from_text(record.get("book"))}
            record["book"] = as_text(book)
        record[GEOMETRY] = _standing(place)
    record["outcome"] = record.get("outcome") or (MOVED if moved else FOUND)


def _newly_found(catalogue: Catalogue, outing: Outing, change: Changed, at: str | None) -> Changed:
    assert change.field is not None
    row = _new_row(catalogue, outing, change, change.field, at)
    return _as_record(change, None, row, tuple(row))


def _found_again(catalogue: Catalogue, outing: Outing, change: Changed, at: str | None) -> Changed:
    """What changed since it came of an asset that is new to the book."""
    base = None if change.base is None else _new_row(catalogue, outing, change, change.base, at)
    if change.field is None:
        return _as_record(change, base, None, ())
    row = _new_row(catalogue, outing, change, change.field, at)
    names = [name for name in row if base is None or not alike(base[name], row[name])]
    return _as_record(change, base, row, tuple(names))


def _as_record(change: Changed, base: Row | None, row: Row | None, names: tuple[str, ...]) -> Changed:
    key = f"{change.type}:{change.id}"
    return Changed(RECORD, change.id, base, row, names, change.is_told, change.key, key)


def _new_row(
    catalogue: Catalogue, outing: Outing, change: Changed, of: Row, at: str | None
) -> dict[str, Any]:
    values = _told_values(
        catalogue, change.type, of, [name for name, value in of.items() if value is not None]
    )
    place = of.get(GEOMETRY)
    if isinstance(place, BaseGeometry) and place.geom_type != "Point":
        values[GEOMETRY] = as_wkt(place)
    return {
        "campaign": outing.campaign,
        "lot": outing.lot,
        "target_type": change.type,
        "state": VISITED,
        "outcome": NEW,
        "found": as_text(values),
        "logged_at": at or outing.at,
        "provisional_code": f"{outing.code}-{change.type}-{change.id % 100_000}"[:40],
        GEOMETRY: _standing(place) if isinstance(place, BaseGeometry) else None,
    }


def _told_values(catalogue: Catalogue, type_name: str, row: Row, names: Iterable[str]) -> dict[str, Any]:
    asset_type = catalogue[type_name]
    return {
        name: row[name]
        for name in names
        if name in asset_type and name != GEOMETRY and name not in _NOT_FOUND_OUT
    }


def _standing(place: BaseGeometry) -> BaseGeometry:
    if place.geom_type == "Point":
        return place
    return place.interpolate(0.5, normalized=True) if place.length and not place.area else place.centroid
