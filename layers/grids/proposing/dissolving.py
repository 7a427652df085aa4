"""Faces joined to the outlines of grids: neighbours keep the very same vertices, needless ones go on both sides."""

from __future__ import annotations

import numpy as np
import shapely

from layers.grids.faces import Floats, Integers, Shapes, segments_of, vertex_keys

STRAIGHT = 1e-6
"""Metres by which a vertex may lie off the line between its neighbours and still be needless."""


def dissolved(faces: Shapes, label: Integers, count: int, known: Shapes) -> Shapes:
    """The area of each label 0..count-1 (None where it has no face); faces labelled -1 belong to none.

    Vertices that the cutting brought and no corner needs are left out, the same on both sides of a border; those of
    ``known`` shapes (present grids, the whole area) always stay, so an unchanged boundary stays the same to the bit.
    """
    found = np.full(count, None, dtype=object)
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(count + 1))
    for number in range(count):
        mine = order[starts[number] : starts[number + 1]]
        if len(mine):
            found[number] = shapely.coverage_union_all(faces[mine])
    there = np.flatnonzero(~shapely.is_missing(found))
    needless = _needless(found[there], known)
    for number in there.tolist():
        found[number] = _without(found[number], needless)
    return found


def _needless(shapes: Shapes, known: Shapes) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    """The vertices (as keys, sorted) at which exactly two edges meet in a straight line, and that nobody drew."""
    edges, _ = segments_of(shapely.get_parts(shapes))
    edges = np.unique(edges, axis=0)
    if not len(edges):
        return np.empty(0, dtype=np.complex128)
    ends = np.concatenate([edges[:, 0], edges[:, 1]])
    others = np.concatenate([edges[:, 1], edges[:, 0]])
    keys = vertex_keys(ends)
    order = np.argsort(keys, kind="stable")
    keys, others, ends = keys[order], others[order], ends[order]
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    twice = first[np.diff(np.r_[first, len(keys)]) == 2]
    a, at, b = others[twice], ends[twice], others[twice + 1]
    off = _off_line(a, at, b)
    straight = keys[twice][off < STRAIGHT]
    drawn = vertex_keys(shapely.get_coordinates(known[~shapely.is_missing(known)]))
    found: np.ndarray[tuple[int], np.dtype[np.complex128]] = np.setdiff1d(straight, drawn)
    return found


def _off_line(a: Floats, at: Floats, b: Floats) -> Floats:
    along = b - a
    size = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)
    off: Floats = np.abs(along[:, 0] * (at - a)[:, 1] - along[:, 1] * (at - a)[:, 0]) / size
    return off


def _without(
    shape: shapely.Geometry, needless: np.ndarray[tuple[int], np.dtype[np.complex128]]
) -> shapely.Geometry:
    if not len(needless):
        return shape
    polygons = []
    for part in shapely.get_parts(shape):
        rings = []
        for ring in (part.exterior, *part.interiors):
            xy = shapely.get_coordinates(ring)[:-1]
            keys = vertex_keys(xy)
            at = np.minimum(np.searchsorted(needless, keys), len(needless) - 1)
            kept = xy[needless[at] != keys]
            rings.append(kept if len(kept) >= 3 else xy)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
