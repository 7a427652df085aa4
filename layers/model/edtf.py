"""Dates known to the day, month, year, decade or not at all: one text each, after ISO 8601-2 (EDTF level 1).

``2009-06-15``, ``2009-06``, ``2009``, ``200X``, ``XXXX`` (known to be unknown).
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "year", "decade", "unknown"]
UNKNOWN = "XXXX"

_FORM = re.compile(r"(?:(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?|(\d{3})X|XXXX)", re.ASCII)
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[-+]\d{2}(?::?\d{2})?)?)?"
_DAY = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_TIME}", re.ASCII)
_COMPACT_DAY = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(\d{2})", re.ASCII)
_YEAR = re.compile(r"(\d{4})(?:\.0)?年?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)
_DECADE = re.compile(r"(\d{3})(?:0s|0年代|[xX])", re.ASCII)
_SHORT_DECADE = re.compile(r"(\d)0年代", re.ASCII)
_UNKNOWN_WORDS = frozenset({"未知", "不详", "不明", "unknown", "Unknown", "UNKNOWN", "XXXX", "xxxx"})
_USUAL_YEARS = range(1850, 2101)


def is_valid(text: str) -> bool:
    """Whether ``text`` is a stored date of this kind that exists in the calendar."""
    match = _FORM.fullmatch(text)
    if match is None:
        return False
    year, month, day, decade = match.groups()
    if text == UNKNOWN:
        return True
    try:
        datetime.date(int(year or decade + "1"), int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True


def is_usual(text: str) -> bool:
    """Whether a stored date lies in the times of piped water (1850 to 2100), or is not known."""
    first = earliest(text)
    return first is None or first.year in _USUAL_YEARS


def parse(text: str) -> str | None:
    """Read a date as people write it (``2009.6``, ``2009年6月``, ``1990年代``); None when it is no date."""
    text = "".join(text.split()) if text.rstrip().endswith(("年代", "日", "月", "年")) else text.strip()
    if text in _UNKNOWN_WORDS:
        return UNKNOWN
    for pattern, form in (
        (_DAY, "{0}-{1:0>2}-{2:0>2}"),
        (_COMPACT_DAY, "{0}-{1}-{2}"),
        (_COMPACT_MONTH, "{0}-{1}"),
        (_YEAR, "{0}"),
        (_MONTH, "{0}-{1:0>2}"),
        (_DECADE, "{0}X"),
        (_SHORT_DECADE, "19{0}X"),
    ):
        match = pattern.fullmatch(text)
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


@lru_cache(maxsize=16_384)
def earliest(text: str | None) -> datetime.date | None:
    """The first day a stored date may mean; None for none, when unknown, or when it is no such date: a file takes any
    text."""
    if text is None or not is_valid(text):
        return None
    match precision(text):
        case "unknown":
            return None
        case "decade":
            return datetime.date(max(1, int(text[:3]) * 10), 1, 1)
        case "year":
            return datetime.date(int(text), 1, 1)
        case "month":
            return datetime.date(int(text[:4]), int(text[5:]), 1)
    return datetime.date.fromisoformat(text)


@lru_cache(maxsize=16_384)
def latest(text: str | None) -> datetime.date | None:
    """The last day a stored date may mean: a plan for a month is kept until its end; None as in ``earliest``."""
    if text is None or not is_valid(text):
        return None
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
