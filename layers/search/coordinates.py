"""Reading a place from typed coordinates: east and north in either order, or longitude and latitude."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.errors import UserError
from layers.geometry.crs import Crs, transformer
from layers.model.query import Box

_SPACES = "\u2009\u202f\u00a0"
_LABELLED = re.compile(
    r"(?P<label>X|Y|E|N|东|北|经度?|纬度?|lon(?:gitude)?|lat(?:itude)?)\s*[:=：]?\s*"
    r"(?P<number>[-+]?\d[\d ]*(?:\.\d+)?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_PLAIN = re.compile(r"^\s*[-+]?\d+(?:\.\d+)?\s*[°]?\s*[,，;；\s]\s*[-+]?\d+(?:\.\d+)?\s*[°]?\s*$")
# In surveying and on Chinese maps X points north and Y east.
_NORTH = ("X", "N", "北", "纬", "LAT")

Reading = Literal["plane", "degrees"]


@dataclass(frozen=True)
class Place:
    """A point in the register's CRS, and how the typed numbers were read."""

    x: float
    y: float
    reading: Reading


def read_place(text: str, crs: Crs, bounds: Box | None) -> Place | None:
    """The place that ``text`` states, or None when it states none."""
    pair = _labelled(text) or _plain(text)
    if pair is None:
        return None
    first, second, ordered = pair
    if _looks_like_degrees(first, second) and not crs.is_local:
        place = _from_degrees(first, second, ordered, crs)
        if place is not None:
            return place
    if ordered or _distance(bounds, first, second) <= _distance(bounds, second, first):
        return Place(first, second, "plane")
    return Place(second, first, "plane")


def _labelled(text: str) -> tuple[float, float, bool] | None:
    """East and north, from numbers with their axis in front."""
    plain = text.translate(dict.fromkeys(map(ord, _SPACES), " "))
    found = [(match["label"], match["number"]) for match in _LABELLED.finditer(plain)]
    if len(found) != 2:
        return None
    numbers = [float(number.replace(" ", "")) for _, number in found]
    is_north = [label.upper().startswith(_NORTH) for label, _ in found]
    if is_north[0] == is_north[1]:
        return None
    east, north = (numbers[1], numbers[0]) if is_north[0] else (numbers[0], numbers[1])
    return east, north, True


def _plain(text: str) -> tuple[float, float, bool] | None:
    if not _PLAIN.match(text):
        return None
    first, second = (float(number) for number in _NUMBER.findall(text))
    return first, second, False


def _looks_like_degrees(first: float, second: float) -> bool:
    return (abs(first) <= 180 and abs(second) <= 90) or (abs(first) <= 90 and abs(second) <= 180)


def _from_degrees(first: float, second: float, ordered: bool, crs: Crs) -> Place | None:
    longitude, latitude = first, second
    # Latitudes end at 90; and in China, where both orders are typed, the larger number is the longitude.
    if not ordered and (abs(second) > 90 or (abs(first) <= 60 < second)):
        longitude, latitude = second, first
    try:
        x, y = transformer(Crs.parse("EPSG:4326"), crs)(np.array([[longitude, latitude]]))[0]
    except UserError:
        return None
    return Place(float(x), float(y), "degrees") if np.isfinite([x, y]).all() else None


def _distance(bounds: Box | None, x: float, y: float) -> float:
    if bounds is None:
        # Without anything drawn: northings of China have seven digits, eastings six.
        return 0.0 if y >= x else 1.0
    across = max(bounds.x0 - x, 0.0, x - bounds.x1)
    along = max(bounds.y0 - y, 0.0, y - bounds.y1)
    return float(np.hypot(across, along))
