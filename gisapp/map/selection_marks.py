"""Marks of many selected assets: one picture of dots and lines, made from whole arrays and then only moved.

A few selected assets are drawn exactly by the overlay. For thousands every place is a pixel of a mask; the mask is
widened into dots and lines with an edge. The cost is that of the pixels, not of pens: 300,000 take a few frames once.
"""

from __future__ import annotations

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


@dataclass(frozen=True)
class _Picture:
    image: QImage
    viewport: Viewport
    ratio: float
    edge: int


class SelectionMarks:
    """Dots at ``points`` (n, 2) and marks along ``pieces`` (n, 4), in the register's CRS."""

    def __init__(self) -> None:
        self.points: Floats = np.empty((0, 2))
        self.pieces: Floats = np.empty((0, 4))
        self._picture: _Picture | None = None

    def show(self, points: Floats, pieces: Floats) -> None:
        """Mark these and nothing else."""
        self.points, self.pieces = points, pieces
        self._picture = None

    def clear(self) -> None:
        """Mark nothing."""
        self.show(np.empty((0, 2)), np.empty((0, 4)))

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint the picture; it is made anew when the window reaches beyond it, the scale or a colour changed."""
        if not len(self.points) and not len(self.pieces):
            return
        device = painter.device()
        ratio = 1.0 if device is None else device.devicePixelRatio()
        have = self._picture
        if (
            have is None
            or have.viewport.metres_per_pixel != viewport.metres_per_pixel
            or have.ratio != ratio
            or have.edge != colours["select_edge"].rgba()
            or not have.viewport.covers(viewport)
        ):
            have = self._make(viewport, ratio, colours)
            self._picture = have
        seen = have.viewport
        left, top = viewport.to_pixel(seen.box.x0, seen.box.y1)
        # Whole pixels: a plain blit.
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        painter.drawImage(QRectF(left, top, seen.width, seen.height), have.image)

    def _make(self, viewport: Viewport, ratio: float, colours: Colours) -> _Picture:
        width = round(viewport.width * (1 + 2 * ROOM) * ratio)
        height = round(viewport.height * (1 + 2 * ROOM) * ratio)
        seen = viewport.resized(width / ratio, height / ratio)
        fine = replace(seen, metres_per_pixel=seen.metres_per_pixel / ratio, width=width, height=height)
        size = max(1, round(ratio))
        dots = _dots(self.points, fine)
        lines = _lines(self.pieces, fine)
        # From afar thin marks, or a selected city would be one blot.
        fat = size if viewport.denominator <= FAR else 0
        core = _widened(dots, size + fat) | _widened(lines, fat)
        edge = _widened(core, size)
        # Rows of an indexed image begin at multiples of four bytes.
        pixels = np.zeros((height, -(-width // 4) * 4), np.uint8)
        pixels[:, :width] = edge
        pixels[:, :width] += core
        indexed = QImage(pixels.data, width, height, pixels.shape[1], QImage.Format.Format_Indexed8)
        indexed.setColorTable([0, colours["select_edge"].rgba(), colours["select_halo"].rgba()])
        image = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        return _Picture(image, seen, ratio, colours["select_edge"].rgba())


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
