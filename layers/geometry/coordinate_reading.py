"""Where written coordinates lie: which of two numbers is north, in which system, and how far from the register.

Letters decide first, then what the numbers can be at all, then where the register lies. What stays open is
given as several readings, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from pyproj import CRS

from layers.errors import UserError
from layers.geometry.coordinate_text import Notation, Pair, Value, parse_pair
from layers.geometry.crs import Crs, transformer
from layers.model.query import Box
from layers.text import Message

#: A place this far beyond the register's own size around it still belongs to its surroundings.
_SURROUNDINGS = 10_000.0
_EASTING = (150_000.0, 850_000.0)
_PREFIX = 1_000_000.0
_ZONES_OF_3_DEGREES = range(25, 46)
_ZONES_OF_6_DEGREES = range(13, 24)


@dataclass(frozen=True)
class Reading:
    """One way to understand a text: the place in the register's CRS, and what was stated in which system.

    ``east`` and ``north`` are the numbers as stated (longitude and latitude in degrees, or metres); ``outside``
    is the distance in metres from the register's area, 0 inside it or when it has none.
    """

    x: float
    y: float
    crs: Crs
    east: float
    north: float
    notation: Notation
    outside: float = 0.0

    @property
    def is_degrees(self) -> bool:
        return not (self.crs.is_projected or self.crs.is_local)


def read_coordinates(
    text: str, register: Crs, bounds: Box | None = None, system: Crs | None = None
) -> tuple[Reading, ...]:
    """The ways to understand ``text``, the likeliest first; none when it is no pair of numbers.

    ``register`` is the system of the answer, ``bounds`` what the register holds, ``system`` what the user
    says the numbers are in (a system named in the text goes before it). Raises ``UserError`` for numbers that
    cannot be a place: latitudes beyond 90, degrees in a register of local coordinates, an unknown system.
    """
    pair = parse_pair(text)
    if pair is None:
        return ()
    if pair.crs is None and system is not None:
        pair = replace(pair, crs=system)
    if _is_plane(pair, register):
        return _plane_readings(pair, register, bounds)
    readings = _degree_readings(pair, register, bounds)
    if pair.crs is None and not (pair.first.is_angle or pair.second.is_angle):
        # Small numbers may be metres too, where the register itself lies at such places.
        near = [
            r
            for r in _plane_orders(pair, register, register, bounds)
            if r.outside <= _SURROUNDINGS and bounds
        ]
        readings = (*readings, *near)
    return readings


def _is_plane(pair: Pair, register: Crs) -> bool:
    """Whether metres are meant; raises where degrees are, but cannot be used."""
    angles = pair.first.is_angle or pair.second.is_angle
    if pair.crs is not None:
        is_plane = pair.crs.is_projected or pair.crs.is_local
        if is_plane and angles:
            raise UserError(
                Message("coordinates.not_degrees", {"crs": pair.crs.title}), Message("coordinates.examples")
            )
        return is_plane
    if angles or pair.datum is not None:
        return not angles and not _can_be_degrees(pair)
    return register.is_local or not _can_be_degrees(pair)


def _can_be_degrees(pair: Pair) -> bool:
    a, b = abs(pair.first.number), abs(pair.second.number)
    return (a <= 180 and b <= 90) or (a <= 90 and b <= 180)


# ---- degrees


def _degree_readings(pair: Pair, register: Crs, bounds: Box | None) -> tuple[Reading, ...]:
    crs = pair.crs or pair.datum or Crs.parse("EPSG:4326")
    ordered = _ordered(pair, weak=False)
    orders = [(pair.first, pair.second), (pair.second, pair.first)] if ordered is None else [ordered]
    possible = [(e, n) for e, n in orders if abs(n.number) <= 90 and abs(e.number) <= 180]
    if not possible:
        raise UserError(Message("coordinates.range"), Message("coordinates.examples"))
    return _decided([_reading(e, n, crs, register, bounds) for e, n in possible], register)


# ---- metres


def _plane_readings(pair: Pair, register: Crs, bounds: Box | None) -> tuple[Reading, ...]:
    stated = pair.crs or register
    readings = _plane_orders(pair, stated, register, bounds)
    by_letter = _ordered(pair, weak=True)
    if by_letter is None:
        return _decided(list(readings), register)
    # X and Y are letters of two customs: where they contradict the place, the place decides.
    for holds in (_is_inside, _is_near, _is_plausible):
        for reading in readings:
            if holds(reading, register):
                return (reading,)
    return readings[:1]


def _plane_orders(pair: Pair, stated: Crs, register: Crs, bounds: Box | None) -> tuple[Reading, ...]:
    """The readings in metres: as the letters say first, then the other way if they leave that open."""
    by_letter = _ordered(pair, weak=True)
    first = by_letter or (pair.first, pair.second)
    orders = [first] if _ordered(pair, weak=False) else [first, (first[1], first[0])]
    readings = []
    for east, north in orders:
        crs = stated
        if pair.crs is None and not register.is_local:
            crs = _zone_of(east.number) or stated
        readings.append(_reading(east, north, crs, register, bounds))
    return tuple(readings)


def _zone_of(easting: float) -> Crs | None:
    """The CGCS2000 zone whose number stands in front of an easting such as 37 538 604."""
    zone = int(easting // _PREFIX)
    if not _EASTING[0] <= easting - zone * _PREFIX <= _EASTING[1]:
        return None
    if zone in _ZONES_OF_3_DEGREES:
        return Crs.parse(f"EPSG:{4513 + zone - 25}")
    return Crs.parse(f"EPSG:{4491 + zone - 13}") if zone in _ZONES_OF_6_DEGREES else None


# ---- which of them


def _ordered(pair: Pair, *, weak: bool) -> tuple[Value, Value] | None:
    """East and north as the letters say; ``weak``: X counts as north, as on the maps of the trade."""
    first, second = pair.first.axis, pair.second.axis
    north = ("north", "x") if weak else ("north",)
    east = ("east", "y") if weak else ("east",)
    if first in north or second in east:
        return pair.second, pair.first
    if first in east or second in north:
        return pair.first, pair.second
    return None


def _decided(readings: list[Reading], register: Crs) -> tuple[Reading, ...]:
    """The one reading that fits where the register lies, else all that are possible, the nearest first."""
    found = [r for r in readings if np.isfinite([r.x, r.y]).all()]
    if not found:
        raise UserError(
            Message("coordinates.no_counterpart", {"crs": register.title}), Message("coordinates.examples")
        )
    for holds in (_is_inside, _is_near, _is_plausible):
        fitting = [r for r in found if holds(r, register)]
        if len(fitting) == 1:
            return (fitting[0],)
        found = fitting or found
    return tuple(sorted(found, key=lambda r: r.outside))


def _is_inside(reading: Reading, register: Crs) -> bool:
    return reading.outside == 0


def _is_near(reading: Reading, register: Crs) -> bool:
    return reading.outside <= _SURROUNDINGS


def _is_plausible(reading: Reading, register: Crs) -> bool:
    """Whether the place lies where the register's system is made for, with some degrees to spare."""
    area = _area(register)
    if area is None or not np.isfinite([reading.x, reading.y]).all():
        return area is None
    lon, lat = transformer(register, Crs.parse("EPSG:4326"))(np.array([[reading.x, reading.y]]))[0]
    west, south, east, north = area
    return bool(west - 3 <= lon <= east + 3 and south - 3 <= lat <= north + 3)


@lru_cache(maxsize=8)
def _area(crs: Crs) -> tuple[float, float, float, float] | None:
    if crs.is_local:
        return None
    area = CRS.from_wkt(crs.wkt).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def _reading(east: Value, north: Value, crs: Crs, register: Crs, bounds: Box | None) -> Reading:
    x, y = transformer(crs, register)(np.array([[east.number, north.number]]))[0]
    notation = max(east.notation, north.notation, key=("plain", "decimal", "minutes", "seconds").index)
    return Reading(
        float(x), float(y), crs, east.number, north.number, notation, outside(bounds, float(x), float(y))
    )


def outside(bounds: Box | None, x: float, y: float) -> float:
    """How many metres a place lies outside ``bounds``; 0 inside, or when there are none."""
    if bounds is None:
        return 0.0
    across = max(bounds.x0 - x, 0.0, x - bounds.x1)
    along = max(bounds.y0 - y, 0.0, y - bounds.y1)
    return float(np.hypot(across, along))
