"""Thin and narrow lines on a screen: a city has a hundred thousand, and Qt draws a line of a pixel soonest.

A line somewhat wider is a sheaf of such lines side by side: their outline would take twice as long to fill.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEngine, QPainter, QTransform

from gisapp.map.strokes import (
    OVERLAP,
    THIN,
    WIDE_OVERLAP,
    Complexes,
    draw_pieces,
    mitred,
    overlapping,
)
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats

#: Pieces to be drawn, and how long each of them is.
Drawn = Iterator[tuple[Floats, Floats]]
#: Device pixels up to which a line is drawn by lines of a pixel where there are many: from so many metres per px on.
WIDEST, _FAR = 2.5, 2.0
#: Their distance in pixels: with more, the ground would be seen between them.
_APART = 0.75
#: How much of what closes a corner is put to the ends: Qt cuts these along an axis, so that they reach further.
_CLOSING = 0.85
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
    fine.setWidthF(min(width, THIN))
    # Qt turns metres into pixels as it goes: no array of pixels is made.
    scale = 1.0 / metres
    x, y = viewport.width / 2 - viewport.x * scale, viewport.height / 2 + viewport.y * scale
    painter.setWorldTransform(QTransform(scale, 0.0, 0.0, -scale, x, y), True)
    painter.setPen(fine)
    try:
        for start in range(0, len(pieces), _TOGETHER):
            if width <= THIN:
                drawn = iter([overlapping(pieces[start : start + _TOGETHER], OVERLAP * pixel)])
            else:
                # With a neighbour on either side: the corners between them are closed.
                begin = max(start - 1, 0)
                around = pieces[begin : start + _TOGETHER + 1]
                ends, along, length = mitred(around, width * pixel * _CLOSING, WIDE_OVERLAP * pixel)
                own = slice(start - begin, start - begin + _TOGETHER)
                drawn = _sheaf(ends[own], along[own], length[own], width, pixel)
            for some, length in drawn:
                length *= scale
                yield from draw_pieces(painter, some, length, THIN)
    finally:
        painter.setWorldTransform(world)
        painter.setPen(stroke)


def _sheaf(ends: Complexes, along: Complexes, length: Floats, width: float, pixel: float) -> Drawn:
    """Lines of a pixel side by side that cover what pieces of so many pixels do.

    Qt gives such a line a pixel along the axis it goes across: as much less the more it slopes.
    """
    # Of a piece that is a point neither is anything.
    slope = np.maximum(np.maximum(np.abs(along.real), np.abs(along.imag)), _DIAGONAL)
    thickness = width / slope
    aside: Complexes = along * ((width - slope) * (0.5j * pixel))
    yield _moved(ends, -aside), length.copy()
    yield _moved(ends, aside), length.copy()
    more = np.ceil((thickness - 1.0) / _APART).astype(np.int64) - 1
    for between in range(1, int(more.max(initial=0)) + 1):
        chosen = np.flatnonzero(more == between)
        own, outer = ends[chosen], aside[chosen]
        for number in range(1, between + 1):
            yield _moved(own, outer * complex(2.0 * number / (between + 1) - 1.0)), length[chosen]


def _moved(ends: Complexes, aside: Complexes) -> Floats:
    return (ends + aside[:, None]).view(np.float64)
