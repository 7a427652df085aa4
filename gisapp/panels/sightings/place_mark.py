"""Where something was seen, marked on the map while it is entered."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_RING, _DOT = 12.0, 4.0


class PlaceMark:
    """A sketch for the overlay; nothing while there is no ``place`` (metres)."""

    def __init__(self) -> None:
        self.place: tuple[float, float] | None = None

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw it."""
        if self.place is None:
            return
        at = QPointF(*viewport.to_pixel(*self.place))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours["raised"], 5.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, _RING, _RING)
        painter.setPen(QPen(colours["danger"], 2.5))
        painter.drawEllipse(at, _RING, _RING)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours["danger"])
        painter.drawEllipse(at, _DOT, _DOT)
