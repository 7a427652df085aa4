"""Swatches of the legend, drawn with the very pens and symbols of the map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from gisapp.map.pens import Colours, pen
from gisapp.map.strokes import crossing_marks, draw_pieces
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from layers.geometry.packed import PackedLines
from layers.scene.style import ClassStyle, LayerStyle

_WIDEST = 7.0
_SYMBOL = 16.0


def swatch(
    layer: LayerStyle, style: ClassStyle, colours: Colours, width: int, height: int, ratio: float = 1.0
) -> QPixmap:
    """A picture of a class, ``width`` by ``height`` device-independent px, transparent around it."""
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_swatch(painter, QRectF(0, 0, width, height), layer, style, colours, ratio)
    painter.end()
    return pixmap


def draw_swatch(
    painter: QPainter,
    box: QRectF,
    layer: LayerStyle,
    style: ClassStyle,
    colours: Colours,
    ratio: float = 1.0,
) -> None:
    """Draw a class into ``box`` of any painter."""
    look = style.look
    if look.symbol is not None:
        middle = np.array([[box.center().x(), box.center().y()]])
        size = min(_SYMBOL, box.height())
        SymbolAtlas(colours, size, ratio).draw(painter, look.symbol, middle)
        return
    if layer.drawing == "area":
        painter.setPen(pen(colours[look.colour], 1.0))
        painter.setBrush(colours[look.fill or look.colour])
        painter.drawRect(box.adjusted(2, 2, -2, -2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return
    width = min(look.width, _WIDEST, box.height() - 2)
    y = box.center().y()
    piece = np.array([[box.left() + 2 + width / 2, y, box.right() - 2 - width / 2, y]])
    for colour, wide, dash, opacity in (
        (look.colour, width, look.dash, 0.3 if look.hatch else look.opacity),
        *(((look.core, look.core_width, (), 1.0),) if look.core else ()),
    ):
        painter.setPen(pen(colours[colour], wide, dash, opacity))
        _draw(painter, piece)
    if look.ticks or look.hatch:
        painter.setPen(pen(colours[look.colour], 1.3))
        _draw(painter, _marks(piece[0], look.ticks or 6.0, 90.0 if look.ticks else 45.0))


def _draw(painter: QPainter, pieces: np.ndarray) -> None:
    for _ in draw_pieces(painter, pieces):
        pass


def _marks(piece: np.ndarray, every: float, degrees: float) -> np.ndarray:
    """Marks across a swatch's line: one pixel is one metre of a world turned upside down."""
    flipped = np.array([[piece[0], -piece[1]], [piece[2], -piece[3]]])
    line = PackedLines(flipped, np.array([0, 2]), np.array([0]))
    return crossing_marks(line, Viewport(0.0, 0.0, 1.0, 0.0, 0.0), every, degrees)
