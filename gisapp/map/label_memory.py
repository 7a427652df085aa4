"""What labels remember from frame to frame, and which ground of a frame is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QFont

from gisapp.map.label_marks import Mark, Measures, Stamps, WrittenLabel

#: From a label's kind and words to what may be written, the longest first; and the colour token and font key.
LabelWriter = Callable[[str, tuple[object, ...]], WrittenLabel | None]

#: x0, y0, x1, y1 in px.
Box4 = tuple[float, float, float, float]
#: What tells one label from all others: its kind, its place in thousandths of a metre, and its words.
Spot = tuple[str, int, int, tuple[object, ...]]
#: A layer and a number in it: of the places with the same slot one at most is written.
Slot = tuple[str, int]

#: The grain of what is taken, in px.
CELL = 4.0
#: Px around the frame from which symbols and labels reach into it.
BEYOND = 64.0
_MOST_WORDINGS = 50_000
_MOST_PLACES = 8_000
_MOST_FONTS = 200


class Occupied:
    """Which cells of the frame, and a little around it, are taken."""

    def __init__(self, width: float, height: float) -> None:
        self._size = width, height
        shape = (int((height + 2 * BEYOND) / CELL) + 2, int((width + 2 * BEYOND) / CELL) + 2)
        self._cells = np.zeros(shape, dtype=bool)

    def take(self, boxes: Iterable[Box4]) -> None:
        for x0, y0, x1, y1 in boxes:
            self._cells[_span(y0, y1), _span(x0, x1)] = True

    def are_free(self, boxes: Iterable[Box4]) -> bool:
        """Whether nothing is there. What the edge would cut is not written at all."""
        width, height = self._size
        for x0, y0, x1, y1 in boxes:
            if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
                return False
            rows = slice(int((y0 + BEYOND) / CELL), int((y1 + BEYOND) / CELL) + 1)
            if self._cells[rows, int((x0 + BEYOND) / CELL) : int((x1 + BEYOND) / CELL) + 1].any():
                return False
        return True

    def are_free_of(self, boxes: Iterable[Box4]) -> bool:
        """Whether nothing is there, be it at the edge."""
        return not any(self._cells[_span(y0, y1), _span(x0, x1)].any() for x0, y0, x1, y1 in boxes)

    def take_all(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """Take the square of ``half`` around every point."""
        height, width = self._cells.shape
        low = np.floor((xy - half + BEYOND) / CELL).astype(np.int64)
        high = np.floor((xy + half + BEYOND) / CELL).astype(np.int64)
        inside = (high >= 0).all(axis=1) & (low[:, 0] < width) & (low[:, 1] < height)
        low, high = low[inside].clip(0), np.minimum(high[inside], (width - 1, height - 1))
        across = np.arange(math.ceil(2 * half / CELL) + 1)
        rows = np.minimum(low[:, 1, None] + across, high[:, 1, None])
        columns = np.minimum(low[:, 0, None] + across, high[:, 0, None])
        self._cells[rows[:, :, None], columns[:, None, :]] = True


def _span(low: float, high: float) -> slice:
    first, last = int((low + BEYOND) / CELL), int((high + BEYOND) / CELL) + 1
    return slice(first if first > 0 else 0, last if last > 0 else 0)


@dataclass(frozen=True)
class Written:
    """How a label was written: which wording, in which of the ways tried, the boxes it took, and its texts.

    Boxes and texts are in px of the scale's lattice, from the world's origin. ``given`` is what the place depended
    on beside its spot: the angle and the room there was.
    """

    text: str
    way: int
    slot: Slot
    boxes: tuple[Box4, ...]
    marks: tuple[Mark, ...]
    given: tuple[float, float]


class LabelMemory:
    """Where the labels of a scale were written: while the map is panned they stay where they are.

    A place is remembered by what is written there and where in the world, so that it holds for every frame of the
    scale; places out of view are kept free of others, so that what comes back into view finds its place.
    """

    def __init__(self) -> None:
        self._metres_per_pixel = 0.0
        self._written: dict[Spot, Written] = {}
        self._spot_of_slot: dict[Slot, Spot] = {}
        self._wordings: dict[tuple[str, tuple[object, ...]], WrittenLabel | None] = {}
        self._measures: dict[str, Measures] = {}
        # By identity, kept so that no other font gets it.
        self._fonts: dict[int, tuple[QFont, Measures]] = {}
        self.stamps = Stamps()

    def forget(self) -> None:
        """Other things are to be seen from now on: every label finds its place anew."""
        self._written.clear()
        self._spot_of_slot.clear()

    def forget_words(self) -> None:
        """Labels may say something else."""
        self._wordings.clear()
        self._fonts.clear()

    def wording(self, writer: LabelWriter, kind: str, words: tuple[object, ...]) -> WrittenLabel | None:
        """The label of these words; many mains say the same."""
        key = kind, words
        if key not in self._wordings:
            if len(self._wordings) > _MOST_WORDINGS:
                self._wordings.clear()
            self._wordings[key] = writer(kind, words)
        return self._wordings[key]

    def measures(self, font: QFont) -> Measures:
        """How wide texts are in a font."""
        known = self._fonts.get(id(font))
        if known is None:
            if len(self._fonts) > _MOST_FONTS:
                self._fonts.clear()
            measures = self._measures.setdefault(font.key(), Measures(font))
            known = self._fonts[id(font)] = font, measures
        return known[1]

    def forget_slots(self) -> None:
        """The things named were read anew: their numbers may have changed, not their places."""
        self._spot_of_slot.clear()

    @property
    def count(self) -> int:
        """How many labels stand at this scale."""
        return len(self._written)

    def turn_to(self, metres_per_pixel: float) -> None:
        """The scale of the next frame; places at another scale are forgotten."""
        if metres_per_pixel != self._metres_per_pixel or len(self._written) > _MOST_PLACES:
            self.forget()
            self._metres_per_pixel = metres_per_pixel

    def at(self, spot: Spot) -> Written | None:
        """What was written for this label."""
        return self._written.get(spot)

    def has_elsewhere(self, slot: Slot) -> bool:
        """Whether the slot's label is written already, at another of its places."""
        return slot in self._spot_of_slot

    def keep(self, spot: Spot, written: Written) -> None:
        """This is written now."""
        self._written[spot] = written
        self._spot_of_slot[written.slot] = spot

    def drop(self, spot: Spot) -> None:
        """This is not written any more."""
        written = self._written.pop(spot, None)
        if written is not None and self._spot_of_slot.get(written.slot) == spot:
            del self._spot_of_slot[written.slot]

    def near(self, x0: float, y0: float, x1: float, y1: float) -> list[tuple[Spot, Written]]:
        """What reaches into a rectangle of the lattice."""
        return [
            (spot, written)
            for spot, written in self._written.items()
            if any(b[0] < x1 and b[2] > x0 and b[1] < y1 and b[3] > y0 for b in written.boxes)
        ]
