"""Lines onto a painter: whole arrays at a time, ticks and hatches along disused mains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines, segments

Floats = npt.NDArray[np.float64]
#: Pieces of one call: few enough for a slice of a frame.
SLICE = 4000
_TICK = 6.4
_SHORTEST = 0.35


def draw_pieces(painter: QPainter, pieces: Floats) -> Iterator[None]:
    """Draw straight pieces (n, 4) in px with the painter's pen; pauses between slices."""
    for start in range(0, len(pieces), SLICE):
        part = np.ascontiguousarray(pieces[start : start + SLICE])
        # Zero-copy: Qt reads the array in place; ``part`` lives until the call is over.
        first = cast(QLineF, shiboken6.wrapInstance(part.ctypes.data, QLineF))
        painter.drawLines(first, len(part))
        yield


def worth_drawing(pieces: Floats) -> Floats:
    """Pieces that leave a mark: the ends of their neighbours cover those shorter than a third of a pixel."""
    if len(pieces) < SLICE:
        return pieces
    long = (np.abs(pieces[:, 2] - pieces[:, 0]) + np.abs(pieces[:, 3] - pieces[:, 1])) > _SHORTEST
    return pieces if long.all() else np.ascontiguousarray(pieces[long])


def polylines(lines: PackedLines, viewport: Viewport) -> Iterator[QPolygonF]:
    """Every line as a polygon of pixels."""
    xy = viewport.pixels(lines.xy) if len(lines.xy) else lines.xy
    for start, end in zip(lines.offsets[:-1], lines.offsets[1:], strict=True):
        yield QPolygonF([QPointF(x, y) for x, y in xy[start:end]])


def area_paths(lines: PackedLines, viewport: Viewport) -> Iterator[QPainterPath]:
    """The areas whose rings follow each other with the same row; holes by the odd-even rule."""
    path, row = QPainterPath(), -1
    for number, polygon in enumerate(polylines(lines, viewport)):
        if lines.row[number] != row and not path.isEmpty():
            yield path
            path = QPainterPath()
        row = int(lines.row[number])
        path.addPolygon(polygon)
        path.closeSubpath()
    if not path.isEmpty():
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
