"""Lines onto a painter: whole arrays at a time, ticks and hatches along disused mains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6.QtCore import QByteArray, QDataStream, QLineF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPainterPath

from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines, segments, spread

Floats = npt.NDArray[np.float64]
#: A place or a direction for each number.
Complexes = npt.NDArray[np.complex128]
Mask = npt.NDArray[np.bool_]
#: Microseconds one call may take: a slice of a frame holds several.
_CALL = 2000.0
#: What a straight piece costs in microseconds: at all, for each px of width, and for each px of length.
_PIECE, _PER_WIDTH, _PER_LENGTH = 0.35, 0.06, 0.055
#: The same of a line of a pixel.
_THIN_PIECE, _THIN_PER_LENGTH = 0.12, 0.016
#: Round ends cost so many times as much.
_ROUND = 4.0
_FEW = 200
_MANY = 10_000
#: Beyond so many px a piece is cut to the picture.
_LONGEST = 3000.0
#: Px beside the view in which a wide dash may still reach into it.
_BESIDE = 40.0
_TICK = 6.4
_SHORTEST = 0.35
#: No piece is reckoned shorter.
_POINT = 1e-9
#: Vertices of one path: fewer cost more calls, more are slow to fill.
_PATH_VERTICES = 256
#: The same of lines: Qt has a fast way for thin ones, and the outline of wide ones is slow where it is long.
_THIN_VERTICES, _WIDE_VERTICES = 512, 24
#: Px up to which a line is drawn as one, not by its outline.
THIN = 1.0
#: By how many device pixels a piece goes beyond its ends, so that two of them shade the pixel in which they meet as one
#: line would: with less it is lighter, with more it is darker.
OVERLAP, WIDE_OVERLAP = 0.17, 0.25
#: An element of a path as Qt writes it: 0 begins a line, 1 goes on.
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1


def draw_pieces(
    painter: QPainter, pieces: Floats, length: Floats | None = None, width: float | None = None
) -> Iterator[None]:
    """Draw straight pieces (n, 4) with the painter's pen; pauses often enough for a slice of a frame.

    ``length``: about how many px long each of them is, where that is known. ``width`` is the pen's in px, where the
    painter measures in something else.
    """
    stroke = painter.pen()
    dear = _ROUND if stroke.capStyle() == Qt.PenCapStyle.RoundCap else 1.0
    for start, end in _calls(pieces, stroke.widthF() if width is None else width, dear, length):
        part = np.ascontiguousarray(pieces[start:end])
        # Zero-copy: Qt reads the array in place; ``part`` lives until the call is over.
        first = cast(QLineF, shiboken6.wrapInstance(part.ctypes.data, QLineF))
        painter.drawLines(first, len(part))
        yield


def _calls(
    pieces: Floats, width: float, dear: float = 1.0, length: Floats | None = None
) -> list[tuple[int, int]]:
    """Runs of pieces that take about as long as a call may."""
    if len(pieces) <= _FEW:
        return [(0, len(pieces))] if len(pieces) else []
    if length is None:
        length = np.abs(pieces[:, 2] - pieces[:, 0]) + np.abs(pieces[:, 3] - pieces[:, 1])
    piece, per_length = (
        (_THIN_PIECE, _THIN_PER_LENGTH) if width <= THIN else (_PIECE + _PER_WIDTH * width, _PER_LENGTH)
    )
    if dear * (piece * len(pieces) + per_length * float(length.sum())) <= _CALL:
        return [(0, len(pieces))]
    length = np.minimum(length, _LONGEST)
    spent = dear * np.cumsum(piece + per_length * length)
    ends = np.searchsorted(spent, np.arange(_CALL, float(spent[-1]) + _CALL, _CALL), side="right")
    # They ascend; ``np.unique`` would load numpy's masked arrays at every start.
    ends = np.append(ends.clip(1), len(pieces))
    ends = ends[np.diff(ends, prepend=0) > 0]
    return list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))


def draw_lines(painter: QPainter, pieces: Floats) -> Iterator[None]:
    """Draw pieces that follow each other as the lines they are: nothing is darker or lighter where two of them meet.

    On a screen those whose ends need not be round are drawn piece by piece, which takes a third of the time: each is
    made so much longer that it closes the gap to the next one, and no longer.
    """
    stroke = painter.pen()
    wide = stroke.widthF() > THIN
    on_screen = painter.paintEngine().type() == QPaintEngine.Type.Raster
    if on_screen and stroke.capStyle() != Qt.PenCapStyle.RoundCap and stroke.color().alpha() == 255:
        stroke.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(stroke)
        pieces = worth_drawing(pieces) if wide else pieces
        ratio = painter.device().devicePixelRatioF()
        if wide:
            closed, length = mitred(pieces, stroke.widthF(), WIDE_OVERLAP / ratio)
            longer = closed.view(np.float64)
        else:
            longer, length = Longer(len(pieces)).of(pieces, OVERLAP / ratio)
        yield from draw_pieces(painter, longer, length)
        return
    thin = not wide
    if len(pieces) > _MANY and not thin:
        yield from draw_pieces(painter, worth_drawing(pieces))
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    begins = _begins(pieces)
    begins, ends = begins[:-1], begins[1:]
    alone = begins & ends
    if painter.pen().capStyle() != Qt.PenCapStyle.RoundCap and alone.any():
        # Most lines of a city are straight: Qt draws such a one in a fifth of the time that its path would take.
        yield from draw_pieces(painter, pieces[alone])
        pieces, begins = pieces[~alone], begins[~alone]
    for path in _polylines(pieces, begins, _THIN_VERTICES if thin else _WIDE_VERTICES):
        painter.drawPath(path)
        yield


def _begins(pieces: Floats) -> Mask:
    """For every piece whether it begins a line; one more that stands for the end of the last."""
    begins = np.ones(len(pieces) + 1, bool)
    if len(pieces) > 1:
        begins[1:-1] = (pieces[1:, 0] != pieces[:-1, 2]) | (pieces[1:, 1] != pieces[:-1, 3])
    return begins


class Longer:
    """Room for so many pieces that are made longer: taking it anew for every lot of them takes as long as reckoning."""

    def __init__(self, count: int) -> None:
        self._along, self._ends = np.empty(count, np.complex128), np.empty((count, 2), np.complex128)
        self._length, self._share = np.empty(count), np.empty(count)

    def of(self, pieces: Floats, by: float) -> tuple[Floats, Floats]:
        """Every piece ``by`` longer at both ends, and how long each was; both hold until this is asked again."""
        count, ends = len(pieces), np.ascontiguousarray(pieces).view(np.complex128)
        along, longer = self._along[:count], self._ends[:count]
        length, share = self._length[:count], self._share[:count]
        np.subtract(ends[:, 1], ends[:, 0], out=along)
        # The square root of a sum takes a third of the time of ``np.abs``.
        np.multiply(along.real, along.real, out=length)
        np.multiply(along.imag, along.imag, out=share)
        length += share
        np.sqrt(length, out=length)
        np.maximum(length, _POINT, out=length)
        np.divide(by, length, out=share)
        # Numbers, not places: half the reckoning.
        np.multiply(along.real, share, out=along.real)
        np.multiply(along.imag, share, out=along.imag)
        np.subtract(ends[:, 0], along, out=longer[:, 0])
        np.add(ends[:, 1], along, out=longer[:, 1])
        return longer.view(np.float64), length


def mitred(pieces: Floats, width: float, least: float) -> tuple[Complexes, Floats]:
    """Every piece so much longer that its outer edge meets that of its neighbour, and by ``least`` at any rate.

    Gives its two ends, and how long it was. A line's ends are square.
    """
    ends = np.ascontiguousarray(pieces).view(np.complex128)
    along = ends[:, 1] - ends[:, 0]
    length = lengths_of(along)
    along /= length
    cosine = np.full(len(ends) + 1, -1.0)
    if len(ends) > 1:
        meeting = ends[1:, 0] == ends[:-1, 1]
        cosine[1:-1] = np.where(meeting, (along[1:] * along[:-1].conj()).real, -1.0)
    # Half the turn's tangent, and no more than a square end.
    share = np.sqrt(((1.0 - cosine) / np.maximum(1.0 + cosine, 1e-6)).clip(0.0, 1.0))
    by = np.maximum(share * (width / 2), least)
    return _longer(ends, along * by[:-1], along * by[1:]), length


def _longer(ends: Complexes, before: Complexes, behind: Complexes) -> Complexes:
    longer = np.empty_like(ends)
    np.subtract(ends[:, 0], before, out=longer[:, 0])
    np.add(ends[:, 1], behind, out=longer[:, 1])
    return longer


def lengths_of(along: Complexes) -> Floats:
    """How long each is; the square root of a sum takes a third of the time of ``np.abs``."""
    square = along.view(np.float64)
    square = square * square
    length = square[0::2] + square[1::2]
    np.sqrt(length, out=length)
    return np.asarray(np.maximum(length, _POINT, out=length))


def _polylines(pieces: Floats, begins: Mask, vertices: int) -> Iterator[QPainterPath]:
    """Paths of about so many vertices; a piece that does not begin a line goes on with the one before."""
    if not len(pieces):
        return
    end = np.cumsum(begins) + np.arange(len(pieces))
    elements = np.empty(int(end[-1]) + 1, dtype=_ELEMENT)
    elements["kind"] = 1
    elements["x"][end], elements["y"][end] = pieces[:, 2], pieces[:, 3]
    start = end[begins] - 1
    elements["kind"][start] = 0
    elements["x"][start], elements["y"][start] = pieces[begins, 0], pieces[begins, 1]
    yield from _as_paths(elements, start, vertices)


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
    yield from _as_paths(elements, lines.offsets[first_of_row], _PATH_VERTICES)


def _as_paths(
    elements: npt.NDArray[np.void], begin: npt.NDArray[np.int64], vertices: int
) -> Iterator[QPainterPath]:
    """The elements as paths of about so many ``vertices``, parted at some of the places ``begin``."""
    starts = begin[np.flatnonzero(np.diff(begin // vertices, prepend=-1))]
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(elements)], strict=True):
        path = QPainterPath()
        count, tail = (end - start).to_bytes(4, "big"), bytes(4) + _WINDING.to_bytes(4, "big")
        # As ``QDataStream & operator<<(QDataStream &, const QPainterPath &)`` writes it.
        QDataStream(QByteArray(count + elements[start:end].tobytes() + tail)) >> path
        yield path


def straight_pieces(lines: PackedLines, viewport: Viewport) -> Floats:
    """Every straight piece of the lines, (n, 4) in px."""
    return viewport.pixels(segments(lines)[0]) if len(lines) else np.zeros((0, 4))


def dashes(lines: PackedLines, viewport: Viewport, pattern: Sequence[float]) -> Floats:
    """The dashes of lines as straight pieces (n, 4) in px; ``pattern`` is px on and off, from each line's beginning.

    Only those in view are made: a line across the city costs no more than what is seen of it.
    """
    if not len(lines) or sum(pattern) <= 0:
        return np.zeros((0, 4))
    metres, first = segments(lines)
    pieces = viewport.pixels(metres)
    length = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    ends = np.concatenate([[0.0], np.cumsum(length)])
    line = np.repeat(np.arange(len(lines)), np.diff(first))
    begin = ends[:-1] - ends[first[:-1]][line]
    enter, leave = _shares_in_view(pieces, viewport)
    seen = (leave > enter) & (length > 0)
    pieces, length, begin = pieces[seen], length[seen], begin[seen]
    low, high = begin + enter[seen] * length, begin + leave[seen] * length
    period, found = float(sum(pattern)), []
    for on, width in zip(np.cumsum([0.0, *pattern])[:-1:2], pattern[::2], strict=True):
        turn = np.floor((low - on - width) / period).astype(np.int64) + 1
        count = np.maximum(np.ceil((high - on) / period).astype(np.int64) - turn, 0)
        owner = np.repeat(np.arange(len(pieces)), count)
        at = spread(turn, count) * period + on
        share = np.stack([np.maximum(at, low[owner]), np.minimum(at + width, high[owner])], axis=1)
        share = (share - begin[owner, None]) / length[owner, None]
        start, along = pieces[owner, :2], pieces[owner, 2:] - pieces[owner, :2]
        found.append(np.concatenate([start + along * share[:, :1], start + along * share[:, 1:]], axis=1))
    return np.concatenate(found)


def _shares_in_view(pieces: Floats, viewport: Viewport) -> tuple[Floats, Floats]:
    """From where to where, as shares of its length, each piece is in view or just beside it (Liang and Barsky)."""
    enter, leave = np.zeros(len(pieces)), np.ones(len(pieces))
    for axis, size in ((0, viewport.width), (1, viewport.height)):
        start, step = pieces[:, axis], pieces[:, axis + 2] - pieces[:, axis]
        level = np.abs(step) < 1e-9
        step = np.where(level, 1.0, step)
        one, other = (-_BESIDE - start) / step, (size + _BESIDE - start) / step
        outside = level & ((start < -_BESIDE) | (start > size + _BESIDE))
        enter = np.where(level, enter, np.maximum(enter, np.minimum(one, other)))
        leave = np.where(level, leave, np.minimum(leave, np.maximum(one, other)))
        leave[outside] = -1.0
    return enter, leave


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
