"""Meridian convergence: how far the north of the grid lies from true north at a place."""

from __future__ import annotations

import math
from functools import lru_cache

from pyproj import CRS, Proj

from layers.geometry.crs import Crs


def convergence(crs: Crs, x: float, y: float) -> float | None:
    """Degrees from true north to grid north at a place, positive to the east; None where the system has none.

    In a Gauss-Kruger zone it is about (longitude - central meridian) * sin(latitude): positive east of the
    central meridian on the northern half of the earth (GB/T 18314 and the survey manuals call it gamma).
    """
    if not crs.is_projected:
        return None
    projection = _projection(crs)
    longitude, latitude = projection(x, y, inverse=True)
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return None
    angle = float(projection.get_factors(longitude, latitude).meridian_convergence)
    return angle if math.isfinite(angle) else None


@lru_cache(maxsize=8)
def _projection(crs: Crs) -> Proj:
    return Proj(CRS.from_wkt(crs.wkt))


def degrees_minutes(angle: float) -> str:
    """``+0°32'`` of an angle in degrees."""
    minutes = round(abs(angle) * 60)
    sign = "-" if angle < 0 and minutes else "+" if minutes else ""
    return f"{sign}{minutes // 60}°{minutes % 60:02d}\u2032"
