"""Map scales as people write them, read and written: 1:2000, 1：5千, 1/500, 1:1万, or the number alone."""

from __future__ import annotations

import re
import unicodedata

_SCALE = re.compile(r"(?:(1)\s*[:/比]\s*)?(\d[\d\s,]*(?:\.\d+)?)\s*([万千]?)")
_FACTORS = {"": 1.0, "千": 1000.0, "万": 10_000.0}
SMALLEST, LARGEST = 10.0, 50_000_000.0


def read_scale(text: str, *, bare: bool = True) -> float | None:
    """N of the scale 1:N, or None when ``text`` is none or out of all reason.

    ``bare`` takes a number without ``1:`` in front for a scale too.

    >>> read_scale("1 : 2 000"), read_scale("1:1万"), read_scale("500", bare=False)
    (2000.0, 10000.0, None)
    """
    match = _SCALE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match[1] is None and not bare):
        return None
    value = float(re.sub(r"[\s,]", "", match[2])) * _FACTORS[match[3]]
    return value if SMALLEST <= value <= LARGEST else None


def scale_text(denominator: float) -> str:
    """``1:2000``, as sheets of the trade write it."""
    digits = 0 if denominator >= 100 or denominator == round(denominator) else 1
    return f"1:{denominator:.{digits}f}"
