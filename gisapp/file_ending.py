"""The ending of a file that the user named: added where it is missing, never cut out of a name with a point in it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def with_ending(path: Path, ending: str, instead_of: Collection[str] = ()) -> Path:
    """``path`` with ``ending`` (``.html``); one of ``instead_of`` goes for it. ``管网2026.11`` keeps its ``.11``."""
    if path.suffix.lower() == ending:
        return path
    if path.suffix.lower() in instead_of:
        return path.with_suffix(ending)
    return path.with_name(path.name + ending)
