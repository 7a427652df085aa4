"""The lot on the map: the way from target to target, each with its number or the sign of what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPolygonF

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from gisapp.panels.census.kinds import TONES

_RADIUS, _FAR_RADIUS, _CURRENT = 8.0, 3.0, 13.0
#: From so many metres per pixel on marks are dots.
_FAR = 3.0
_SIGNS = {"same": "✓", "differs": "≠", "moved": "→", "not_found": "×", "inaccessible": "/", "new": "+"}
#: So many marks in view are painted with their numbers.
_MOST = 600


@dataclass(frozen=True)
class WalkMark:
    """One target: where it is, its number in the walk, and what was found."""

    x: float
    y: float
    number: str
    kind: str
    is_current: bool = False


class WalkMarks:
    """A sketch for the overlay; nothing while not ``is_shown``."""

    def __init__(self, small: QFont) -> None:
        self.is_shown = False
        self.marks: tuple[WalkMark, ...] = ()
        self._small = small

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Draw the way and those in view."""
        if not self.is_shown or not self.marks:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        xy = viewport.pixels(np.array([(mark.x, mark.y) for mark in self.marks]))
        self._way(painter, xy, colours)
        inside = (
            (xy > -_CURRENT).all(axis=1)
            & (xy[:, 0] < viewport.width + _CURRENT)
            & (xy[:, 1] < viewport.height + _CURRENT)
        )
        seen = np.flatnonzero(inside)
        is_far = viewport.metres_per_pixel > _FAR or len(seen) > _MOST
        painter.setFont(self._small)
        current = None
        for place in seen.tolist():
            mark, at = self.marks[place], QPointF(*xy[place].tolist())
            if mark.is_current:
                current = mark, at
            elif is_far:
                self._dot(painter, at, mark, colours)
            else:
                self._mark(painter, at, mark, colours, _RADIUS)
        if current is not None:
            mark, at = current
            painter.setPen(QPen(colours["accent"], 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, _CURRENT, _CURRENT)
            self._mark(painter, at, mark, colours, _RADIUS)

    def _way(self, painter: QPainter, xy: np.ndarray, colours: Colours) -> None:
        """Solid as far as it is walked, dotted from there on."""
        done = [number for number, mark in enumerate(self.marks) if mark.kind != "planned" and mark.number]
        walked = [number for number, mark in enumerate(self.marks) if mark.number]
        last = max(done, default=-1)
        for numbers, style, colour in (
            ([n for n in walked if n <= last], Qt.PenStyle.SolidLine, "text2"),
            ([n for n in walked if n >= max(last, 0)], Qt.PenStyle.DotLine, "accent"),
        ):
            if len(numbers) > 1:
                painter.setPen(QPen(colours[colour], 1.4, style))
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in xy[numbers].tolist()]))

    @staticmethod
    def _dot(painter: QPainter, at: QPointF, mark: WalkMark, colours: Colours) -> None:
        painter.setPen(QPen(colours["raised"], 1))
        painter.setBrush(colours[TONES.get(mark.kind, "text3")])
        painter.drawEllipse(at, _FAR_RADIUS, _FAR_RADIUS)

    @staticmethod
    def _mark(painter: QPainter, at: QPointF, mark: WalkMark, colours: Colours, radius: float) -> None:
        tone, place = TONES.get(mark.kind), QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(colours["text2" if tone is None else "raised"], 1.2))
        painter.setBrush(colours["raised" if tone is None else tone])
        if mark.kind in ("differs", "moved"):
            painter.drawPolygon(
                QPolygonF([QPointF(at.x(), place.top() - 1), QPointF(place.right() + 1, at.y()),
                           QPointF(at.x(), place.bottom() + 1), QPointF(place.left() - 1, at.y())])
            )  # fmt: skip
        elif mark.kind in ("not_found", "inaccessible"):
            painter.drawRect(place)
        else:
            painter.drawEllipse(at, radius, radius)
        painter.setPen(colours["text" if tone is None else "raised"])
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _SIGNS.get(mark.kind, mark.number))
