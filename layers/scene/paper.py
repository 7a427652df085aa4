"""Paper: the sizes of the trade, free sizes, and the scales people draw at. All lengths are millimetres."""

from __future__ import annotations

import re
from dataclasses import dataclass

from layers.errors import UserError
from layers.text import Message

LANDSCAPE, PORTRAIT = "landscape", "portrait"
ORIENTATIONS = (LANDSCAPE, PORTRAIT)
#: ISO 216, short side first.
SIZES = {
    "A4": (210.0, 297.0),
    "A3": (297.0, 420.0),
    "A2": (420.0, 594.0),
    "A1": (594.0, 841.0),
    "A0": (841.0, 1189.0),
}
#: The scales of city and utility maps in China (CJJ/T 8), and those between that a sheet often needs.
SCALES = (500, 1000, 2000, 2500, 5000, 10000, 20000, 25000, 50000)
LEAST_SIDE, LARGEST_SIDE = 100.0, 5000.0
LEAST_SCALE, LARGEST_SCALE = 50.0, 5_000_000.0

_FREE = re.compile(r"(\d{2,4}(?:\.\d+)?)\s*[x×*]\s*(\d{2,4}(?:\.\d+)?)(?:\s*mm)?", re.IGNORECASE)
_SCALE = re.compile(r"(?:1\s*[:\uff1a])?\s*(\d{1,3}(?:[ ,\u00a0]\d{3})+|\d{1,9}(?:\.\d+)?)")


@dataclass(frozen=True)
class Paper:
    """A sheet as it lies: ``width`` by ``height`` mm; ``name`` is empty for a free size."""

    name: str
    width: float
    height: float

    @classmethod
    def of(cls, name: str, orientation: str = LANDSCAPE) -> Paper:
        """One of ``SIZES``. ``KeyError`` for another name."""
        short, long = SIZES[name]
        return cls(name, long, short) if orientation == LANDSCAPE else cls(name, short, long)

    @property
    def orientation(self) -> str:
        """``landscape`` when it is wider than high."""
        return LANDSCAPE if self.width >= self.height else PORTRAIT

    def turned(self, orientation: str) -> Paper:
        """The same sheet lying so."""
        return self if self.orientation == orientation else Paper(self.name, self.height, self.width)

    def __str__(self) -> str:
        return self.name or f"{self.width:g}x{self.height:g}"


def read_paper(text: str) -> Paper:
    """The paper that ``A3`` or ``900x600`` (mm) says; a named size lies across.

    Raises ``UserError`` for another word or a side out of all reason.
    """
    word = text.strip()
    if word.upper() in SIZES:
        return Paper.of(word.upper())
    free = _FREE.fullmatch(word)
    if free is None:
        raise UserError(
            Message("printing.paper.unknown", {"text": word}),
            Message("printing.paper.unknown.hint", {"names": tuple(reversed(SIZES))}),
        )
    width, height = float(free[1]), float(free[2])
    if not all(LEAST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise UserError(
            Message("printing.paper.side", {"text": word}),
            Message("printing.paper.side.hint", {"least": f"{LEAST_SIDE:g}", "largest": f"{LARGEST_SIDE:g}"}),
        )
    return Paper("", width, height)


def read_scale(text: str) -> float:
    """N of ``2000``, ``1:2000`` or ``1:2 000``. Raises ``UserError`` for anything else or out of all reason."""
    found = _SCALE.fullmatch(text.strip())
    value = float(re.sub(r"[ ,\u00a0]", "", found[1])) if found else 0.0
    if not LEAST_SCALE <= value <= LARGEST_SCALE:
        raise UserError(
            Message("printing.scale.unknown", {"text": text.strip()}),
            Message(
                "printing.scale.unknown.hint",
                {"least": f"{LEAST_SCALE:.0f}", "largest": f"{LARGEST_SCALE:.0f}"},
            ),
        )
    return value
