"""Days of stored dates, which may be known to the month or the year only."""

from __future__ import annotations

import datetime
from functools import lru_cache

from layers.model import edtf

Day = datetime.date


@lru_cache(maxsize=16_384)
def day_of(value: str | None) -> Day | None:
    """The first day that a stored date may mean; None for none, or one that is not known."""
    return None if not value else edtf.earliest(value)


@lru_cache(maxsize=16_384)
def last_day_of(value: str | None) -> Day | None:
    """The last day that a stored date may mean: a plan for a month is kept until its end."""
    return None if not value else edtf.latest(value)
