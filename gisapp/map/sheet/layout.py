"""Where things are on a sheet: paper in millimetres, everything painted in px of 1/96 inch, so 1:N is 1:N.

A sheet is a page with a frame (GB/T 14689, without binding edge), a band with the title, the map in its neat
line, and beside it (or below it, on upright paper) signs, legend and title block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QMarginsF, QRectF

from layers.scene.paper import Paper

PX_PER_MM = 96 / 25.4
#: Map content on paper is drawn finer than on a screen by this: print is read from nearer and is sharper.
PAPER_FINENESS = 0.75
#: A picture smaller than this (mm) is the bare map; a narrower one has no legend.
BARE_WIDTH, BARE_HEIGHT = 127.0, 84.0
_LEGEND_FROM_WIDTH = 200.0
#: What lies around the map: the coordinates at the neat line.
_TICKS = 5.2
_BAND, _FOOT = 10.5, 11.0
_ROUND_SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)


def mm(length: float) -> float:
    """Millimetres in px of the sheet."""
    return length * PX_PER_MM


@dataclass(frozen=True)
class SheetLayout:
    """The parts of a sheet in px; a part without room is None. ``unit`` is one furniture millimetre in px.

    Furniture (title, legend, block) grows with the paper, for a large sheet is read from farther away;
    the map does not: its lines and texts keep their millimetres.
    """

    page: QRectF
    map: QRectF
    frame: QRectF | None
    band: QRectF | None
    legend: QRectF | None
    signs: QRectF | None
    index: QRectF | None
    block: QRectF | None
    foot: QRectF | None
    unit: float
    fineness: float

    @classmethod
    def of_paper(cls, paper: Paper, *, legend: bool = True, series: bool = False) -> SheetLayout:
        """A sheet of the trade with everything on it."""
        page = QRectF(0, 0, mm(paper.width), mm(paper.height))
        short = min(paper.width, paper.height)
        unit = mm(min(max(math.sqrt(short / 210.0), 0.62), 2.2))
        frame = _less(page, mm(20.0 if short > 590 else 10.0 if short >= 180 else 6.0))
        inner = _less(frame, 2.0 * unit)
        band = QRectF(inner.left(), inner.top(), inner.width(), _BAND * unit)
        body = QRectF(inner.left(), band.bottom(), inner.width(), inner.bottom() - band.bottom())
        across = paper.width >= paper.height
        parts = _beside(body, unit, legend, series) if across else _below(body, unit, legend, series)
        return cls(page, _neat(parts["map"], unit), frame, band, parts["legend"], parts["signs"],
                   parts["index"], parts["block"], None, unit, PAPER_FINENESS)  # fmt: skip

    @classmethod
    def of_picture(cls, width: float, height: float) -> SheetLayout:
        """A picture for the screen, ``width`` by ``height`` px: title, map, legend, a line at the foot."""
        page = QRectF(0, 0, width, height)
        unit = mm(1.0)
        if width < mm(BARE_WIDTH) or height < mm(BARE_HEIGHT):
            return cls(page, page, None, None, None, None, None, None, None, unit, 1.0)
        inner = _less(page, mm(5.0))
        band = QRectF(inner.left(), inner.top(), inner.width(), _BAND * unit)
        foot = QRectF(inner.left(), inner.bottom() - _FOOT * unit, inner.width(), _FOOT * unit)
        body = QRectF(inner.left(), band.bottom(), inner.width(), foot.top() - band.bottom())
        legend = None
        if width >= mm(_LEGEND_FROM_WIDTH):
            legend = QRectF(body.right() - 58 * unit, body.top(), 58 * unit, body.height())
            body.setRight(legend.left() - 4 * unit)
        # Whole px: thin mains stay crisp.
        return cls(
            page, QRectF(_neat(body, unit).toRect()), None, band, legend, None, None, None, foot, unit, 1.0
        )


def _beside(body: QRectF, unit: float, legend: bool, series: bool) -> dict[str, QRectF | None]:
    """Everything in a column on the right of the map."""
    width = min(60.0 * unit, body.width() * 0.34)
    gap = 2.5 * unit
    column = QRectF(body.right() - width, body.top(), width, body.height())
    parts: dict[str, QRectF | None] = {
        "map": QRectF(body.left(), body.top(), column.left() - gap - body.left(), body.height())
    }
    block = min(52.0 * unit, body.height() * 0.4)
    parts["block"] = QRectF(column.left(), column.bottom() - block, width, block)
    signs = min(20.0 * unit, body.height() * 0.18)
    parts["signs"] = QRectF(column.left(), column.top(), width, signs)
    low = column.bottom() - block - gap
    parts["index"] = None
    if series:
        index = min(34.0 * unit, body.height() * 0.22)
        parts["index"] = QRectF(column.left(), low - index, width, index)
        low -= index + gap
    top = column.top() + signs + gap
    parts["legend"] = QRectF(column.left(), top, width, low - top) if legend else None
    return parts


def _below(body: QRectF, unit: float, legend: bool, series: bool) -> dict[str, QRectF | None]:
    """Everything in a row under the map: legend, signs (and index), block."""
    height, gap = min(56.0 * unit, body.height() * 0.3), 2.5 * unit
    row = QRectF(body.left(), body.bottom() - height, body.width(), height)
    block = min(66.0 * unit, row.width() * 0.38)
    signs = min(44.0 * unit, row.width() * 0.26)
    parts: dict[str, QRectF | None] = {
        "map": QRectF(body.left(), body.top(), body.width(), row.top() - gap - body.top()),
        "block": QRectF(row.right() - block, row.top(), block, height),
    }
    left = row.right() - block - gap - signs
    half = 25.0 * unit if series else height
    parts["signs"] = QRectF(left, row.top(), signs, half)
    parts["index"] = QRectF(left, row.top() + half + gap, signs, height - half - gap) if series else None
    parts["legend"] = QRectF(row.left(), row.top(), left - gap - row.left(), height) if legend else None
    return parts


def _neat(room: QRectF | None, unit: float) -> QRectF:
    assert room is not None
    # Coordinates need their own size, not the furniture's: they grow only half as fast.
    return _less(room, mm(_TICKS) * math.sqrt(unit / PX_PER_MM))


def _less(rect: QRectF, by: float) -> QRectF:
    return rect.marginsRemoved(QMarginsF(by, by, by, by))


def round_scale(denominator: float) -> float:
    """The next scale 1:N, not larger, whose N is a number people say."""
    power = 10.0 ** math.floor(math.log10(denominator))
    # Rounding errors must not lift 5000.0000001 to 6000.
    return power * next(step for step in _ROUND_SCALES if step * power >= denominator * (1 - 1e-9))


def round_length(longest: float) -> float:
    """The longest of 1, 2, 5 times a power of ten that is not longer than ``longest``."""
    power = 10.0 ** math.floor(math.log10(longest))
    return power * max(step for step in (1.0, 2.0, 5.0) if step * power <= longest * (1 + 1e-9))


def decimals(step: float) -> int:
    """How many digits behind the point tell the multiples of ``step`` apart."""
    return max(0, -math.floor(math.log10(step)))


def marks(low: float, high: float, step: float) -> list[float]:
    """The multiples of ``step`` from ``low`` to ``high``."""
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
