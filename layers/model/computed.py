"""Computed rows of a form: what follows from the values entered and is stored nowhere."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from layers.model import edtf
from layers.model.outline import GEOMETRY
from layers.model.toml_file import Reader
from layers.text import Message, Title

Rule = Literal["first_of", "time_since"]
_DAYS_OF_YEAR = 365.2425
_MONTHS_TOLD = 36


@dataclass(frozen=True)
class Computed:
    """``first_of``: the first of the fields that is filled (``geom`` stands for the drawn length).

    ``time_since``: how long ago the date is, in months or years, as exactly as it is known.
    """

    title: Title
    section: str
    rule: Rule
    of: tuple[str, ...]
    unit: str | None = None


def read_computed(reader: Reader) -> Computed:
    """One ``[[computed]]`` table of a type or part."""
    rule: Any = reader.one_of("rule", get_args(Rule))
    unit = reader.text("unit") if reader.has("unit") else None
    computed = Computed(
        reader.title("title"), reader.text("section", "basic"), rule, reader.texts("of"), unit
    )
    reader.done()
    return computed


def computed_value(
    computed: Computed, values: Mapping[str, Any], today: datetime.date | None = None
) -> Message | str:
    """What the row says of these values; an empty text when nothing follows from them."""
    if computed.rule == "first_of":
        return _first_of(computed.of, values)
    return _time_since(values.get(computed.of[0]), today or datetime.date.today())


def _first_of(names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    for name in names:
        value = values.get(name)
        if name == GEOMETRY and value is not None:
            value = value.length
        if isinstance(value, int | float):
            return f"{value:.2f}"
    return ""


def _time_since(stored: Any, today: datetime.date) -> Message | str:
    if not isinstance(stored, str) or not edtf.is_valid(stored):
        return ""
    first, last = edtf.earliest(stored), edtf.latest(stored)
    if first is None or last is None or first > today:
        return ""
    last = min(last, today)
    if edtf.precision(stored) == "decade":
        spans = {"least": _years(last, today), "most": _years(first, today)}
        return Message("form.computed.years_between", spans)
    months = (today.year - first.year) * 12 + today.month - first.month - (today.day < first.day)
    if edtf.precision(stored) in ("day", "month") and months < _MONTHS_TOLD:
        return Message("form.computed.months", {"count": max(months, 0)})
    return Message("form.computed.years", {"count": _years(first, today)})


def _years(since: datetime.date, today: datetime.date) -> int:
    return int((today - since).days / _DAYS_OF_YEAR)
