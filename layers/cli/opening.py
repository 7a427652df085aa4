"""Opening a register for a command, and reading which asset a word means."""

from __future__ import annotations

import getpass
import os

from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.register import Register
from layers.text import Message


def stated_actor() -> str:
    """The name that changes made on the command line carry: ``GISAPP_ACTOR``, else the login."""
    try:
        return os.environ.get("GISAPP_ACTOR") or getpass.getuser()
    except (OSError, KeyError):  # no login name: a bare container, a service
        return "gisapp"


def open_register(target: str, *, read_only: bool = False) -> Register:
    """Open ``target`` for a command; to be used in a ``with``."""
    return Register.open(target, actor=stated_actor(), read_only=read_only)


def type_named(register: Register, name: str) -> AssetType:
    """The type of that name. Raises ``UserError`` when there is none."""
    if name not in register.catalogue.types:
        names = tuple(name for name in register.catalogue.types if not name.startswith("c_"))
        raise UserError(
            Message("cli.error.no_such_type", {"name": name}), Message("cli.hint.one_of", {"values": names})
        )
    return register.catalogue[name]


def asset_named(register: Register, word: str) -> Asset:
    """The asset that ``TYPE:CODE`` means. Raises ``UserError`` for an unknown type or code."""
    type_name, colon, code = word.partition(":")
    if not colon or not code:
        raise UserError(
            Message("cli.error.value", {"option": "--asset", "value": word}),
            Message("cli.hint.example", {"example": "hydrant:H-102"}),
        )
    type_named(register, type_name)
    asset = register.by_code(type_name, code)
    if asset is None:
        title = register.catalogue[type_name].title
        raise UserError(
            Message("cli.error.no_such_asset", {"type": title, "code": code}),
            Message("cli.hint.no_such_asset"),
        )
    return asset
