"""The note in the register that names and telephone numbers left it."""

from __future__ import annotations

from pathlib import Path

from layers.register import Register
from layers.text import Message

_RECORD = "export_record"


def note_given(
    register: Register, path: Path, types: tuple[str, ...], count: int, *, personal: bool, exact: bool = False
) -> None:
    """Note that ``count`` assets of ``types`` went into a file. A register that cannot be written to keeps no note."""
    if register.read_only:
        return
    with register.edit(Message("stewards.noted", {"count": count, "file": path.name}), "export") as edit:
        edit.insert(
            _RECORD,
            {
                "target": path.name[:500],
                "type_names": ",".join(types),
                "asset_count": count,
                "personal_data": personal,
                "exact_places": exact,
            },
        )
