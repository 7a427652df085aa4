"""The last picture of a register's window, kept so that the next start shows it before the program is loaded.

It is trusted only while the file is what it was when the picture was taken: the same place, size, time and head, and
nothing waiting beside it. Asked by the program's door, so without all that reading takes. Deleting it costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from layers.scene.kept import kept_folder

#: To be raised with every change of what a window looks like at its start.
FORMAT = 1
NOTE, PICTURE = "left.json", "left.png"
#: Pictures of so many registers are kept.
KEPT = 12
#: The head of a GeoPackage counts its changes.
_HEAD = 100
_LARGEST = 1 << 16


@dataclass(frozen=True)
class LastPicture:
    """``png`` shows the window that lay at ``place`` (x, y, width, height) on a screen of ``ratio`` pixels a point."""

    png: bytes
    place: tuple[int, int, int, int]
    ratio: float


def read_picture(root: Path, target: str) -> LastPicture | None:
    """The picture of the register at ``target``; None when there is none, or none that is still true."""
    state = _state(target)
    if state is None:
        return None
    folder = _folder(root, target)
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        if (note["format"], note["state"]) != (FORMAT, state):
            return None
        png = (folder / PICTURE).read_bytes()
        if hashlib.sha256(png).hexdigest() != note["sum"]:
            return None
        x, y, width, height = map(int, note["place"])
        ratio = float(note["ratio"])
    except (OSError, ArithmeticError, ValueError, LookupError, TypeError, RecursionError):
        return None
    fits = max(abs(x), abs(y)) < _LARGEST and min(width, height) > 0 and max(width, height) < _LARGEST
    return LastPicture(png, (x, y, width, height), ratio) if fits and 0.5 <= ratio <= 8 else None


def write_picture(root: Path, target: str, picture: LastPicture) -> None:
    """Keep a picture of the register at ``target``, as its file is now; where there is no room, none is kept."""
    state = _state(target)
    if state is None:
        return
    folder = _folder(root, target)
    note = {
        "format": FORMAT,
        "state": state,
        "sum": hashlib.sha256(picture.png).hexdigest(),
        "place": picture.place,
        "ratio": picture.ratio,
    }
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in ((PICTURE, picture.png), (NOTE, json.dumps(note).encode())):
            part = folder / f"{name}.{os.getpid()}"
            try:
                part.write_bytes(content)
                part.replace(folder / name)
            finally:
                part.unlink(missing_ok=True)
        notes = sorted(root.glob(f"*/{NOTE}"), key=lambda file: file.stat().st_mtime)
        for old in notes[:-KEPT]:
            old.unlink(missing_ok=True)
            (old.parent / PICTURE).unlink(missing_ok=True)


def _folder(root: Path, target: str) -> Path:
    return kept_folder(root, str(Path(target).absolute()))


def _state(target: str) -> list[object] | None:
    """What the file is now; None where that cannot be told: a server, no file, or changes still beside it."""
    if "://" in target:
        return None
    path = Path(target).absolute()
    try:
        beside = Path(f"{path}-wal")
        if beside.exists() and beside.stat().st_size:
            return None
        found = path.stat()
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return None
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, head.hex()]
