"""Asking who is responsible with the mouse: every click asks for its place."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool


class WhoNews(QObject):
    """Tells the place (x, y) clicked; a tool itself is no QObject."""

    asked = Signal(float, float)


class WhoTool(MapTool):
    """A click asks who answers for that place."""

    cursor = Qt.CursorShape.WhatsThisCursor

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self.news = WhoNews(canvas)

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = event.position()
            self.news.asked.emit(*self._canvas.viewport.to_world(at.x(), at.y()))
