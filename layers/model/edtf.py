"""Dates known to the day, month, year, decade or not at all: one text each, after ISO 8601-2 (EDTF level 1).

``2009-06-15``, ``2009-06``, ``2009``, ``200X``, ``XXXX`` (known to be unknown).
"""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Literal

Precision = Literal["day", "month", "year", "decade", "unknown"]
UNKNOWN = "XXXX"

_FORM = re.compile(r"^(?:(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?|(\d{3})X|XXXX)$")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$")
_COMPACT_DAY = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})$")
_MONTH = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_YEAR = re.compile(r"^(\d{4})(?:\.0)?年?$")
_DECADE = re.compile(r"^(\d{3})(?:0s|0年代|[xX])$")
_SHORT_DECADE = re.compile(r"^(\d)0年代$")
_UNKNOWN_WORDS = frozenset({"未知", "不详", "不明", "unknown", "XXXX", "xxxx"})


def is_valid(text: str) -> bool:
    """Whether ``text`` is a stored date of this kind that exists in the calendar."""
    match = _FORM.match(text)
    if match is None:
        return False
    year, month, day, _decade = match.groups()
    if month is None:
        return True
    try:
        datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return False
    return True


def parse(text: str) -> str | None:
    """Read a date as people write it (``2009.6``, ``2009年6月``, ``1990年代``); None when it is no date."""
    text = text.strip()
    if text in _UNKNOWN_WORDS:
        return UNKNOWN
    for pattern, form in (
        (_DAY, "{0}-{1:0>2}-{2:0>2}"),
        (_COMPACT_DAY, "{0}-{1}-{2}"),
        (_MONTH, "{0}-{1:0>2}"),
        (_YEAR, "{0}"),
        (_DECADE, "{0}X"),
        (_SHORT_DECADE, "19{0}X"),
    ):
        match = pattern.match(text)
        if match is not None:
            stored = form.format(*match.groups())
            return stored if is_valid(stored) else None
    return None


def precision(text: str) -> Precision:
    """How exactly a stored date is known."""
    if text == UNKNOWN:
        return "unknown"
    if text.endswith("X"):
        return "decade"
    return {4: "year", 7: "month"}.get(len(text), "day")  # type: ignore[return-value]


def earliest(text: str) -> datetime.date | None:
    """The first day a stored date may mean; None when unknown."""
    match precision(text):
        case "unknown":
            return None
        case "decade":
            return datetime.date(int(text[:3]) * 10, 1, 1)
        case "year":
            return datetime.date(int(text), 1, 1)
        case "month":
            return datetime.date(int(text[:4]), int(text[5:]), 1)
    return datetime.date.fromisoformat(text)


def latest(text: str) -> datetime.date | None:
    """The last day a stored date may mean; None when unknown."""
    match precision(text):
        case "unknown":
            return None
        case "decade":
            return datetime.date(int(text[:3]) * 10 + 9, 12, 31)
        case "year":
            return datetime.date(int(text), 12, 31)
        case "month":
            year, month = int(text[:4]), int(text[5:])
            return datetime.date(year, month, calendar.monthrange(year, month)[1])
    return datetime.date.fromisoformat(text)
