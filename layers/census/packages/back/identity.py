"""Which package a file is of: by what it says of itself, or by what its user says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.census.packages.receipt import Receipt
from layers.census.packages.sheets import file as sheet_file
from layers.census.words import PACKAGE
from layers.errors import UserError
from layers.model.asset import Asset
from layers.register import Register
from layers.store import gpkg
from layers.store.packages import PackageFile, told_by
from layers.store.schema import build_schema
from layers.text import Message


def is_of(register: Register, path: Path) -> bool:
    """Whether a file is a package, or a record sheet, that this register handed out; anything else is not."""
    if sheet_file.is_sheet(path):
        try:
            return register.by_code(PACKAGE, sheet_file.read_sheet_file(path).code) is not None
        except UserError:
            return False
    said = told_by(path, build_schema(register.catalogue, gpkg.srid_of(register.crs)))
    try:
        package_of(register, said, None, path)
    except UserError:
        return False
    return True


def package_of(register: Register, said: Mapping[str, Any], code: str | None, returned: Path) -> Asset:
    """The package that a file is of, by what it ``said`` or by the ``code`` given. ``UserError`` when there is none."""
    code = code or said.get("code")
    found = None if not code else register.by_code(PACKAGE, str(code))
    token = None if found is None else Receipt.of(found["receipt"]).token
    if found is None or (token and said.get("token") not in (None, token)):
        title = Message("packages.unnamed", {"place": returned.name})
        if code:
            title = Message("packages.unknown", {"place": returned.name, "code": code})
        raise UserError(title, Message("packages.unknown_hint"))
    return found


def said_by(register: Register, path: Path) -> dict[str, Any]:
    """What a file says of itself: its package, the version it went out at, what was sent."""
    file = open_file(register, path)
    try:
        return file.says
    finally:
        file.close()


def open_file(register: Register, path: Path) -> PackageFile:
    """A file of a package, to be read with the types of this register."""
    return PackageFile(path, build_schema(register.catalogue, gpkg.srid_of(register.crs)))
