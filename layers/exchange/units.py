"""Units: what the numbers of a foreign column count in, judged by its header, its magnitude and drawn lengths.

A guess is shown in the dry run and written into the mapping; it is never silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layers.exchange.survey import ColumnSurvey
from layers.exchange.vocabulary import unit_of
from layers.model.fields import Field, NumericField
from layers.model.nominal import NOMINAL_MM

METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0, "ft": 0.3048, "in": 0.0254}
"""Length units by the short name a mapping uses."""

NOMINAL_TOLERANCE = 0.06

_INCHES = (
    0.5,
    0.75,
    1,
    1.25,
    1.5,
    2,
    2.5,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    14,
    15,
    16,
    18,
    20,
    24,
    27,
    30,
    36,
    42,
    48,
    54,
    60,
    72,
)
_LENGTH_UNITS = ("m", "ft", "mm", "km")


@dataclass(frozen=True)
class LengthRatio:
    """How declared lengths compare with drawn ones over many pipes: their median ratio and how it scatters.

    ``scatter`` is half the distance between the quartiles, as a share of the median.
    """

    median: float
    scatter: float
    count: int

    @property
    def is_schematic(self) -> bool:
        """Whether the drawing does not follow the lengths: no one scale fits."""
        return self.count >= 10 and self.scatter > 0.15


CoordinateUnit = Literal["m", "ft", "mm", "km", "unknown"]


def length_ratio(declared: NDArray[np.float64], drawn: NDArray[np.float64]) -> LengthRatio | None:
    """Compare lengths of the same pipes (any unit); None when fewer than five can be compared."""
    usable = np.isfinite(declared) & np.isfinite(drawn) & (declared > 0) & (drawn > 0)
    if usable.sum() < 5:
        return None
    ratios = declared[usable] / drawn[usable]
    low, middle, high = np.percentile(ratios, (25, 50, 75))
    return LengthRatio(float(middle), float((high - low) / 2 / middle), int(usable.sum()))


def coordinate_unit(ratio: LengthRatio) -> CoordinateUnit:
    """What one coordinate unit is, if declared metres divided by drawn units say so (within 2 %)."""
    if ratio.is_schematic:
        return "unknown"
    for unit in ("m", "ft", "mm", "km"):
        if abs(ratio.median / METRES[unit] - 1.0) <= 0.02:
            return unit
    return "unknown"


def guess_unit(field: Field, column: ColumnSurvey) -> str | None:
    """The unit of ``column`` for a length-like ``field``, as a name of ``METRES``; None: the field's own."""
    if not isinstance(field, NumericField) or field.unit not in METRES:
        return None
    said = unit_of(column.name)
    if said in METRES:
        return None if said == field.unit else said
    if field.unit == "mm" and column.median is not None:
        guessed = _diameter_unit(column)
        return None if guessed == "mm" else guessed
    return None


def _diameter_unit(column: ColumnSurvey) -> str:
    """Millimetres, metres or inches: pipe sizes hardly overlap in the three."""
    high = column.maximum or 0.0
    if high <= 0 or (column.median or 0.0) <= 0:
        return "mm"
    if high < 5.0:
        return "m" if not _all_inches(column) else "in"
    return "in" if high <= 72.0 and _all_inches(column) else "mm"


def _all_inches(column: ColumnSurvey) -> bool:
    """Nine of ten values are sizes in inches, and most of them are no size in millimetres."""
    total = inches = millimetres = 0
    for value, count in column.top:
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if number <= 0:
            continue
        total += count
        inches += count if number in _INCHES else 0
        millimetres += count if number >= 15 and (number in NOMINAL_MM or number in (63, 75, 90, 110)) else 0
    return total > 0 and inches >= 0.9 * total and millimetres < 0.5 * total


def guess_length_unit(ratio: LengthRatio | None) -> str | None:
    """The unit of declared lengths over lengths drawn in sure metres; None when they are metres or nothing
    is sure.
    """
    if ratio is None or ratio.is_schematic:
        return None
    for unit in _LENGTH_UNITS:
        if abs(ratio.median * METRES[unit] - 1.0) <= 0.02:
            return None if unit == "m" else unit
    return None


def to_nominal(sizes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The nominal size of each diameter in millimetres, and which of them are unusual.

    The nearest nominal size within 6 %, else the rounded diameter, marked unusual; NaN stays NaN.
    """
    nominal = np.asarray(NOMINAL_MM, dtype=np.float64)
    right = np.clip(np.searchsorted(nominal, sizes), 1, len(nominal) - 1)
    below, above = nominal[right - 1], nominal[right]
    nearest = np.where(sizes - below <= above - sizes, below, above)
    with np.errstate(invalid="ignore"):
        fits = np.abs(sizes - nearest) <= NOMINAL_TOLERANCE * nearest
    result = np.where(fits, nearest, np.round(sizes))
    known = np.isfinite(sizes)
    return np.where(known, result, np.nan), known & ~fits
