"""Thin and narrow lines on a screen: a city has a hundred thousand, and Qt draws a line of a pixel soonest.

A line somewhat wider is a sheaf of such lines side by side: their outline would take twice as long to fill.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEngine, QPainter, QTransform

from gisapp.map.strokes import THIN, Complexes, Longer, draw_pieces, lengths_of
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats

#: Pieces to be drawn, and how long each of them is.
Drawn = Iterator[tuple[Floats, Floats]]
#: Device pixels up to which a line is drawn by lines of a pixel where there are many: from so many metres per px on.
WIDEST, _FAR = 2.6, 2.0
#: Their distance in pixels: with more, the ground would be seen between them.
_APART = 0.68
#: A line of less than a pixel is made so much wider, for Qt draws it the lighter the more it slopes; and goes so many
#: device pixels beyond its ends, so that two of them shade the pixel in which they meet as one line would.
_FULLER, _OVERLAP = 1.1, 0.13
#: From so wide on one that slopes much is drawn as two: where it takes so many pixels along the axis it goes across.
_NEARLY_WHOLE, _TWO = 0.95, 1.25
#: Lines that turn by more than 120 degrees do not go round the corner: they have ends there. An end is square, but for
#: this share of it: Qt cuts lines of a pixel along an axis, so that they reach further.
_SHARP, _CLOSING = -0.5, 0.85
#: So many pieces are reckoned with at a time: they stay where the processor reads them soonest.
_TOGETHER = 8192
#: The larger part of a direction is at least so much.
_DIAGONAL = 0.7


def is_fine(painter: QPainter, viewport: Viewport) -> bool:
    """Whether lines of the painter's pen are drawn here: on a screen, narrow, opaque, and without round ends."""
    stroke = painter.pen()
    return (
        painter.paintEngine().type() == QPaintEngine.Type.Raster
        and stroke.capStyle() != Qt.PenCapStyle.RoundCap
        and stroke.color().alpha() == 255
        and stroke.widthF() * _ratio(painter) <= (WIDEST if viewport.metres_per_pixel >= _FAR else THIN)
    )


def _ratio(painter: QPainter) -> float:
    """Device pixels per px."""
    return painter.deviceTransform().m11()


def draw_hairlines(painter: QPainter, pieces: Floats, viewport: Viewport) -> Iterator[None]:
    """Draw straight pieces (n, 4) in metres, those of a line one after another, with the painter's pen."""
    stroke, world = painter.pen(), painter.worldTransform()
    metres, ratio = viewport.metres_per_pixel, _ratio(painter)
    pixel, width = metres / ratio, stroke.widthF() * ratio
    fine = painter.pen()
    fine.setCapStyle(Qt.PenCapStyle.FlatCap)
    # Measured in device pixels: rounded up ever so little, a line of a pixel would be drawn by its outline.
    fine.setCosmetic(True)
    fine.setWidthF(min(width * _FULLER, THIN))
    # Qt turns metres into pixels as it goes: no array of pixels is made.
    scale = 1.0 / metres
    x, y = viewport.width / 2 - viewport.x * scale, viewport.height / 2 + viewport.y * scale
    painter.setWorldTransform(QTransform(scale, 0.0, 0.0, -scale, x, y), True)
    painter.setPen(fine)
    room = Longer(min(len(pieces), _TOGETHER) if width <= THIN else 0)
    try:
        for start in range(0, len(pieces), _TOGETHER):
            if width <= THIN:
                drawn = _thin(room, pieces[start : start + _TOGETHER], width, pixel)
            else:
                # With a neighbour on either side: round the corners between them.
                begin = max(start - 1, 0)
                sheaf = _Sheaf(pieces[begin : start + _TOGETHER + 1], width, pixel)
                drawn = sheaf.lines(slice(start - begin, start - begin + _TOGETHER))
            for some, length in drawn:
                length *= scale
                yield from draw_pieces(painter, some, length, THIN)
    finally:
        painter.setWorldTransform(world)
        painter.setPen(stroke)


def _thin(room: Longer, pieces: Floats, width: float, pixel: float) -> Drawn:
    """Pieces as lines of a pixel; those that are too light that way as two, side by side."""
    longer, length = room.of(pieces, _OVERLAP * pixel)
    if width < _NEARLY_WHOLE:
        yield longer, length
        return
    ends = longer.view(np.complex128)
    along = ends[:, 1] - ends[:, 0]
    along /= lengths_of(along)
    slope = _slope(along)
    twice = slope * _TWO < width
    yield longer[~twice], length[~twice]
    ends, aside = ends[twice], (along * ((width - slope) * (0.5j * pixel)))[twice, None]
    for moved in (ends - aside, ends + aside):
        yield moved.view(np.float64), length[twice]


def _slope(along: Complexes) -> Floats:
    """How much of a direction goes along its axis; of a piece that is a point no part does."""
    return np.asarray(np.maximum(np.maximum(np.abs(along.real), np.abs(along.imag)), _DIAGONAL))


class _Sheaf:
    """Lines of a pixel side by side that cover what pieces of so many pixels do, each parallel to the line they follow.

    Where the line goes round a corner those on the outside are longer, those on the inside shorter: none of them covers
    twice what it covers in part.
    """

    def __init__(self, pieces: Floats, width: float, pixel: float) -> None:
        ends = np.ascontiguousarray(pieces).view(np.complex128)
        along = ends[:, 1] - ends[:, 0]
        self._length = lengths_of(along)
        along /= self._length
        before, behind = along.copy(), along.copy()
        beyond = np.full((2, len(ends)), width / 2 * _CLOSING * pixel)
        if len(ends) > 1:
            cosine = (along[1:] * along[:-1].conj()).real
            corners = np.flatnonzero((ends[1:, 0] == ends[:-1, 1]) & (cosine > _SHARP))
            mitre = (along[corners] + along[corners + 1]) / (1.0 + cosine[corners])
            behind[corners] = before[corners + 1] = mitre
            beyond[0, corners + 1] = beyond[1, corners] = 0.0
        self._ends = np.stack([ends[:, 0] - along * beyond[0], ends[:, 1] + along * beyond[1]], axis=1)
        # Qt gives a line of a pixel a pixel along the axis it goes across: as much less the more it slopes.
        slope = _slope(along)
        self._aside = np.stack([before, behind], axis=1) * ((width - slope) * (0.5j * pixel))[:, None]
        self._between = np.ceil((width / slope - 1.0) / _APART).astype(np.int64) - 1

    def lines(self, own: slice) -> Drawn:
        """What is drawn for some of the pieces."""
        ends, aside = self._ends[own], self._aside[own]
        length, between = self._length[own], self._between[own]
        yield (ends - aside).view(np.float64), length.copy()
        yield (ends + aside).view(np.float64), length.copy()
        for count in range(1, int(between.max(initial=0)) + 1):
            chosen = np.flatnonzero(between == count)
            some, outer = ends[chosen], aside[chosen]
            for number in range(1, count + 1):
                moved = some + outer * (2.0 * number / (count + 1) - 1.0)
                yield moved.view(np.float64), length[chosen]
