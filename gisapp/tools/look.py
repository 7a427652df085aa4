"""Tools that only look: zoom into a box, and pan."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool
from gisapp.map.viewport import LARGEST, Viewport
from gisapp.tools.drag import is_drag, world_box


class BoxZoomTool(MapTool):
    """A drag shows the box drawn; with Alt the map shrinks into it. A click zooms in there."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._from: QPointF | None = None

    @property
    def is_begun(self) -> bool:
        return self._from is not None

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position()

    def move(self, event: QMouseEvent) -> None:
        if self._from is not None and is_drag(self._from, event.position()):
            self._canvas.overlay.rubber = QRectF(self._from, event.position()).normalized()
            self._canvas.update()

    def release(self, event: QMouseEvent) -> None:
        if self._from is None or event.button() != Qt.MouseButton.LeftButton:
            return
        start, end = self._from, event.position()
        self.cancel()
        out = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        viewport = self._canvas.viewport
        if not is_drag(start, end):
            self._canvas.go(viewport.zoomed(0.5 if out else 2.0, end.x(), end.y()))
            return
        box = world_box(viewport, start, end)
        fitting = Viewport.fitting(box, viewport.width, viewport.height, margin=0.0)
        if out:
            metres = viewport.metres_per_pixel**2 / fitting.metres_per_pixel
            self._canvas.fly_to(fitting.x, fitting.y, min(metres, LARGEST))
        else:
            self._canvas.go(fitting)

    def cancel(self) -> None:
        """Drop the box."""
        self._from = None
        self._canvas.overlay.rubber = None
        self._canvas.update()


class PanTool(MapTool):
    """Drag moves the map; with Shift it draws a box to zoom into."""

    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._box = BoxZoomTool(canvas)
        self._from: QPointF | None = None

    @property
    def is_begun(self) -> bool:
        return self._from is not None or self._box.is_begun

    def press(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._box.press(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position()
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, event: QMouseEvent) -> None:
        self._box.move(event)
        if self._from is not None:
            moved = event.position() - self._from
            self._from = event.position()
            self._canvas.go(self._canvas.viewport.panned(moved.x(), moved.y()))

    def release(self, event: QMouseEvent) -> None:
        self._box.release(event)
        self.cancel()

    def cancel(self) -> None:
        """Let go of the map, drop the box."""
        self._box.cancel()
        self._from = None
        self._canvas.show_cursor()
