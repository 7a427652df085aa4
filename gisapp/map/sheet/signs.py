"""North arrow, scale bar and the map of a series' sheets."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gisapp.map.pens import Colours
from gisapp.map.sheet.layout import mm, round_length
from gisapp.map.sheet.text import CENTRE, LEFT, SheetText
from gisapp.map.sheet.words import SheetWords, metres_or_kilometres
from gisapp.map.viewport import Viewport
from layers.geometry.convergence import degrees_minutes
from layers.geometry.scale_text import scale_text
from layers.scene.series import Series
from layers.text import Message


class SheetSigns:
    """Draws the signs that help to read a map. ``unit`` is one furniture millimetre in px."""

    def __init__(
        self,
        painter: QPainter,
        unit: float,
        viewport: Viewport,
        colours: Colours,
        words: SheetWords,
        text: SheetText,
    ) -> None:
        self._painter, self._unit, self._viewport = painter, unit, viewport
        self._colours, self._words, self._text = colours, words, text

    def paint(self, room: QRectF, convergence: float | None) -> None:
        """North on the left with what is to be said of it, scale and bar on the right."""
        unit = self._unit
        side = min(room.height(), 22 * unit)
        north = QRectF(room.left(), room.top(), min(20 * unit, room.width() * 0.34), side)
        self._north_arrow(north, convergence)
        left = north.right() + 3 * unit
        scale = QRectF(left, room.top(), room.right() - left, side)
        head = QRectF(scale.left() + 1.2 * unit, scale.top(), scale.width() - 1.2 * unit, 8 * unit)
        text = scale_text(self._viewport.denominator)
        self._text.write(head, text, 5.0 * unit, self._colours["text"], LEFT, strong=True)
        self.scale_bar(QRectF(scale.left(), head.bottom(), scale.width() - 3 * unit, 8 * unit))

    def _north_arrow(self, room: QRectF, convergence: float | None) -> None:
        unit, words = self._unit, self._words
        height = min(room.height() * 0.58, 13 * unit)
        x, top = room.center().x(), room.top()
        self._arrow(QPointF(x, top + 3.2 * unit), height - 3.2 * unit)
        letter = QRectF(room.left(), top - 0.4 * unit, room.width(), 3.4 * unit)
        self._text.write(
            letter, words.text("picture.north"), 3.2 * unit, self._colours["text"], CENTRE, strong=True
        )
        if convergence is None:
            note = words.text("printing.grid_north" if words.is_local else "printing.grid_north.plain")
        else:
            turned = {"angle": degrees_minutes(convergence)}
            note = words.render(Message("printing.grid_north.convergence", turned))
        below = QRectF(room.left(), top + height + 0.6 * unit, room.width(), room.height() - height)
        self._text.write(below, note, 2.1 * unit, self._colours["text2"], CENTRE, lines=3)

    def north(self, room: QRectF) -> None:
        """The arrow alone, with its letter above it."""
        unit = self._unit
        letter = QRectF(room.left(), room.top(), room.width(), 3.8 * unit)
        north = self._words.text("picture.north")
        self._text.write(letter, north, 3.2 * unit, self._colours["text"], CENTRE, strong=True)
        self._arrow(QPointF(room.center().x(), letter.bottom()), room.height() - 4.4 * unit)

    def _arrow(self, tip: QPointF, height: float) -> None:
        half = height * 0.3
        foot, notch = tip.y() + height, tip.y() + height * 0.76
        self._painter.setPen(QPen(self._colours["text"], 0.15 * self._unit))
        for side, brush in ((-1.0, self._colours["text"]), (1.0, self._colours["panel"])):
            self._painter.setBrush(brush)
            self._painter.drawPolygon(
                QPolygonF([tip, QPointF(tip.x() + side * half, foot), QPointF(tip.x(), notch)])
            )
        self._painter.setBrush(Qt.BrushStyle.NoBrush)

    def scale_bar(self, room: QRectF) -> float:
        """A bar of round length, halves and its first fifths told apart; returns its length in px."""
        painter, unit, metres = self._painter, self._unit, self._viewport.metres_per_pixel
        size = 2.2 * unit
        ends = self._text.width("0000 km", size) * 0.6
        length = round_length(max(room.width() - ends, 10.0) * metres)
        pixels, left = length / metres, room.left() + 1.2 * unit
        thick = 1.1 * unit
        top = room.top() + size * 1.5
        painter.setPen(QPen(self._colours["text"], 0.15 * unit))
        cells = [(n / 10, 0.1) for n in range(5)] + [(0.5, 0.5)]
        for number, (start, share) in enumerate(cells):
            painter.setBrush(self._colours["text" if number % 2 == 0 else "panel"])
            painter.drawRect(QRectF(left + start * pixels, top, share * pixels, thick))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for share, text in ((0.0, "0"), (0.5, _plain(length, 0.5)), (1.0, metres_or_kilometres(length))):
            at = QRectF(left + share * pixels - mm(15), top - size * 1.35, mm(30), size * 1.2)
            self._text.write(at, text, size, self._colours["text"], CENTRE)
        return pixels

    def index(self, room: QRectF, series: Series, current: int | None) -> None:
        """All sheets of the series as a small plan, the present one filled."""
        unit = self._unit
        head = QRectF(room.left(), room.top(), room.width(), 4.5 * unit)
        title = self._words.text("printing.index")
        self._text.write(head, title, 3.0 * unit, self._colours["text"], LEFT, strong=True)
        space = QRectF(room.left(), head.bottom(), room.width(), room.bottom() - head.bottom())
        box = series.places[0].box
        side = min(space.width() / (series.columns * box.width), space.height() / (series.rows * box.height))
        width, height = box.width * side, box.height * side
        size = min(height * 0.5, width * 0.34, 3.0 * unit)
        for place in series.places:
            cell = QRectF(
                space.left() + place.column * width, space.top() + place.row * height, width, height
            )
            here = place.number == current
            self._painter.setPen(QPen(self._colours["text2"], 0.15 * unit))
            self._painter.setBrush(self._colours["text2" if here else "panel"])
            self._painter.drawRect(cell)
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            if size >= mm(1.4):
                ink = self._colours["panel" if here else "text"]
                self._text.write(cell, str(place.number), size, ink, CENTRE)

    def sheets(self, map_: QRectF, series: Series) -> None:
        """On the map itself: the outline and number of every sheet."""
        ink = QColor(self._colours["works"])
        for place in series.places:
            left, top = self._viewport.to_pixel(place.box.x0, place.box.y1)
            right, bottom = self._viewport.to_pixel(place.box.x1, place.box.y0)
            cell = QRectF(QPointF(left, top), QPointF(right, bottom)).translated(map_.topLeft())
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(QPen(ink, mm(0.4)))
            self._painter.drawRect(cell)
            size = max(min(cell.height() * 0.3, cell.width() * 0.25, 9 * self._unit), mm(2.0))
            number = str(place.number)
            wide = self._text.width(number, size, True) + size * 0.5
            plate = QRectF(cell.center().x() - wide / 2, cell.center().y() - size * 0.65, wide, size * 1.3)
            ground = QColor(self._colours["panel"])
            ground.setAlphaF(0.75)
            self._painter.fillRect(plate, ground)
            self._text.write(plate, number, size, ink, CENTRE, strong=True)


def _plain(length: float, share: float) -> str:
    return f"{length * share / 1000:g}" if length >= 1000 else f"{length * share:g}"
