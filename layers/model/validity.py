"""The days from which to which something is valid, as two stored dates tell them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from layers.model import edtf


def days_between(begin: str | None, end: str | None) -> tuple[datetime.date, datetime.date]:
    """The first and the last day between two stored dates; of one known to the month or year only every day that it
    may mean, of one that is not known all there are."""
    return edtf.earliest(begin) or datetime.date.min, edtf.latest(end) or datetime.date.max


def is_valid_on(row: Mapping[str, Any], day: datetime.date) -> bool:
    """Whether something is valid on a day by ``valid_from`` and ``valid_to``, both days included; dates known vaguely
    count in its favour."""
    first, last = days_between(row.get("valid_from"), row.get("valid_to"))
    return first <= day <= last
