"""Meridian convergence: how far the north of the grid lies from true north at a place."""

from __future__ import annotations

import math

import numpy as np

from layers.geometry.crs import Crs, transformer

_STEP_DEGREES = 0.001


def convergence(crs: Crs, x: float, y: float) -> float | None:
    """Degrees from true north to grid north at a place, positive to the east; None where the system has none.

    In a Gauss-Kruger zone it is about (longitude - central meridian) * sin(latitude): positive east of the
    central meridian on the northern half of the earth (GB/T 18314 and the survey manuals call it gamma).
    """
    if not crs.is_projected:
        return None
    geographic = Crs.parse("EPSG:4326")
    place = transformer(crs, geographic)(np.array([[x, y]]))
    if not np.isfinite(place).all() or abs(place[0, 1]) > 89:
        return None
    ends = transformer(geographic, crs)(place + np.array([[0.0, 0.0], [0.0, _STEP_DEGREES]]))
    if not np.isfinite(ends).all():
        return None
    east, north = ends[1] - ends[0]
    return -math.degrees(math.atan2(east, north))


def degrees_minutes(angle: float) -> str:
    """``+0°32'`` of an angle in degrees."""
    minutes = round(abs(angle) * 60)
    sign = "-" if angle < 0 and minutes else "+" if minutes else ""
    return f"{sign}{minutes // 60}°{minutes % 60:02d}\u2032"
