"""A question typed in one line, ``谁负责 解放巷 27 号 2024-05-01``: what is asked about, and the day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from layers.model import edtf

#: What such a question begins with, in either language or as typed without Chinese letters.
BEGINNINGS = ("谁负责", "谁管", "责任人", "shei", "sfz", "who")


@dataclass(frozen=True)
class Question:
    """``text`` names a place, an asset, a customer, a number; ``day`` is None for today."""

    text: str
    day: datetime.date | None


def read_question(text: str) -> Question | None:
    """What is asked; None for a text that is no such question, or that names nothing yet."""
    rest = text.strip()
    lower = rest.casefold()
    start = next((each for each in BEGINNINGS if lower.startswith(each)), None)
    if start is None:
        return None
    if start.isascii() and not lower[len(start) :].startswith((" ", "?", "\uff1f")):
        # A word of another meaning that begins so.
        return None
    rest = rest[len(start) :].strip(" :,?\uff1a\uff0c\uff1f")
    words = rest.split()
    day = None
    if len(words) > 1:
        stored = edtf.parse(words[-1])
        found = None if stored is None or len(words[-1]) < len("2024") else edtf.latest(stored)
        if found is not None:
            day, words = found, words[:-1]
    return Question(" ".join(words), day) if words else None
