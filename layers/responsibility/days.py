"""Periods of whole days as numbers: open ends compare like days, and what is left over is counted out exactly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from layers.responsibility.person import Day

Days = tuple[int, int]
"""First and last day (inclusive) by their ordinals; ``FROM_EVER`` and ``FOR_EVER`` where one is open."""
FROM_EVER: Final = 0
FOR_EVER: Final = 4_000_000


def days(first: Day | None, last: Day | None) -> Days:
    """A period; None is open."""
    return (
        FROM_EVER if first is None else first.toordinal(),
        FOR_EVER if last is None else last.toordinal(),
    )


def day_of(number: int) -> Day | None:
    """The day of an ordinal; None for an open end."""
    return date.fromordinal(number) if FROM_EVER < number < FOR_EVER else None


def without(periods: Iterable[Days], taken: Iterable[Days]) -> list[Days]:
    """What is left of ``periods`` when the days ``taken`` are out, in order."""
    left = sorted(periods)
    for first, last in taken:
        kept: list[Days] = []
        for begin, end in left:
            if last < begin or first > end:
                kept.append((begin, end))
                continue
            if begin < first:
                kept.append((begin, first - 1))
            if last < end:
                kept.append((last + 1, end))
        left = kept
    return left


def common(one: Days, other: Days) -> Days | None:
    """The days that two periods share."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None
