"""Faces: the ground cut along lines into pieces that touch each other in the very same vertices.

All lines are noded together once and the faces are read off the result, so that two neighbours share every vertex
of their border and the faces cover the ground without gap or overlap (checked by ``shapely.coverage_is_valid``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

MANY = 200_000
"""Points made at a time between two looks at whether to stop."""

NEAR = 0.01
"""Metres within which the middle of a border lies on a line: the two were noded together, so it is nearly 0."""


@dataclass(frozen=True)
class Borders:
    """Where two faces touch: one row per pair, ``pair`` int64[m, 2] with the lower first, lengths in metres.

    ``cost`` is the length times how dear it is to lay a boundary there (see ``Cuts.price``).
    """

    pair: Integers
    length: Floats
    cost: Floats


@dataclass(frozen=True)
class Cuts:
    """Lines along which a boundary may run. ``price``: what a metre of boundary costs there (1 = open ground)."""

    lines: Shapes
    price: float


def as_lines(shapes: Shapes) -> Shapes:
    """The line strings of lines and the outlines of areas; what is empty or missing is left out."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    parts = shapely.get_parts(there)
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings = shapely.get_rings(parts[areas])
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    found: Shapes = np.concatenate([lines, rings])
    return found


def cut_faces(ground: BaseGeometry, lines: Shapes, feedback: Feedback) -> Shapes:
    """The faces into which the lines cut the ground (polygon or multipolygon); loose ends cut nothing."""
    rings = as_lines(np.array([ground], dtype=object))
    feedback.check()
    if len(lines):
        reach = shapely.STRtree(lines).query(ground, predicate="intersects")
        lines = lines[np.sort(reach)]
    noded = shapely.union_all(np.concatenate([rings, lines]))
    feedback.check()
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    kept: Shapes = faces[shapely.intersects(ground, inside)]
    return kept


def places_tree(xy: Floats, feedback: Feedback) -> shapely.STRtree:
    """The places as points in a tree, to be asked for again and again."""
    points = np.empty(len(xy), dtype=object)
    for start in range(0, len(xy), MANY):
        feedback.progress(start / len(xy))
        points[start : start + MANY] = shapely.points(xy[start : start + MANY])
    return shapely.STRtree(points)


def faces_at(faces: Shapes, places: shapely.STRtree, feedback: Feedback) -> Integers:
    """The face of every place, -1 outside; on a border the face with the lowest number."""
    found = np.full(len(places.geometries), -1, dtype=np.int64)
    if not len(faces) or not len(found):
        return found
    step = 200
    for start in range((len(faces) - 1) // step * step, -1, -step):
        feedback.progress(1 - start / len(faces))
        face, point = places.query(faces[start : start + step], predicate="intersects")
        # From the last to the first: where several faces touch a place the lowest is written last.
        order = np.argsort(-face, kind="stable")
        found[point[order]] = face[order] + start
    return found


def segments_of(faces: Shapes) -> tuple[Floats, Integers]:
    """All edges of all rings: float64[n, 2, 2] with the lesser end first, and the face of each."""
    rings, face_of_ring = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    later = (edges[:, 0, 0] > edges[:, 1, 0]) | (
        (edges[:, 0, 0] == edges[:, 1, 0]) & (edges[:, 0, 1] > edges[:, 1, 1])
    )
    edges[later] = edges[later][:, ::-1]
    return edges, face_of_ring[ring[:-1][same]]


def borders(faces: Shapes, cuts: tuple[Cuts, ...], open_price: float = 1.0) -> Borders:
    """Which faces touch along an edge, how far, and what a boundary there costs."""
    edges, face = segments_of(faces)
    order = np.lexsort(edges.reshape(-1, 4).T)
    edges, face = edges[order], face[order]
    twin = np.flatnonzero((edges[1:] == edges[:-1]).all(axis=(1, 2)))
    pair = np.sort(np.stack([face[twin], face[twin + 1]], axis=1), axis=1)
    shared = edges[twin]
    length = np.hypot(*(shared[:, 1] - shared[:, 0]).T)
    cost = length * _prices(shared.mean(axis=1), cuts, open_price)
    keep = pair[:, 0] != pair[:, 1]
    return summed(pair[keep], length[keep], cost[keep])


def summed(pair: Integers, length: Floats, cost: Floats) -> Borders:
    """One row per pair, the lengths and costs of equal pairs added."""
    if not len(pair):
        return Borders(np.empty((0, 2), dtype=np.int64), np.empty(0), np.empty(0))
    many = int(pair.max()) + 1
    key, which = np.unique(pair[:, 0] * many + pair[:, 1], return_inverse=True)
    return Borders(
        np.stack([key // many, key % many], axis=1),
        totals(which, length, len(key)),
        totals(which, cost, len(key)),
    )


def _prices(middles: Floats, cuts: tuple[Cuts, ...], open_price: float) -> Floats:
    prices = np.full(len(middles), open_price)
    points = shapely.points(middles)
    for cut in cuts:
        if not len(cut.lines) or not len(points):
            continue
        on, _ = shapely.STRtree(cut.lines).query(points, predicate="dwithin", distance=NEAR)
        prices[on] = np.minimum(prices[on], cut.price)
    return prices


def totals(which: Integers, amount: Floats, count: int) -> Floats:
    """The sum of the amounts of each of 0..count-1."""
    found: Floats = np.bincount(which, amount, count).astype(np.float64)
    return found


def vertex_keys(xy: Floats) -> npt.NDArray[np.complex128]:
    """Every place as one number, equal only for the very same place."""
    keys: npt.NDArray[np.complex128] = np.ascontiguousarray(xy[:, :2]).view(np.complex128).ravel()
    return keys


def any_shapes(*groups: Any) -> Shapes:
    """Arrays of shapes as one."""
    found: Shapes = np.concatenate([np.empty(0, dtype=object), *groups])
    return found
