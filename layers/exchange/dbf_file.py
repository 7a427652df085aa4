"""A .dbf as bytes: whether it is one, how many records it holds, and blank records for those it lost."""

from __future__ import annotations

import struct
from pathlib import Path

# dBASE II to 7 and the FoxPros, with and without memo.
_DBF_VERSIONS = frozenset(b"\x02\x03\x04\x05\x07\x30\x31\x32\x43\x63\x83\x8b\x8c\x8e\xcb\xe5\xf5\xfb")


def is_dbf(path: Path) -> bool:
    """Whether a file begins as a table of dBASE or FoxPro does."""
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        return False
    header, record = struct.unpack("<HH", head[8:12])
    return head[0] in _DBF_VERSIONS and header >= 33 and record >= 1


def record_counts(path: Path) -> tuple[int, int]:
    """How many records a .dbf states, and how many whole ones it holds."""
    with path.open("rb") as file:
        head = file.read(32)
    stated, header, record = struct.unpack("<IHH", head[4:12])
    return stated, max(path.stat().st_size - header, 0) // record


def pad(path: Path, wanted: int) -> None:
    """Give a .dbf blank records up to ``wanted``, so that shapes beyond its end are not lost with it."""
    _, held = record_counts(path)
    header, record = struct.unpack("<HH", path.read_bytes()[8:12])
    with path.open("r+b") as file:
        file.truncate(header + held * record)
        file.seek(0, 2)
        file.write(b" " * (record * max(wanted - held, 0)))
        file.seek(4)
        file.write(struct.pack("<I", max(wanted, held)))
