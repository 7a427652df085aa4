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
    ("28P01", "postgis.password", "postgis.password_hint"),
    ("28000", "postgis.password", "postgis.password_hint"),
    ("3D000", "postgis.no_database", "postgis.no_database_hint"),
    ("42501", "postgis.no_rights", "postgis.no_rights_hint"),
    ("53100", "store.disk_full", "store.disk_full_hint"),
    ("53300", "postgis.too_many", "postgis.too_many_hint"),
    ("25006", "store.read_only", "store.read_only_hint"),
    ("55P03", "store.busy", "store.busy_hint"),
    ("57", "postgis.lost", "postgis.lost_hint"),
    ("08", "postgis.lost", "postgis.lost_hint"),
)
# Errors before a connection stands have no code, but libpq's or the server's words.
_BY_WORDS = (
    ("no password supplied", "postgis.password", "postgis.password_hint"),
    ("password authentication failed", "postgis.password", "postgis.password_hint"),
    ("does not support SSL", "postgis.no_tls", "postgis.no_tls_hint"),
    ("no pg_hba.conf entry", "postgis.not_admitted", "postgis.not_admitted_hint"),
    ("definition of service", "postgis.no_service", "postgis.no_service_hint"),
    ("service file", "postgis.no_service", "postgis.no_service_hint"),
    ("role ", "postgis.password", "postgis.password_hint"),
    ("database ", "postgis.no_database", "postgis.no_database_hint"),
    ("server closed the connection", "postgis.lost", "postgis.lost_hint"),
    ("the connection is closed", "postgis.lost", "postgis.lost_hint"),
    ("connection is lost", "postgis.lost", "postgis.lost_hint"),
)
_UNREACHABLE = ("postgis.unreachable", "postgis.unreachable_hint")
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
    for start, title, hint in _BY_CODE:
        if code.startswith(start):
            return UserError(Message(title, place), Message(hint), detail)
    if not code and isinstance(error, sa.exc.OperationalError):
        title, hint = next(((t, h) for words, t, h in _BY_WORDS if words in text), _UNREACHABLE)
        return UserError(Message(title, place), Message(hint), detail)
    return as_user_error(error, address)
