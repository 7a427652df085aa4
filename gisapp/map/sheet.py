"""The sheet around a map: title, legend, scale bar, north, coordinates, date, the mark of invented data."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from gisapp.map.label_painter import LabelWriter
from gisapp.map.legend import LegendEntry, paint_legend
from gisapp.map.painter import SymbolsOf, paint_map
from gisapp.map.pens import Colours
from gisapp.map.sheet_layout import SheetLayout, decimals, marks, round_length
from gisapp.map.sheet_words import SheetWords, grouped, metres_or_kilometres
from gisapp.map.viewport import Viewport
from layers.scene.request import DrawBatch
from layers.text import Message

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_BAR_LONGEST = 180.0
_TICK_LENGTH = 5.0
_TICK_APART = 150.0
_NORTH_SIDE = 44.0


class Sheet:
    """Paints one sheet with any painter: picture, PDF or SVG. Lengths are px of the sheet."""

    def __init__(
        self,
        painter: QPainter,
        layout: SheetLayout,
        viewport: Viewport,
        colours: Colours,
        symbols_of: SymbolsOf,
        words: SheetWords,
    ) -> None:
        self._painter, self._layout, self._viewport = painter, layout, viewport
        self._colours, self._symbols_of, self._words = colours, symbols_of, words

    def paint(
        self, batches: Sequence[DrawBatch], entries: tuple[LegendEntry, ...], writer: LabelWriter
    ) -> None:
        """Everything: the map first, then the sheet around it."""
        painter, layout = self._painter, self._layout
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(layout.map)
        painter.translate(layout.map.topLeft())
        paint_map(painter, batches, self._viewport, self._colours, self._symbols_of, writer)
        painter.restore()
        self._cover_outside()
        self._north()
        if layout.foot is None:
            if self._words.is_sample:
                self._sample_mark(6.0, 16.0)
            return
        self._frame()
        self._head()
        self._foot(layout.foot)
        if layout.legend is not None:
            paint_legend(
                painter,
                layout.legend,
                entries,
                self._viewport.denominator,
                self._colours,
                self._symbols_of,
                self._words,
            )

    def _cover_outside(self) -> None:
        # Not every device clips (SVG does not): what reaches over the edge of the map goes under paper.
        page, map_ = QPainterPath(), QPainterPath()
        page.addRect(self._layout.page)
        map_.addRect(self._layout.map)
        self._painter.fillPath(page - map_, self._colours["panel"])

    def _frame(self) -> None:
        box, view, font = self._layout.map, self._viewport, self._words.font(10, False)
        self._painter.setPen(QPen(self._colours["text"], 1.2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(box)
        step = round_length(_TICK_APART * view.metres_per_pixel * 2)
        digits = decimals(step)
        self._painter.setFont(font)
        for east in marks(view.box.x0, view.box.x1, step):
            x = box.left() + view.to_pixel(east, 0)[0]
            self._tick(QPointF(x, box.bottom()), QPointF(0, _TICK_LENGTH))
            self._tick(QPointF(x, box.top()), QPointF(0, -_TICK_LENGTH))
            if box.left() + 30 < x < box.right() - 30:
                self._small(QRectF(x - 50, box.bottom() + 4, 100, 14), grouped(east, digits))
        for north in marks(view.box.y0, view.box.y1, step):
            y = box.top() + view.to_pixel(0, north)[1]
            self._tick(QPointF(box.left(), y), QPointF(-_TICK_LENGTH, 0))
            self._tick(QPointF(box.right(), y), QPointF(_TICK_LENGTH, 0))
            if box.top() + 30 < y < box.bottom() - 30:
                self._painter.save()
                self._painter.translate(box.left() - 12, y)
                self._painter.rotate(-90)
                self._small(QRectF(-50, -7, 100, 14), grouped(north, digits))
                self._painter.restore()

    def _tick(self, at: QPointF, along: QPointF) -> None:
        self._painter.setPen(QPen(self._colours["text"], 1.0))
        self._painter.drawLine(at, at + along)

    def _small(self, rect: QRectF, text: str) -> None:
        self._painter.setPen(self._colours["text2"])
        self._painter.drawText(rect, _CENTRE, text)

    def _head(self) -> None:
        head, words, painter = self._layout.head, self._words, self._painter
        assert head is not None
        font = words.font(22, True)
        painter.setFont(font)
        painter.setPen(self._colours["text"])
        style = words.render(words.style)
        style_width = QFontMetricsF(words.font(13, False)).horizontalAdvance(style)
        mark_room = 120.0 if words.is_sample else 0.0
        room = head.width() - style_width - mark_room - 24
        title = QFontMetricsF(font).elidedText(words.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(head, _LEFT, title)
        x = head.left() + QFontMetricsF(font).horizontalAdvance(title) + 12
        if words.is_sample:
            self._sample_mark(x, head.center().y())
        painter.setFont(words.font(13, False))
        painter.setPen(self._colours["text2"])
        painter.drawText(head, _RIGHT, style)

    def _sample_mark(self, x: float, y: float) -> None:
        text = self._words.text("picture.sample")
        font = self._words.font(12, False)
        box = QRectF(x, y - 11, QFontMetricsF(font).horizontalAdvance(text) + 16, 22)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colours["neutral_soft"])
        self._painter.drawRoundedRect(box, 3, 3)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setFont(font)
        self._painter.setPen(self._colours["neutral"])
        self._painter.drawText(box, _CENTRE, text)

    def _foot(self, foot: QRectF) -> None:
        words, painter = self._words, self._painter
        left = self._layout.map.left()
        bar = self._scale_bar(left, foot.center().y())
        painter.setFont(words.font(12, False))
        painter.setPen(self._colours["text"])
        scale = f"1 : {grouped(self._viewport.denominator)}"
        after = QRectF(left + bar + 52, foot.top(), foot.width(), foot.height())
        painter.drawText(after, _LEFT, scale)
        painter.setPen(self._colours["text2"])
        parts = (
            Message("picture.crs", {"crs": words.crs}),
            Message("picture.drawn_on", {"date": words.drawn_on.isoformat()}),
        )
        room = foot.right() - after.left() - QFontMetricsF(painter.font()).horizontalAdvance(scale) - 24
        text = "    ".join(words.render(part) for part in parts)
        text = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, max(room, 0.0))
        painter.drawText(foot, _RIGHT, text)

    def _scale_bar(self, left: float, middle: float) -> float:
        """Draws the bar; returns its length in px."""
        painter, metres = self._painter, self._viewport.metres_per_pixel
        length = round_length(min(_BAR_LONGEST, self._layout.map.width() / 4) * metres)
        pixels = length / metres
        top, half = middle - 1.0, pixels / 2
        painter.setPen(QPen(self._colours["text"], 1.0))
        painter.setBrush(self._colours["text"])
        painter.drawRect(QRectF(left, top, half, 5))
        painter.setBrush(self._colours["panel"])
        painter.drawRect(QRectF(left + half, top, half, 5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(self._words.font(10, False))
        for share, text in ((0.0, "0"), (0.5, f"{_half(length)}"), (1.0, metres_or_kilometres(length))):
            self._small(QRectF(left + share * pixels - 50, top - 16, 100, 14), text)
        return pixels

    def _north(self) -> None:
        """An arrow in the upper right corner of the map, in a halo."""
        box, words = self._layout.map, self._words
        if min(box.width(), box.height()) < 3 * _NORTH_SIDE:
            return
        x, y = box.right() - _NORTH_SIDE, box.top() + _NORTH_SIDE - 14
        arrow = QPolygonF(
            [QPointF(x, y - 14), QPointF(x + 8, y + 12), QPointF(x, y + 7), QPointF(x - 8, y + 12)]
        )
        path = QPainterPath()
        path.addPolygon(arrow)
        path.closeSubpath()
        font = words.font(12, True)
        letter = words.text("picture.north")
        at = QPointF(x - QFontMetricsF(font).horizontalAdvance(letter) / 2, y + 27)
        halo = QPainterPath(path)
        halo.addText(at, font, letter)
        self._painter.strokePath(halo, _round_pen(self._colours["map_halo"], 4.0))
        self._painter.fillPath(path, self._colours["map_text"])
        self._painter.setFont(font)
        self._painter.setPen(self._colours["map_text"])
        self._painter.drawText(at, letter)


def _half(length: float) -> str:
    return f"{length / 2000:g}" if length >= 1000 else f"{length / 2:g}"


def _round_pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
