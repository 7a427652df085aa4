"""Whether something with a first and a last day is valid on a day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from layers.model import edtf


def is_valid_on(row: Mapping[str, Any], day: datetime.date) -> bool:
    """Whether something is valid on a day by ``valid_from`` and ``valid_to``, both days included; dates known vaguely
    count in its favour."""
    begins = edtf.earliest(row["valid_from"]) if row.get("valid_from") else None
    ends = edtf.latest(row["valid_to"]) if row.get("valid_to") else None
    return (begins is None or begins <= day) and (ends is None or ends >= day)
