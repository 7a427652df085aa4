"""What is drawn so far, painted over the map: line, area or point, its bends, and the figures at the cursor."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gisapp.map.pens import Colours, pen
from gisapp.map.viewport import Viewport
from gisapp.tools.drawing.plate import paint_plate
from layers.scene.snapping import Place

_BEND = 3.0
_DASH = (5.0, 4.0)


@dataclass(frozen=True)
class Sketch:
    """Places set so far, the way to the cursor (its last place being the cursor), and the words there."""

    places: tuple[Place, ...] = ()
    rest: tuple[Place, ...] = ()
    closed: bool = False
    words: tuple[str, ...] = ()
    waiting: bool = False


def paint_sketch(painter: QPainter, viewport: Viewport, colours: Colours, sketch: Sketch) -> None:
    """Paint it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fixed = _pixels(viewport, sketch.places)
    moving = _pixels(viewport, (*sketch.places[-1:], *sketch.rest))
    if sketch.closed and len(fixed) + len(sketch.rest) > 2:
        fill = QColor(colours["works"])
        fill.setAlphaF(0.14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*fixed, *moving[1:]]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    colour = colours["text3" if sketch.waiting else "works"]
    if len(fixed) > 1:
        for shade, width in ((colours["map_halo"], 5.0), (colour, 2.4)):
            painter.setPen(pen(shade, width))
            painter.drawPolyline(QPolygonF(fixed))
    if len(moving) > 1:
        painter.setPen(pen(colours["map_halo"], 4.0, 0.7))
        painter.drawPolyline(QPolygonF(moving))
        dashed = QPen(colour, 1.8)
        dashed.setDashPattern(list(_DASH))
        painter.setPen(dashed)
        painter.drawPolyline(QPolygonF(moving))
        if sketch.closed and len(fixed) > 1:
            painter.drawLine(moving[-1], fixed[0])
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(colours["map_halo"])
    for place in fixed:
        painter.drawRect(QRectF(place.x() - _BEND, place.y() - _BEND, 2 * _BEND, 2 * _BEND))
    if sketch.words and (moving or fixed):
        paint_plate(painter, viewport, colours, (moving or fixed)[-1], sketch.words)


def _pixels(viewport: Viewport, places: Sequence[Place]) -> list[QPointF]:
    return [QPointF(*viewport.to_pixel(*place)) for place in places]


def length_of(places: Sequence[Place]) -> float:
    """Metres along ``places`` in the plane."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(places))


def bearing_of(start: Place, end: Place) -> float:
    """Degrees clockwise from grid north."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1])) % 360.0
