"""Selecting with a shape drawn on the map: polygon, line that crosses, circle."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.drag import is_drag
from gisapp.tools.select import SYMBOL_PIXELS, Selecting, dress_rubber, mode_of
from layers.geometry.packed import Floats
from layers.scene.region import Region

_CORNER = 3.0
_FINISH = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _CornersTool(MapTool, ABC):
    """Corners by click; double click, right click or Enter ends, Backspace takes the last one back."""

    cursor = Qt.CursorShape.CrossCursor
    takes_right_click = True
    fewest = 2

    def __init__(self, canvas: MapCanvas, selecting: Selecting) -> None:
        self._canvas, self._selecting = canvas, selecting
        self._corners: list[tuple[float, float]] = []
        self._cursor_at: tuple[float, float] | None = None

    @property
    def is_begun(self) -> bool:
        return bool(self._corners)

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            corner = self._place(event)
            if not self._corners or self._corners[-1] != corner:
                self._corners.append(corner)
            self._canvas.update()
        elif event.button() == Qt.MouseButton.RightButton:
            self._finish(event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        self._cursor_at = self._place(event)
        if self._corners:
            self._canvas.update()

    def double_click(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish(event.modifiers())

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in _FINISH and self._corners:
            self._finish(event.modifiers())
            return True
        if event.key() == Qt.Key.Key_Backspace and self._corners:
            self._corners.pop()
            self._canvas.update()
            return True
        return False

    def cancel(self) -> None:
        self._corners.clear()
        self._canvas.update()

    def _finish(self, modifiers: Qt.KeyboardModifier) -> None:
        corners = np.array(self._corners).reshape(-1, 2)
        if len(corners) < self.fewest:
            return
        self.cancel()
        self._take(corners, modifiers)

    @abstractmethod
    def _take(self, corners: Floats, modifiers: Qt.KeyboardModifier) -> None:
        """Select by the finished figure."""

    def _place(self, event: QMouseEvent) -> tuple[float, float]:
        return self._canvas.viewport.to_world(event.position().x(), event.position().y())

    def _pixels(self, viewport: Viewport) -> QPolygonF:
        places = [*self._corners, *([self._cursor_at] if self._cursor_at else [])]
        return QPolygonF([QPointF(*viewport.to_pixel(*place)) for place in places])

    def _paint_corners(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        painter.setBrush(colours["raised"])
        for corner in self._corners:
            painter.drawEllipse(QPointF(*viewport.to_pixel(*corner)), _CORNER, _CORNER)


class SelectPolygonTool(_CornersTool):
    """Selects what lies in or reaches into a polygon."""

    fewest = 3

    def _take(self, corners: Floats, modifiers: Qt.KeyboardModifier) -> None:
        self._selecting.take_region(Region.of_corners(corners), mode_of(modifiers, self._selecting.mode))

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        if self._corners:
            dress_rubber(painter, colours)
            painter.drawPolygon(self._pixels(viewport))
            self._paint_corners(painter, viewport, colours)


class SelectLineTool(_CornersTool):
    """Selects what a line crosses; symbols when it runs through them."""

    def _take(self, corners: Floats, modifiers: Qt.KeyboardModifier) -> None:
        reach = SYMBOL_PIXELS * self._canvas.viewport.metres_per_pixel
        region = Region(shapely.LineString(corners))
        self._selecting.take_region(region, mode_of(modifiers, self._selecting.mode), reach)

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        if self._corners:
            dress_rubber(painter, colours)
            painter.setPen(QPen(colours["accent"], 2.0))
            painter.drawPolyline(self._pixels(viewport))
            self._paint_corners(painter, viewport, colours)


class SelectRadiusTool(MapTool):
    """Selects around a place: drag from the middle outward, or give ``metres`` first and click."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas, selecting: Selecting) -> None:
        self._canvas, self._selecting = canvas, selecting
        #: A radius typed before; None when it is to be drawn.
        self.metres: float | None = None
        self._middle: tuple[float, float] | None = None
        self._pressed: QPointF | None = None
        self._rim: QPointF | None = None

    @property
    def is_begun(self) -> bool:
        return self._middle is not None

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._middle = self._canvas.viewport.to_world(self._pressed.x(), self._pressed.y())

    def move(self, event: QMouseEvent) -> None:
        if self._middle is not None and self._pressed is not None:
            self._rim = event.position() if is_drag(self._pressed, event.position()) else None
            self._canvas.update()

    def release(self, event: QMouseEvent) -> None:
        if self._middle is None or event.button() != Qt.MouseButton.LeftButton:
            return
        radius = self._radius(self._canvas.viewport) if self._rim is not None else self.metres
        middle = self._middle
        self.cancel()
        if radius:
            region = Region.around(*middle, radius)
            self._selecting.take_region(region, mode_of(event.modifiers(), self._selecting.mode))

    def cancel(self) -> None:
        self._middle = self._pressed = self._rim = None
        self._canvas.update()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        if self._middle is None or self._rim is None:
            return
        middle = QPointF(*viewport.to_pixel(*self._middle))
        radius = self._radius(viewport)
        pixels = radius / viewport.metres_per_pixel
        dress_rubber(painter, colours)
        painter.drawEllipse(middle, pixels, pixels)
        painter.drawLine(middle, self._rim)
        painter.setBrush(colours["raised"])
        painter.drawEllipse(middle, _CORNER, _CORNER)
        _paint_words(painter, f"{radius:,.1f} m" if radius < 100 else f"{radius:,.0f} m", self._rim, colours)

    def _radius(self, viewport: Viewport) -> float:
        assert self._middle is not None
        assert self._rim is not None
        x, y = viewport.to_world(self._rim.x(), self._rim.y())
        return float(np.hypot(x - self._middle[0], y - self._middle[1]))


def _paint_words(painter: QPainter, text: str, at: QPointF, colours: Colours) -> None:
    """A few words on a plate beside the cursor."""
    metrics = QFontMetricsF(painter.font())
    plate = QRectF(at.x() + 14, at.y() + 10, metrics.horizontalAdvance(text) + 12, metrics.height() + 4)
    ground = QColor(colours["raised"])
    ground.setAlphaF(0.92)
    painter.setPen(QPen(colours["border_strong"], 1.0))
    painter.setBrush(ground)
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(colours["text"])
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
