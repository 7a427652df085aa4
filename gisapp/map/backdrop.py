"""What may lie beneath the map: a basemap and foreign layers, painted straight onto the window under the frame."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Grounds:
    """What lies beneath one map: the ``backdrop`` lowest, ``references`` (foreign layers) between it and the map."""

    backdrop: Backdrop | None = None
    references: Backdrop | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is anything."""
        return self.backdrop is not None or self.references is not None

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint what there is, the lowest first."""
        for ground in (self.backdrop, self.references):
            if ground is not None:
                painter.save()
                ground.paint(painter, viewport)
                painter.restore()
