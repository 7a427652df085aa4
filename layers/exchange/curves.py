"""WKB the register cannot hold made into WKB it can: arcs become short straight pieces, M values go.

Reads ISO and extended WKB of every kind, curves, triangles and surfaces included. Circular arcs are drawn
with chords that stay within ``tolerance`` of them.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import shapely
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

Position = tuple[float, ...]

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(1, 8)
_CIRCULAR, _COMPOUND, _CURVE_POLYGON, _MULTICURVE, _MULTISURFACE = range(8, 13)
_POLYHEDRAL, _TIN, _TRIANGLE = 15, 16, 17
_CURVED = frozenset({_CIRCULAR, _COMPOUND, _CURVE_POLYGON, _MULTICURVE, _MULTISURFACE})
_DEEPEST = 32
_MOST_CHORDS = 20_000


class GeometryError(Exception):
    """The bytes are no geometry."""


@dataclass(frozen=True)
class Plain:
    """A geometry without curves and M, and whether it had any. ``wkb`` None: it was empty."""

    wkb: bytes | None
    had_curves: bool
    had_measures: bool


def plain(wkb: bytes, tolerance: float) -> Plain:
    """``wkb`` without curves and M. ``tolerance`` in its own units. Raises ``GeometryError``."""
    reader = _Reader(wkb, tolerance)
    try:
        geometry = reader.geometry(0)
    except (struct.error, IndexError, ValueError, OverflowError, shapely.errors.GEOSException) as error:
        raise GeometryError(str(error)) from error
    data = None if geometry.is_empty else shapely.to_wkb(geometry, flavor="iso")
    return Plain(data, reader.had_curves, reader.had_measures)


class _Reader:
    """Walks through one WKB value."""

    def __init__(self, data: bytes, tolerance: float) -> None:
        self._data = data
        self._at = 0
        self._tolerance = tolerance
        self.had_curves = False
        self.had_measures = False

    def geometry(self, depth: int) -> BaseGeometry:
        if depth > _DEEPEST:
            raise GeometryError("nested too deep")
        order, kind, has_z, size = self._head()
        if kind == _POINT:
            point = self._position(order, has_z, size)
            return Point() if any(math.isnan(v) for v in point[:2]) else Point(point)
        if kind in (_LINE, _CIRCULAR, _COMPOUND):
            return LineString(self._path(kind, order, has_z, size, depth))
        if kind in (_POLYGON, _TRIANGLE):
            return _polygon([self._positions(order, has_z, size) for _ in range(self._count(order, 4))])
        if kind == _CURVE_POLYGON:
            return _polygon([self._nested_path(depth) for _ in range(self._count(order, 9))])
        parts = [self.geometry(depth + 1) for _ in range(self._count(order, 5))]
        return _collect(kind, [part for part in parts if not part.is_empty])

    def _head(self) -> tuple[str, int, bool, int]:
        order = "<" if self._data[self._at] == 1 else ">"
        (code,) = struct.unpack_from(order + "I", self._data, self._at + 1)
        self._at += 5
        has_z, has_m = bool(code & 0x80000000), bool(code & 0x40000000)
        if code & 0x20000000:
            self._at += 4  # the number of a reference system
        code &= 0x0FFFFFFF
        has_z, has_m = has_z or code // 1000 in (1, 3), has_m or code // 1000 in (2, 3)
        kind = code % 1000
        if not (_POINT <= kind <= _MULTISURFACE or kind in (_POLYHEDRAL, _TIN, _TRIANGLE)):
            raise GeometryError(f"kind {code}")
        self.had_measures |= has_m
        self.had_curves |= kind in _CURVED
        return order, kind, has_z, 2 + has_z + has_m

    def _count(self, order: str, least_bytes: int) -> int:
        (count,) = struct.unpack_from(order + "I", self._data, self._at)
        self._at += 4
        if count * least_bytes > len(self._data) - self._at:
            raise GeometryError("longer than its bytes")
        return int(count)

    def _position(self, order: str, has_z: bool, size: int) -> Position:
        values = struct.unpack_from(f"{order}{size}d", self._data, self._at)
        self._at += 8 * size
        return values[: 3 if has_z else 2]

    def _positions(self, order: str, has_z: bool, size: int) -> list[Position]:
        return [self._position(order, has_z, size) for _ in range(self._count(order, 8 * size))]

    def _nested_path(self, depth: int) -> list[Position]:
        if depth > _DEEPEST:
            raise GeometryError("nested too deep")
        order, kind, has_z, size = self._head()
        return self._path(kind, order, has_z, size, depth + 1)

    def _path(self, kind: int, order: str, has_z: bool, size: int, depth: int) -> list[Position]:
        if kind == _LINE:
            return self._positions(order, has_z, size)
        if kind == _CIRCULAR:
            return _arcs(self._positions(order, has_z, size), self._tolerance)
        if kind != _COMPOUND:
            raise GeometryError(f"kind {kind} is no line")
        path: list[Position] = []
        for _ in range(self._count(order, 9)):
            piece = self._nested_path(depth)
            path.extend(piece[1:] if path and piece and path[-1] == piece[0] else piece)
        return path


def _polygon(rings: list[list[Position]]) -> BaseGeometry:
    rings = [ring for ring in rings if ring]
    return Polygon(rings[0], rings[1:]) if rings else Polygon()


def _collect(kind: int, parts: list[BaseGeometry]) -> BaseGeometry:
    if kind == _MULTIPOINT:
        return MultiPoint(parts)
    if kind in (_MULTILINE, _MULTICURVE):
        return MultiLineString(parts)
    if kind in (_MULTIPOLYGON, _MULTISURFACE, _POLYHEDRAL, _TIN):
        return MultiPolygon(parts)
    return GeometryCollection(parts)


def _arcs(points: list[Position], tolerance: float) -> list[Position]:
    """A circular string as a line: every second point lies on the arc between its neighbours."""
    if len(points) < 3:
        return points
    path = [points[0]]
    for start, middle, end in zip(points[0:-2:2], points[1:-1:2], points[2::2], strict=True):
        path.extend(_arc(start, middle, end, tolerance))
    return path


def _arc(start: Position, middle: Position, end: Position, tolerance: float) -> list[Position]:
    """The points after ``start`` along the arc; an arc back to its start is the full circle."""
    centre = _centre(start, middle, end)
    if centre is None:
        return [middle, end]
    radius = math.dist(start[:2], centre)
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    through = _turn(first, math.atan2(middle[1] - centre[1], middle[0] - centre[0]))
    last = _turn(first, math.atan2(end[1] - centre[1], end[0] - centre[0])) or 2.0 * math.pi
    sweep = last if through <= last else last - 2.0 * math.pi
    step = 2.0 * math.acos(max(1.0 - tolerance / radius, 0.0)) if radius > tolerance else math.pi / 2.0
    chords = min(max(math.ceil(abs(sweep) / max(step, 1e-9)), 2), _MOST_CHORDS)
    path: list[Position] = []
    for number in range(1, chords):
        share = number / chords
        angle = first + sweep * share
        place = (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        height = tuple(a + (b - a) * share for a, b in zip(start[2:], end[2:], strict=True))
        path.append((*place, *height))
    path.append(end)
    return path


def _turn(start: float, angle: float) -> float:
    """How far anticlockwise from ``start`` to ``angle``, 0 to 2 pi."""
    return (angle - start) % (2.0 * math.pi)


def _centre(start: Position, middle: Position, end: Position) -> tuple[float, float] | None:
    """The centre of the circle through three points; None when they lie on a line."""
    if start[:2] == end[:2]:
        return (start[0] + middle[0]) / 2.0, (start[1] + middle[1]) / 2.0
    ax, ay = middle[0] - start[0], middle[1] - start[1]
    bx, by = end[0] - start[0], end[1] - start[1]
    twice_area = 2.0 * (ax * by - ay * bx)
    if abs(twice_area) <= 1e-12 * (math.hypot(ax, ay) * math.hypot(bx, by)):
        return None
    a, b = ax * ax + ay * ay, bx * bx + by * by
    return start[0] + (by * a - ay * b) / twice_area, start[1] + (ax * b - bx * a) / twice_area
