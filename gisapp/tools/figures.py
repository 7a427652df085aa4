"""Measured figures as a user reads them: lengths, areas and angles in the unit chosen."""

from __future__ import annotations

from typing import Literal

from gisapp.forms.showing import grouped
from layers.text import Message

LengthUnit = Literal["auto", "m", "km"]
AreaUnit = Literal["auto", "m2", "ha", "mu", "km2"]
LENGTH_UNITS: tuple[LengthUnit, ...] = ("auto", "m", "km")
AREA_UNITS: tuple[AreaUnit, ...] = ("auto", "m2", "ha", "mu", "km2")

#: Square metres of one unit and the digits behind its point; 15 mu are one hectare.
_AREAS = {"m2": (1.0, 2), "ha": (10_000.0, 4), "mu": (10_000.0 / 15, 3), "km2": (1_000_000.0, 4)}


def length_words(metres: float, unit: LengthUnit = "auto") -> Message:
    """A length; ``auto`` changes to kilometres at ten of them."""
    if unit == "km" or (unit == "auto" and metres >= 10_000):
        return Message("measure.in.km", {"value": grouped(f"{metres / 1000:.4f}")})
    return Message("measure.in.m", {"value": grouped(f"{metres:.2f}")})


def area_words(square_metres: float, unit: AreaUnit = "auto") -> Message:
    """An area; ``auto`` changes to hectares at one and to square kilometres at a hundred of them."""
    if unit == "auto":
        unit = "m2" if square_metres < 10_000 else "ha" if square_metres < 1_000_000 else "km2"
    size, digits = _AREAS[unit]
    return Message(f"measure.in.{unit}", {"value": grouped(f"{square_metres / size:.{digits}f}")})


def angle_text(degrees: float, *, signed: bool = False) -> str:
    """An angle in degrees, minutes and tenths of a second; 359°59′59.96″ is 0°."""
    tenths = round(abs(degrees) * 36_000)
    if not signed:
        tenths %= 360 * 36_000
    minutes, rest = divmod(tenths, 600)
    whole, minutes = divmod(minutes, 60)
    sign = ("-" if degrees < 0 else "+") if signed else ""
    return f"{sign}{whole}°{minutes:02d}′{rest / 10:04.1f}″"
