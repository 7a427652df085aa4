"""Labels: haloed, clear of each other and of symbols, along what they name; steep Chinese stands upright."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPaintEngine, QPainter

from gisapp.map.label_marks import Mark, Measures, WrittenLabel, write
from gisapp.map.label_memory import (
    BEYOND,
    CELL,
    Box4,
    LabelMemory,
    LabelWriter,
    Occupied,
    Slot,
    Spot,
    Written,
)
from gisapp.map.label_ways import Candidate, Place, ways
from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from layers.scene.request import DrawBatch, LabelBatch

#: Named points first, for they are few and great; areas last, for they have room elsewhere.
_ORDER = {"point": 0, "main": 1, "name": 2, "code": 3, "area": 4}
_PER_METRE = 1000.0
_PAUSE_EVERY = 16


class _Round:
    """The labels of one batch, with what tells each of them from all others at any time."""

    def __init__(self, layer: str, batch: LabelBatch, viewport: Viewport) -> None:
        # To the 64th of a pixel: in every frame a text is then rounded to the same row of pixels.
        self._xy: list[list[float]] = (np.rint(viewport.pixels(batch.xy) * 64) / 64).tolist()
        self._metres = viewport.metres_per_pixel
        self.given: list[tuple[float, float]] = list(
            zip(batch.angle.tolist(), batch.room.tolist(), strict=True)
        )
        self.slots: list[Slot] = [(layer, slot) for slot in batch.slot.tolist()]
        self.written: set[Slot] = set()
        where = np.rint(batch.xy * _PER_METRE).astype(np.int64).tolist()
        self.spots: list[Spot] = [
            (batch.kind, x, y, words) for (x, y), words in zip(where, batch.words, strict=True)
        ]

    def candidate(self, number: int) -> Candidate:
        """Where the label of this number may stand."""
        kind, (x, y), (angle, room) = self.spots[number][0], self._xy[number], self.given[number]
        return Candidate(kind, x, y, angle, room / self._metres if kind == "area" else room)


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
        self._ratio = painter.device().devicePixelRatioF()
        # What is painted once and then put away needs no pictures of its texts.
        self._stamps = (
            memory.stamps
            if memory is not None and self._is_raster and painter.worldTransform().isIdentity()
            else None
        )

    def keep_clear(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """No label may stand within ``half`` px of these points (n, 2) in px."""
        self._occupied.take_all(xy, half)
        # A label that stands is moved by a symbol that comes upon it, not by one that comes near.
        self._symbols.take_all(xy, max(half - 2 * CELL, 1.0))

    def steps(self, batches: Sequence[DrawBatch]) -> Iterator[None]:
        """Write the labels: first those that stand already, then named points, mains, roads, codes and areas."""
        rounds = self._rounds(batches)
        standing = self._take_remembered()
        yield
        for count, (each, number, spot) in enumerate(_all(rounds)):
            before = standing.pop(spot, None)
            if before is not None and (written := self._stay(each, number, spot, before)) is not None:
                self._put(spot, written)
            if count % _PAUSE_EVERY == 0:
                yield
        # Still there, and not asked for though in view: it is not to be written any more.
        for spot in standing:
            if self._sees(spot):
                self._memory.drop(spot)
        for count, (each, number, spot) in enumerate(_all(rounds)):
            written = self._find(each, number, spot)
            if written is not None:
                self._put(spot, written)
            if written is not None or count % _PAUSE_EVERY == 0:
                yield

    def mend(self, batches: Sequence[DrawBatch], boxes: Sequence[Box4]) -> list[Box4]:
        """Place the labels of ``boxes`` (px) anew; gives what of the picture is then to be painted anew.

        ``batches`` reach so far around that every label is in them that reaches into the boxes. ``write`` writes.
        """
        rounds, dirty = self._rounds(batches), list(boxes)
        standing = self._take_remembered()
        left, top = self._corner
        for each, number, spot in _all(rounds):
            before = standing.pop(spot, None)
            if before is not None and self._stay(each, number, spot, before) is not before:
                now = self._memory.at(spot)
                if now is None or now.boxes != before.boxes:
                    dirty += _moved(before.boxes, -left, -top)
                    dirty += () if now is None else _moved(now.boxes, -left, -top)
        for spot, before in standing.items():
            if self._is_in(spot, boxes):
                self._memory.drop(spot)
                dirty += _moved(before.boxes, -left, -top)
        for each, number, spot in _all(rounds):
            if self._is_in(spot, boxes) and (written := self._find(each, number, spot)) is not None:
                dirty += _moved(written.boxes, -left, -top)
        return dirty

    def write(self, boxes: Sequence[Box4]) -> None:
        """Write what stands in some boxes (px)."""
        left, top = self._corner
        # What stands between the boxes is painted too, where it is not seen: that is sooner done than asking for each.
        x0, y0, x1, y1 = zip(*_moved(boxes, left, top), strict=True)
        for spot, written in self._memory.near(min(x0), min(y0), max(x1), max(y1)):
            self._put(spot, written)

    def _rounds(self, batches: Sequence[DrawBatch]) -> list[_Round]:
        parts = [(batch.layer.id, part) for batch in batches for part in batch.labels if len(part.xy)]
        parts.sort(key=lambda each: _ORDER[each[1].kind])
        return [_Round(layer, part, self._viewport) for layer, part in parts]

    def _take_remembered(self) -> dict[Spot, Written]:
        """Keep the places of labels that stand; returns them."""
        left, top = self._corner
        width, height = self._viewport.width, self._viewport.height
        found = self._memory.near(left - BEYOND, top - BEYOND, left + width + BEYOND, top + height + BEYOND)
        for _, written in found:
            self._occupied.take(_moved(written.boxes, -left, -top))
        return dict(found)

    def _sees(self, spot: Spot) -> bool:
        return self._is_in(spot, [(0.0, 0.0, self._viewport.width, self._viewport.height)])

    def _is_in(self, spot: Spot, boxes: Iterable[Box4]) -> bool:
        x, y = self._viewport.to_pixel(spot[1] / _PER_METRE, spot[2] / _PER_METRE)
        return any(x0 < x < x1 and y0 < y < y1 for x0, y0, x1, y1 in boxes)

    def _stay(self, each: _Round, number: int, spot: Spot, written: Written) -> Written | None:
        """Keep a label where it stood, unless a symbol has come upon it or it is to say something else."""
        left, top = self._corner
        label = self._memory.wording(self._writer, spot[0], spot[3])
        if label is None or written.text not in label.texts:
            self._memory.drop(spot)
            return None
        slot, given = each.slots[number], each.given[number]
        if given != written.given:
            place = self._same_way(each.candidate(number), label, written)
            if place is None:
                self._memory.drop(spot)
                return None
            written = self._written(each, number, (written.text, written.way, place))
        elif slot != written.slot:
            written = Written(written.text, written.way, slot, written.boxes, written.marks, given)
        if not self._symbols.are_free_of(_moved(written.boxes, -left, -top)):
            self._memory.drop(spot)
            return None
        self._memory.keep(spot, written)
        each.written.add(slot)
        return written

    def _same_way(self, where: Candidate, label: WrittenLabel, written: Written) -> Place | None:
        metrics = self._memory.measures(label.font)
        found = enumerate(ways(where, written.text, metrics, self._viewport.denominator))
        return next((place for way, place in found if way == written.way), None)

    def _find(self, each: _Round, number: int, spot: Spot) -> Written | None:
        """The first way to write a label that is free, if it is not written yet; it is kept from now on."""
        slot = each.slots[number]
        if slot in each.written or self._memory.has_elsewhere(slot):
            return None
        label = self._memory.wording(self._writer, spot[0], spot[3])
        if label is None:
            return None
        metrics, where = self._memory.measures(label.font), each.candidate(number)
        for text in label.texts:
            for way, place in enumerate(ways(where, text, metrics, self._viewport.denominator)):
                if self._occupied.are_free(place.boxes()):
                    self._occupied.take(place.boxes())
                    written = self._written(each, number, (text, way, place))
                    self._memory.keep(spot, written)
                    each.written.add(slot)
                    return written
        return None

    def _written(self, each: _Round, number: int, chosen: tuple[str, int, Place]) -> Written:
        text, way, place = chosen
        left, top = self._corner
        marks = tuple(mark.moved(left, top) for mark in place.marks())
        boxes = _moved(place.boxes(), left, top)
        return Written(text, way, each.slots[number], boxes, marks, each.given[number])

    def _put(self, spot: Spot, written: Written) -> None:
        label = self._memory.wording(self._writer, spot[0], spot[3])
        if label is None:
            return
        left, top = self._corner
        for mark in written.marks:
            self._show(label, mark.moved(-left, -top))

    def _show(self, label: WrittenLabel, mark: Mark) -> None:
        measures: Measures = self._memory.measures(label.font)
        if self._stamps is not None:
            self._stamps.put(self._painter, self._ratio, mark, label, measures, self._colours)
        else:
            write(self._painter, mark, label, measures, self._colours, raster=self._is_raster)


def _all(rounds: Sequence[_Round]) -> Iterator[tuple[_Round, int, Spot]]:
    for each in rounds:
        for number, spot in enumerate(each.spots):
            yield each, number, spot


def _moved(boxes: Iterable[Box4], dx: float, dy: float) -> tuple[Box4, ...]:
    return tuple((x0 + dx, y0 + dy, x1 + dx, y1 + dy) for x0, y0, x1, y1 in boxes)
