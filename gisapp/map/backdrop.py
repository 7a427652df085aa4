"""What may lie beneath the map: a basemap, painted straight onto the window under the frame."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QPainter

from gisapp.map.viewport import Viewport


class Backdrop(Protocol):
    """A ground the map is drawn on. It paints what it has and is asked again; it never waits."""

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint what ``viewport`` shows, in device-independent px; land in the theme's colour lies there already.

        Called for every paint of the window, while panning and zooming too: a few milliseconds at most.
        Whoever has more to show later calls ``MapCanvas.update``.
        """
        ...
