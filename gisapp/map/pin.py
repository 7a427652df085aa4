"""The pin at the place one went to by its coordinates."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_RADIUS = 8.0
_HEIGHT = 24.0


class Pin:
    """A sketch for the overlay: its tip stands on ``place`` (x, y); nothing when that is None."""

    def __init__(self) -> None:
        self.place: tuple[float, float] | None = None

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw the pin and the dot under it."""
        if self.place is None:
            return
        tip = QPointF(*viewport.to_pixel(*self.place))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours["map_halo"], 1.5))
        painter.setBrush(colours["danger"])
        painter.drawEllipse(tip, 3.2, 3.2)
        painter.drawPath(_drop(tip))
        painter.setBrush(QColor(colours["map_halo"]))
        painter.drawEllipse(tip - QPointF(0, _HEIGHT - _RADIUS), 3.0, 3.0)


def _drop(tip: QPointF) -> QPainterPath:
    middle = tip - QPointF(0, _HEIGHT - _RADIUS)
    path = QPainterPath(tip)
    path.cubicTo(tip - QPointF(1.5, 8), middle + QPointF(-_RADIUS, 6), middle - QPointF(_RADIUS, 0))
    path.arcTo(middle.x() - _RADIUS, middle.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS, 180, -180)
    path.cubicTo(middle + QPointF(_RADIUS, 6), tip + QPointF(1.5, -8), tip)
    return path
