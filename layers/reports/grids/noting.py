"""The note in the register that names and telephone numbers left it."""

from __future__ import annotations

from pathlib import Path

from layers.exchange.noting import note_given
from layers.register import Register
from layers.text import Message


def note_people(register: Register, path: Path, count: int, *, personal: bool) -> None:
    """Note that the people of ``count`` grids went into a file; ``personal``: in clear. A register that cannot be
    written to keeps no note."""
    label = Message("stewards.noted", {"count": count, "file": path.name})
    note_given(register, path, label, ("grid", "person"), count, personal=personal, exact_places=False)
