"""Communities of the conversion on the map, coloured by the furthest milestone reached, with how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from shapely.geometry.base import BaseGeometry

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

#: A community on the map gets its words when it is so wide (px).
_WORDS = 46.0
_SPOT = 7.0
_SMALL = 8.0


class Mark(NamedTuple):
    """A community: its shape, how much of its way is done (0 to 1), and what stands beside it."""

    shape: BaseGeometry
    share: float
    words: str


class CommunityMarks:
    """A sketch for the overlay; nothing while ``is_shown`` is False."""

    def __init__(self, font: QFont) -> None:
        self.is_shown = False
        self._font = font
        self._marks: list[tuple[Mark, tuple[float, float, float, float]]] = []

    def show(self, marks: Sequence[Mark]) -> None:
        """Mark these communities."""
        self._marks = [(mark, mark.shape.bounds) for mark in marks if not mark.shape.is_empty]

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw those in view."""
        if not self.is_shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = viewport.box
        for mark, (x0, y0, x1, y1) in self._marks:
            if x1 < view.x0 or x0 > view.x1 or y1 < view.y0 or y0 > view.y1:
                continue
            colour = mixed(colours["bar_bg"], colours["accent"], mark.share)
            fill = QColor(colour)
            fill.setAlpha(150)
            painter.setBrush(fill)
            painter.setPen(QPen(colours["accent"], 1.4))
            middle = QPointF(*viewport.to_pixel((x0 + x1) / 2, (y0 + y1) / 2))
            wide = (x1 - x0) / viewport.metres_per_pixel
            if mark.shape.geom_type in ("Point", "MultiPoint") or wide < 2 * _SPOT:
                spot = _SPOT if wide >= _SMALL or wide == 0 else _SPOT * 0.6
                painter.drawEllipse(middle, spot, spot)
            else:
                for part in shapely.get_parts(mark.shape):
                    xy = viewport.pixels(np.asarray(shapely.get_coordinates(shapely.get_exterior_ring(part))))
                    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in xy.tolist()]))
            if wide >= _WORDS:
                self._write(painter, middle, mark.words, colours)

    def _write(self, painter: QPainter, middle: QPointF, words: str, colours: Colours) -> None:
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(words) + 8, metrics.height() + 2
        plate = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours["raised"])
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(colours["text"])
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """From the first colour to the second."""
    parts = (
        (first.redF(), second.redF()),
        (first.greenF(), second.greenF()),
        (first.blueF(), second.blueF()),
    )
    return QColor.fromRgbF(*(one + (other - one) * share for one, other in parts))
