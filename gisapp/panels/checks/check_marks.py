"""Findings on the map: a mark at each place, a ring round the one looked at, and what a repair would do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from gisapp.panels.checks.finding_model import LOOKS, SEVERITIES
from layers.analysis.checking.finding import Findings
from layers.editing.plan import Ghost
from layers.geometry.packed import Floats
from layers.model.problem import Severity

#: More marks than this in view are dots.
_SIGNS = 400
#: One mark stands for all within so many pixels: few when they are signs, or a city of them would be one blot.
_APART = 10.0
_DOT = 4.0
_RING = 15.0


class CheckMarks:
    """A sketch for the overlay; nothing while ``is_shown`` is False."""

    def __init__(self) -> None:
        self.is_shown = False
        self.place: tuple[float, float] | None = None
        self.ghosts: tuple[Ghost, ...] = ()
        self._xy: dict[Severity, Floats] = {}
        self._thin_xy: dict[Severity, Floats] = {}
        self._thinned_for = 0.0

    def show(self, parts: Sequence[Findings]) -> None:
        """Mark these findings."""
        for severity in SEVERITIES:
            places = [part.xy for part in parts if part.severity == severity]
            xy = np.concatenate(places) if places else np.zeros((0, 2))
            self._xy[severity] = xy[np.isfinite(xy).all(axis=1)]
        self._thinned_for = 0.0

    def _thin(self, metres_per_pixel: float) -> None:
        """Keep what can be told apart at this scale; done once for a scale, not for every frame of a pan."""
        if metres_per_pixel != self._thinned_for:
            self._thinned_for = metres_per_pixel
            self._thin_xy = {name: _apart(xy, _APART * metres_per_pixel) for name, xy in self._xy.items()}

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw the marks in view, the least severe first."""
        if not self.is_shown:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._thin(viewport.metres_per_pixel)
        box = viewport.box
        seen = {}
        for severity, xy in self._thin_xy.items():
            inside = (xy[:, 0] >= box.x0) & (xy[:, 0] <= box.x1) & (xy[:, 1] >= box.y0) & (xy[:, 1] <= box.y1)
            seen[severity] = viewport.pixels(xy[inside])
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


def _apart(xy: Floats, cell: float) -> Floats:
    """One place of those in the same cell (m)."""
    if not len(xy):
        return xy
    column, row = np.floor((xy - xy.min(axis=0)) / cell).astype(np.int64).T
    _, first = np.unique(column * (int(row.max()) + 1) + row, return_index=True)
    return np.asarray(xy[first])


def _dots(painter: QPainter, pixels: Floats, colour: QColor, colours: Colours) -> None:
    points = QPolygonF([QPointF(x, y) for x, y in np.round(pixels).tolist()])
    # Small squares: round, smoothed points take ten times as long.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for ink, width in ((colours["map_halo"], _DOT + 2), (colour, _DOT)):
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawPoints(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


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
