"""Lines onto a painter: whole arrays at a time, ticks and hatches along disused mains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QByteArray, QDataStream, QLineF
from PySide6.QtGui import QPainter, QPainterPath

from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines, segments

Floats = npt.NDArray[np.float64]
#: Microseconds one call may take: a slice of a frame holds several.
_CALL = 2000.0
#: What a straight piece costs in microseconds: at all, for each px of width, and for each px of length.
_PIECE, _PER_WIDTH, _PER_LENGTH = 0.5, 0.15, 0.055
_FEW = 200
_MANY = 4000
#: Beyond so many px a piece is cut to the picture.
_LONGEST = 3000.0
_TICK = 6.4
_SHORTEST = 0.35
#: Vertices of one path: fewer cost more calls, more are slow to fill.
_PATH_VERTICES = 256
#: An element of a path as Qt writes it: 0 begins a line, 1 goes on.
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1


def draw_pieces(painter: QPainter, pieces: Floats) -> Iterator[None]:
    """Draw straight pieces (n, 4) in px with the painter's pen; pauses often enough for a slice of a frame."""
    for start, end in _calls(pieces, painter.pen().widthF()):
        part = np.ascontiguousarray(pieces[start:end])
        # Zero-copy: Qt reads the array in place; ``part`` lives until the call is over.
        first = cast(QLineF, shiboken6.wrapInstance(part.ctypes.data, QLineF))
        painter.drawLines(first, len(part))
        yield


def _calls(pieces: Floats, width: float) -> list[tuple[int, int]]:
    """Runs of pieces that take about as long as a call may."""
    if len(pieces) <= _FEW:
        return [(0, len(pieces))] if len(pieces) else []
    length = np.abs(pieces[:, 2] - pieces[:, 0]) + np.abs(pieces[:, 3] - pieces[:, 1])
    spent = np.cumsum(_PIECE + _PER_WIDTH * width + _PER_LENGTH * np.minimum(length, _LONGEST))
    ends = np.searchsorted(spent, np.arange(_CALL, float(spent[-1]) + _CALL, _CALL), side="right")
    ends = np.unique(np.append(ends.clip(1), len(pieces)))
    return list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))


def worth_drawing(pieces: Floats) -> Floats:
    """Pieces that leave a mark: the ends of their neighbours cover those shorter than a third of a pixel."""
    if len(pieces) < _MANY:
        return pieces
    long = (np.abs(pieces[:, 2] - pieces[:, 0]) + np.abs(pieces[:, 3] - pieces[:, 1])) > _SHORTEST
    return pieces if long.all() else np.ascontiguousarray(pieces[long])


def paths(lines: PackedLines, viewport: Viewport) -> Iterator[QPainterPath]:
    """All lines, or areas with their holes, as paths of a handful each: no object for an asset or a vertex."""
    if not len(lines):
        return
    elements = np.empty(len(lines.xy), dtype=_ELEMENT)
    xy = viewport.pixels(lines.xy)
    elements["kind"] = 1
    elements["kind"][lines.offsets[:-1]] = 0
    elements["x"], elements["y"] = xy[:, 0], xy[:, 1]
    # What belongs to one row stays in one path: a hole without its area would be filled.
    first_of_row = np.flatnonzero(np.diff(lines.row, prepend=-1))
    begin = lines.offsets[first_of_row]
    starts = begin[np.flatnonzero(np.diff(begin // _PATH_VERTICES, prepend=-1))]
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(elements)], strict=True):
        path = QPainterPath()
        count, tail = (end - start).to_bytes(4, "big"), bytes(4) + _WINDING.to_bytes(4, "big")
        # As ``QDataStream & operator<<(QDataStream &, const QPainterPath &)`` writes it.
        QDataStream(QByteArray(count + elements[start:end].tobytes() + tail)) >> path
        yield path


def crossing_marks(lines: PackedLines, viewport: Viewport, every: float, degrees: float) -> Floats:
    """Short strokes across lines, ``every`` px, at ``degrees`` to the line; (n, 4) in px."""
    if not len(lines):
        return np.zeros((0, 4))
    pieces, _ = segments(lines)
    pieces = viewport.pixels(pieces)
    along = pieces[:, 2:] - pieces[:, :2]
    length = np.hypot(along[:, 0], along[:, 1])
    counts = np.maximum((length / every).astype(np.int64), 0)
    owner = np.repeat(np.arange(len(pieces)), counts)
    if not len(owner):
        return np.zeros((0, 4))
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (rank + 0.5) / counts[owner]
    middle = pieces[owner, :2] + along[owner] * share[:, None]
    angle = np.arctan2(along[owner, 1], along[owner, 0]) + np.radians(degrees)
    half = np.stack([np.cos(angle), np.sin(angle)], axis=1) * _TICK / 2
    return np.concatenate([middle - half, middle + half], axis=1)
