"""Checkout: a package is written in peace, then noted, numbered and handed out in one short act."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layers.census.newcomers import BLOCK, FIRST_BLOCK
from layers.census.packages.out import qgis_forms
from layers.census.packages.out.earlier import Earlier, told, with_earlier
from layers.census.packages.out.left_over import make_mark
from layers.census.packages.receipt import Receipt
from layers.census.packages.scope import Contents
from layers.census.packages.shelf import Kept, Shelf, sweep_parts
from layers.census.words import LOT, PACKAGE
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.fields import format_instant
from layers.model.number_fields import LARGEST_INTEGER
from layers.register import Edit, Register
from layers.store import gpkg
from layers.store.database_errors import translated
from layers.store.package_writing import add_blobs, add_table, seal, write_rows
from layers.store.rows import current_row
from layers.store.schema import FID, VERSION, Schema, build_schema
from layers.text import Message

PHOTOS = "photos"
"""The folder beside a package into which the team's photos go."""
PHOTO_TABLE = "field_photo"
"""The plain table of a package in which other programs name their photos."""
PHOTO_COLUMNS = {
    "target_type": "TEXT",
    "target_id": "INTEGER",
    "path": "TEXT",
    "taken_at": "TEXT",
    "kind": "TEXT",
}
_KEY = "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"


@dataclass(frozen=True)
class Prepared:
    """A package written to ``part`` and not handed out yet. ``discard`` it if that does not come about."""

    contents: Contents
    out: Path
    part: Path
    schema: Schema
    shelf: Shelf
    put: set[Path] = field(default_factory=set, compare=False)
    """Where it has been put: the act may be done again, and nobody else's package is written over."""
    marks: set[Path] = field(default_factory=set, compare=False)
    """What the shelf says of it until the act is through (``left_over``)."""

    def discard(self) -> None:
        """Remove the file; the act is through, or will not be done."""
        for path in (self.part, *self.marks):
            path.unlink(missing_ok=True)

    def withdraw(self) -> None:
        """The act was not done: what it had handed out already goes too."""
        for path in self.put:
            path.unlink(missing_ok=True)
        self.discard()


@dataclass(frozen=True)
class CheckedOut:
    """A package that is out: its row, its file and the base that the office keeps."""

    id: int
    code: str
    path: Path
    base: Kept


def prepare(
    register: Register,
    contents: Contents,
    out: Path,
    folder: Path | None = None,
    earlier: Earlier | None = None,
) -> Prepared:
    """Write the package for ``out``, outside any transaction: the slow part. ``folder``: see ``Shelf.of``.

    ``earlier``: photos of earlier visits that go along.

    Raises ``UserError`` when there is such a file already, or the folder cannot be written.
    """
    try:
        is_there = out.exists()
    except OSError as error:
        raise _unwritten(out, error) from error
    if is_there:
        raise _is_there(out)
    shelf = Shelf.of(register, folder)
    if earlier is not None:
        contents = with_earlier(contents, earlier)
    schema = build_schema(contents.catalogue, gpkg.srid_of(register.crs))
    part = out.with_name(f"{out.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    rows = {name: [_row(asset) for asset in some.values()] for name, some in contents.rows.items()}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        sweep_parts(out)
        with translated(out):
            write_rows(part, schema, register.crs, rows, actor=register.actor, at=_now())
            add_blobs(part, schema, {} if earlier is None else earlier.blobs)
            add_table(part, qgis_forms.TABLE, qgis_forms.COLUMNS, qgis_forms.style_rows(contents))
            add_table(part, PHOTO_TABLE, {"fid": _KEY, **PHOTO_COLUMNS}, ())
    except OSError as error:
        _discard(part)
        raise _unwritten(out, error) from error
    except BaseException:
        _discard(part)
        raise
    return Prepared(contents, out, part, schema, shelf)


def check_out(edit: Edit, prepared: Prepared, sent_to: str = "") -> CheckedOut:
    """Note the package in the book, number and seal the file, keep its base, hand it out.

    Within an open edit: what is written is whole before the act is, so a crash leaves files that nobody misses.
    """
    contents = prepared.contents
    values: dict[str, Any] = {
        "campaign": contents.campaign.id if contents.campaign else None,
        "lot": contents.lot.id if contents.lot else None,
        "grid": contents.grid,
        "title": contents.title[:200],
        "state": "out",
        "form_version": contents.form.version if contents.form else None,
        "sent_to": sent_to or None,
        "sent_at": _now(),
    }
    id, given = edit.insert(PACKAGE, values), values
    row = _current(edit, PACKAGE, id)
    first = FIRST_BLOCK + id * BLOCK
    last = first + BLOCK - 1
    # Ids have 64 bits, fields of the book 32: what the block is says the package itself.
    values = {"first_id": first, "last_id": last} if last <= LARGEST_INTEGER else {}
    sent = {name: len(ids) for name, ids in contents.mine.items()}
    token = uuid.uuid4().hex
    receipt = Receipt(
        version=contents.version, sent=sent, records=contents.count, token=token, photos=told(contents)
    )
    code = str(row["code"])
    named = {**values, "receipt": receipt.as_text()}

    def note(base: Kept) -> None:
        """A program that is ended now has handed out what the book does not know of: the shelf does."""
        whole = {**given, **named, "base_sha256": base.sha256, "base_file": base.path.name}
        prepared.marks.add(make_mark(prepared.shelf, token, id, code, prepared.out, base, whole))

    base = _seal(prepared, {**row, **values}, first, receipt, note)
    values = {**named, "base_sha256": base.sha256, "base_file": base.path.name}
    edit.update(PACKAGE, id, row[VERSION], values)
    if contents.lot is not None:
        lot = _current(edit, LOT, contents.lot.id)
        change = {"state": "out", "sent_date": datetime.date.today().isoformat()}
        edit.update(LOT, contents.lot.id, lot[VERSION], change)
    return CheckedOut(id, code, prepared.out, base)


def _seal(
    prepared: Prepared, row: Mapping[str, Any], first: int, receipt: Receipt, note: Callable[[Kept], None]
) -> Kept:
    contents = prepared.contents
    code = str(row["code"])
    # A copy: the act may be done again when somebody else was faster, and a package is sealed once.
    sealed = prepared.part.with_name(prepared.part.name + ".sealed")
    said = {
        "code": code,
        "id": row[FID],
        "version": contents.version,
        "first_id": first,
        "form_version": row["form_version"],
        "campaign": row["campaign"],
        "lot": row["lot"],
        "form": None if contents.form is None else contents.form.as_text(),
        "sent": dict(receipt.sent),
        "token": receipt.token,
    }
    own = {name: value for name, value in row.items() if name not in ("base_file", "base_sha256")}
    try:
        shutil.copyfile(prepared.part, sealed)
        with translated(prepared.out):
            seal(sealed, prepared.schema, said, {PACKAGE: [own]}, first)
        if prepared.out.exists() and prepared.out not in prepared.put:
            raise _is_there(prepared.out)
        base = prepared.shelf.keep_base(code, sealed)
        note(base)
        sealed.replace(prepared.out)
        prepared.put.add(prepared.out)
        (prepared.out.parent / PHOTOS).mkdir(exist_ok=True)
    except OSError as error:
        raise _unwritten(prepared.out, error) from error
    finally:
        sealed.unlink(missing_ok=True)
    return base


def _current(edit: Edit, type_name: str, id: int) -> Mapping[str, Any]:
    found = current_row(edit.store, edit.connection, type_name, id)
    assert found is not None
    return found


def _row(asset: Asset) -> dict[str, Any]:
    return {**asset.values, FID: asset.id, VERSION: asset.version}


def _now() -> str:
    return format_instant(datetime.datetime.now(datetime.UTC))


def _is_there(out: Path) -> UserError:
    return UserError(Message("packages.exists", {"place": out.name}), Message("packages.exists_hint"))


def _discard(part: Path) -> None:
    """Remove what was written; nothing may be there, nor a folder for it."""
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _unwritten(place: Path, error: OSError) -> UserError:
    return UserError(
        Message("packages.cannot_write", {"place": str(place)}),
        Message("packages.cannot_write_hint"),
        Message("store.database_says", {"text": str(error)}),
    )
