"""Values of a file's own tables as another program may have left them: of any kind, since the columns of a file do not
refuse one. A wrong one counts as none; it may not keep the register from being opened."""

from __future__ import annotations

import math


def text_of(value: object) -> str:
    """The text; a number as it is written, and nothing for bytes."""
    return "" if value is None or isinstance(value, bytes) else str(value)


def number_of(value: object) -> float | None:
    """The number; None for what is no number."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
