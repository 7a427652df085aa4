"""The mark of a past day on the map: a frame all round, so that nobody takes it for today's network."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_WIDTH = 4.0


class PastFrame:
    """A sketch for the overlay, drawn while ``is_shown``."""

    def __init__(self) -> None:
        self.is_shown = False

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw the frame along the edges of the window."""
        if not self.is_shown:
            return
        half = _WIDTH / 2
        box = QRectF(half, half, viewport.width - _WIDTH, viewport.height - _WIDTH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(
            QPen(
                colours["related"],
                _WIDTH,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.FlatCap,
                Qt.PenJoinStyle.MiterJoin,
            )
        )
        painter.drawRect(box)
