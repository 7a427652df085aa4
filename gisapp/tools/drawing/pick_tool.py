"""Picking lines on the map for an act on them: where to cut, what to lengthen and how far, where to carry on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPolygonF

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours, pen
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.drawing.shapes import line_at, outline_of, pixels_of
from gisapp.tools.drawing.snap_aid import SnapAid
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.scene.snapping import Place

Picked = tuple[AssetKey, Place]


class PickNews(QObject):
    """Tells what was picked; a tool itself is no QObject."""

    picked = Signal(object)
    """A tuple of (AssetKey, place), one for every click the act needs."""
    missed = Signal()
    """A click where no line is."""


class PickTool(MapTool):
    """``count`` clicks on lines, each marked beforehand; then ``picked``."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas, aid: SnapAid, count: int = 1) -> None:
        self._canvas, self._aid, self._count = canvas, aid, count
        self.news = PickNews(canvas)
        self._picked: list[Picked] = []
        self._under: Floats | None = None
        self._first: Floats | None = None

    @property
    def is_begun(self) -> bool:
        return bool(self._picked)

    def press(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = self._aid.place(event.position(), event.modifiers())
        key = line_at(self._canvas, self._aid, event.position())
        if key is None or any(key == before for before, _ in self._picked):
            self.news.missed.emit()
            return
        self._picked.append((key, place))
        self._first = self._first if self._first is not None else outline_of(self._canvas.scene, key)
        if len(self._picked) == self._count:
            picked = tuple(self._picked)
            self.cancel()
            self.news.picked.emit(picked)
        self._canvas.update()

    def move(self, event: QMouseEvent) -> None:
        self._aid.place(event.position(), event.modifiers())
        key = line_at(self._canvas, self._aid, event.position())
        self._under = None if key is None else outline_of(self._canvas.scene, key)
        self._canvas.update()

    def cancel(self) -> None:
        self._picked.clear()
        self._under = self._first = None
        self._aid.forget()
        self._canvas.update()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for outline, colour in ((self._first, "works"), (self._under, "related")):
            if outline is not None:
                painter.setPen(pen(colours[colour], 5.0, 0.55))
                painter.drawPolyline(QPolygonF(pixels_of(viewport, outline)))
        painter.setPen(QPen(colours["works"], 2.0))
        for _, place in self._picked:
            x, y = viewport.to_pixel(*place)
            painter.drawLine(round(x - 6), round(y - 6), round(x + 6), round(y + 6))
            painter.drawLine(round(x - 6), round(y + 6), round(x + 6), round(y - 6))
        self._aid.paint(painter, viewport, colours)
