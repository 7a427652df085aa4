"""GCJ-02 and BD-09, the shifted longitudes and latitudes of Chinese consumer maps, to and from WGS 84.

GCJ-02 is a non-linear offset of some hundreds of metres, not a datum; BD-09 is a second offset on top of it.
Outside China both are the identity. All functions take and return (n, 2) arrays of longitude, latitude in
degrees and are exact inverses of each other to well under a millimetre (the way back is found by iteration).
CGCS2000 and WGS 84 agree within decimetres, so CGCS2000 degrees may be passed as WGS 84.
Source of the formulas: the published "eviltransform" derivation and its many independent ports.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_SEMI_MAJOR_AXIS = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000.0 / 180.0
_ITERATIONS = 12

CHINA_WEST, CHINA_SOUTH, CHINA_EAST, CHINA_NORTH = 72.004, 0.8293, 137.8347, 55.8271


def wgs84_to_gcj02(points: Points) -> Points:
    """WGS 84 degrees to GCJ-02 degrees."""
    points = np.asarray(points, dtype=np.float64)
    return points + _offset(points)


def gcj02_to_wgs84(points: Points) -> Points:
    """GCJ-02 degrees to WGS 84 degrees: the point whose GCJ-02 position is ``points``."""
    points = np.asarray(points, dtype=np.float64)
    result = points - _offset(points)
    for _ in range(_ITERATIONS):
        result = points - _offset(result)
    return result


def gcj02_to_bd09(points: Points) -> Points:
    """GCJ-02 degrees to BD-09 degrees."""
    points = np.asarray(points, dtype=np.float64)
    x, y = points[:, 0], points[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    shifted = np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))
    return cast("Points", np.where(_in_china(points)[:, None], shifted, points))


def bd09_to_gcj02(points: Points) -> Points:
    """BD-09 degrees to GCJ-02 degrees: the point whose BD-09 position is ``points``."""
    points = np.asarray(points, dtype=np.float64)
    result = np.where(_in_china(points)[:, None], points - (0.0065, 0.006), points)
    for _ in range(_ITERATIONS):
        result = result + (points - gcj02_to_bd09(result))
    return result


def wgs84_to_bd09(points: Points) -> Points:
    """WGS 84 degrees to BD-09 degrees."""
    return gcj02_to_bd09(wgs84_to_gcj02(points))


def bd09_to_wgs84(points: Points) -> Points:
    """BD-09 degrees to WGS 84 degrees."""
    return gcj02_to_wgs84(bd09_to_gcj02(points))


def _in_china(points: Points) -> NDArray[np.bool_]:
    lon, lat = points[:, 0], points[:, 1]
    return (lon >= CHINA_WEST) & (lon <= CHINA_EAST) & (lat >= CHINA_SOUTH) & (lat <= CHINA_NORTH)


def _offset(points: Points) -> Points:
    """How far GCJ-02 lies from WGS 84 at WGS 84 ``points``, in degrees; zero outside China."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    latitude = np.radians(points[:, 1])
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    meridian = _SEMI_MAJOR_AXIS * (1.0 - _ECCENTRICITY_SQUARED) / magic**1.5
    parallel = _SEMI_MAJOR_AXIS / np.sqrt(magic) * np.cos(latitude)
    shift = np.column_stack((np.degrees(east / parallel), np.degrees(north / meridian)))
    return cast("Points", np.where(_in_china(points)[:, None], shift, 0.0))
