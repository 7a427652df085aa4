"""What a statement is about, marked on its map sheet: mains laid and mains renewed, and what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shapely.geometry.base import BaseGeometry

from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.text import SheetText
from gisapp.map.sheet.words import SheetWords
from gisapp.map.viewport import Viewport
from layers.renewal.figure import Figure, Words
from layers.reports.document import INK, RULE
from layers.reports.wording import number_text, shown

#: Told apart by hue and by lightness, on screen, on paper and in grey.
_COLOURS = {"renewed": "#E8590C", "laid": "#1B7F3B"}
_WIDTH, _EDGE = mm(0.9), mm(1.6)
_LINE, _TEXT = mm(5.0), mm(3.0)


@dataclass(frozen=True)
class Group:
    """Mains of one figure."""

    name: str
    title: Words
    figure: Figure
    shapes: tuple[BaseGeometry, ...]


def paint_marks(painter: QPainter, viewport: Viewport, groups: Sequence[Group]) -> None:
    """All edges first, then all lines: mains that meet run into each other."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paths = [(group, _path(group.shapes, viewport)) for group in groups]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for edge in (True, False):
        for group, path in paths:
            pen = QPen(QColor("#FFFFFF" if edge else _COLOURS[group.name]), _EDGE if edge else _WIDTH)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPath(path)


def paint_key(painter: QPainter, room: QRectF, groups: Sequence[Group], words: SheetWords) -> None:
    """A box in the lower left corner of the map: colour, what it is, how long."""
    if not groups:
        return
    text = SheetText(painter, words.font)
    lines = [f"{words.render(each.title)}  {_amount(each.figure, words)}" for each in groups]
    width = max(text.width(line, _TEXT) for line in lines) + mm(19)
    height = _LINE * len(lines) + mm(3)
    box = QRectF(room.left() + mm(3), room.bottom() - height - mm(3), width, height)
    painter.save()
    painter.setPen(QPen(QColor(f"#{RULE}"), mm(0.2)))
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRect(box)
    for number, (group, line) in enumerate(zip(groups, lines, strict=True)):
        top = box.top() + mm(1.5) + number * _LINE
        painter.setPen(QPen(QColor(_COLOURS[group.name]), mm(1.2)))
        middle = top + _LINE / 2
        painter.drawLine(QPointF(box.left() + mm(3), middle), QPointF(box.left() + mm(12), middle))
        room_of_text = QRectF(box.left() + mm(15), top, width - mm(16), _LINE)
        text.write(room_of_text, line, _TEXT, QColor(f"#{INK}"))
    painter.restore()


def _amount(figure: Figure, words: SheetWords) -> str:
    return f"{number_text(figure)} {words.render(shown(figure.unit).unit)}"


def _path(shapes: Sequence[BaseGeometry], viewport: Viewport) -> QPainterPath:
    path = QPainterPath()
    for part in shapely.get_parts(list(shapes)):
        xy = viewport.pixels(np.asarray(shapely.get_coordinates(part)))
        if len(xy):
            path.moveTo(*xy[0])
            for x, y in xy[1:]:
                path.lineTo(x, y)
    return path
