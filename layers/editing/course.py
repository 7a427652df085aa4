"""The course of a line as an array of vertices: the nearest place on it, cutting it there, a vertex there.

Vertices are (n, 2) or (n, 3) in metres. A vertex that is there already is used as it is, to the last bit; the height
of a new one lies between its neighbours'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry.construction import Place
from layers.geometry.packed import Floats

#: Metres. A place this near to the straight between two vertices was once computed to lie on it.
ON_THE_STRAIGHT = 1e-6

_DECIMALS = 6
#: Metres: what a few additions may be wrong by at the size of coordinates.
_NOISE = 5e-9


@dataclass(frozen=True)
class Foot:
    """The place on a line that is nearest to another: on straight piece ``piece``, ``share`` of the way along it.

    ``vertex`` is its number when it is one of the line's vertices. ``along`` counts from the start of the line.
    """

    piece: int
    share: float
    place: Floats
    away: float
    along: float
    vertex: int | None


def course_of(geometry: BaseGeometry) -> Floats:
    """The vertices of a point, line or area, with Z where it has any."""
    return np.asarray(shapely.get_coordinates(geometry, include_z=bool(shapely.has_z(geometry))))


def line_of(course: Floats) -> BaseGeometry:
    """The line with these vertices."""
    return shapely.linestrings(course)


def length_of(course: Floats) -> float:
    """Metres on the plane."""
    return float(np.hypot(*np.diff(course[:, :2], axis=0).T).sum())


def distance(one: Floats, other: Floats) -> float:
    """Metres on the plane between two places."""
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def foot_on(course: Floats, place: Floats, tolerance: float) -> Foot:
    """The nearest place on a line; within ``tolerance`` of a vertex it is that vertex."""
    xy = course[:, :2]
    start, run = xy[:-1], np.diff(xy, axis=0)
    square = (run**2).sum(axis=1)
    towards = ((place[:2] - start) * run).sum(axis=1)
    share = np.clip(np.divide(towards, square, out=np.zeros(len(run)), where=square > 0), 0.0, 1.0)
    on = start + run * share[:, None]
    away = np.hypot(*(on - place[:2]).T)
    piece = int(np.argmin(away))
    pieces = np.hypot(*run.T)
    before = float(pieces[:piece].sum())
    near = [i for i in (piece, piece + 1) if distance(xy[i], on[piece]) <= tolerance]
    if near:
        vertex = min(near, key=lambda i: distance(xy[i], place))
        along = float(pieces[:vertex].sum())
        at = course[vertex]
        return Foot(piece, float(vertex - piece), at.copy(), distance(at, place), along, vertex)
    part = float(share[piece])
    at = course[piece] + (course[piece + 1] - course[piece]) * part
    return Foot(piece, part, at, float(away[piece]), before + part * float(pieces[piece]), None)


def foot_for(course: Floats, place: Floats, exact: Floats, tolerance: float) -> Foot:
    """As ``foot_on``, but a new vertex there shall have the coordinates ``exact`` (a point that stands there)."""
    foot = foot_on(course, place, tolerance)
    if foot.vertex is not None:
        return foot
    at = foot.place.copy()
    at[:2] = exact[:2]
    return Foot(foot.piece, foot.share, at, foot.away, foot.along, None)


def with_vertex(course: Floats, foot: Foot) -> tuple[Floats, int]:
    """The line with a vertex at the foot, and the vertex's number."""
    if foot.vertex is not None:
        return course, foot.vertex
    return np.insert(course, foot.piece + 1, foot.place, axis=0), foot.piece + 1


def cut_at(course: Floats, foot: Foot) -> tuple[Floats, Floats]:
    """The two halves; both have the very same vertex where they meet."""
    course, vertex = with_vertex(course, foot)
    return course[: vertex + 1].copy(), course[vertex:].copy()


def without_needless(course: Floats, vertex: int) -> Floats:
    """The line without a vertex that only lies on the straight between its neighbours."""
    before, at, after = course[vertex - 1], course[vertex], course[vertex + 1]
    foot = foot_on(np.array([before, after]), at, 0.0)
    if foot.away > ON_THE_STRAIGHT or foot.vertex is not None:
        return course
    if course.shape[1] > 2 and not _same_height(foot.place[2], at[2]):
        return course
    return np.delete(course, vertex, axis=0)


def shifted(place: Floats, by: Floats) -> Floats:
    """A place further on, in the plane. There and back again is the same place for all that surveys write."""
    moved = place[:2] + by
    plain = np.round(moved, _DECIMALS)
    return np.asarray(np.where(np.abs(moved - plain) < _NOISE, plain, moved))


def same_width(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Two lines both with heights (unknown, NaN, where there are none) when either has them."""
    if one.shape[1] == other.shape[1]:
        return one, other
    return _heighted(one), _heighted(other)


def with_heights(places: Sequence[Place], heights: Mapping[Place, float]) -> Floats:
    """Vertices at these places; with the heights that are known of some of them, and NaN where none is."""
    course = np.asarray(places, dtype=float)
    known = [heights.get(place, np.nan) for place in places]
    return course if np.isnan(known).all() else np.column_stack([course, known])


def _heighted(course: Floats) -> Floats:
    if course.shape[1] == 3:
        return course
    return np.column_stack([course, np.full(len(course), np.nan)])


def _same_height(one: float, other: float) -> bool:
    return bool(abs(one - other) <= ON_THE_STRAIGHT or (np.isnan(one) and np.isnan(other)))


def put(course: Floats, vertex: int, place: Floats) -> Floats:
    """The line with a vertex elsewhere; its height stays unless ``place`` has one."""
    moved = course.copy()
    moved[vertex, :2] = place[:2]
    if course.shape[1] > 2 and len(place) > 2 and np.isfinite(place[2]):
        moved[vertex, 2] = place[2]
    return moved
