"""Grids marked on a sheet: the one that it is about stands out, what lies around it is veiled and named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shapely.geometry.base import BaseGeometry

from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.text import CENTRE, SheetText
from gisapp.map.viewport import Viewport
from layers.reports.document import INK
from layers.reports.grids.notice import GridNotice

EDGE = "#0B5A8C"
#: Grounds of neighbours on paper, light enough for what is printed on them.
GROUNDS = ("#BBD4EC", "#F9DD9B", "#CBB0CE", "#CDEFDC")
_VEIL = 150
_PLATE = 225


def area_path(shape: BaseGeometry, viewport: Viewport) -> QPainterPath:
    """An area in px of the map, holes left out."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            xy = viewport.pixels(np.asarray(shapely.get_coordinates(ring)))
            path.moveTo(*xy[0])
            for x, y in xy[1:]:
                path.lineTo(x, y)
            path.closeSubpath()
    return path


def mark_one(
    painter: QPainter,
    room: QRectF,
    viewport: Viewport,
    shape: BaseGeometry,
    around: Iterable[GridNotice],
    text: SheetText,
    size: float,
) -> None:
    """Veil what lies outside ``shape``, draw its boundary, and name the grids around it. ``room``: the map."""
    painter.save()
    painter.setClipRect(room)
    painter.translate(room.topLeft())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = area_path(shape, viewport)
    outside = QPainterPath()
    outside.addRect(QRectF(0, 0, room.width(), room.height()))
    painter.fillPath(outside - inner, QColor(255, 255, 255, _VEIL))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for each in around:
        painter.setPen(_pen("#6B7780", mm(0.25), dashed=True))
        painter.drawPath(area_path(each.shape, viewport))
    for width, colour in ((mm(1.7), "#FFFFFF"), (mm(0.9), EDGE)):
        painter.setPen(_pen(colour, width))
        painter.drawPath(inner)
    window = shapely.box(*viewport.box)
    for each in around:
        seen = shapely.intersection(shapely.buffer(each.shape, 0), window)
        if not seen.is_empty and seen.area > 0.01 * window.area:
            name_at(painter, viewport, _widest(seen), (each.title,), text, size, faint=True)
    painter.restore()


def mark_all(
    painter: QPainter,
    room: QRectF,
    viewport: Viewport,
    grids: Sequence[tuple[GridNotice, tuple[str, ...]]],
    text: SheetText,
    size: float,
) -> None:
    """All grids in colours that differ from their neighbours', each with its lines of words on it."""
    painter.save()
    painter.setClipRect(room)
    painter.translate(room.topLeft())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paths = [(each, area_path(each.shape, viewport)) for each, _ in grids]
    for each, path in paths:
        ground = QColor(GROUNDS[each.colour % len(GROUNDS)])
        ground.setAlphaF(0.62)
        painter.fillPath(path, ground)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen("#41505C", mm(0.4)))
    for _, path in paths:
        painter.drawPath(path)
    for each, lines in grids:
        name_at(painter, viewport, each.middle, lines, text, size)
    painter.restore()


def name_at(
    painter: QPainter,
    viewport: Viewport,
    place: tuple[float, float],
    lines: Sequence[str],
    text: SheetText,
    size: float,
    *,
    faint: bool = False,
) -> None:
    """Lines of words on a plate around ``place`` (x, y); the first is strong."""
    x, y = viewport.to_pixel(*place)
    width = max(text.width(line, size, number == 0 and not faint) for number, line in enumerate(lines)) + size
    height = size * 1.3 * len(lines) + size * 0.3
    plate = QRectF(x - width / 2, y - height / 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(255, 255, 255, _PLATE))
    painter.drawRoundedRect(plate, size * 0.25, size * 0.25)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = QColor("#5B6B7A" if faint else f"#{INK}")
    for number, line in enumerate(lines):
        room = QRectF(plate.left(), plate.top() + size * (0.15 + 1.3 * number), width, size * 1.3)
        text.write(room, line, size, ink, CENTRE, strong=number == 0 and not faint)


def _widest(shape: BaseGeometry) -> tuple[float, float]:
    """Where a part of an area is widest."""
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape, 5.0))[0]
    return float(x), float(y)


def paint_code(painter: QPainter, room: QRectF, matrix: Sequence[Sequence[int]]) -> None:
    """A code for telephones in a square, with the quiet rim it needs."""
    rim = 4
    side = min(room.width(), room.height())
    cell = side / (len(matrix) + 2 * rim)
    left, top = room.center().x() - side / 2 + rim * cell, room.center().y() - side / 2 + rim * cell
    painter.fillRect(QRectF(left - rim * cell, top - rim * cell, side, side), QColor("#FFFFFF"))
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for row, cells in enumerate(matrix):
        start = None
        for column, dark in enumerate((*cells, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                # A row of dark cells in one piece: no hair is seen between them.
                path.addRect(
                    QRectF(left + start * cell, top + row * cell, (column - start) * cell, cell * 1.01)
                )
                start = None
    painter.fillPath(path, QColor("#000000"))


def _pen(colour: str, width: float, *, dashed: bool = False) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dashed:
        pen.setDashPattern([6, 3, 1, 3])
    return pen
