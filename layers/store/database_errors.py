"""Errors of the database that a user can act on, told as such; all others stay what they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.text import Message

# Words of the database's own messages -> what we say, and what to do next.
_KNOWN = (
    ("database is locked", "store.busy", "store.busy_hint"),
    ("disk is full", "store.disk_full", "store.disk_full_hint"),
    ("disk I/O error", "store.disk_error", "store.disk_error_hint"),
    ("readonly database", "store.read_only", "store.read_only_hint"),
    ("database disk image is malformed", "store.damaged", "store.damaged_hint"),
    ("malformed database schema", "store.damaged", "store.damaged_hint"),
    ("file is not a database", "store.no_register", "store.no_register_hint"),
    ("unable to open database file", "store.cannot_open", "store.cannot_open_hint"),
    ("history is only added to", "store.history_guarded", "store.history_guarded_hint"),
)


@contextmanager
def translated(place: object) -> Iterator[None]:
    """Raise ``UserError`` for what the user can act on: ``place`` names the file or server."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        known = as_user_error(error, place)
        if known is None:
            raise
        raise known from error
    except dbapi2.OperationalError as error:
        # Of a statement given to the driver itself, as those of a new file are.
        known = _known(str(error), place)
        if known is None:
            raise
        raise known from error


def as_user_error(error: sa.exc.DBAPIError, place: object) -> UserError | None:
    """The ``UserError`` for a database error; None when it is a bug of ours."""
    known = _known(str(error.orig), place)
    if known is not None:
        return known
    if isinstance(error, sa.exc.IntegrityError):
        return UserError(Message("store.refused"), Message("store.refused_hint"), _says(str(error.orig)))
    return None


def _known(text: str, place: object) -> UserError | None:
    for words, title, hint in _KNOWN:
        if words in text:
            return UserError(Message(title, {"place": str(place)}), Message(hint), _says(text))
    return None


def _says(text: str) -> Message:
    return Message("store.database_says", {"text": text})
