"""Labels: haloed, clear of each other and of symbols, along what they name; steep Chinese stands upright."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPainterPath, QPen

from gisapp.map.label_memory import (
    BEYOND,
    CELL,
    SPACING,
    Box4,
    LabelMemory,
    LabelWriter,
    Measures,
    Occupied,
    Slot,
    Spot,
    Written,
    WrittenLabel,
)
from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from layers.scene.request import DrawBatch, LabelBatch

#: Named points first, for they are few and great; areas last, for they have room elsewhere.
_ORDER = {"point": 0, "main": 1, "name": 2, "code": 3, "area": 4}
_PER_METRE = 1000.0
#: Px between a point and its name.
_ASIDE, _ASIDE_NEAR, _ASIDE_CODE = 13.0, 20.0, 16.0
#: From this scale on symbols are large.
_LARGE_SYMBOLS = 5_000.0
_STEEP = math.radians(58)
_LEANING = math.radians(72)
_ABOVE = 10.0
#: Beyond this scale (a denominator) names stand so many px beside their roads.
_NARROW_ROADS, _BESIDE_ROAD = 10_000.0, 12.0
_PAUSE_EVERY = 12
#: Eight directions: a text drawn so much aside in each of them is its own halo.
_AROUND = tuple((math.cos(n * math.pi / 4), math.sin(n * math.pi / 4)) for n in range(8))


@dataclass(frozen=True)
class _Place:
    """A way to write a label: the boxes it fills, and what writes it."""

    boxes: Sequence[Box4]
    write: Callable[[], None]


class _Round:
    """The labels of one batch, with what tells each of them from all others at any time."""

    def __init__(self, layer: str, batch: LabelBatch, viewport: Viewport) -> None:
        self.batch = batch
        # To the 64th of a pixel: in every frame a text is then rounded to the same row of pixels.
        self.xy: list[list[float]] = (np.rint(viewport.pixels(batch.xy) * 64) / 64).tolist()
        self.slots: list[Slot] = [(layer, slot) for slot in batch.slot.tolist()]
        self.written: set[Slot] = set()
        where = np.rint(batch.xy * _PER_METRE).astype(np.int64).tolist()
        self.spots: list[Spot] = [
            (batch.kind, x, y, words) for (x, y), words in zip(where, batch.words, strict=True)
        ]


class LabelPainter:
    """Places the labels of all layers for one viewport and writes them."""

    def __init__(
        self,
        painter: QPainter,
        viewport: Viewport,
        colours: Colours,
        writer: LabelWriter,
        memory: LabelMemory | None = None,
    ) -> None:
        self._painter, self._viewport, self._colours, self._writer = painter, viewport, colours, writer
        self._occupied = Occupied(viewport.width, viewport.height)
        self._symbols = Occupied(viewport.width, viewport.height)
        self._memory = memory or LabelMemory()
        self._memory.turn_to(viewport.metres_per_pixel)
        box, metres = viewport.box, viewport.metres_per_pixel
        # Where the frame's corner lies on the lattice of the scale.
        self._corner = box.x0 / metres, -box.y1 / metres
        self._is_raster = painter.paintEngine().type() == QPaintEngine.Type.Raster

    def keep_clear(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """No label may stand within ``half`` px of these points (n, 2) in px."""
        self._occupied.take_all(xy, half)
        # A label that stands is moved by a symbol that comes upon it, not by one that comes near.
        self._symbols.take_all(xy, max(half - 2 * CELL, 1.0))

    def steps(self, batches: Sequence[DrawBatch]) -> Iterator[None]:
        """Write the labels: first those that stand already, then named points, mains, roads, codes and areas."""
        parts = [(batch.layer.id, part) for batch in batches for part in batch.labels if len(part.xy)]
        parts.sort(key=lambda each: _ORDER[each[1].kind])
        rounds = [_Round(layer, part, self._viewport) for layer, part in parts]
        standing = self._take_remembered()
        yield
        for count, (each, number, spot) in enumerate(self._all(rounds)):
            written = standing.pop(spot, None)
            if written is not None and self._rewrite(each, number, spot, written):
                each.written.add(each.slots[number])
            if count % _PAUSE_EVERY == 0:
                yield
        # Still there, and not asked for though in view: it is not to be written any more.
        for spot in standing:
            if self._sees(spot):
                self._memory.drop(spot)
        for count, (each, number, spot) in enumerate(self._all(rounds)):
            slot = each.slots[number]
            if slot not in each.written and not self._memory.has_elsewhere(slot):
                if self._write(each, number, spot):
                    each.written.add(slot)
                if count % _PAUSE_EVERY == 0:
                    yield

    @staticmethod
    def _all(rounds: Sequence[_Round]) -> Iterator[tuple[_Round, int, Spot]]:
        for each in rounds:
            for number, spot in enumerate(each.spots):
                yield each, number, spot

    def _take_remembered(self) -> dict[Spot, Written]:
        """Keep the places of labels that stand; returns them."""
        left, top = self._corner
        width, height = self._viewport.width, self._viewport.height
        found = self._memory.near(left - BEYOND, top - BEYOND, left + width + BEYOND, top + height + BEYOND)
        for _, written in found:
            self._occupied.take(_moved(written.boxes, -left, -top))
        return dict(found)

    def _sees(self, spot: Spot) -> bool:
        x, y = self._viewport.to_pixel(spot[1] / _PER_METRE, spot[2] / _PER_METRE)
        return 0 < x < self._viewport.width and 0 < y < self._viewport.height

    def _rewrite(self, each: _Round, number: int, spot: Spot, written: Written) -> bool:
        """Write a label where it stood, unless a symbol has come upon it."""
        place = next(
            (
                place
                for text, way, place in self._ways(each, number, spot)
                if way == written.way and text == written.text
            ),
            None,
        )
        if place is None or not self._symbols.are_free_of(place.boxes):
            self._memory.drop(spot)
            return False
        self._memory.keep(spot, replace(written, slot=each.slots[number]))
        place.write()
        return True

    def _write(self, each: _Round, number: int, spot: Spot) -> bool:
        """Write a label in the first way that is free; whether there was one."""
        left, top = self._corner
        for text, way, place in self._ways(each, number, spot):
            if self._occupied.are_free(place.boxes):
                self._occupied.take(place.boxes)
                boxes = _moved(place.boxes, left, top)
                self._memory.keep(spot, Written(text, way, each.slots[number], boxes))
                place.write()
                return True
        return False

    def _ways(self, each: _Round, number: int, spot: Spot) -> Iterator[tuple[str, int, _Place]]:
        """All ways to write a label, the best first: the wording, the number of the way, and the place."""
        kind, words = spot[0], spot[3]
        label = self._memory.wording(self._writer, kind, words)
        if label is None:
            return
        metrics = self._memory.measures(label.font)
        batch, (x, y) = each.batch, each.xy[number]
        for text in label.texts:
            if kind in ("point", "code"):
                near = self._viewport.denominator <= _LARGE_SYMBOLS
                aside = _ASIDE_CODE if kind == "code" else _ASIDE_NEAR if near else _ASIDE
                places = self._beside(label, text, metrics, x, y, aside)
            elif kind == "area":
                room = float(batch.room[number]) / self._viewport.metres_per_pixel
                places = self._level(label, text, metrics, x, y, room)
            else:
                angle, room = float(batch.angle[number]), float(batch.room[number])
                places = self._along(label, text, metrics, x, y, angle, room, kind)
            for way, place in enumerate(places):
                yield text, way, place

    def _beside(
        self, label: WrittenLabel, text: str, metrics: Measures, x: float, y: float, aside: float
    ) -> Iterator[_Place]:
        """To the right of a point, to its left, below it, above it."""
        width, height = metrics.width(text), metrics.height
        for left, top in (
            (x + aside, y - height / 2),
            (x - aside - width, y - height / 2),
            (x - width / 2, y + aside - 1),
            (x - width / 2, y - aside + 1 - height),
        ):
            yield _Place(
                ((left, top, left + width, top + height),),
                partial(self._text, label, text, QPointF(left, top + metrics.ascent)),
            )

    def _level(
        self, label: WrittenLabel, text: str, metrics: Measures, x: float, y: float, room: float
    ) -> Iterator[_Place]:
        width, height = metrics.width(text), metrics.height
        if width > room:
            return
        left, top = x - width / 2, y - height / 2
        # A little room around it, so that it does not run into a street's name.
        yield _Place(
            ((left - 4, top - 2, left + width + 4, top + height + 2),),
            partial(self._text, label, text, QPointF(left, top + metrics.ascent)),
        )

    def _along(
        self,
        label: WrittenLabel,
        text: str,
        metrics: Measures,
        x: float,
        y: float,
        angle: float,
        room: float,
        kind: str,
    ) -> Iterator[_Place]:
        spaced = kind == "name" and not text.isascii()
        width = metrics.width(text) + (SPACING * (len(text) - 1) if spaced else 0)
        # Read from below or from the right, also where a line leans a little over.
        turn = (-angle + math.pi - _LEANING) % math.pi - math.pi + _LEANING
        asides: tuple[float, ...] = (0.0,)
        if kind == "main":
            # A main's name stands above its line, as on the sheets of the trade, or else below it.
            asides = (_ABOVE, -_ABOVE)
        elif self._viewport.denominator > _NARROW_ROADS:
            # The road is narrower than its name: in its middle the name would cut the mains that run along it.
            asides = (_BESIDE_ROAD, -_BESIDE_ROAD)
        if spaced and abs(turn) > _STEEP:
            for aside in asides:
                at = x + math.sin(turn) * aside, y - math.cos(turn) * aside
                yield from self._stacked(label, text, metrics, *at, turn, room)
            return
        if width + 10 > room:
            return
        for aside in asides:
            at_x, at_y = x + math.sin(turn) * aside, y - math.cos(turn) * aside
            yield _Place(
                _rotated_boxes(at_x, at_y, width, metrics.height * 0.8, turn),
                partial(self._turned, label, text, metrics, at_x, at_y, width, turn, spaced),
            )

    def _turned(
        self,
        label: WrittenLabel,
        text: str,
        metrics: Measures,
        x: float,
        y: float,
        width: float,
        turn: float,
        spaced: bool,
    ) -> None:
        self._painter.save()
        self._painter.translate(x, y)
        self._painter.rotate(math.degrees(turn))
        self._text(label, text, QPointF(-width / 2, metrics.ascent - metrics.height / 2), spaced)
        self._painter.restore()

    def _stacked(
        self,
        label: WrittenLabel,
        text: str,
        metrics: Measures,
        x: float,
        y: float,
        turn: float,
        room: float,
    ) -> Iterator[_Place]:
        step = metrics.ascent + SPACING
        if step * len(text) + 10 > room:
            return
        direction = math.copysign(1.0, turn)
        dx, dy = math.cos(turn) * direction * step, math.sin(turn) * direction * step
        middle = (len(text) - 1) / 2
        places = [(x + dx * (i - middle), y + dy * (i - middle)) for i in range(len(text))]
        half = metrics.ascent / 2 + 1

        def write() -> None:
            for character, (px, py) in zip(text, places, strict=True):
                at = QPointF(px - metrics.width(character) / 2, py + metrics.ascent * 0.38)
                self._text(label, character, at)

        yield _Place(tuple((px - half, py - half, px + half, py + half) for px, py in places), write)

    def _text(self, label: WrittenLabel, text: str, at: QPointF, spaced: bool = False) -> None:
        painter, measures = self._painter, self._memory.measures(label.font)
        font = measures.spaced if spaced else measures.font
        painter.setFont(font)
        if not self._is_raster:
            path = QPainterPath()
            path.addText(at, font, text)
            halo = QPen(self._colours["map_halo"], label.halo)
            halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, halo)
            painter.setPen(self._colours[label.colour])
            # Written once as text, not as a path: it can be found in a PDF.
            painter.drawText(at, text)
            return
        # Many times faster than stroking the outline, and looks the same.
        laid_out, ascent = measures.laid_out(text, spaced)
        x, y, aside = at.x(), at.y() - ascent, label.halo / 2
        painter.setPen(self._colours["map_halo"])
        for dx, dy in _AROUND:
            painter.drawStaticText(QPointF(x + dx * aside, y + dy * aside), laid_out)
        painter.setPen(self._colours[label.colour])
        painter.drawStaticText(QPointF(x, y), laid_out)


def _rotated_boxes(x: float, y: float, width: float, height: float, turn: float) -> list[Box4]:
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


def _moved(boxes: Iterable[Box4], dx: float, dy: float) -> tuple[Box4, ...]:
    return tuple((x0 + dx, y0 + dy, x1 + dx, y1 + dy) for x0, y0, x1, y1 in boxes)
