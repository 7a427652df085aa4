"""To which of several areas a place belongs, and where an asset of any shape counts as standing.

The rule of belonging, for every part of the program: a point belongs to the area it lies in; on a shared edge (to the
millimetre where drawings differ) to the first of those that touch it. A line lies where half its length lies, an area
where its point on surface lies.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry.packed import Floats, Integers

Shapes = npt.NDArray[np.object_]

#: No area: of a place that lies in none.
NONE: Final = -1
#: Metres: as near to an edge as this is on it where two drawings of the edge differ.
EDGE: Final = 0.001
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
#: Fewer places than this are asked of the tree rather than area by area.
_FEW = 64


def sound_areas(shapes: Shapes) -> Shapes:
    """The land that shapes mean, as any program may have drawn them: of one that crosses itself, what it encloses; None
    for what encloses nothing or has places that are nowhere."""
    sound = np.isin(shapely.get_type_id(shapes), _AREAS) & shapely.is_valid(shapes)
    if sound.all():
        return shapes
    found = shapes.copy()
    for position in np.flatnonzero(~sound).tolist():
        found[position] = _enclosed(shapes[position])
    return found


def _enclosed(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    parts = shapely.get_parts(shapely.make_valid(shape))
    areas = [part for part in shapely.get_parts(parts) if part.area > 0]
    return None if not areas else shapely.union_all(areas)


def areas_at(xy: Floats, shapes: Shapes, tree: shapely.STRtree | None = None) -> Integers:
    """For places (n, 2) in metres the position of the area each belongs to, -1 for none. ``tree`` is one of the
    shapes, where there is one already."""
    found = np.full(len(xy), NONE, np.int64)
    if not len(xy) or not len(shapes):
        return found
    tree = tree or shapely.STRtree(list(shapes))
    if len(xy) < _FEW:
        there = np.flatnonzero(np.isfinite(xy).all(axis=1))
        place, area = tree.query(shapely.points(xy[there]), predicate="intersects")
        _take_first(found, there[place], area, len(shapes))
    else:
        _sweep(xy, shapes, found)
    # Places in the hair between two drawings of one edge belong to one of the two as well.
    lost = np.flatnonzero((found == NONE) & np.isfinite(xy).all(axis=1))
    place, area = tree.query(shapely.points(xy[lost]), predicate="dwithin", distance=EDGE)
    _take_first(found, lost[place], area, len(shapes))
    return found


def _take_first(found: Integers, places: Integers, areas: Integers, count: int) -> None:
    """Each place gets the first of its areas."""
    first = np.full(len(found), count, np.int64)
    np.minimum.at(first, places, areas)
    hit = first < count
    found[hit] = first[hit]


def _sweep(xy: Floats, shapes: Shapes, found: Integers) -> None:
    shapely.prepare(shapes)
    order = np.argsort(xy[:, 0], kind="stable")
    x, y = xy[order, 0], xy[order, 1]
    of_sorted = found[order]
    # From the last area to the first: on an edge the first one has the last word.
    for position in range(len(shapes) - 1, -1, -1):
        x0, y0, x1, y1 = shapes[position].bounds
        slab = slice(int(np.searchsorted(x, x0)), int(np.searchsorted(x, x1, "right")))
        inside = np.flatnonzero((y[slab] >= y0) & (y[slab] <= y1)) + slab.start
        inside = inside[shapely.intersects_xy(shapes[position], x[inside], y[inside])]
        of_sorted[inside] = position
    found[order] = of_sorted


def standing(geometries: Iterable[BaseGeometry | None]) -> Floats:
    """Where assets count as standing (n, 2): points themselves, lines at half their length, areas at a point on their
    surface; NaN without a place. Metres."""
    shapes = np.array(list(geometries), dtype=object)
    places = np.full((len(shapes), 2), np.nan)
    kind = shapely.get_type_id(shapes)
    told = (kind >= 0) & ~shapely.is_empty(shapes)
    points = shapes.copy()
    lines = told & np.isin(kind, _LINES)
    points[lines] = shapely.line_interpolate_point(shapely.line_merge(shapes[lines]), 0.5, normalized=True)
    areas = told & ~lines & (kind != shapely.GeometryType.POINT)
    points[areas] = shapely.point_on_surface(shapes[areas])
    # A line in pieces that do not meet has no half way.
    told &= ~shapely.is_empty(points)
    places[told, 0], places[told, 1] = shapely.get_x(points[told]), shapely.get_y(points[told])
    return places
