"""Basemaps on sheets: one picture below the map, painted beside the window, and what must be said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from gisapp.map.basemap.printing import PaintedBasemaps, paint_basemaps
from gisapp.map.viewport import Viewport
from layers.basemap.opening import OpenBasemap
from layers.basemap.tile_cache import TileCache
from layers.feedback import Feedback

#: Finer than this (dots per inch over 96) tiles show nothing more in print.
FINEST = 200 / 96
_MOST_PIXELS = 40_000_000


@dataclass(frozen=True)
class PaintedGround:
    """The picture of one sheet's map, and what was painted."""

    image: QImage
    told: PaintedBasemaps


@dataclass(frozen=True)
class SheetGround:
    """The basemaps to print, the lowest first; services show what ``cache`` keeps of them."""

    opened: tuple[OpenBasemap, ...]
    cache: TileCache | None = None

    def painted(self, viewport: Viewport, ratio: float, feedback: Feedback) -> PaintedGround:
        """What lies below ``viewport`` at about ``ratio`` pixels per px of the sheet; any thread may ask."""
        pixels = max(viewport.width * viewport.height, 1.0)
        ratio = min(ratio, FINEST, math.sqrt(_MOST_PIXELS / pixels))
        image = QImage(
            max(round(viewport.width * ratio), 1),
            max(round(viewport.height * ratio), 1),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        try:
            painter.scale(image.width() / viewport.width, image.height() / viewport.height)
            told = paint_basemaps(painter, viewport, self.opened, feedback, ratio=ratio, cache=self.cache)
        finally:
            painter.end()
        return PaintedGround(image, told)
