"""Terms of a hand-over, as they are entered."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """From which day, what becomes of whoever had it (a rank, or None), by which document, and a note."""

    day: datetime.date
    old_becomes: str | None = None
    document: str = ""
    note: str = ""
