"""Areas that share their edges vertex by vertex: cutting, joining, and the places where neighbours meet.

Everything new comes of one noding of all lines concerned, so that both sides of an edge get the very same vertices;
nothing is rounded or snapped that was there before. Metres throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry.packed import Floats, Integers
from layers.grids.ground import EDGE, NONE, Shapes

#: Square metres per metre of outline: what is thinner is no piece of land but the hair between two lines.
THIN: Final = 0.02


def parts_of(shape: BaseGeometry | None) -> list[shapely.Polygon]:
    """The polygons of an area."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and part.area > 0]


def rings_of(shapes: Iterable[BaseGeometry]) -> Shapes:
    """The outlines of areas, holes included, as lines."""
    parts = [part for shape in shapes for part in parts_of(shape)]
    rings = shapely.get_rings(np.array(parts, dtype=object)) if parts else np.empty(0, dtype=object)
    lines: Shapes = shapely.linestrings(
        shapely.get_coordinates(rings), indices=shapely.get_coordinates(rings, return_index=True)[1]
    )
    return lines


def faces_of(lines: Sequence[BaseGeometry] | Shapes) -> Shapes:
    """The pieces of land that lines cut out together."""
    noded = shapely.unary_union(np.asarray(lines, dtype=object))
    found: Shapes = shapely.get_parts(shapely.polygonize([noded]))
    return found


def owners(faces: Shapes, shapes: Mapping[int, BaseGeometry]) -> Integers:
    """For every face the first of the areas it lies in, -1 for none."""
    inside = shapely.point_on_surface(faces)
    found = np.full(len(faces), NONE, np.int64)
    for id, shape in shapes.items():
        shapely.prepare(shape)
        found[(found == NONE) & shapely.intersects(shape, inside)] = id
    return found


def joined(faces: Sequence[BaseGeometry] | Shapes) -> BaseGeometry:
    """Pieces that share their edges as one area, every vertex kept."""
    parts = [part for face in faces for part in parts_of(face)]
    if not parts:
        return shapely.Polygon()
    try:
        whole = shapely.coverage_union_all(parts)
    except shapely.errors.GEOSException:
        # Drawn by hand: a corner of one stands on an edge of another that has no vertex there.
        whole = shapely.union_all(parts)
    return plain(whole)


def plain(shape: BaseGeometry) -> BaseGeometry:
    """An area of one piece as a polygon, of several as their collection; hairs are left out."""
    parts = [part for part in parts_of(shape) if not is_hair(part)] or parts_of(shape)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def is_hair(shape: BaseGeometry) -> bool:
    """Whether an area is no more than the hair between two drawings of one line."""
    return bool(shape.is_empty or shape.area < THIN * shape.length)


def holes_of(shape: BaseGeometry) -> int:
    """How many holes an area has that are more than hairs."""
    rings = [shapely.Polygon(ring) for part in parts_of(shape) for ring in part.interiors]
    return sum(not is_hair(ring) for ring in rings)


def pieces_of(shape: BaseGeometry) -> int:
    """Of how many pieces an area is."""
    return len(parts_of(plain(shape)))


def with_places(shape: BaseGeometry, places: Floats) -> BaseGeometry:
    """An area with a vertex at every one of ``places`` (n, 2) that lies on its outline; itself when it has them."""
    if not len(places):
        return shape
    changed = False
    polygons = []
    for part in parts_of(shape):
        rings = []
        for ring in (part.exterior, *part.interiors):
            coordinates = ring_with(shapely.get_coordinates(ring), places)
            changed |= len(coordinates) != shapely.get_num_coordinates(ring)
            rings.append(coordinates)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    if not changed:
        return shape
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def ring_with(ring: Floats, places: Floats) -> Floats:
    """A closed ring (n, 2) with a vertex at every place that lies on it within ``EDGE``."""
    # Most places lie at other ends of the area: only those near the ring's box are looked at.
    low, high = ring.min(axis=0) - EDGE, ring.max(axis=0) + EDGE
    near = places[((places >= low) & (places <= high)).all(axis=1)]
    cuts: dict[int, list[tuple[float, Floats]]] = {}
    start, along = ring[:-1], np.diff(ring, axis=0)
    square = np.maximum((along**2).sum(axis=1), 1e-18)
    for place in near:
        if (np.hypot(*(ring - place).T) <= EDGE).any():
            continue
        share = np.clip(((place - start) * along).sum(axis=1) / square, 0.0, 1.0)
        away = np.hypot(*(start + share[:, None] * along - place).T)
        edge = int(np.argmin(away))
        if away[edge] <= EDGE:
            cuts.setdefault(edge, []).append((float(share[edge]), place))
    if not cuts:
        return ring
    made: list[Floats] = []
    for edge in range(len(ring) - 1):
        made.append(ring[edge])
        made += [place for _, place in sorted(cuts.get(edge, []), key=lambda cut: cut[0])]
    return np.array([*made, ring[-1]])


def new_places(before: Iterable[BaseGeometry], after: Iterable[BaseGeometry]) -> Floats:
    """The vertices (n, 2) of areas that are in none of those before."""
    old = {tuple(place) for shape in before for place in shapely.get_coordinates(shape).tolist()}
    new = {tuple(place) for shape in after for place in shapely.get_coordinates(shape).tolist()} - old
    return np.array(sorted(new), dtype=np.float64).reshape(-1, 2)


def shared_edge(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """The line along which two areas touch; empty when they meet in points or not at all."""
    lines = shapely.intersection(shapely.boundary(one), shapely.boundary(other))
    kept = [part for part in shapely.get_parts(lines) if part.length > 0]
    return shapely.line_merge(shapely.multilinestrings(kept)) if kept else shapely.LineString()
