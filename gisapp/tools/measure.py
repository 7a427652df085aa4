"""Measuring on the map: several clicks make a line, a ring or a direction; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from gisapp.map.canvas import MapCanvas
from gisapp.map.measure_sketch import MeasureDrawing, paint_measure
from gisapp.map.pens import Colours
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.figures import AreaUnit, LengthUnit
from gisapp.tools.measured import Measured, Measuring, measure
from layers.geometry.crs import Crs
from layers.scene.snapping import snap
from layers.text import Message

Render = Callable[[Message], str]
_TREMBLE = 2.0
SNAP_PIXELS = 8.0


class MeasureNews(QObject):
    """Tells what is measured; a tool itself is no QObject."""

    changed = Signal(object)
    """A Measured, or None when nothing is."""


class MeasureTool(MapTool):
    """Clicks set places; double click, right click or Enter end; Backspace takes the last place back.

    Places snap to what is drawn - symbols, ends and bends of mains, mains - unless Alt is held.
    """

    cursor = Qt.CursorShape.CrossCursor
    takes_right_click = True

    def __init__(
        self, canvas: MapCanvas, kind: Measuring, crs: Callable[[], Crs | None], render: Render
    ) -> None:
        self._canvas, self.kind, self._crs, self._render = canvas, kind, crs, render
        self.news = MeasureNews(canvas)
        self.length_unit: LengthUnit = "auto"
        self.area_unit: AreaUnit = "auto"
        self._places: list[tuple[float, float]] = []
        self._cursor: tuple[float, float] | None = None
        self._is_done = False
        self._is_snapped = False
        self._drawing = MeasureDrawing()

    @property
    def is_begun(self) -> bool:
        return bool(self._places)

    @property
    def places(self) -> tuple[tuple[float, float], ...]:
        """The places set so far, in the register's CRS."""
        return tuple(self._places)

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self._finish()
        elif event.button() == Qt.MouseButton.LeftButton:
            if self._is_done:
                self._clear()
            place = self._place(event)
            if not self._places or self._is_apart(place):
                self._places.append(place)
            self._cursor = place
            if self.kind == "bearing" and len(self._places) == 2:
                self._is_done = True
            self._tell()

    def move(self, event: QMouseEvent) -> None:
        if self._places and not self._is_done:
            self._cursor = self._place(event)
            self._tell()

    def double_click(self, event: QMouseEvent) -> None:
        # Its place was set by the press before.
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish()

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Backspace and self._places:
            self._places.pop()
            self._is_done = False
            self._tell()
        else:
            return False
        return True

    def cancel(self) -> None:
        """Drop what is measured."""
        self._clear()
        self._tell()

    def use_units(self, length: LengthUnit, area: AreaUnit) -> None:
        """Say the figures in these units."""
        self.length_unit, self.area_unit = length, area
        self.speak()

    def speak(self) -> None:
        """Say the figures anew, if there are any: language or unit changed."""
        if self._places:
            self._tell()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        paint_measure(painter, viewport, colours, self._drawing)

    def _place(self, event: QMouseEvent) -> tuple[float, float]:
        canvas, at = self._canvas, event.position()
        x, y = canvas.viewport.to_world(at.x(), at.y())
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        scale = canvas.viewport.metres_per_pixel
        found = None
        if canvas.scene is not None and not free:
            found = snap(canvas.scene, x, y, scale, SNAP_PIXELS, canvas.hidden)
        self._is_snapped = found is not None
        return found or (x, y)

    def _is_apart(self, place: tuple[float, float]) -> bool:
        """Whether a click is more than the trembling of the one before."""
        last = self._places[-1]
        metres = self._canvas.viewport.metres_per_pixel * _TREMBLE
        return bool(np.hypot(place[0] - last[0], place[1] - last[1]) > metres)

    def _clear(self) -> None:
        self._places.clear()
        self._cursor = None
        self._is_done = False

    def _finish(self) -> None:
        """Keep the figures for reading; the next click begins anew."""
        if len(self._places) < (3 if self.kind == "area" else 2):
            return
        self._is_done = True
        self._tell()

    def _tell(self) -> None:
        crs = self._crs()
        if crs is None or not self._places:
            self._drawing = MeasureDrawing()
            self.news.changed.emit(None)
        else:
            places = tuple(self._places)
            cursor = self._cursor
            if cursor is not None and cursor != places[-1] and not self._is_done:
                places = (*places, cursor)
            measured = measure(self.kind, places, crs, self._is_done)
            self._drawing = self._drawn(measured)
            self.news.changed.emit(measured)
        self._canvas.update()

    def _drawn(self, measured: Measured) -> MeasureDrawing:
        units = self.length_unit, self.area_unit
        render = self._render
        return MeasureDrawing(
            measured.places,
            closed=self.kind == "area",
            done=self._is_done,
            pieces=tuple(render(words) for words in measured.piece_words(units)),
            live=() if self._is_done else tuple(render(words) for words in measured.live_words(units)),
            north=self.kind == "bearing",
            snapped=self._is_snapped and not self._is_done,
        )
