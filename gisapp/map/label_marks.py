"""Texts of labels onto a painter: measured, laid out and turned into pictures once, then only shown."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QStaticText, QTextLayout

from gisapp.map.pens import Colours

#: Px between the letters of a name that is spaced along a street.
SPACING = 3.0
_MOST_LAID_OUT = 4_000
#: Bytes that pictures of texts may take.
_MOST_BYTES = 12_000_000
#: Px around a text in its picture, beside the halo.
_ROOM = 2.0
#: Eight directions: a text drawn so much aside in each of them is its own halo.
_AROUND = tuple((math.cos(n * math.pi / 4), math.sin(n * math.pi / 4)) for n in range(8))
#: Angles are told apart to so many parts of a radian: far less than a pixel at the end of a long text.
_TURNS = 4096


class WrittenLabel:
    """The wordings of a label, the longest first, with the colour token and the font to write them in."""

    __slots__ = ("colour", "font", "halo", "texts")

    def __init__(self, texts: Sequence[str], colour: str, font: QFont, halo: float = 3.0) -> None:
        self.texts, self.colour, self.font, self.halo = texts, colour, font, halo


class Mark(NamedTuple):
    """A text on the picture: about ``x, y`` everything is turned by ``turn`` (radians, clockwise), and there the
    baseline begins at ``dx, dy``."""

    text: str
    x: float
    y: float
    turn: float = 0.0
    dx: float = 0.0
    dy: float = 0.0
    spaced: bool = False

    def moved(self, dx: float, dy: float) -> Mark:
        """Elsewhere; to the 64th of a pixel, so that it is rounded alike in every frame."""
        return self._replace(x=round((self.x + dx) * 64) / 64, y=round((self.y + dy) * 64) / 64)


class Measures:
    """Measures of one font; a text is measured and laid out once."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.key = font.key()
        self.spaced = QFont(font)
        self.spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, SPACING)
        self._qt = QFontMetricsF(font)
        self.height, self.ascent = self._qt.height(), self._qt.ascent()
        self._widths: dict[str, float] = {}
        self._laid_out: dict[tuple[str, bool], tuple[QStaticText, float]] = {}

    def width(self, text: str) -> float:
        """Px from the beginning of the text to its end."""
        if text not in self._widths:
            if len(self._widths) > _MOST_LAID_OUT:
                self._widths.clear()
            self._widths[text] = self._qt.horizontalAdvance(text)
        return self._widths[text]

    def laid_out(self, text: str, spaced: bool) -> tuple[QStaticText, float]:
        """The text ready to be drawn many times, and how far its baseline is below its top."""
        key = text, spaced
        if key not in self._laid_out:
            font = self.spaced if spaced else self.font
            made = QStaticText(text)
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            made.prepare(font=font)
            # Not the font's ascent: letters of another font may reach higher.
            layout = QTextLayout(text, font)
            layout.beginLayout()
            line = layout.createLine()
            layout.endLayout()
            if len(self._laid_out) > _MOST_LAID_OUT:
                self._laid_out.clear()
            self._laid_out[key] = made, line.ascent()
        return self._laid_out[key]


class Stamps:
    """Pictures of turned texts with their halo. Nine texts drawn upon each other take fifty times as long to draw."""

    def __init__(self) -> None:
        # Each with its corner in device px from the whole device pixel of its mark.
        self._pictures: OrderedDict[tuple[object, ...], tuple[QImage, int, int]] = OrderedDict()
        self._bytes = 0

    def put(
        self,
        painter: QPainter,
        ratio: float,
        mark: Mark,
        label: WrittenLabel,
        measures: Measures,
        colours: Colours,
    ) -> None:
        """Write a text on a picture of ``ratio`` device pixels; on whole ones."""
        turn = round(mark.turn * _TURNS)
        key = mark.text, turn, label.colour, mark.spaced, mark.dx, mark.dy, label.halo, measures.key, ratio
        found = self._pictures.get(key)
        if found is None:
            turned = mark._replace(turn=turn / _TURNS)
            found = self._pictures[key] = _picture(turned, label, measures, colours, ratio)
            self._bytes += found[0].sizeInBytes()
            while self._bytes > _MOST_BYTES and len(self._pictures) > 1:
                _, (dropped, _, _) = self._pictures.popitem(last=False)
                self._bytes -= dropped.sizeInBytes()
        else:
            self._pictures.move_to_end(key)
        image, left, top = found
        # Halves are rounded up in every frame.
        x, y = math.floor(mark.x * ratio + 0.5) + left, math.floor(mark.y * ratio + 0.5) + top
        painter.drawImage(QPointF(x / ratio, y / ratio), image)


def _picture(
    mark: Mark, label: WrittenLabel, measures: Measures, colours: Colours, ratio: float
) -> tuple[QImage, int, int]:
    laid_out, ascent = measures.laid_out(mark.text, mark.spaced)
    room, size = label.halo / 2 + _ROOM, laid_out.size()
    across = (mark.dx - room, mark.dx + size.width() + room)
    down = (mark.dy - ascent - room, mark.dy - ascent + size.height() + room)
    cos, sin = math.cos(mark.turn), math.sin(mark.turn)
    corners = [((x * cos - y * sin) * ratio, (x * sin + y * cos) * ratio) for x in across for y in down]
    left, top = (math.floor(min(corner[axis] for corner in corners)) for axis in (0, 1))
    right, bottom = (math.ceil(max(corner[axis] for corner in corners)) for axis in (0, 1))
    image = QImage(right - left, bottom - top, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    write(painter, mark._replace(x=-left / ratio, y=-top / ratio), label, measures, colours, raster=True)
    painter.end()
    return image, left, top


def write(
    painter: QPainter, mark: Mark, label: WrittenLabel, measures: Measures, colours: Colours, *, raster: bool
) -> None:
    """Write a text with its halo; on a ``raster`` in a way that is many times faster than stroking its outline."""
    painter.save()
    painter.translate(mark.x, mark.y)
    if mark.turn:
        painter.rotate(math.degrees(mark.turn))
    if raster:
        painter.setFont(measures.spaced if mark.spaced else measures.font)
        laid_out, ascent = measures.laid_out(mark.text, mark.spaced)
        x, y, aside = mark.dx, mark.dy - ascent, label.halo / 2
        painter.setPen(colours["map_halo"])
        for dx, dy in _AROUND:
            painter.drawStaticText(QPointF(x + dx * aside, y + dy * aside), laid_out)
        painter.setPen(colours[label.colour])
        painter.drawStaticText(QPointF(x, y), laid_out)
    else:
        # Unspaced: devices of many dots to the inch take the room between letters for dots, paths know none, and a
        # name in one piece can be found in a PDF.
        aside = SPACING * (len(mark.text) - 1) / 2 if mark.spaced else 0.0
        at, path = QPointF(mark.dx + aside, mark.dy), QPainterPath()
        path.addText(at, measures.font, mark.text)
        halo = QPen(colours["map_halo"], label.halo)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, halo)
        painter.setFont(measures.font)
        painter.setPen(colours[label.colour])
        # Written once as text, not as a path.
        painter.drawText(at, mark.text)
    painter.restore()
