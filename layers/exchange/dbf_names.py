"""Field names for a .dbf: at most ten bytes each, whole characters, no two alike."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 10


def shorten(names: Sequence[str]) -> dict[str, str]:
    """The short name for every name, in order. A Chinese character takes three bytes, so three fit."""
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        short = _cut(name, _LONGEST)
        number = 1
        while not short or short.upper() in taken:
            suffix = f"_{number}"
            short = _cut(name, _LONGEST - len(suffix)) + suffix
            number += 1
        taken.add(short.upper())
        result[name] = short
    return result


def _cut(name: str, length: int) -> str:
    return name.encode()[:length].decode(errors="ignore").rstrip("_")
