"""Geometry as flat arrays: what bulk reading gives and drawing takes. No object per asset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: A WKB line begins with its byte order and kind, then the count of its vertices.
_LINE_MARK, _LINE_HEAD = np.array([1, 2, 0, 0, 0], np.uint8), 9
_POINT_BYTES = {21: 5, 29: 5}  # whole WKB point in 2D and 3D, and where its coordinates begin


#: Metres; what lies further out is no place, and reckoning with it ends in infinity.
_FARTHEST = 1e12


@dataclass(frozen=True)
class PackedPoints:
    """``xy`` (n, 2) in metres and, for each, the ``row`` of the table it was packed from."""

    xy: Floats
    row: Integers


@dataclass(frozen=True)
class PackedLines:
    """Line ``i`` has the vertices ``xy[offsets[i]:offsets[i + 1]]``; ``row`` is its row in the table."""

    xy: Floats
    offsets: Integers
    row: Integers

    def __len__(self) -> int:
        return len(self.row)


def pack_points(geometry: pa.ChunkedArray | pa.Array) -> PackedPoints:
    """The located points of a WKB column; null, empty and non-finite ones are left out. Z is dropped."""
    wkb = _one_chunk(geometry)
    xy = _plain_points(wkb)
    if xy is None:
        # Not get_x: it raises on an empty point.
        found, place = shapely.get_coordinates(
            shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore"), return_index=True
        )
        xy = np.full((len(wkb), 2), np.nan)
        xy[place] = found
    row = np.flatnonzero((np.abs(xy) < _FARTHEST).all(axis=1)).astype(np.int64)
    return PackedPoints(np.ascontiguousarray(xy[row]), row)


def pack_lines(geometry: pa.ChunkedArray | pa.Array) -> PackedLines:
    """The lines of a WKB column; those with fewer than two vertices are left out. Z is dropped.

    The rings of areas are packed as closed lines, several with the same ``row``.
    """
    wkb = _one_chunk(geometry)
    plain = _plain_lines(wkb)
    if plain is not None:
        xy, counts, row = plain
        return _kept_lines(xy, np.repeat(np.arange(len(row)), counts), row)
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    row = np.arange(len(shapes), dtype=np.int64)
    kinds = shapely.get_type_id(shapes)
    if np.isin(kinds, (3, 5, 6)).any():
        parts, part_row = shapely.get_parts(shapes, return_index=True)
        # Holes run against their shells, so that areas drawn together by the winding rule keep them.
        parts = shapely.orient_polygons(parts)
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        lines = shapely.get_type_id(parts) == 1
        shapes = np.concatenate([rings, parts[lines]])
        row = np.concatenate([part_row[ring_part], part_row[lines]])
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    return _kept_lines(xy, line, row)


def _kept_lines(xy: Floats, line: Integers, row: Integers) -> PackedLines:
    """The lines that are somewhere, of vertices that each belong to a ``line``."""
    good = (np.abs(xy) < _FARTHEST).all(axis=1)
    counts = np.bincount(line[good], minlength=len(row))
    keep = counts >= 2
    if not (good.all() and keep.all()):
        xy = xy[good & keep[line]]
    offsets = np.concatenate([[0], np.cumsum(counts[keep])]).astype(np.int64)
    return PackedLines(np.ascontiguousarray(xy), offsets, row[keep].astype(np.int64))


def take_lines(lines: PackedLines, order: Integers) -> PackedLines:
    """These lines in another order (or a part of them)."""
    begin = lines.offsets[order]
    counts = lines.offsets[order + 1] - begin
    return PackedLines(lines.xy[spread(begin, counts)], _running(counts), lines.row[order])


def spread(starts: Integers, counts: Integers) -> Integers:
    """The indexes ``starts[i] .. starts[i] + counts[i] - 1`` of every run, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    shift = np.repeat(starts - np.concatenate([[0], ends[:-1]]), counts) if total else np.zeros(0, np.int64)
    return np.arange(total, dtype=np.int64) + shift


def segments(lines: PackedLines) -> tuple[Floats, Integers]:
    """Every straight piece as ``(x0, y0, x1, y1)``, and where the pieces of each line begin (n + 1)."""
    starts = np.ones(len(lines.xy), dtype=bool)
    starts[lines.offsets[1:] - 1] = False
    first = np.flatnonzero(starts)
    pieces = np.concatenate([lines.xy[first], lines.xy[first + 1]], axis=1)
    return pieces, lines.offsets - np.arange(len(lines.offsets))


def lengths(lines: PackedLines) -> Floats:
    """The length of every line in metres."""
    if not len(lines):
        return np.zeros(0)
    steps = np.hypot(*np.diff(lines.xy, axis=0).T)
    steps = np.append(steps, 0.0)
    # The way from the last vertex of a line to the first of the next belongs to neither.
    steps[lines.offsets[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(steps, lines.offsets[:-1]))


def boxes(lines: PackedLines) -> Floats:
    """The bounding box (x0, y0, x1, y1) of every line."""
    if not len(lines):
        return np.zeros((0, 4))
    starts = lines.offsets[:-1]
    low = np.minimum.reduceat(lines.xy, starts, axis=0)
    high = np.maximum.reduceat(lines.xy, starts, axis=0)
    return np.concatenate([low, high], axis=1)


def _running(counts: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], pa.binary())
    return array if pa.types.is_binary(array.type) else array.cast(pa.binary())


def _plain_lines(wkb: pa.Array) -> tuple[Floats, Integers, Integers] | None:
    """Vertices, how many each line has, and its row, read off the buffer; None unless all are little-endian WKB
    lines without Z."""
    count = len(wkb)
    offsets = np.frombuffer(wkb.buffers()[1], dtype=np.int32, count=wkb.offset + count + 1)[wkb.offset :]
    row = np.flatnonzero(np.diff(offsets) > 0)
    sizes = np.diff(offsets)[row].astype(np.int64)
    if not len(row) or sizes.min() < _LINE_HEAD or len(row) > count - wkb.null_count:
        return None
    data = np.frombuffer(wkb.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    # Null rows take no room in the buffer: the lines lie end to end.
    head = (offsets[row].astype(np.int64) - offsets[0])[:, None] + np.arange(_LINE_HEAD)
    heads = data[head]
    counts = np.ascontiguousarray(heads[:, 5:]).view("<u4")[:, 0].astype(np.int64)
    if (heads[:, :5] != _LINE_MARK).any() or (sizes != _LINE_HEAD + 16 * counts).any():
        return None
    rest = np.ones(len(data), dtype=bool)
    rest[head] = False
    return data[rest].view("<f8").reshape(-1, 2), counts, row


def _plain_points(wkb: pa.Array) -> Floats | None:
    """Coordinates of little-endian WKB points of one size, read off the buffer; None when they are not."""
    count = len(wkb)
    if not count:
        return np.zeros((0, 2))
    offsets = np.frombuffer(wkb.buffers()[1], dtype=np.int32, count=wkb.offset + count + 1)[wkb.offset :]
    sizes = np.diff(offsets)
    present = sizes > 0
    if not present.any():
        return np.full((count, 2), np.nan)
    size = int(sizes[present][0])
    if size not in _POINT_BYTES or (sizes[present] != size).any():
        return None
    data = np.frombuffer(wkb.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]].reshape(-1, size)
    if (data[:, 0] != 1).any():
        return None
    begin = _POINT_BYTES[size]
    xy = np.full((count, 2), np.nan)
    xy[present] = np.ascontiguousarray(data[:, begin : begin + 16]).view(np.float64)
    return xy
