"""Geometry columns as foreign files give them, brought to what the house reads: plain WKB, parts numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.exchange.curves import GeometryError, plain
from layers.exchange.foreign import RowProblem, Shape, on_rows, problem
from layers.geometry.crs import Crs
from layers.text import Message

CURVE_TOLERANCE_METRES = 0.01
_METRES_PER_DEGREE = 111_320.0
_EMPTY_BYTES = 9
_POINT_BYTES = 21
# Without collections: surfaces of other kinds may hide inside them.
_PLAIN_KINDS = np.array([k + z for z in (0, 1000, 0x80000000) for k in range(1, 7)], dtype=np.uint32)

_SHAPES: dict[int, Shape] = {1: "point", 4: "point", 2: "line", 5: "line", 3: "polygon", 6: "polygon"}


@dataclass(frozen=True)
class Parts:
    """Multi geometries taken apart: ``rows`` index into the source, ``numbers`` count 1, 2, ... within it.

    ``totals`` is how many parts the source row has; ``geometry`` holds the single parts.
    """

    rows: NDArray[np.int64]
    numbers: NDArray[np.int64]
    totals: NDArray[np.int64]
    geometry: NDArray[np.object_]


def take_apart(geometry: NDArray[np.object_]) -> Parts:
    """The single parts of shapely geometries, collections inside collections included; empty ones vanish."""
    parts, rows = shapely.get_parts(geometry, return_index=True)
    while (shapely.get_type_id(parts) >= 4).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        rows = rows[inner]
    keep = ~shapely.is_empty(parts)
    parts, rows = parts[keep], rows[keep].astype(np.int64)
    totals = np.bincount(rows, minlength=len(geometry))
    starts = np.cumsum(totals) - totals
    numbers = np.arange(len(rows)) - starts[rows] + 1
    return Parts(rows, numbers, totals[rows], parts)


def tidy(wkb: pa.Array, rows: Sequence[int], crs: Crs | None) -> tuple[pa.Array, list[RowProblem]]:
    """WKB without curves, M and empty geometries, and what was changed on which row."""
    wkb = wkb.cast(pa.binary())
    kinds, lengths = heads(wkb)
    special = np.flatnonzero(~np.isin(kinds, _PLAIN_KINDS) & (lengths > 0) | (lengths == _EMPTY_BYTES))
    special = np.union1d(special, _empty_points(wkb, kinds, lengths))
    if not len(special):
        return wkb, []
    values: list[bytes | None] = wkb.to_pylist()
    tolerance = CURVE_TOLERANCE_METRES / _metres_per_unit(crs)
    found: dict[str, list[int]] = {"curves": [], "measures": [], "empty": [], "unreadable": []}
    for index in special.tolist():
        values[index] = _plain(values[index] or b"", tolerance, rows[index], found)
    return pa.array(values, pa.binary()), _problems(found)


def _plain(wkb: bytes, tolerance: float, row: int, found: dict[str, list[int]]) -> bytes | None:
    try:
        result = plain(wkb, tolerance)
    except GeometryError:
        found["unreadable"].append(row)
        return None
    for name, happened in (
        ("curves", result.had_curves),
        ("measures", result.had_measures),
        ("empty", result.wkb is None),
    ):
        if happened:
            found[name].append(row)
    return result.wkb


def _problems(found: dict[str, list[int]]) -> list[RowProblem]:
    texts = {
        "curves": problem("geometry_curve", "warning", Message("format.curves_straightened")),
        "measures": problem("geometry_measure", "warning", Message("format.measures_dropped")),
        "empty": problem("geometry_empty", "note", Message("format.geometry_empty")),
        "unreadable": problem("geometry_unreadable", "error", Message("format.geometry_unreadable")),
    }
    return [entry for name, rows in found.items() for entry in on_rows(rows, texts[name])]


def heads(wkb: pa.Array) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Kind code and byte length of every WKB value without parsing it; 0, 0 for null."""
    _, offset_buffer, data_buffer = wkb.buffers()
    count = len(wkb)
    if not count or data_buffer is None:
        return np.zeros(count, np.uint32), np.zeros(count, np.int64)
    offsets = np.frombuffer(offset_buffer, np.int32)[wkb.offset : wkb.offset + count + 1].astype(np.int64)
    lengths = np.where(np.asarray(wkb.is_valid()), np.diff(offsets), 0)
    data = np.frombuffer(data_buffer, np.uint8)
    kinds = np.zeros(count, np.uint32)
    long_enough = lengths >= 5
    at = offsets[:-1][long_enough]
    digits = [data[at + shift].astype(np.uint32) for shift in range(1, 5)]
    little = digits[0] | digits[1] << 8 | digits[2] << 16 | digits[3] << 24
    big = digits[3] | digits[2] << 8 | digits[1] << 16 | digits[0] << 24
    kinds[long_enough] = np.where(data[at] == 1, little, big)
    return kinds, lengths


def shape_of(wkb: pa.Array) -> Shape:
    """What a geometry column holds: one of the shapes, "mixed", or "none" when every value is null."""
    kinds, lengths = heads(wkb.cast(pa.binary()))
    present = [int(code) & 0x0FFFFFFF for code in np.unique(kinds[lengths > 0])]
    codes = {_SHAPES.get(code % 1000, "mixed") for code in present}
    if not codes:
        return "none"
    return codes.pop() if len(codes) == 1 else "mixed"


def bounds_of(wkb: pa.Array) -> tuple[float, float, float, float] | None:
    """The box around plain WKB; None when there is nothing in it."""
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    if not len(shapes):
        return None
    x0, y0, x1, y1 = (float(value) for value in shapely.total_bounds(shapes))
    return (x0, y0, x1, y1) if np.isfinite((x0, y0, x1, y1)).all() else None


def _empty_points(wkb: pa.Array, kinds: NDArray[np.uint32], lengths: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where points without coordinates (NaN) stand."""
    points = np.flatnonzero((kinds == 1) & (lengths == _POINT_BYTES))
    if not len(points):
        return points
    _, offset_buffer, data_buffer = wkb.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[wkb.offset :][points].astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8)
    # The two top bytes of a little-endian NaN x: 0x7FF8 (or its negative).
    is_nan = (data[offsets + 12] & 0x7F == 0x7F) & (data[offsets + 11] & 0xF8 == 0xF8)
    return np.asarray(points[is_nan])


def _metres_per_unit(crs: Crs | None) -> float:
    if crs is None or crs.is_local:
        return 1.0
    return crs.metres_per_unit if crs.is_projected else _METRES_PER_DEGREE
