"""Order of values: which of two fields of a row may not come before the other (``in_order`` of a type)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from layers.model import edtf
from layers.model.catalogue import AssetType
from layers.model.fields import DateField
from layers.model.problem import Problem


def order_problems(
    asset_type: AssetType, values: Mapping[str, Any], names: Collection[str]
) -> Iterator[Problem]:
    """Pairs of values, of which one at least is among ``names``, that certainly stand the wrong way round.

    Dates known to the year only may be any day of it.
    """
    for first, second in asset_type.in_order:
        earlier, later = values.get(first), values.get(second)
        if earlier is None or later is None or not (first in names or second in names):
            continue
        field, other = asset_type.field_named(second), asset_type.field_named(first)
        if isinstance(field, DateField):
            start, end = _day(edtf.earliest, earlier), _day(edtf.latest, later)
            wrong = start is not None and end is not None and end < start
        else:
            wrong = isinstance(earlier, int | float) and isinstance(later, int | float) and later < earlier
        if wrong:
            shown = other.show(earlier)
            yield field.problem("before_other", "error", later, other=other.title, other_value=shown)


def _day(bound: Any, value: Any) -> datetime.date | None:
    known: datetime.date | None = bound(value) if isinstance(value, str) and edtf.is_valid(value) else None
    return known
