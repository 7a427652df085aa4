"""Figures as people read them: kilometres, ten thousands of yuan, percents; the same digits in every document."""

from __future__ import annotations

from dataclasses import dataclass

from layers.renewal.figure import Figure, Unit
from layers.text import Message

#: What stands where there is no figure.
NONE = "—"


@dataclass(frozen=True)
class Shown:
    """How a unit is shown: divided by ``divisor``, with so many digits behind the point."""

    divisor: float
    digits: int
    unit: Message


_SHOWN: dict[Unit, Shown] = {
    "m": Shown(1000.0, 2, Message("report.unit.km")),
    "m/a": Shown(1000.0, 2, Message("report.unit.km_a")),
    "yuan": Shown(10_000.0, 2, Message("report.unit.wan_yuan")),
    "yuan/m": Shown(1.0, 0, Message("report.unit.yuan_m")),
    "%": Shown(1.0, 1, Message("report.unit.percent")),
    "count": Shown(1.0, 0, Message("report.unit.count")),
    "households": Shown(1.0, 0, Message("report.unit.households")),
    "points": Shown(1.0, 1, Message("report.unit.points")),
    "d": Shown(1.0, 0, Message("report.unit.days")),
}


def shown(unit: Unit) -> Shown:
    """How figures of ``unit`` are shown."""
    return _SHOWN[unit]


def number(figure: Figure) -> float | None:
    """The value in the unit that is shown, rounded to what is shown: what a spreadsheet holds is what is read."""
    if figure.value is None:
        return None
    how = _SHOWN[figure.unit]
    rounded = round(figure.value / how.divisor, how.digits)
    return rounded + 0.0


def number_text(figure: Figure) -> str:
    """``1,234.50``, without the unit; a dash for what cannot be had."""
    value = number(figure)
    return NONE if value is None else f"{value:,.{_SHOWN[figure.unit].digits}f}"


def percent_text(percent: float | None, digits: int = 0) -> str:
    """``87 %``; a dash for what cannot be had."""
    return NONE if percent is None else f"{percent:.{digits}f} %"


def number_format(unit: Unit) -> str:
    """The same for a spreadsheet."""
    digits = _SHOWN[unit].digits
    return "#,##0" + ("." + "0" * digits if digits else "")
