"""What labels remember from frame to frame, and which ground of a frame is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText, QTextLayout

#: From a label's kind and words to what may be written, the longest first; and the colour token and font key.
LabelWriter = Callable[[str, tuple[object, ...]], "WrittenLabel | None"]

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
_MOST_LAID_OUT = 4_000


class WrittenLabel:
    """The wordings of a label, the longest first, with the colour token and the font to write them in."""

    __slots__ = ("colour", "font", "halo", "texts")

    def __init__(self, texts: Sequence[str], colour: str, font: QFont, halo: float = 3.0) -> None:
        self.texts, self.colour, self.font, self.halo = texts, colour, font, halo


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
            if self._cells[_span(y0, y1), _span(x0, x1)].any():
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
    return slice(max(int((low + BEYOND) / CELL), 0), max(int((high + BEYOND) / CELL) + 1, 0))


#: Px between the letters of a name that is spaced along a street.
SPACING = 3.0


class Measures:
    """Measures of one font; a text is measured and laid out once."""

    def __init__(self, font: QFont) -> None:
        # Kept, so that no other font gets its identity.
        self.font = font
        self.spaced = QFont(font)
        self.spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, SPACING)
        self._qt = QFontMetricsF(font)
        self.height, self.ascent = self._qt.height(), self._qt.ascent()
        self._widths: dict[str, float] = {}
        self._laid_out: dict[tuple[str, bool], tuple[QStaticText, float]] = {}

    def width(self, text: str) -> float:
        """Px from the beginning of the text to its end."""
        if text not in self._widths:
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


@dataclass(frozen=True)
class Written:
    """How a label was written: which wording, in which of the ways tried, and the boxes it took.

    Boxes are in px of the scale's lattice, from the world's origin.
    """

    text: str
    way: int
    slot: Slot
    boxes: tuple[Box4, ...]


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
        self._measures: dict[int, Measures] = {}

    def forget(self) -> None:
        """Other things are to be seen from now on: every label finds its place anew."""
        self._written.clear()
        self._spot_of_slot.clear()

    def forget_words(self) -> None:
        """Labels may say something else, or in other letters."""
        self._wordings.clear()
        self._measures.clear()

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
        if id(font) not in self._measures:
            self._measures[id(font)] = Measures(font)
        return self._measures[id(font)]

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
