"""A proposal on the map: boundaries as they would be, ground that changes hands tinted and numbered."""

from __future__ import annotations

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF
from shapely.geometry.base import BaseGeometry

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from gisapp.panels.grid_proposal.centre import Shown

_TINT, _TINT_LEFT = 96, 28
#: A move narrower than this on the screen (px) has no number.
_LEAST = 18.0
_PAD = 6.0


class ProposalMarks:
    """A sketch for the overlay; nothing while ``shown`` is None. ``looked_at`` is the number of a move."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._shown: Shown | None = None
        self._lines: list[np.ndarray] = []
        self._bounds = np.empty((0, 4))
        self.looked_at: int | None = None

    def show(self, shown: Shown | None) -> None:
        """Mark this proposal, or nothing."""
        self._shown = shown
        self._lines = []
        if shown is None:
            self.looked_at = None
            return
        there = shown.shapes[~shapely.is_missing(shown.shapes)]
        edges = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(there))))
        self._lines = [shapely.get_coordinates(edge) for edge in edges]
        self._bounds = shapely.bounds(edges)

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw what is in view."""
        if self._shown is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = viewport.box
        for move in self._shown.proposal.moves:
            x0, y0, x1, y1 = move.shape.bounds
            if x1 >= view.x0 and x0 <= view.x1 and y1 >= view.y0 and y0 <= view.y1:
                tint = QColor(colours["accent"])
                tint.setAlpha(_TINT if move.number in self._shown.chosen else _TINT_LEFT)
                painter.setBrush(tint)
                is_looked_at = move.number == self.looked_at
                painter.setPen(QPen(colours["accent"], 2.5) if is_looked_at else Qt.PenStyle.NoPen)
                painter.drawPath(_path(move.shape, viewport))
        self._draw_lines(painter, viewport, colours)
        self._number(painter, viewport, colours)

    def _draw_lines(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        view = viewport.box
        painter.setBrush(Qt.BrushStyle.NoBrush)
        seen = [
            QPolygonF([QPointF(x, y) for x, y in viewport.pixels(line).tolist()])
            for line, (x0, y0, x1, y1) in zip(self._lines, self._bounds.tolist(), strict=True)
            if x1 >= view.x0 and x0 <= view.x1 and y1 >= view.y0 and y0 <= view.y1
        ]
        for width, colour in ((5.0, "raised"), (2.4, "accent")):
            painter.setPen(QPen(colours[colour], width))
            for line in seen:
                painter.drawPolyline(line)

    def _number(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        assert self._shown is not None
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        taken: list[QRectF] = []
        # The one looked at has its number before all others.
        for move in sorted(self._shown.proposal.moves, key=lambda each: each.number != self.looked_at):
            x0, y0, x1, y1 = move.shape.bounds
            if min(x1 - x0, y1 - y0) / viewport.metres_per_pixel < _LEAST:
                continue
            words = str(move.number + 1)
            if move.number == self.looked_at:
                words += f"  {self._shown.code(move.source)} → {self._shown.code(move.target)}"
            at = QPointF(*viewport.to_pixel(*_middle(move.shape)))
            wide, high = metrics.horizontalAdvance(words) + 2 * _PAD, metrics.height() + 4
            plate = QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high)
            if any(plate.intersects(other) for other in taken):
                continue
            taken.append(plate)
            is_chosen = move.number in self._shown.chosen
            painter.setPen(QPen(colours["accent" if is_chosen else "border_strong"], 1))
            painter.setBrush(colours["raised"])
            painter.drawRoundedRect(plate, 3, 3)
            painter.setPen(colours["text" if is_chosen else "text3"])
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    parts = shapely.get_parts(shape)
    point = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts)))])
    return float(point.x), float(point.y)


def _path(shape: BaseGeometry, viewport: Viewport) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        xy = viewport.pixels(shapely.get_coordinates(ring))
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in xy.tolist()]))
    return path
