"""Places found as a surveyor finds them: by distance and bearing, two distances, a perpendicular offset, a parallel.

Metres and degrees in the register's plane; bearings run clockwise from grid north.
"""

from __future__ import annotations

import math
import re

import numpy as np
import shapely

from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.text import Message

Place = tuple[float, float]

_DEGREES = re.compile(
    r"(?P<sign>[-+]?)(?P<degrees>\d+(?:\.\d+)?)\s*°?(?:\s*(?P<minutes>\d+(?:\.\d+)?)\s*['′分])?"
    r"(?:\s*(?P<seconds>\d+(?:\.\d+)?)\s*(?:''|[\"″秒]))?"
)


def read_angle(text: str) -> float | None:
    """Degrees in [0, 360) as typed: ``92.5``, ``92°30'``, ``92°30′15″``; None when it is something else."""
    match = _DEGREES.fullmatch(text.strip().replace("度", "°"))
    if match is None:
        return None
    minutes, seconds = float(match["minutes"] or 0), float(match["seconds"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    angle = float(match["degrees"]) + minutes / 60 + seconds / 3600
    return (-angle if match["sign"] == "-" else angle) % 360.0


def by_bearing(start: Place, distance: float, bearing: float) -> Place:
    """The place ``distance`` metres from ``start`` in the direction ``bearing`` (degrees)."""
    angle = math.radians(bearing)
    return start[0] + distance * math.sin(angle), start[1] + distance * math.cos(angle)


def by_two_distances(
    first: Place, from_first: float, second: Place, from_second: float, *, left: bool
) -> Place:
    """The place so far from two known ones, on the ``left`` of the way from the first to the second.

    Raises ``UserError`` when no place has these distances.
    """
    east, north = second[0] - first[0], second[1] - first[1]
    apart = math.hypot(east, north)
    if apart < 1e-6:
        raise UserError(Message("construction.same_points"), Message("construction.same_points_hint"))
    along = (apart**2 + from_first**2 - from_second**2) / (2 * apart)
    square = from_first**2 - along**2
    if square < -1e-6 * apart**2:
        raise UserError(
            Message("construction.no_meeting", {"apart": f"{apart:.3f}"}),
            Message("construction.no_meeting_hint"),
        )
    across = math.sqrt(max(square, 0.0)) * (1 if left else -1)
    east, north = east / apart, north / apart
    return first[0] + along * east - across * north, first[1] + along * north + across * east


def by_offset(line: Floats, station: float, offset: float) -> Place:
    """The place at ``station`` metres along ``line`` (n, 2) from its start and ``offset`` beside it, right positive.

    Raises ``UserError`` when the line is shorter than that.
    """
    steps = np.diff(line, axis=0)
    metres = np.hypot(steps[:, 0], steps[:, 1])
    total = float(metres.sum())
    if not -1e-6 <= station <= total + 1e-6:
        raise UserError(
            Message("construction.beyond", {"station": f"{station:g}", "length": f"{total:.3f}"}),
            Message("construction.beyond_hint"),
        )
    ends = np.cumsum(metres)
    piece = min(int(np.searchsorted(ends, station)), len(metres) - 1)
    while metres[piece] == 0 and piece + 1 < len(metres):
        piece += 1
    east, north = steps[piece] / max(float(metres[piece]), 1e-12)
    rest = station - (float(ends[piece]) - float(metres[piece]))
    x, y = line[piece] + np.array([east, north]) * rest
    return float(x + offset * north), float(y - offset * east)


def parallel(line: Floats, offset: float) -> Floats:
    """``line`` (n, 2) moved ``offset`` metres sideways, right positive, in its own direction.

    Raises ``UserError`` when nothing is left of it, as inside a bend that is narrower.
    """
    moved = shapely.LineString(line).parallel_offset(
        abs(offset), "left" if offset < 0 else "right", join_style="mitre", mitre_limit=4.0
    )
    if moved.is_empty or moved.geom_type != "LineString":
        raise UserError(Message("construction.no_parallel"), Message("construction.no_parallel_hint"))
    xy = shapely.get_coordinates(moved)
    # Some versions of GEOS turn a right-hand parallel around.
    first, last = line[0], line[-1]
    if np.hypot(*(xy[0] - first)) + np.hypot(*(xy[-1] - last)) > np.hypot(*(xy[0] - last)) + np.hypot(
        *(xy[-1] - first)
    ):
        xy = xy[::-1]
    return np.ascontiguousarray(xy)
