"""Grids on the map: the name of each with who looks after it, the one looked at outlined, and the place asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPainterPath, QPen, QPolygonF
from shapely.geometry.base import BaseGeometry

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_PAD = 8.0
#: A grid narrower than this on the screen (px) has no label, narrower than the second one only its code.
_LEAST, _WHOLE = 26.0, 74.0
_PIN = 13.0
#: How far from its own place a label may stand, in halves of its width and of its height: the nearest first.
_ASIDE = sorted(
    product((0.0, -0.5, 0.5, -1.0, 1.0), (0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0)),
    key=lambda each: 4 * each[0] ** 2 + each[1] ** 2,
)


class GridLabel(NamedTuple):
    """A grid: its shape and bounds, where its label stands, the lines of it, and whether something is wrong."""

    id: int
    shape: BaseGeometry
    bounds: tuple[float, float, float, float]
    at: tuple[float, float]
    code: str
    title: str
    person: str
    is_wrong: bool


class GridLabels:
    """A sketch for the overlay; labels while ``is_shown``, the outline and the pin whenever there are some."""

    def __init__(self, small: QFont, strong: QFont) -> None:
        self.is_shown = False
        self.labels: tuple[GridLabel, ...] = ()
        self.outlined: int | None = None
        #: Land that would change hands.
        self.hatched: BaseGeometry | None = None
        self.pin: tuple[float, float] | None = None
        self._small, self._strong = small, strong

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw those in view."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = viewport.box
        taken: list[QRectF] = []
        seen = [
            label for label in self.labels
            if label.bounds[2] >= view.x0 and label.bounds[0] <= view.x1
            and label.bounds[3] >= view.y0 and label.bounds[1] <= view.y1
        ]  # fmt: skip
        if self.hatched is not None:
            self._hatch(painter, viewport, self.hatched, colours)
        if self.is_shown:
            for label in seen:
                if label.id == self.outlined:
                    self._outline(painter, viewport, label, colours)
            # The one looked at has its label before all others.
            for label in sorted(seen, key=lambda each: each.id != self.outlined):
                self._label(painter, viewport, label, colours, taken)
        if self.pin is not None:
            self._pin(painter, QPointF(*viewport.to_pixel(*self.pin)), colours)

    @staticmethod
    def _hatch(painter: QPainter, viewport: Viewport, shape: BaseGeometry, colours: Colours) -> None:
        path = QPainterPath()
        for part in shapely.get_parts(shape):
            for ring in shapely.get_rings(part):
                xy = viewport.pixels(np.asarray(shapely.get_coordinates(ring)))
                path.addPolygon(QPolygonF([QPointF(x, y) for x, y in xy.tolist()]))
        painter.fillPath(path, QBrush(colours["accent"], Qt.BrushStyle.BDiagPattern))
        painter.strokePath(path, QPen(colours["accent"], 2.0, Qt.PenStyle.DashLine))

    def _outline(self, painter: QPainter, viewport: Viewport, label: GridLabel, colours: Colours) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((6.0, "raised"), (3.0, "accent")):
            painter.setPen(QPen(colours[colour], width))
            for part in shapely.get_parts(label.shape):
                for ring in shapely.get_rings(part):
                    xy = viewport.pixels(np.asarray(shapely.get_coordinates(ring)))
                    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in xy.tolist()]))

    def _label(
        self,
        painter: QPainter,
        viewport: Viewport,
        label: GridLabel,
        colours: Colours,
        taken: list[QRectF],
    ) -> None:
        x0, _, x1, _ = label.bounds
        wide = (x1 - x0) / viewport.metres_per_pixel
        if wide < _LEAST:
            return
        tone = "danger" if label.is_wrong else ""
        brief = [(label.code, self._small, tone or "text")]
        full = [(label.title, self._strong, "text"), (label.person, self._small, tone or "text2")]
        # Where there is no room for all of it the code is better than nothing.
        for lines in (brief,) if wide < _WHOLE else (full, brief):
            if self._write(painter, viewport, label, lines, colours, taken):
                return

    @staticmethod
    def _write(
        painter: QPainter,
        viewport: Viewport,
        label: GridLabel,
        lines: Sequence[tuple[str, QFont, str]],
        colours: Colours,
        taken: list[QRectF],
    ) -> bool:
        """Write lines where the grid has room for them beside the labels there are; whether it has."""
        width = height = 0.0
        sizes = []
        for text, font, _ in lines:
            painter.setFont(font)
            metrics = painter.fontMetrics()
            sizes.append(metrics.height())
            width = max(width, metrics.horizontalAdvance(text))
            height += metrics.height()
        plate = _free(viewport, label, width + 2 * _PAD, height + 6, taken)
        if plate is None:
            return False
        taken.append(plate)
        painter.setPen(QPen(colours["danger" if label.is_wrong else "border_strong"], 1))
        painter.setBrush(colours["raised"])
        painter.drawRoundedRect(plate, 2, 2)
        top = plate.top() + 3
        for (text, font, colour), size in zip(lines, sizes, strict=True):
            painter.setFont(font)
            painter.setPen(colours[colour])
            painter.drawText(
                QRectF(plate.left(), top, plate.width(), size), Qt.AlignmentFlag.AlignCenter, text
            )
            top += size
        return True

    @staticmethod
    def _pin(painter: QPainter, at: QPointF, colours: Colours) -> None:
        path = QPainterPath(at)
        path.cubicTo(
            at.x() - 4,
            at.y() - 7,
            at.x() - _PIN / 1.6,
            at.y() - _PIN,
            at.x() - _PIN / 1.6,
            at.y() - _PIN * 1.5,
        )
        path.arcTo(QRectF(at.x() - _PIN / 1.6, at.y() - _PIN * 2.1, _PIN * 1.25, _PIN * 1.25), 180, -180)
        path.cubicTo(at.x() + _PIN / 1.6, at.y() - _PIN, at.x() + 4, at.y() - 7, at.x(), at.y())
        painter.setPen(QPen(colours["raised"], 1.5))
        painter.setBrush(colours["accent"])
        painter.drawPath(path)
        painter.setBrush(colours["raised"])
        painter.drawEllipse(QPointF(at.x(), at.y() - _PIN * 1.5), 3, 3)


def _free(
    viewport: Viewport, label: GridLabel, width: float, height: float, taken: Sequence[QRectF]
) -> QRectF | None:
    """A place of this size in pixels that no other label takes: deep inside the grid, else about there in it."""
    x, y = viewport.to_pixel(*label.at)
    for across, down in _ASIDE:
        plate = QRectF(x + (across - 1) * width / 2, y + (down - 1) * height / 2, width, height)
        if any(plate.intersects(other) for other in taken):
            continue
        moved = (across * width / 2, down * height / 2)
        scale = viewport.metres_per_pixel
        if not any(moved) or shapely.contains_xy(
            label.shape, label.at[0] + moved[0] * scale, label.at[1] - moved[1] * scale
        ):
            return plate
    return None
