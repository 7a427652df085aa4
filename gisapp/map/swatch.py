"""A piece of the map as large as a legend's swatch, drawn by the map's own painter: the legend is the map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gisapp.map.painter import MapPainter, SymbolsOf
from gisapp.map.pens import Colours, line_width
from gisapp.map.shading import paint_ramp
from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines
from layers.scene.request import ClassBatch, DrawBatch
from layers.scene.style import METRES_PER_PIXEL, LayerStyle, Look

#: How much of the swatch's side an area fills.
_AREA_SHARE = 0.8


def paint_swatch(
    painter: QPainter,
    rect: QRectF,
    layer: LayerStyle,
    look: Look,
    denominator: float,
    colours: Colours,
    symbols_of: SymbolsOf,
) -> None:
    """Draw one asset of ``look`` into ``rect`` as the map draws it at 1:``denominator``, on no ground."""
    if layer.is_shaded(denominator):
        height = rect.height() * _AREA_SHARE
        ramp = QRectF(rect.left(), rect.center().y() - height / 2, rect.width(), height)
        paint_ramp(painter, ramp, colours["map_density"])
        # A wash so thin that the map shines through is told from the paper of a panel by its edge.
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours["border_strong"], 1.0))
        painter.drawRect(ramp.adjusted(0, 0, -1, -1).toRect())
        painter.restore()
        return
    metres = denominator * METRES_PER_PIXEL
    viewport = Viewport(0.0, 0.0, metres, rect.width(), rect.height())
    batch = DrawBatch(layer, (_batch(layer, look, rect, metres),))
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.translate(rect.topLeft())
    drawing = MapPainter(
        painter, viewport, colours, symbols_of, lambda kind, words: None, ground=False, veiled=False
    )
    for _ in drawing.steps([batch]):
        pass
    painter.restore()


def _batch(layer: LayerStyle, look: Look, rect: QRectF, metres: float) -> ClassBatch:
    half = rect.width() / 2 * metres
    if layer.drawing == "symbol":
        return ClassBatch(look, points=np.zeros((1, 2)))
    if layer.drawing == "area":
        x, y = half * _AREA_SHARE, rect.height() / 2 * metres * _AREA_SHARE
        return ClassBatch(look, lines=_one_line([(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)]))
    # Longer than the swatch, so that no round end shows.
    ends = (-2 * half, 2 * half)
    width = line_width(layer, look, metres, metres / METRES_PER_PIXEL)
    # A line of one px on the edge of two rows would be two rows of half its colour.
    y = metres / 2 if (round(width) + round(rect.height())) % 2 else 0.0
    if look.is_solid:
        return ClassBatch(look, pieces=np.array([[ends[0], y, ends[1], y]]))
    return ClassBatch(look, lines=_one_line([(ends[0], y), (ends[1], y)]))


def _one_line(points: list[tuple[float, float]]) -> PackedLines:
    return PackedLines(np.array(points), np.array([0, len(points)]), np.zeros(1, np.int64))
