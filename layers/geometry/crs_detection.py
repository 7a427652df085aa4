"""What plain numbers tell of their coordinate system: swapped columns, zone prefixes, degrees, a wrong zone.

A guess is shown and confirmed, never applied in silence. Chinese survey tables write X = north and Y = east;
the eastings of some carry the zone number in front (37 546 550 instead of 546 550).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from layers.geometry.crs import Crs, Points, transformer
from layers.text import Message


class _Span(NamedTuple):
    low: float
    high: float

    def holds(self, values: Points) -> bool:
        return bool(((values >= self.low) & (values <= self.high)).all())


_LONGITUDE = _Span(73.0, 136.0)
_LATITUDE = _Span(3.0, 54.0)
_WORLD_LONGITUDE = _Span(-180.0, 180.0)
_WORLD_LATITUDE = _Span(-90.0, 90.0)
_NORTHING = _Span(1_800_000.0, 6_000_000.0)
_EASTING = _Span(150_000.0, 850_000.0)
_ZONES_OF_3_DEGREES = range(25, 46)
_ZONES_OF_6_DEGREES = range(13, 24)


@dataclass(frozen=True)
class CrsGuess:
    """What system (n, 2) points seem to be in. ``crs`` None: only their form is known, not the zone.

    ``swapped``: the first column is north (or latitude), so the columns must change places.
    ``certain``: nothing else fits; otherwise somebody must confirm. ``reason`` says what was seen.
    """

    crs: Crs | None
    swapped: bool
    certain: bool
    reason: Message

    @property
    def is_ordered(self) -> bool:
        """Whether the numbers themselves tell which column is which: the other way round they fit nothing."""
        return self.crs is not None and not self.crs.is_local and self.reason.id != "crs.guess.degrees"


def guess_crs(points: Points, near: Crs | None = None) -> CrsGuess:
    """Guess the system of (n, 2) ``points`` that came without one; ``near`` is the register's, if any.

    Empty or unrecognisable numbers are ``local``.
    """
    points = _finite(points)
    if not len(points):
        return CrsGuess(None, False, False, Message("crs.guess.empty"))
    for swapped in (False, True):
        x, y = (points[:, 1], points[:, 0]) if swapped else (points[:, 0], points[:, 1])
        guess = _guess(x, y, swapped, near)
        if guess is not None:
            return guess
    if (
        _WORLD_LONGITUDE.holds(points[:, 0])
        and _WORLD_LATITUDE.holds(points[:, 1])
        and _has_fractions(points)
    ):
        return CrsGuess(Crs.parse("EPSG:4326"), False, False, Message("crs.guess.degrees"))
    return CrsGuess(Crs.parse("local"), False, False, Message("crs.guess.local"))


def suspect_crs(points: Points, declared: Crs) -> CrsGuess | None:
    """Why ``points`` are unlikely to be in the ``declared`` system, and a better guess; None if they fit."""
    points = _finite(points)
    if not len(points) or declared.is_local:
        return None
    if not declared.is_projected:
        return _suspect_degrees(points, declared)
    if _within_area(points, declared):
        return None
    swapped = points[:, ::-1]
    if _within_area(swapped, declared):
        return CrsGuess(declared, True, True, Message("crs.guess.swapped", {"crs": declared.title}))
    guess = guess_crs(points, declared)
    if guess.crs is None or guess.crs == declared or guess.crs.is_local:
        return CrsGuess(None, False, False, Message("crs.guess.outside", {"crs": declared.title}))
    return guess


def _guess(x: Points, y: Points, swapped: bool, near: Crs | None) -> CrsGuess | None:
    if _LONGITUDE.holds(x) and _LATITUDE.holds(y):
        seen = Message("crs.guess.degrees_swapped") if swapped else Message("crs.guess.degrees_china")
        return CrsGuess(Crs.parse("EPSG:4490"), swapped, swapped, seen)
    if not _NORTHING.holds(y):
        return None
    order = Message("crs.guess.x_is_north") if swapped else Message("crs.guess.x_is_east")
    prefix = _zone_prefix(x)
    if prefix is not None:
        code = 4513 + prefix - 25 if prefix in _ZONES_OF_3_DEGREES else 4491 + prefix - 13
        reason = Message("crs.guess.zone_prefix", {"zone": prefix, "order": order})
        return CrsGuess(Crs.parse(f"EPSG:{code}"), swapped, True, reason)
    if not _EASTING.holds(x):
        return None
    if near is not None and near.is_metric and near.is_projected:
        return CrsGuess(
            near, swapped, False, Message("crs.guess.like_register", {"crs": near.title, "order": order})
        )
    return CrsGuess(None, swapped, False, Message("crs.guess.zone_unknown", {"order": order}))


def _zone_prefix(x: Points) -> int | None:
    """The zone number in front of eastings such as 37 546 550; None when there is none or several."""
    zones = np.unique(np.floor(x / 1_000_000.0).astype(np.int64))
    if len(zones) != 1:
        return None
    zone = int(zones[0])
    known = zone in _ZONES_OF_3_DEGREES or zone in _ZONES_OF_6_DEGREES
    return zone if known and _EASTING.holds(x - zone * 1_000_000.0) else None


def _suspect_degrees(points: Points, declared: Crs) -> CrsGuess | None:
    if _WORLD_LONGITUDE.holds(points[:, 0]) and _WORLD_LATITUDE.holds(points[:, 1]):
        if (
            not _LONGITUDE.holds(points[:, 0])
            and _LONGITUDE.holds(points[:, 1])
            and _LATITUDE.holds(points[:, 0])
        ):
            return CrsGuess(declared, True, True, Message("crs.guess.degrees_swapped"))
        return None
    if _WORLD_LONGITUDE.holds(points[:, 1]) and _WORLD_LATITUDE.holds(points[:, 0]):
        return CrsGuess(declared, True, True, Message("crs.guess.degrees_swapped"))
    guess = guess_crs(points)
    return CrsGuess(
        guess.crs, guess.swapped, False, Message("crs.guess.not_degrees", {"crs": declared.title})
    )


def outside_area(points: Points, crs: Crs) -> NDArray[np.bool_]:
    """Which of (n, 2) ``points`` lie outside the area of use of their ``crs``, with a third of its size to spare.

    None does of a system that names no area. Points without a counterpart on earth lie outside.
    """
    area = None if crs.is_local else CRS.from_wkt(crs.wkt).area_of_use
    if area is None:
        return np.zeros(len(points), dtype=np.bool_)
    degrees = transformer(crs, Crs.parse("EPSG:4326"))(points)
    lon, lat = degrees[:, 0], degrees[:, 1]
    spare_x, spare_y = max((area.east - area.west) / 3, 0.5), max((area.north - area.south) / 3, 0.5)
    # Not a number is in no area.
    within = (lon >= area.west - spare_x) & (lon <= area.east + spare_x)
    within &= (lat >= area.south - spare_y) & (lat <= area.north + spare_y)
    return np.asarray(~within)


def _within_area(points: Points, crs: Crs) -> bool:
    """Whether the middle of ``points`` lies in the area of the system."""
    return not outside_area(np.median(points, axis=0, keepdims=True), crs).any()


def _finite(points: Points) -> Points:
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return points[np.isfinite(points).all(axis=1)]


def _has_fractions(points: Points) -> bool:
    return bool((points != np.round(points)).any())
