"""The neat line of a map with the coordinates of its grid: crosses within, ticks and figures at the edge."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gisapp.map.pens import Colours
from gisapp.map.sheet.layout import PX_PER_MM, SheetLayout, decimals, marks, mm, round_length
from gisapp.map.sheet.text import CENTRE, SheetText
from gisapp.map.sheet.words import SheetWords
from gisapp.map.viewport import Viewport
from layers.text import Message

#: Maps of the trade have a grid of ten centimetres (GB/T 20257.1); small ones a closer one.
_APART, _OF_SIDE = 100.0, 2.6
_CROSS, _TICK = 5.0, 2.0
_FIGURES = 2.1


class SheetFrame:
    """Draws around ``layout.map``; lengths in mm of paper."""

    def __init__(
        self,
        painter: QPainter,
        layout: SheetLayout,
        viewport: Viewport,
        colours: Colours,
        words: SheetWords,
        text: SheetText,
    ) -> None:
        self._painter, self._layout, self._viewport = painter, layout, viewport
        self._colours, self._words, self._text = colours, words, text
        self._grow = math.sqrt(layout.unit / PX_PER_MM)

    @property
    def step(self) -> float:
        """Metres between two lines of the grid."""
        box = self._layout.map
        apart = min(mm(_APART), min(box.width(), box.height()) / _OF_SIDE)
        return round_length(apart * self._viewport.metres_per_pixel)

    def cover_outside(self) -> None:
        """Paper over what reaches beyond the map: not every device clips (SVG does not)."""
        page, map_ = QPainterPath(), QPainterPath()
        page.addRect(self._layout.page)
        map_.addRect(self._layout.map)
        self._painter.fillPath(page - map_, self._colours["panel"])

    def paint(self, *, crosses: bool) -> None:
        """Border, neat line, ticks and figures; crosses where the lines of the grid meet."""
        painter, layout = self._painter, self._layout
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = self._colours["text"]
        if layout.frame is not None:
            painter.setPen(_square(ink, mm(0.7) * self._grow))
            painter.drawRect(layout.frame)
        if crosses:
            self._crosses()
        painter.setPen(_square(ink, mm(0.3)))
        painter.drawRect(layout.map)
        self._figures()

    def _east(self) -> list[tuple[float, float]]:
        view, left = self._viewport, self._layout.map.left()
        return [(e, left + view.to_pixel(e, 0)[0]) for e in marks(view.box.x0, view.box.x1, self.step)]

    def _north(self) -> list[tuple[float, float]]:
        view, top = self._viewport, self._layout.map.top()
        return [(n, top + view.to_pixel(0, n)[1]) for n in marks(view.box.y0, view.box.y1, self.step)]

    def _crosses(self) -> None:
        half = mm(_CROSS) / 2
        colour = QColor(self._colours["text2"])
        for width, ink in ((0.35, self._colours["map_halo"]), (0.13, colour)):
            self._painter.setPen(QPen(ink, mm(width)))
            for _, x in self._east():
                for _, y in self._north():
                    lines = [QLineF(x - half, y, x + half, y), QLineF(x, y - half, x, y + half)]
                    self._painter.drawLines(lines)

    def _figures(self) -> None:
        box, tick, size = self._layout.map, mm(_TICK), mm(_FIGURES) * self._grow
        digits, away = decimals(self.step), tick + size * 0.72
        room = self._text.width("X=0000000", size) * 0.75
        for east, x in self._east():
            self._tick(QPointF(x, box.bottom()), QPointF(0, tick))
            self._tick(QPointF(x, box.top()), QPointF(0, -tick))
            if box.left() + room < x < box.right() - room:
                label = self._words.render(Message("printing.east", {"value": f"{east:.{digits}f}"}))
                self._figure(QPointF(x, box.bottom() + away), label, size, 0)
                self._figure(QPointF(x, box.top() - away), label, size, 0)
        for north, y in self._north():
            self._tick(QPointF(box.left(), y), QPointF(-tick, 0))
            self._tick(QPointF(box.right(), y), QPointF(tick, 0))
            if box.top() + room < y < box.bottom() - room:
                label = self._words.render(Message("printing.north", {"value": f"{north:.{digits}f}"}))
                self._figure(QPointF(box.left() - away, y), label, size, -90)
                self._figure(QPointF(box.right() + away, y), label, size, -90)

    def _tick(self, at: QPointF, along: QPointF) -> None:
        self._painter.setPen(QPen(self._colours["text"], mm(0.2)))
        self._painter.drawLine(at, at + along)

    def _figure(self, at: QPointF, label: str, size: float, turn: float) -> None:
        self._painter.save()
        self._painter.translate(at)
        self._painter.rotate(turn)
        room = QRectF(-mm(20), -size, mm(40), 2 * size)
        self._text.write(room, label, size, self._colours["text"], CENTRE)
        self._painter.restore()


def _square(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
