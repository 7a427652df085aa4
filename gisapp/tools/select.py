"""Selecting with the mouse: by click, by box, and asking what lies here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.drag import is_drag, world_box
from layers.model.asset import AssetKey
from layers.model.selection import SelectionMode
from layers.scene.region import Region

#: How far around its point a symbol counts for a line or box drawn over it.
SYMBOL_PIXELS = 5.0


class Selecting(Protocol):
    """What the selecting tools ask for. ``mode`` is what the buttons say; keys held down say otherwise."""

    mode: SelectionMode

    def take(self, keys: Sequence[AssetKey], mode: SelectionMode) -> None:
        """Select these."""

    def take_region(self, region: Region, mode: SelectionMode, symbol_reach: float = 0.0) -> None:
        """Select what is on the map and meets a region."""

    def choose(self, keys: Sequence[AssetKey], at: QPointF, mode: SelectionMode) -> None:
        """Let the user choose one of several that lie at a pixel of the canvas."""

    def overlapping(self, count: int) -> None:
        """Tell that several lie under a click, and how to get at the others."""


def mode_of(modifiers: Qt.KeyboardModifier, chosen: SelectionMode) -> SelectionMode:
    """Shift adds, Alt takes away, both leave what is in both; else what the buttons say."""
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
    if shift and alt:
        return "intersect"
    return "add" if shift else "remove" if alt else chosen


def keys_near(canvas: MapCanvas, position: QPointF) -> list[AssetKey]:
    """What is drawn at a pixel, the topmost first, each once."""
    return list(dict.fromkeys(AssetKey(hit.type, hit.id) for hit in canvas.near(position)))


class SelectTool(MapTool):
    """A click selects the topmost asset, the next one at the same place the one below; a drag makes a box.

    Shift+click turns one asset over (in or out), Alt+click lists all that lie there.
    """

    leaves_on_escape = False

    def __init__(self, canvas: MapCanvas, selecting: Selecting) -> None:
        self._canvas, self._selecting = canvas, selecting
        self._from: QPointF | None = None
        self._to: QPointF | None = None
        self._clicked: tuple[tuple[float, float], list[AssetKey]] | None = None
        self._turn = 0

    @property
    def is_begun(self) -> bool:
        return self._from is not None

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.position()

    def move(self, event: QMouseEvent) -> None:
        if self._from is not None and is_drag(self._from, event.position()):
            self._to = event.position()
            self._canvas.update()

    def release(self, event: QMouseEvent) -> None:
        if self._from is None or event.button() != Qt.MouseButton.LeftButton:
            return
        start, at, keys = self._from, event.position(), event.modifiers()
        self.cancel()
        if is_drag(start, at):
            region = Region.of_box(world_box(self._canvas.viewport, start, at))
            self._selecting.take_region(region, mode_of(keys, self._selecting.mode))
        else:
            self._click(at, keys)

    def _click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        found = keys_near(self._canvas, at)
        chosen = self._selecting.mode
        if modifiers & Qt.KeyboardModifier.AltModifier:
            if len(found) > 1:
                self._selecting.choose(found, at, chosen)
            else:
                self._selecting.take(found, chosen)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._selecting.take(found[:1], "toggle")
        else:
            self._turn = self._turn + 1 if self._is_again(at, found) else 0
            self._clicked = self._canvas.viewport.to_world(at.x(), at.y()), found
            which = self._turn % len(found) if found else 0
            self._selecting.take(found[which : which + 1], chosen)
            if len(found) > 1:
                self._selecting.overlapping(len(found))

    def _is_again(self, at: QPointF, found: list[AssetKey]) -> bool:
        """Whether the last click was here too and found the same."""
        if self._clicked is None or len(found) < 2 or self._selecting.mode != "new":
            return False
        place, keys = self._clicked
        # By place and not by pixel: the inspector that came up may have narrowed the map.
        before = QPointF(*self._canvas.viewport.to_pixel(*place))
        return keys == found and not is_drag(before, at)

    def cancel(self) -> None:
        """Drop the box."""
        self._from = self._to = None
        self._canvas.update()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        if self._from is not None and self._to is not None:
            dress_rubber(painter, colours)
            painter.drawRect(QRectF(self._from, self._to).normalized())


class IdentifyTool(MapTool):
    """A click opens what lies here; where several do, a list to choose from."""

    cursor = Qt.CursorShape.WhatsThisCursor

    def __init__(self, canvas: MapCanvas, selecting: Selecting) -> None:
        self._canvas, self._selecting = canvas, selecting

    def release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        mode = mode_of(event.modifiers(), self._selecting.mode)
        found = keys_near(self._canvas, event.position())
        if len(found) > 1:
            self._selecting.choose(found, event.position(), mode)
        else:
            self._selecting.take(found, mode)


def dress_rubber(painter: QPainter, colours: Colours) -> None:
    """The pen and brush of what a selecting tool has drawn so far."""
    fill = QColor(colours["accent"])
    fill.setAlphaF(0.12)
    painter.setPen(QPen(colours["accent"], 1.4))
    painter.setBrush(fill)
