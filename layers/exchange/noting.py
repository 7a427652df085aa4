"""The note in the register that assets left it in a file: what, how many, and whether people can be told from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from layers.register import Register
from layers.text import Message

_RECORD = "export_record"
_LONGEST = 500


def note_given(
    register: Register,
    path: Path,
    label: Message,
    types: Iterable[str],
    count: int,
    *,
    personal: bool,
    **more: Any,
) -> None:
    """Note that ``count`` assets of ``types`` went into ``path``. A register that cannot be written to keeps no note.

    ``label``: what the history calls the act. ``personal``: people are in the file in clear, which a veiled register
    never gives. ``more``: further fields of the record. Raises ``ValuesRefused`` for a wrong value among them.
    """
    if register.read_only:
        return
    with register.edit(label, "export") as edit:
        edit.insert(
            _RECORD,
            {
                "target": path.name[:_LONGEST],
                "type_names": ",".join(types)[:_LONGEST],
                "asset_count": count,
                "personal_data": personal and not register.veiled,
                **more,
            },
        )
