"""Fields of numbers: integer, number with unit, length."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from layers.model.field import Field, Storage, ValueRefused
from layers.model.problem import Problem
from layers.text import Message

_NUMBER = re.compile(
    r"(?P<prefix>DN|[ΦφØø∅⌀]|de|d)?\s*"
    r"(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[-+]?\d+)?)\s*"
    r"(?P<unit>[^\d\s.,+-].*)?",
    re.IGNORECASE,
)
_TIDY = str.maketrans("０１２３４５６７８９．－＋，−", "0123456789.-+,-")
_UNIT_WORDS = {
    "mm": {"mm", "毫米"},
    "m": {"m", "米", "公尺"},
    "MPa": {"mpa", "兆帕"},
    "L/s": {"l/s", "升/秒"},
    "m³": {"m3", "m³", "立方米", "方"},
    "m³/d": {"m3/d", "m³/d", "立方米/日", "吨/日"},
    "m³/h": {"m3/h", "m³/h", "立方米/时"},
    "cm²": {"cm2", "cm²"},
    "%": {"%", "％"},
}
LARGEST_INTEGER = 2**31 - 1
"""Of an integer field."""


@dataclass(frozen=True, kw_only=True)
class NumericField(Field):
    """Common to integer and number: hard limits refuse a value, usual limits only warn.

    ``zero_is_blank``: sources write 0 where the size is not known.
    """

    minimum: float | None = None
    maximum: float | None = None
    usual_minimum: float | None = None
    usual_maximum: float | None = None
    zero_is_blank: bool = False

    def parse(self, text: Any) -> Any:
        value = super().parse(text)
        return None if self.zero_is_blank and value == 0 else value

    def _number(self, text: Any) -> int | float:
        number: int | float
        if isinstance(text, int | float):
            number = int(text) if isinstance(text, int) else text
        else:
            number = self._read(str(text).translate(_TIDY))
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueRefused(self.problem("not_a_number", "error", text))
        return number

    def _read(self, text: str) -> int | float:
        """A number as written, perhaps with the sign of a size before it and its own unit behind it."""
        match = _NUMBER.fullmatch(text)
        if match is not None:
            prefix, digits, unit = match.group("prefix", "number", "unit")
            wrong_prefix = prefix is not None and self.unit != "mm"
            unit = unit and unit.strip().lower()
            wrong_unit = unit and unit not in _UNIT_WORDS.get(self.unit or "", {(self.unit or "").lower()})
            if not wrong_prefix and not wrong_unit:
                plain = digits.replace(",", "")
                try:
                    return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)
                except ValueError:
                    pass
        raise ValueRefused(self.problem("not_a_number", "error", text))

    def _check(self, value: Any) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            yield self.problem("not_a_number", "error", value)
        elif _outside(value, self.minimum, self.maximum):
            yield self._limits("out_of_range", "error", value, self.minimum, self.maximum)
        elif _outside(value, self.usual_minimum, self.usual_maximum):
            yield self._limits("unusual", "warning", value, self.usual_minimum, self.usual_maximum)

    def _limits(self, rule: str, severity: Any, value: Any, low: float | None, high: float | None) -> Problem:
        if rule != "out_of_range" or (low is None) == (high is None):
            return self.problem(rule, severity, value, minimum=_bound(low), maximum=_bound(high))
        told = {"field": self.title, "value": f"{value:.12g}"}
        if high is None:
            return Problem(
                rule, severity, Message("field.too_small", {**told, "minimum": _bound(low)}), self.name, value
            )
        return Problem(
            rule, severity, Message("field.too_large", {**told, "maximum": _bound(high)}), self.name, value
        )


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _bound(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:.12g}"


@dataclass(frozen=True, kw_only=True)
class IntegerField(NumericField):
    """A whole number of at most 32 bits, so that every GIS reads it alike."""

    kind: ClassVar[str] = "integer"

    @property
    def storage(self) -> Storage:
        return Storage("integer")

    def _parse(self, text: Any) -> int:
        number = self._number(text)
        if int(number) != number:
            raise ValueRefused(self.problem("not_whole", "error", text))
        return int(number)

    def _check(self, value: Any) -> Iterator[Problem]:
        if isinstance(value, float) and not value.is_integer():
            yield self.problem("not_whole", "error", value)
        elif isinstance(value, int | float) and abs(value) > LARGEST_INTEGER:
            yield self._limits("out_of_range", "error", value, self.minimum, self.maximum or LARGEST_INTEGER)
        else:
            yield from super()._check(value)


@dataclass(frozen=True, kw_only=True)
class NumberField(NumericField):
    """A measured number in the field's ``unit``; ``decimals`` are those shown, not those kept.

    ``adds_up``: of several the sum tells something (money, metres of projects), else the mean.
    """

    kind: ClassVar[str] = "number"
    decimals: int = 2
    adds_up: bool = False

    @property
    def storage(self) -> Storage:
        return Storage("double")

    def format(self, value: Any, language: str = "zh") -> str:
        if value is None:
            return ""
        shown = f"{value:.{self.decimals}f}"
        return shown if float(shown) == value else repr(float(value))

    def show(self, value: Any, language: str = "zh") -> str:
        return "" if value is None else f"{value:.{self.decimals}f}"

    def _parse(self, text: Any) -> float:
        try:
            return float(self._number(text))
        except OverflowError:
            raise ValueRefused(self.problem("not_a_number", "error", text)) from None


@dataclass(frozen=True, kw_only=True)
class LengthField(NumberField):
    """A length in metres, never negative."""

    kind: ClassVar[str] = "length"
    unit: str | None = "m"
    minimum: float | None = 0.0
    adds_up: bool = True
