"""What is drawn and on its way into the register: shown until the map itself shows it."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from gisapp.tools.drawing.sketch import Sketch, paint_sketch
from layers.scene.snapping import Place


class Pending:
    """A sketch for the overlay."""

    def __init__(self) -> None:
        self._drawn: list[tuple[Place, ...]] = []

    def add(self, places: tuple[Place, ...]) -> None:
        """It is being saved."""
        self._drawn.append(places)

    def take(self, places: tuple[Place, ...]) -> None:
        """It is saved, or could not be."""
        if places in self._drawn:
            self._drawn.remove(places)

    def clear(self) -> None:
        """Nothing is on its way."""
        self._drawn.clear()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint it in grey."""
        for places in self._drawn:
            paint_sketch(painter, viewport, colours, Sketch(places, waiting=True))
