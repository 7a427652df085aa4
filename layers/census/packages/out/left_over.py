"""Packages that were handed out by a program which was ended before the book knew of them: taken up, or thrown away."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.census.packages.shelf import Kept, Shelf, sha256_of
from layers.census.words import LOT, PACKAGE
from layers.errors import UserError
from layers.register import Edit, Register
from layers.store.process_life import is_alive
from layers.store.rows import current_row
from layers.store.schema import FID, VERSION
from layers.text import Message

#: What a mark is called that lies on the shelf while a package is put into its place.
MARKS = "handing-out-*.json"


@dataclass(frozen=True)
class LeftOver:
    """A finished package at ``out``. ``values`` are those of its row, ``id`` and ``code`` what it was numbered."""

    id: int
    code: str
    out: Path
    sha256: str
    values: Mapping[str, Any]
    mark: Path

    @property
    def title(self) -> str:
        return str(self.values.get("title") or "")


def make_mark(shelf: Shelf, token: str, id: int, code: str, out: Path, base: Kept, values: Any) -> Path:
    """Note what is about to be handed out; it is removed when the act is through. Raises ``OSError``."""
    mark = shelf.folder / MARKS.replace("*", token)
    told = {
        "process": os.getpid(),
        "id": id,
        "code": code,
        "out": str(out.absolute()),
        "sha256": base.sha256,
        "values": values,
    }
    mark.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return mark


def read_left_over(register: Register, shelf: Shelf) -> tuple[LeftOver, ...]:
    """The packages of which the book does not know. Marks of those that it does know are removed."""
    found = []
    for mark in sorted(shelf.folder.glob(MARKS)):
        try:
            said = json.loads(mark.read_text(encoding="utf-8"))
            left = LeftOver(
                int(said["id"]),
                str(said["code"]),
                Path(said["out"]),
                str(said["sha256"]),
                dict(said["values"]),
                mark,
            )
            process = int(said["process"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # another program's, or cut off: then nothing was handed out
        if process != os.getpid() and is_alive(process):
            continue
        row = register.by_code(PACKAGE, left.code)
        is_known = row is not None and row["base_sha256"] == left.sha256
        if is_known or (left.out.parent.is_dir() and not left.out.is_file()):
            _remove(mark)
        elif left.out.is_file():
            found.append(left)
        # Else it lies on a stick that is not here now.
    return tuple(found)


def take_up(edit: Edit, left: LeftOver) -> None:
    """Note the package in the book as it was handed out, whatever a team has written into it since. Raises
    ``UserError`` when its number is another's by now, or what it is compared with when it comes back is lost."""
    shelf = Shelf(left.mark.parent)
    if not shelf.sound(shelf.base(left.code), left.sha256):
        raise UserError(
            Message("packages.left_changed", {"place": left.out.name}), Message("packages.left_hint")
        )
    if current_row(edit.store, edit.connection, PACKAGE, left.id) is not None:
        # The ids of what is found new would be those of another package's finds.
        told = {"place": left.out.name, "code": left.code}
        raise UserError(Message("packages.left_numbered", told), Message("packages.left_hint"))
    values = {name: value for name, value in left.values.items() if value is not None}
    edit.put(PACKAGE, {**values, "code": left.code, FID: left.id})
    lot = left.values.get("lot")
    row = None if lot is None else current_row(edit.store, edit.connection, LOT, int(lot))
    if row is not None:
        sent = {"state": "out", "sent_date": datetime.date.today().isoformat()}
        edit.update(LOT, int(row[FID]), row[VERSION], sent)


def throw_away(left: LeftOver) -> None:
    """Remove the package that nobody knows of. Raises ``UserError`` when somebody has changed it: that is work."""
    if left.out.is_file() and sha256_of(left.out) != left.sha256:
        raise UserError(
            Message("packages.left_filled", {"place": left.out.name}), Message("packages.left_filled_hint")
        )
    _remove(left.out)
    _remove(left.mark)


def forget(left: LeftOver) -> None:
    """It was taken up."""
    _remove(left.mark)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
