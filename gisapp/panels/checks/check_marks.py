"""Findings on the map: a mark at each place, a ring round the one looked at, and what a repair would do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gisapp.map.pens import Colours, pen
from gisapp.map.viewport import Viewport
from gisapp.panels.checks.finding_model import LOOKS, SEVERITIES
from layers.analysis.checking.finding import Findings
from layers.editing.plan import Ghost
from layers.geometry.packed import Floats
from layers.model.problem import Severity

#: More marks than this in view are dots.
_SIGNS = 400
_DOT = 4.5
_RING = 15.0


class CheckMarks:
    """A sketch for the overlay; nothing while ``is_shown`` is False."""

    def __init__(self) -> None:
        self.is_shown = False
        self.place: tuple[float, float] | None = None
        self.ghosts: tuple[Ghost, ...] = ()
        self._xy: dict[Severity, Floats] = {}

    def show(self, parts: Sequence[Findings]) -> None:
        """Mark these findings."""
        for severity in SEVERITIES:
            places = [part.xy for part in parts if part.severity == severity]
            xy = np.concatenate(places) if places else np.zeros((0, 2))
            self._xy[severity] = xy[np.isfinite(xy[:, 0])]

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw the marks in view, the least severe first."""
        if not self.is_shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = viewport.box
        seen = {}
        for severity, xy in self._xy.items():
            inside = (xy[:, 0] >= box.x0) & (xy[:, 0] <= box.x1) & (xy[:, 1] >= box.y0) & (xy[:, 1] <= box.y1)
            seen[severity] = _apart(viewport.pixels(xy[inside]))
        many = sum(map(len, seen.values())) > _SIGNS
        for severity in reversed(SEVERITIES):
            colour = colours[LOOKS[severity][1]]
            if severity in seen and len(seen[severity]):
                _dots(painter, seen[severity], colour, colours) if many else _signs(
                    painter, seen[severity], severity, colour, colours
                )
        for ghost in self.ghosts:
            _ghost(painter, ghost, viewport, colours)
        if self.place is not None:
            at = QPointF(*viewport.to_pixel(*self.place))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for token, width in (("map_halo", 5.0), ("danger", 2.4)):
                painter.setPen(QPen(colours[token], width))
                painter.drawEllipse(at, _RING, _RING)


def _apart(pixels: Floats) -> Floats:
    """One mark where several fall on the same spot."""
    if not len(pixels):
        return pixels
    _, first = np.unique(np.floor(pixels / 5).astype(np.int64), axis=0, return_index=True)
    return pixels[first]


def _dots(painter: QPainter, pixels: Floats, colour: QColor, colours: Colours) -> None:
    points = QPolygonF([QPointF(x, y) for x, y in pixels.tolist()])
    for ink, width in ((colours["map_halo"], _DOT + 2), (colour, _DOT)):
        painter.setPen(pen(ink, width))
        painter.drawPoints(points)


def _signs(painter: QPainter, pixels: Floats, severity: Severity, colour: QColor, colours: Colours) -> None:
    """A triangle, or a disc for a note, with a stroke in it: told apart by form as well."""
    painter.setPen(QPen(colours["map_halo"], 1.6))
    painter.setBrush(colour)
    for x, y in pixels.tolist():
        if severity == "note":
            painter.drawEllipse(QPointF(x, y), 4.6, 4.6)
            continue
        size = 7.5 if severity == "error" else 6.0
        top, low = QPointF(x, y - size), y + size * 0.8
        painter.drawPolygon(QPolygonF([top, QPointF(x + size, low), QPointF(x - size, low)]))
        if severity == "error":
            painter.drawLine(QPointF(x, y - 2.6), QPointF(x, y + 2.4))


def _ghost(painter: QPainter, ghost: Ghost, viewport: Viewport, colours: Colours) -> None:
    colour = colours["danger"] if ghost.role == "gone" else colours["works"]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if ghost.geometry.geom_type in ("Point", "MultiPoint"):
        for x, y in shapely.get_coordinates(ghost.geometry).tolist():
            at = QPointF(*viewport.to_pixel(x, y))
            painter.setPen(QPen(colours["map_halo"], 4.0))
            painter.drawEllipse(at, 7.0, 7.0)
            painter.setPen(QPen(colour, 2.0))
            painter.drawEllipse(at, 7.0, 7.0)
            if ghost.role == "gone":
                painter.drawLine(at + QPointF(-5, -5), at + QPointF(5, 5))
                painter.drawLine(at + QPointF(-5, 5), at + QPointF(5, -5))
        return
    path = QPainterPath()
    for part in shapely.get_parts(ghost.geometry):
        xy = viewport.pixels(np.asarray(shapely.get_coordinates(part)))
        if len(xy):
            path.moveTo(*xy[0])
            for x, y in xy[1:]:
                path.lineTo(x, y)
    painter.setPen(QPen(colours["map_halo"], 6.0))
    painter.drawPath(path)
    dashed = QPen(colour, 3.0, Qt.PenStyle.DashLine if ghost.role != "gone" else Qt.PenStyle.DotLine)
    painter.setPen(dashed)
    painter.drawPath(path)
