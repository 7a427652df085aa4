"""The frame that the cards of all boards have."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPen

from gisapp.theme import Theme

PAD = 8


def paint_frame(painter: QPainter, theme: Theme, place: QRectF, *, is_current: bool) -> QRect:
    """Paint the frame of a card at ``place``; returns the room inside it."""
    painter.setBrush(theme.color("accent_soft" if is_current else "panel"))
    painter.setPen(QPen(theme.color("accent"), 2) if is_current else QPen(theme.color("border"), 1))
    painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 4, 4)
    return place.toRect().adjusted(PAD, 6, -PAD, -6)
