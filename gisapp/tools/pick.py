"""PickTool: one click on the map answers a question - which asset is meant - and the tool before comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent

from gisapp.map.canvas import MapCanvas
from gisapp.map.tool import MapTool
from layers.model.asset import AssetKey


class PickTool(MapTool):
    """``take`` gets the asset of one of ``types`` that was clicked, ``missed`` is called when there is none."""

    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(
        self,
        canvas: MapCanvas,
        types: Collection[str],
        take: Callable[[AssetKey], None],
        missed: Callable[[], None],
    ) -> None:
        self._canvas, self._types, self._take, self._missed = canvas, types, take, missed

    def press(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        hits = (hit for hit in self._canvas.near(event.position()) if hit.type in self._types)
        hit = next(hits, None)
        if hit is None:
            self._missed()
        else:
            self._take(AssetKey(hit.type, hit.id))
