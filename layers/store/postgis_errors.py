"""Errors of a server that a user can act on, told as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from layers.errors import UserError
from layers.store.database_errors import as_user_error
from layers.text import Message

# Codes of PostgreSQL (https://www.postgresql.org/docs/15/errcodes-appendix.html), first fit decides.
_BY_CODE = (
    ("28P01", "postgis.password"),
    ("28000", "postgis.password"),
    ("3D000", "postgis.no_database"),
    ("42501", "postgis.no_rights"),
    ("53100", "store.disk_full"),
    ("53300", "postgis.too_many"),
    ("25006", "store.read_only"),
    ("57", "postgis.lost"),
    ("08", "postgis.lost"),
)
# Errors before a connection stands have no code, but libpq's or the server's words.
_BY_WORDS = (
    ("no password supplied", "postgis.password"),
    ("password authentication failed", "postgis.password"),
    ("does not support SSL", "postgis.no_tls"),
    ("no pg_hba.conf entry", "postgis.not_admitted"),
    ("definition of service", "postgis.no_service"),
    ("service file", "postgis.no_service"),
    ("role ", "postgis.password"),
    ("database ", "postgis.no_database"),
    ("server closed the connection", "postgis.lost"),
    ("the connection is closed", "postgis.lost"),
    ("connection is lost", "postgis.lost"),
)
_COLLISIONS = ("40001", "40P01")


class CollisionError(UserError):
    """Two edits waited for each other and the server stopped this one: doing it again may well succeed."""


@contextmanager
def told(address: str) -> Iterator[None]:
    """Raise ``UserError`` for what the user can act on."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        known = server_error(error, address)
        if known is None:
            raise
        raise known from error


def server_error(error: sa.exc.DBAPIError, address: str) -> UserError | None:
    """The ``UserError`` for a database error; None when it is a bug of ours."""
    code = getattr(error.orig, "sqlstate", None) or ""
    text = str(error.orig).strip()
    detail = Message("store.database_says", {"text": text})
    place = {"place": address}
    if code in _COLLISIONS:
        return CollisionError(Message("postgis.collision"), Message("postgis.collision_hint"), detail)
    for start, text_id in _BY_CODE:
        if code.startswith(start):
            return UserError(Message(text_id, place), Message(f"{text_id}_hint"), detail)
    if not code and isinstance(error, sa.exc.OperationalError):
        text_id = next((found for words, found in _BY_WORDS if words in text), "postgis.unreachable")
        return UserError(Message(text_id, place), Message(f"{text_id}_hint"), detail)
    return as_user_error(error, address)
