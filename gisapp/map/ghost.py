"""Ghosts on the map: where assets lay before, dashed, and an arrow to where they lie now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shapely.geometry.base import BaseGeometry

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_RADIUS = 8.0
#: An arrow shorter than this would hide what it points to.
_SHORTEST = 26.0

Pair = tuple[BaseGeometry | None, BaseGeometry | None]


class Ghost:
    """A sketch for the overlay: ``pairs`` of a place before and after, in the register's CRS; either may be None."""

    def __init__(self) -> None:
        self.pairs: tuple[Pair, ...] = ()

    def show(self, pairs: Sequence[Pair]) -> None:
        """Show these instead."""
        self.pairs = tuple(pairs)

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw every old place, the new one softly, and the way between."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        window = shapely.box(*viewport.box)
        for old, new in self.pairs:
            if new is not None and old is not None and new.intersects(window):
                _outline(painter, new, viewport, colours, "accent", dashed=False)
            if old is not None and old.intersects(window):
                _outline(painter, old, viewport, colours, "related", dashed=True)
            if old is not None and new is not None:
                _arrow(painter, viewport, colours, old, new)


def _outline(
    painter: QPainter, place: BaseGeometry, viewport: Viewport, colours: Colours, token: str, *, dashed: bool
) -> None:
    path = QPainterPath()
    for part in shapely.get_parts(place):
        if part.geom_type == "Point":
            path.addEllipse(QPointF(*viewport.to_pixel(part.x, part.y)), _RADIUS, _RADIUS)
            continue
        for ring in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            xy = viewport.pixels(np.asarray(shapely.get_coordinates(ring)))
            path.moveTo(*xy[0])
            for x, y in xy[1:]:
                path.lineTo(x, y)
    halo = QColor(colours["map_halo"])
    halo.setAlphaF(0.75)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(halo, 5.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)
    pen = QPen(colours[token], 2.4 if dashed else 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern([3.0, 2.0])
    painter.setPen(pen)
    painter.drawPath(path)


def _arrow(
    painter: QPainter, viewport: Viewport, colours: Colours, old: BaseGeometry, new: BaseGeometry
) -> None:
    """From the middle of the old place to the middle of the new one."""
    ends = []
    for place in (old, new):
        middle = (
            place.interpolate(0.5, normalized=True) if place.geom_type == "LineString" else place.centroid
        )
        ends.append(QPointF(*viewport.to_pixel(middle.x, middle.y)))
    (x0, y0), (x1, y1) = ((end.x(), end.y()) for end in ends)
    length = float(np.hypot(x1 - x0, y1 - y0))
    if length < _SHORTEST:
        return
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    start = QPointF(x0 + dx * _RADIUS, y0 + dy * _RADIUS)
    tip = QPointF(x1 - dx * (_RADIUS + 2), y1 - dy * (_RADIUS + 2))
    painter.setPen(QPen(colours["related"], 1.8))
    painter.drawLine(start, tip)
    for side in (4, -4):
        painter.drawLine(tip, QPointF(tip.x() - 7 * dx - side * dy, tip.y() - 7 * dy + side * dx))
