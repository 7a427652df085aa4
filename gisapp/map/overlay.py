"""What lies over the map for the moment: the selection, the box being drawn. Painted anew with every blit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shapely.geometry.base import BaseGeometry

from gisapp.map.pens import Colours, pen, width_factor
from gisapp.map.tool import Sketch
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats

_HALO_RADIUS = 15.0
_DOT = 4.0
_RING_RADIUS = 12.0


class Overlay:
    """Selected geometries and ``marks`` (n, 2) in the register's CRS, a rubber box in pixels, and sketches.

    ``sketches`` paint themselves above all else, the last on top; the tool in use is added by the canvas.
    """

    def __init__(self) -> None:
        self.selected: tuple[BaseGeometry, ...] = ()
        self.rubber: QRectF | None = None
        self.marks: Floats = np.empty((0, 2))
        self.sketches: list[Sketch] = []
        #: Whether any of it is painted.
        self.shown = True

    def paint(
        self, painter: QPainter, viewport: Viewport, colours: Colours, tool: Sketch | None = None
    ) -> None:
        """Paint over the map, the sketch of ``tool`` last."""
        if not self.shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._dots(painter, viewport, colours)
        window = shapely.box(*viewport.box) if self.selected else None
        for geometry in self.selected:
            if geometry.intersects(window):
                self._mark(painter, geometry, viewport, colours)
        if self.rubber is not None:
            fill = QColor(colours["accent"])
            fill.setAlphaF(0.12)
            painter.setPen(QPen(colours["accent"], 1.2))
            painter.setBrush(fill)
            painter.drawRect(self.rubber)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        for sketch in (*self.sketches, *(() if tool is None else (tool,))):
            painter.save()
            sketch.paint(painter, viewport, colours)
            painter.restore()

    def _dots(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Small dots at places that are not assets yet."""
        if len(self.marks):
            painter.setPen(pen(colours["works"], _DOT))
            painter.drawPoints([QPointF(x, y) for x, y in viewport.pixels(self.marks)])

    def _mark(self, painter: QPainter, geometry: BaseGeometry, viewport: Viewport, colours: Colours) -> None:
        if geometry.geom_type in ("Point", "MultiPoint"):
            for part in shapely.get_parts(geometry):
                _ring(painter, QPointF(*viewport.to_pixel(part.x, part.y)), colours)
            return
        path = _path(geometry, viewport)
        width = 4.0 * width_factor(viewport.denominator) + 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(colours["select_edge"], width + 2.5))
        painter.drawPath(path)
        painter.setPen(pen(colours["select_halo"], width))
        painter.drawPath(path)


def _ring(painter: QPainter, at: QPointF, colours: Colours) -> None:
    halo = QColor(colours["select_halo"])
    halo.setAlphaF(0.35)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(halo)
    painter.drawEllipse(at, _HALO_RADIUS, _HALO_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, width in (("select_edge", 3.6), ("select_halo", 2.0)):
        painter.setPen(QPen(colours[token], width))
        painter.drawEllipse(at, _RING_RADIUS, _RING_RADIUS)


def _path(geometry: BaseGeometry, viewport: Viewport) -> QPainterPath:
    path = QPainterPath()
    parts: Sequence[BaseGeometry] = list(shapely.get_parts(geometry))
    rings = [
        ring
        for part in parts
        for ring in (shapely.get_rings(part) if part.geom_type == "Polygon" else [part])
    ]
    for ring in rings:
        xy = viewport.pixels(np.asarray(shapely.get_coordinates(ring)))
        if len(xy):
            path.moveTo(*xy[0])
            for x, y in xy[1:]:
                path.lineTo(x, y)
    return path
