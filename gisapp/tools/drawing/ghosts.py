"""The effect of an act before it is done: what will be new, moved, or gone, painted over the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gisapp.map.pens import Colours, pen
from gisapp.map.viewport import Viewport
from layers.editing.plan import Ghost, Role

_COLOURS: dict[Role, str] = {"new": "works", "changed": "works", "gone": "danger"}
_RADIUS = 7.0
_MOST = 400


class Ghosts:
    """A sketch for the overlay: the ghosts of a plan, or nothing."""

    def __init__(self) -> None:
        self.shown: Sequence[Ghost] = ()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint them: what is gone dotted and crossed, the rest dashed."""
        if not self.shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        window = shapely.box(*viewport.box)
        for ghost in self.shown[:_MOST]:
            if not ghost.geometry.is_empty and ghost.geometry.intersects(window):
                _paint(painter, viewport, colours, ghost)


def _paint(painter: QPainter, viewport: Viewport, colours: Colours, ghost: Ghost) -> None:
    dashed = QPen(colours[_COLOURS[ghost.role]], 2.4)
    dashed.setDashPattern([1.5, 2.5] if ghost.role == "gone" else [5.0, 3.0])
    for part in shapely.get_parts(ghost.geometry):
        pixels = [QPointF(x, y) for x, y in viewport.pixels(np.asarray(shapely.get_coordinates(part)))]
        if part.geom_type == "Point":
            for colour, width in ((colours["map_halo"], 4.5), (colours[_COLOURS[ghost.role]], 2.2)):
                painter.setPen(QPen(colour, width))
                painter.drawEllipse(pixels[0], _RADIUS, _RADIUS)
            if ghost.role == "gone":
                corner = QPointF(_RADIUS - 2, _RADIUS - 2)
                painter.drawLine(pixels[0] - corner, pixels[0] + corner)
        else:
            painter.setPen(pen(colours["map_halo"], 4.5, 0.8))
            painter.drawPolyline(QPolygonF(pixels))
            painter.setPen(dashed)
            painter.drawPolyline(QPolygonF(pixels))
