"""Where things are on a sheet, and round numbers for scales, bars and coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF

#: A picture smaller than this is the bare map.
LEAST_WIDTH, LEAST_HEIGHT = 480.0, 320.0
_LEGEND_FROM_WIDTH = 760.0
_LEGEND_WIDTH = 208.0
_MARGIN = 24.0
_HEAD = 34.0
_FOOT = 46.0
#: Room for the coordinates around the map.
_TICKS = 16.0
_GAP = 16.0
_ROUND_SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)


@dataclass(frozen=True)
class SheetLayout:
    """The parts of a sheet in px; a part without room is None."""

    page: QRectF
    map: QRectF
    head: QRectF | None
    legend: QRectF | None
    foot: QRectF | None

    @classmethod
    def of(cls, width: float, height: float) -> SheetLayout:
        """The layout of a sheet of ``width`` by ``height`` px."""
        page = QRectF(0, 0, width, height)
        if width < LEAST_WIDTH or height < LEAST_HEIGHT:
            return cls(page, page, None, None, None)
        inner = page.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        head = QRectF(inner.left(), inner.top(), inner.width(), _HEAD)
        foot = QRectF(inner.left(), inner.bottom() - _FOOT + _MARGIN / 2, inner.width(), _FOOT)
        legend = None
        right = inner.right()
        top, bottom = head.bottom() + _GAP, foot.top() - _TICKS - _GAP / 2
        if width >= _LEGEND_FROM_WIDTH:
            legend = QRectF(inner.right() - _LEGEND_WIDTH, top, _LEGEND_WIDTH, bottom - top)
            right = legend.left() - _GAP
        left = inner.left() + _TICKS - 4
        return cls(page, QRectF(left, top, right - left, bottom - top), head, legend, foot)


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
