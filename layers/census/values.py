"""Values as records keep them: plain JSON by field, compared as the catalogue writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.outline import GEOMETRY

_CLOSE = 1e-9


@dataclass(frozen=True)
class Difference:
    """One field in which the field's word is not the book's."""

    field: str
    book: Any
    found: Any


def as_text(values: Mapping[str, Any]) -> str:
    """JSON of plain values, in the order given."""
    return json.dumps(dict(values), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str | None) -> dict[str, Any]:
    """The values kept; none for a blank. ``ValueError`` for what is no JSON object."""
    try:
        values = json.loads(text) if text else {}
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(values, dict):
        raise ValueError(text)
    return values


def told_in(text: object) -> dict[str, Any]:
    """The values kept, to be looked at; none for what other programs made unreadable: accepting it says so."""
    return from_text(str(text)) if text and is_object(text) else {}


def is_object(text: object) -> bool:
    """Whether ``from_text`` can read it."""
    try:
        from_text(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True


def as_wkt(place: BaseGeometry | None) -> str | None:
    """A line or an area as records keep it, to the millimetre."""
    return None if place is None else shapely.to_wkt(place, rounding_precision=3)


def book_values(asset: Asset, fields: tuple[str, ...]) -> dict[str, Any]:
    """What the book says of an asset in these fields."""
    return {name: asset.values.get(name) for name in fields}


def differences(
    asset_type: AssetType, book: Mapping[str, Any], found: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """The fields looked at in which they differ. A field that is not in ``found`` was not looked at.

    A shape that differs is told by the outcome.
    """
    return tuple(
        Difference(name, book.get(name), value)
        for name, value in found.items()
        if name in asset_type and name != GEOMETRY and not same(book.get(name), value)
    )


def differing_of(asset_type: AssetType, book: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """As a record keeps it: the names of the fields that differ, parted by commas; None for none."""
    return ",".join(each.field for each in differences(asset_type, book, found)) or None


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: blanks are one, numbers are compared as numbers."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _CLOSE * max(1.0, abs(one), abs(other))
    return one == other  # type: ignore[no-any-return]


def as_json(value: Any) -> str | None:
    """A value as conflicts keep it; a place as WKT."""
    if value is None:
        return None
    if isinstance(value, BaseGeometry):
        return json.dumps({"wkt": shapely.to_wkt(value, rounding_precision=-1, output_dimension=3)})
    return json.dumps(value, ensure_ascii=False)


def from_json(text: str | None) -> Any:
    """The value again."""
    value = None if text is None else json.loads(text)
    if isinstance(value, dict) and set(value) == {"wkt"}:
        return shapely.from_wkt(value["wkt"])
    return value


def place_of(asset: Asset) -> tuple[float, float] | None:
    """Where a record or a target is, as one point in metres."""
    geometry = asset.geometry
    if geometry is None or geometry.is_empty:
        return None
    point = geometry if geometry.geom_type == "Point" else shapely.point_on_surface(geometry)
    return float(point.x), float(point.y)
