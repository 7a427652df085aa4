"""A map too large for one sheet, on several: which sheet shows what, and how they are counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from layers.errors import UserError
from layers.model.query import Box
from layers.text import Message

#: More sheets than this are a wrong scale, not a map.
MOST_SHEETS = 400
#: Rounding must not make another row of sheets.
_HAIR = 1e-9


@dataclass(frozen=True)
class Place:
    """One sheet of a series: its number from 1, its row from the north, its column from the west, what it shows."""

    number: int
    row: int
    column: int
    box: Box


@dataclass(frozen=True)
class Series:
    """The sheets, counted row by row from the north-west; ``rows`` by ``columns`` with gaps where nothing is."""

    places: tuple[Place, ...]
    rows: int
    columns: int

    @property
    def box(self) -> Box:
        """Everything on all sheets."""
        boxes = [place.box for place in self.places]
        return Box(
            min(b.x0 for b in boxes),
            min(b.y0 for b in boxes),
            max(b.x1 for b in boxes),
            max(b.y1 for b in boxes),
        )

    def at(self, row: int, column: int) -> Place | None:
        """The sheet there, if there is one."""
        return next((place for place in self.places if (place.row, place.column) == (row, column)), None)


def sheets_needed(extent: Box, width: float, height: float) -> tuple[int, int]:
    """Rows and columns of sheets of ``width`` by ``height`` metres that cover ``extent``."""
    return _needed(extent.height, height), _needed(extent.width, width)


def split(extent: Box, width: float, height: float, wanted: Callable[[Box], bool] | None = None) -> Series:
    """Cover ``extent`` with sheets that show ``width`` by ``height`` metres each, edge to edge, in the middle.

    Sheets that ``wanted`` refuses are left out, unless it refuses all. Raises ``UserError`` when it would
    take more than ``MOST_SHEETS``.
    """
    rows, columns = sheets_needed(extent, width, height)
    if rows * columns > MOST_SHEETS:
        raise UserError(
            Message("printing.series.too_many", {"count": rows * columns, "most": MOST_SHEETS}),
            Message("printing.series.too_many.hint"),
        )
    west = (extent.x0 + extent.x1 - columns * width) / 2
    north = (extent.y0 + extent.y1 + rows * height) / 2
    found = [
        (row, column, Box(
            west + column * width, north - (row + 1) * height, west + (column + 1) * width, north - row * height
        ))
        for row in range(rows)
        for column in range(columns)
    ]  # fmt: skip
    kept = [each for each in found if wanted is None or wanted(each[2])] or found
    places = tuple(Place(number, *each) for number, each in enumerate(kept, start=1))
    return Series(places, rows, columns)


def _needed(length: float, step: float) -> int:
    return max(math.ceil(length / step - _HAIR), 1)
