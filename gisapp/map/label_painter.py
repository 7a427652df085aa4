"""Labels: haloed, clear of each other and of symbols, along what they name; steep Chinese stands upright."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPaintEngine, QPainter, QPainterPath, QPen

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from layers.scene.request import DrawBatch, LabelBatch

#: From a label's kind and words to what may be written, the longest first; and the colour token and font key.
LabelWriter = Callable[[str, tuple[object, ...]], "WrittenLabel | None"]

_CELL = 4.0
_STEEP = math.radians(58)
_LEANING = math.radians(72)
_ROAD_SPACING = 3.0
_ABOVE = 10.0
_PAUSE_EVERY = 12
#: Eight directions: a text drawn so much aside in each of them is its own halo.
_AROUND = tuple((math.cos(n * math.pi / 4), math.sin(n * math.pi / 4)) for n in range(8))


class WrittenLabel:
    """The wordings of a label, the longest first, with the colour token and the font to write them in."""

    __slots__ = ("colour", "font", "halo", "texts")

    def __init__(self, texts: Sequence[str], colour: str, font: QFont, halo: float = 3.0) -> None:
        self.texts, self.colour, self.font, self.halo = texts, colour, font, halo


class _Occupied:
    """Which cells of the frame are taken."""

    def __init__(self, width: float, height: float) -> None:
        self._size = width, height
        self._cells = np.zeros((int(height / _CELL) + 2, int(width / _CELL) + 2), dtype=bool)

    def take(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._cells[self._span(y0, y1), self._span(x0, x1)] = True

    def is_free(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        # What the edge would cut is not written at all.
        if x0 < 0 or y0 < 0 or x1 > self._size[0] or y1 > self._size[1]:
            return False
        return not self._cells[self._span(y0, y1), self._span(x0, x1)].any()

    def take_all(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """Take the square of ``half`` around every point."""
        reach = math.ceil(half / _CELL)
        cells = (xy / _CELL).astype(np.int64)
        height, width = self._cells.shape
        inside = (cells[:, 0] >= 0) & (cells[:, 1] >= 0) & (cells[:, 0] < width) & (cells[:, 1] < height)
        cells = cells[inside]
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                self._cells[(cells[:, 1] + dy).clip(0, height - 1), (cells[:, 0] + dx).clip(0, width - 1)] = (
                    True
                )

    @staticmethod
    def _span(low: float, high: float) -> slice:
        return slice(max(int(low / _CELL), 0), max(int(high / _CELL) + 1, 0))


class _Metrics:
    """Measures of one font; a width is measured once."""

    def __init__(self, font: QFont) -> None:
        # Kept, so that no other font gets its identity.
        self.font = font
        self._qt = QFontMetricsF(font)
        self.height, self.ascent = self._qt.height(), self._qt.ascent()
        self._widths: dict[str, float] = {}

    def width(self, text: str) -> float:
        """Px from the beginning of the text to its end."""
        if text not in self._widths:
            self._widths[text] = self._qt.horizontalAdvance(text)
        return self._widths[text]


class LabelPainter:
    """Places the labels of all layers for one viewport and writes them."""

    def __init__(self, painter: QPainter, viewport: Viewport, colours: Colours, writer: LabelWriter) -> None:
        self._painter, self._viewport, self._colours, self._writer = painter, viewport, colours, writer
        self._occupied = _Occupied(viewport.width, viewport.height)
        self._wordings: dict[tuple[str, tuple[object, ...]], WrittenLabel | None] = {}
        self._metrics: dict[int, _Metrics] = {}
        self._is_raster = painter.paintEngine().type() == QPaintEngine.Type.Raster

    def keep_clear(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """No label may stand within ``half`` px of these points (n, 2) in px."""
        self._occupied.take_all(xy, half)

    def steps(self, batches: Sequence[DrawBatch]) -> Iterator[None]:
        """Write the labels: named points, then mains, then roads, then areas."""
        order = {"point": 0, "main": 1, "name": 2, "area": 3}
        labels = sorted((part for batch in batches for part in batch.labels), key=lambda b: order[b.kind])
        for batch in labels:
            xy = self._viewport.pixels(batch.xy) if len(batch.xy) else batch.xy
            written: set[int] = set()
            for number in range(len(xy)):
                slot = int(batch.slot[number])
                if slot not in written and self._write(batch, number, *xy[number]):
                    written.add(slot)
                if number % _PAUSE_EVERY == 0:
                    yield

    def _write(self, batch: LabelBatch, number: int, x: float, y: float) -> bool:
        label = self._wording(batch.kind, batch.words[number])
        if label is None:
            return False
        metrics = self._metrics_of(label)
        for text in label.texts:
            if batch.kind == "point":
                done = self._beside(label, text, metrics, x, y)
            elif batch.kind == "area":
                room = float(batch.room[number]) / self._viewport.metres_per_pixel
                done = metrics.width(text) <= room and self._level(label, text, metrics, x, y)
            else:
                done = self._along(
                    label,
                    text,
                    metrics,
                    x,
                    y,
                    float(batch.angle[number]),
                    float(batch.room[number]),
                    batch.kind,
                )
            if done:
                return True
        return False

    def _wording(self, kind: str, words: tuple[object, ...]) -> WrittenLabel | None:
        """The label of these words; many mains say the same."""
        key = kind, words
        if key not in self._wordings:
            self._wordings[key] = self._writer(kind, words)
        return self._wordings[key]

    def _metrics_of(self, label: WrittenLabel) -> _Metrics:
        key = id(label.font)
        if key not in self._metrics:
            self._metrics[key] = _Metrics(label.font)
        return self._metrics[key]

    def _beside(self, label: WrittenLabel, text: str, metrics: _Metrics, x: float, y: float) -> bool:
        width, height = metrics.width(text), metrics.height
        for left, top in (
            (x + 13, y - height / 2),
            (x - 13 - width, y - height / 2),
            (x - width / 2, y + 12),
        ):
            if self._occupied.is_free(left, top, left + width, top + height):
                self._occupied.take(left, top, left + width, top + height)
                self._text(label, text, QPointF(left, top + metrics.ascent))
                return True
        return False

    def _level(self, label: WrittenLabel, text: str, metrics: _Metrics, x: float, y: float) -> bool:
        width, height = metrics.width(text), metrics.height
        left, top = x - width / 2, y - height / 2
        if not self._occupied.is_free(left, top, left + width, top + height):
            return False
        self._occupied.take(left - 4, top - 2, left + width + 4, top + height + 2)
        self._text(label, text, QPointF(left, top + metrics.ascent))
        return True

    def _along(
        self,
        label: WrittenLabel,
        text: str,
        metrics: _Metrics,
        x: float,
        y: float,
        angle: float,
        room: float,
        kind: str,
    ) -> bool:
        spaced = kind == "name" and not text.isascii()
        width = metrics.width(text) + (_ROAD_SPACING * (len(text) - 1) if spaced else 0)
        height = metrics.height
        turn = -angle
        # Read from below or from the right, also where a line leans a little over.
        turn = (turn + math.pi - _LEANING) % math.pi - math.pi + _LEANING
        if spaced and abs(turn) > _STEEP:
            return self._stacked(label, text, metrics, x, y, turn, room)
        if width + 10 > room:
            return False
        # A main's name stands above its line, as on the sheets of the trade, or else below it.
        for aside in (_ABOVE, -_ABOVE) if kind == "main" else (0.0,):
            at_x, at_y = x + math.sin(turn) * aside, y - math.cos(turn) * aside
            if not self._occupied.is_free(at_x, at_y, at_x, at_y):
                continue
            boxes = _rotated_boxes(at_x, at_y, width, height * 0.8, turn)
            if all(self._occupied.is_free(*box) for box in boxes):
                break
        else:
            return False
        for box in boxes:
            self._occupied.take(*box)
        self._painter.save()
        self._painter.translate(at_x, at_y)
        self._painter.rotate(math.degrees(turn))
        font = QFont(label.font)
        if spaced:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, _ROAD_SPACING)
        baseline = metrics.ascent - height / 2
        self._text(label, text, QPointF(-width / 2, baseline), font)
        self._painter.restore()
        return True

    def _stacked(
        self,
        label: WrittenLabel,
        text: str,
        metrics: _Metrics,
        x: float,
        y: float,
        turn: float,
        room: float,
    ) -> bool:
        step = metrics.ascent + _ROAD_SPACING
        length = step * len(text)
        if length + 10 > room:
            return False
        direction = math.copysign(1.0, turn)
        dx, dy = math.cos(turn) * direction * step, math.sin(turn) * direction * step
        places = [
            (x + dx * (i - (len(text) - 1) / 2), y + dy * (i - (len(text) - 1) / 2)) for i in range(len(text))
        ]
        half = metrics.ascent / 2 + 1
        boxes = [(px - half, py - half, px + half, py + half) for px, py in places]
        if not all(self._occupied.is_free(*box) for box in boxes):
            return False
        for box, character, (px, py) in zip(boxes, text, places, strict=True):
            self._occupied.take(*box)
            wide = metrics.width(character)
            self._text(label, character, QPointF(px - wide / 2, py + metrics.ascent * 0.38))
        return True

    def _text(self, label: WrittenLabel, text: str, at: QPointF, font: QFont | None = None) -> None:
        painter, font = self._painter, font or label.font
        painter.setFont(font)
        if self._is_raster:
            # Fifteen times as fast as stroking the outline, and looks the same.
            painter.setPen(self._colours["map_halo"])
            for dx, dy in _AROUND:
                painter.drawText(QPointF(at.x() + dx * label.halo / 2, at.y() + dy * label.halo / 2), text)
        else:
            path = QPainterPath()
            path.addText(at, font, text)
            halo = QPen(self._colours["map_halo"], label.halo)
            halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, halo)
        painter.setPen(self._colours[label.colour])
        # Written once as text, not as a path: it stays sharp on a screen and can be found in a PDF.
        painter.drawText(at, text)


def _rotated_boxes(
    x: float, y: float, width: float, height: float, turn: float
) -> list[tuple[float, float, float, float]]:
    """The upright boxes of the parts of a turned label: small enough that they hug it."""
    parts = max(int(width / (1.5 * height)), 1)
    across = width / parts
    half_x = abs(math.cos(turn)) * across / 2 + abs(math.sin(turn)) * height / 2
    half_y = abs(math.sin(turn)) * across / 2 + abs(math.cos(turn)) * height / 2
    boxes = []
    for part in range(parts):
        offset = (part + 0.5) * across - width / 2
        px, py = x + math.cos(turn) * offset, y + math.sin(turn) * offset
        boxes.append((px - half_x, py - half_y, px + half_x, py + half_y))
    return boxes
