"""Lengths, areas and bearings of what is drawn in a register's plane: on the plane, and on the ellipsoid.

Plane figures are those of the coordinates themselves. Ellipsoidal ones are of geodesics on the ellipsoid of the
register's own datum (Karney 2013, through ``pyproj.Geod``); local coordinates have none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer

from layers.geometry.convergence import convergence
from layers.geometry.crs import Crs

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lengths:
    """Metres of every straight piece, on the plane and on the ellipsoid (None in local coordinates)."""

    plane: tuple[float, ...]
    ellipsoid: tuple[float, ...] | None

    @property
    def plane_total(self) -> float:
        """Metres of all pieces on the plane."""
        return math.fsum(self.plane)

    @property
    def ellipsoid_total(self) -> float | None:
        """Metres of all pieces on the ellipsoid."""
        return None if self.ellipsoid is None else math.fsum(self.ellipsoid)


@dataclass(frozen=True)
class Area:
    """Square metres inside a ring and metres around it."""

    plane: float
    ellipsoid: float | None
    around: Lengths


@dataclass(frozen=True)
class Bearing:
    """The direction of one place from another, degrees clockwise in [0, 360).

    ``grid`` from grid north; ``true`` from true north, of the geodesic; ``convergence`` is where grid north lies
    from true north at the first place, east positive. The last two are None in local coordinates.
    """

    grid: float
    true: float | None
    convergence: float | None
    length: Lengths


def lengths(points: Points, crs: Crs) -> Lengths:
    """The lengths of the pieces between ``points`` (n, 2) of a register."""
    steps = np.diff(points, axis=0)
    plane = tuple(float(value) for value in np.hypot(steps[:, 0], steps[:, 1]))
    if crs.is_local or len(points) < 2:
        return Lengths(plane, None if crs.is_local else ())
    lon, lat = _degrees(points, crs)
    _, _, along = _geod(crs).inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return Lengths(plane, tuple(float(value) for value in np.atleast_1d(along)))


def area(points: Points, crs: Crs) -> Area:
    """The area inside the ring of ``points`` (n, 2), closed by itself; a crossing ring gives its signed sum."""
    ring = np.vstack((points, points[:1]))
    around = lengths(ring, crs)
    # Near the origin, so that large coordinates lose no digits.
    x, y = (ring - ring[0]).T
    plane = abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
    if crs.is_local:
        return Area(plane, None, around)
    lon, lat = _degrees(points, crs)
    curved, _ = _geod(crs).polygon_area_perimeter(lon, lat)
    return Area(plane, abs(float(curved)), around)


def bearing(start: tuple[float, float], end: tuple[float, float], crs: Crs) -> Bearing:
    """The direction from ``start`` to ``end``, both (x, y) of a register."""
    points = np.array([start, end], dtype=np.float64)
    length = lengths(points, crs)
    east, north = points[1] - points[0]
    grid = math.degrees(math.atan2(east, north)) % 360.0
    if crs.is_local:
        return Bearing(grid, None, None, length)
    lon, lat = _degrees(points, crs)
    forward, _, _ = _geod(crs).inv(lon[0], lat[0], lon[1], lat[1])
    return Bearing(grid, float(forward) % 360.0, convergence(crs, *start), length)


def crosses_itself(points: Points) -> bool:
    """Whether two sides of the ring of ``points`` cross, so that its area means little."""
    return len(points) > 3 and not bool(shapely.is_simple(shapely.LinearRing(points)))


def _degrees(points: Points, crs: Crs) -> tuple[Points, Points]:
    lon, lat = _unprojection(crs).transform(points[:, 0], points[:, 1])
    return np.asarray(lon), np.asarray(lat)


@lru_cache(maxsize=8)
def _unprojection(crs: Crs) -> Transformer:
    """To longitude and latitude of the system's own datum, so that no shift between datums comes in."""
    definition = CRS.from_wkt(crs.wkt)
    return Transformer.from_crs(definition, definition.geodetic_crs, always_xy=True)


@lru_cache(maxsize=8)
def _geod(crs: Crs) -> Geod:
    geod = CRS.from_wkt(crs.wkt).get_geod()
    assert geod is not None  # every projected system has an ellipsoid
    return geod
