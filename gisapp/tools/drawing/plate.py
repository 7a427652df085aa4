"""A plate with a few lines of text beside a place on the map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_PAD = 6.0
_BESIDE = QPointF(16, 14)
_PIXELS = 12


def paint_plate(
    painter: QPainter, viewport: Viewport, colours: Colours, at: QPointF, lines: Sequence[str]
) -> None:
    """Write ``lines`` beside ``at`` (pixels), the first one strong, and always within the window."""
    if not lines:
        return
    plain, strong = QFont(painter.font()), QFont(painter.font())
    plain.setPixelSize(_PIXELS)
    strong.setPixelSize(_PIXELS)
    strong.setWeight(QFont.Weight.DemiBold)
    fonts = [strong, *([plain] * (len(lines) - 1))]
    metrics = [QFontMetricsF(font) for font in fonts]
    width = max(m.horizontalAdvance(line) for m, line in zip(metrics, lines, strict=True)) + 2 * _PAD
    row = metrics[0].height()
    plate = QRectF(at + _BESIDE, at + _BESIDE + QPointF(width, row * len(lines) + _PAD))
    plate.moveLeft(max(2.0, min(plate.left(), viewport.width - width - 2)))
    if plate.bottom() > viewport.height - 2:
        plate.moveBottom(at.y() - _BESIDE.y())
    ground = QColor(colours["raised"])
    ground.setAlphaF(0.94)
    painter.setPen(QPen(colours["border_strong"], 1.0))
    painter.setBrush(ground)
    painter.drawRoundedRect(plate, 3, 3)
    for number, (line, font) in enumerate(zip(lines, fonts, strict=True)):
        painter.setFont(font)
        painter.setPen(colours["text" if number == 0 else "text2"])
        place = QRectF(plate.left() + _PAD, plate.top() + _PAD / 2 + number * row, width, row)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
