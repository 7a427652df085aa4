"""Pointing at a place: one click on the map says where something is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool


class PlaceNews(QObject):
    """Tells the place (x, y) clicked; a tool itself is no QObject."""

    taken = Signal(float, float)


class PlaceTool(MapTool):
    """A click tells its place."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self.news = PlaceNews(canvas)

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = event.position()
            self.news.taken.emit(*self._canvas.viewport.to_world(at.x(), at.y()))
