"""Gaps and overlaps of grids, painted over the map: hatched, framed, the chosen one strongly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

if TYPE_CHECKING:
    from layers.grids.coverage import Flaw

#: A gap is hatched one way, shared land the other, what lies outside in both: never colour alone.
_HATCH = {
    "gap": Qt.BrushStyle.BDiagPattern,
    "overlap": Qt.BrushStyle.FDiagPattern,
    "outside": Qt.BrushStyle.DiagCrossPattern,
}
#: Pixels: what is smaller on the screen gets a ring, or nobody would see it.
_SMALL = 16.0


class FlawMarks:
    """A sketch for the overlay."""

    def __init__(self) -> None:
        self.shown: Sequence[Flaw] = ()
        self.chosen: Flaw | None = None

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint what lies in the window."""
        if not self.shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        window = shapely.box(*viewport.box)
        for flaw in self.shown:
            if flaw.shape.intersects(window):
                self._paint(painter, viewport, colours, flaw)

    def _paint(self, painter: QPainter, viewport: Viewport, colours: Colours, flaw: Flaw) -> None:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        for ring in (flaw.shape.exterior, *flaw.shape.interiors):
            pixels = viewport.pixels(shapely.get_coordinates(ring))
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in pixels]))
        colour = colours["danger"]
        ground = QColor(colour)
        ground.setAlphaF(0.22 if flaw is self.chosen else 0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPath(path)
        painter.setBrush(QBrush(colour, _HATCH[flaw.fault]))
        painter.setPen(QPen(colour, 2.6 if flaw is self.chosen else 1.4))
        painter.drawPath(path)
        box = path.boundingRect()
        if max(box.width(), box.height()) < _SMALL:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for shade, width in ((colours["map_halo"], 4.5), (colour, 2.2)):
                painter.setPen(QPen(shade, width))
                painter.drawEllipse(box.center(), _SMALL / 2 + 2, _SMALL / 2 + 2)
