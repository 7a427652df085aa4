"""Marks of many selected assets: one picture of dots and lines, made from whole arrays and then only moved.

A few selected assets are drawn exactly by the overlay. For thousands every place is a pixel of a mask; the mask is
widened into dots and lines with an edge. The cost is that of the pixels, not of pens: 300,000 take a few frames once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats, spread

Mask = npt.NDArray[np.bool_]
#: The picture reaches this far beyond the window, so that a pan need not make it anew at once.
ROOM = 0.2
#: Marks are thinner at smaller scales than this.
FAR = 8000.0
#: So many marks are painted at once; a picture of more is made beside the window.
AT_ONCE = 50_000


@dataclass(frozen=True)
class _Picture:
    image: QImage
    viewport: Viewport
    ratio: float
    edge: int


@dataclass(frozen=True)
class _Wanted:
    """What a picture must show to be the right one."""

    viewport: Viewport
    ratio: float
    edge: int
    halo: int


Beside = Callable[[Callable[[], _Picture], Callable[[_Picture], None]], None]
"""Does work beside the window and hands over what it made."""


class SelectionMarks:
    """Dots at ``points`` (n, 2) and marks along ``pieces`` (n, 4), in the register's CRS."""

    def __init__(self, beside: Beside | None = None) -> None:
        """``beside`` makes pictures of very many marks; until one is there, the last is shown in its place."""
        self.points: Floats = np.empty((0, 2))
        self.pieces: Floats = np.empty((0, 4))
        self._beside = beside
        self._picture: _Picture | None = None
        #: Stands for what is marked while its picture is being made.
        self._asked: object | None = None

    def show(self, points: Floats, pieces: Floats) -> None:
        """Mark these and nothing else."""
        self.points, self.pieces = points, pieces
        self._picture = self._asked = None

    def clear(self) -> None:
        """Mark nothing."""
        self.show(np.empty((0, 2)), np.empty((0, 4)))

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint the picture; it is made anew when the window reaches beyond it, the scale or a colour changed."""
        if not len(self.points) and not len(self.pieces):
            return
        device = painter.device()
        ratio = 1.0 if device is None else device.devicePixelRatio()
        wanted = _Wanted(viewport, ratio, colours["select_edge"].rgba(), colours["select_halo"].rgba())
        if self._picture is None or not _is_right(self._picture, wanted):
            self._renew(wanted)
        have = self._picture
        if have is None:
            return
        seen = have.viewport
        left, top = viewport.to_pixel(seen.box.x0, seen.box.y1)
        # Whole pixels: a plain blit.
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        grown = seen.metres_per_pixel / viewport.metres_per_pixel
        painter.drawImage(QRectF(left, top, seen.width * grown, seen.height * grown), have.image)

    def _renew(self, wanted: _Wanted) -> None:
        points, pieces = self.points, self.pieces
        if self._beside is None or len(points) + len(pieces) <= AT_ONCE:
            self._picture = _make(points, pieces, wanted)
            return
        if self._asked is not None:
            return  # looked at again when it is there
        token = self._asked = object()

        def take(picture: _Picture) -> None:
            if self._asked is token:
                self._picture, self._asked = picture, None

        self._beside(lambda: _make(points, pieces, wanted), take)


def _is_right(have: _Picture, wanted: _Wanted) -> bool:
    same = (have.viewport.metres_per_pixel, have.ratio, have.edge)
    return same == (
        wanted.viewport.metres_per_pixel, wanted.ratio, wanted.edge,
    ) and have.viewport.covers(wanted.viewport)  # fmt: skip


def _make(points: Floats, pieces: Floats, wanted: _Wanted) -> _Picture:
    viewport, ratio = wanted.viewport, wanted.ratio
    width = round(viewport.width * (1 + 2 * ROOM) * ratio)
    height = round(viewport.height * (1 + 2 * ROOM) * ratio)
    seen = viewport.resized(width / ratio, height / ratio)
    fine = replace(seen, metres_per_pixel=seen.metres_per_pixel / ratio, width=width, height=height)
    size = max(1, round(ratio))
    dots = _dots(points, fine)
    lines = _lines(pieces, fine)
    # From afar thin marks, or a selected city would be one blot.
    fat = size if viewport.denominator <= FAR else 0
    core = _widened(dots, size + fat) | _widened(lines, fat)
    edge = _widened(core, size)
    # Rows of an indexed image begin at multiples of four bytes.
    pixels = np.zeros((height, -(-width // 4) * 4), np.uint8)
    pixels[:, :width] = edge
    pixels[:, :width] += core
    indexed = QImage(pixels.data, width, height, pixels.shape[1], QImage.Format.Format_Indexed8)
    indexed.setColorTable([0, wanted.edge, wanted.halo])
    image = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return _Picture(image, seen, ratio, wanted.edge)


def _dots(points: Floats, viewport: Viewport) -> Mask:
    box = viewport.box
    met = (points[:, 0] >= box.x0) & (points[:, 0] <= box.x1)
    met &= (points[:, 1] >= box.y0) & (points[:, 1] <= box.y1)
    return _marked(viewport.pixels(points[met]), viewport)


def _lines(pieces: Floats, viewport: Viewport) -> Mask:
    box = viewport.box
    x0, y0, x1, y1 = pieces.T
    met = (np.minimum(x0, x1) <= box.x1) & (np.maximum(x0, x1) >= box.x0)
    met &= (np.minimum(y0, y1) <= box.y1) & (np.maximum(y0, y1) >= box.y0)
    pixels = viewport.pixels(pieces[met])
    # Pieces shorter than a pixel, which are nearly all of them from afar, are marked by their beginning.
    is_long = _extent(pixels) > 1.0
    mask = _marked(pixels[~is_long, :2], viewport)
    inside = _cut(pixels[is_long], viewport)
    along = inside[:, 2:] - inside[:, :2]
    counts = np.ceil(_extent(inside)).astype(np.int64) + 1
    share = spread(np.zeros(len(counts), np.int64), counts) / np.repeat(np.maximum(counts - 1, 1), counts)
    places = np.repeat(inside[:, :2], counts, axis=0) + np.repeat(along, counts, axis=0) * share[:, None]
    return mask | _marked(places, viewport)


def _extent(pieces: Floats) -> Floats:
    return np.asarray(np.maximum(np.abs(pieces[:, 2] - pieces[:, 0]), np.abs(pieces[:, 3] - pieces[:, 1])))


def _cut(pieces: Floats, viewport: Viewport) -> Floats:
    """The parts of the pieces (pixels) within the picture: one of a kilometre shall not cost a million pixels."""
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    first, last = np.zeros(len(pieces)), np.ones(len(pieces))
    for axis, size in ((0, viewport.width), (1, viewport.height)):
        moving = along[:, axis] != 0
        speed = np.where(moving, along[:, axis], 1.0)
        to_low, to_high = (0 - start[:, axis]) / speed, (size - start[:, axis]) / speed
        first = np.where(moving, np.maximum(first, np.minimum(to_low, to_high)), first)
        last = np.where(moving, np.minimum(last, np.maximum(to_low, to_high)), last)
    kept = first <= last
    start, along, first, last = start[kept], along[kept], first[kept, None], last[kept, None]
    return np.concatenate([start + along * first, start + along * last], axis=1)


def _marked(pixels: Floats, viewport: Viewport) -> Mask:
    mask = np.zeros((int(viewport.height), int(viewport.width)), bool)
    column, row = np.floor(pixels).astype(np.int64).T
    good = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
    mask.ravel()[row[good] * mask.shape[1] + column[good]] = True
    return mask


def _widened(mask: Mask, by: int) -> Mask:
    """The mask with every mark ``by`` pixels wider all round, corners cut."""
    if not mask.any():
        return mask
    for number in range(by):
        wider = mask.copy()
        wider[1:] |= mask[:-1]
        wider[:-1] |= mask[1:]
        wider[:, 1:] |= mask[:, :-1]
        wider[:, :-1] |= mask[:, 1:]
        if number % 2:
            wider[1:, 1:] |= mask[:-1, :-1]
            wider[:-1, :-1] |= mask[1:, 1:]
            wider[1:, :-1] |= mask[:-1, 1:]
            wider[:-1, 1:] |= mask[1:, :-1]
        mask = wider
    return mask
