"""The days a statement is of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

Day = datetime.date


@dataclass(frozen=True)
class Period:
    """From one day to another, both in it."""

    first: Day
    last: Day

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls(Day(year, 1, 1), Day(year, 12, 31))

    @classmethod
    def years(cls, first: int, last: int) -> Period:
        """Calendar years, both in it."""
        return cls(Day(first, 1, 1), Day(last, 12, 31))

    @property
    def length_years(self) -> float:
        """Years in it; whole ones exactly."""
        if self.last == Day.max:
            # Nothing comes after it.
            return self.days / 365.2425
        after = self.last + datetime.timedelta(days=1)
        if (after.month, after.day) == (self.first.month, self.first.day):
            return float(after.year - self.first.year)
        return (after - self.first).days / 365.2425

    @property
    def days(self) -> int:
        """How many days are in it."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: Day) -> bool:
        return self.first <= day <= self.last

    def share_of(self, whole: Period) -> float:
        """How much of ``whole`` lies in this period, 0 to 1."""
        first, last = max(self.first, whole.first), min(self.last, whole.last)
        return max(0, (last - first).days + 1) / whole.days
