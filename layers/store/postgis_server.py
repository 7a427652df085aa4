"""Where a server is and how to get in: addresses without password; that comes from the keyring or libpq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.errors import UserError
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    import keyring.errors
else:
    keyring = Later("keyring")

_SCHEMES = ("postgresql://", "postgres://")
_KEYRING = "gisapp"
_LOCAL_HOSTS = ("", "localhost", "127.0.0.1", "::1")


def is_server(target: object) -> bool:
    """Whether a register's target is a server's address rather than a file."""
    return isinstance(target, str) and target.startswith(_SCHEMES)


@dataclass(frozen=True)
class Server:
    """A database on a server. ``address`` may go into recent files and messages: it has no password."""

    url: sa.URL

    given: sa.URL

    @property
    def address(self) -> str:
        """The address as the user gave it, without password."""
        return _bare(self.given).render_as_string(hide_password=False)

    @property
    def engine_url(self) -> sa.URL:
        """For SQLAlchemy, password included."""
        return self.url.set(drivername="postgresql+psycopg")

    @property
    def libpq(self) -> str:
        """For libpq (ADBC, the listener), password included."""
        return self.url.render_as_string(hide_password=False)


def parse_server(target: str) -> Server:
    """Read an address; a password that it lacks comes from the keyring or is left to libpq's own files.

    Connections to other computers are encrypted unless the address itself says otherwise (``sslmode``).
    Raises ``UserError`` when it cannot be read.
    """
    try:
        given = url = sa.make_url(target).set(drivername="postgresql")
    except (sa.exc.ArgumentError, ValueError) as error:
        raise _unreadable(target) from error
    if not url.database and "service" not in url.query:
        raise _unreadable(target)
    defaults = {"connect_timeout": "10", "application_name": "gisapp"}
    if (url.host or "") not in _LOCAL_HOSTS and not (url.host or "").startswith("/"):
        defaults["sslmode"] = "require"
    missing = {name: value for name, value in defaults.items() if name not in url.query}
    if url.password is None:
        url = url.set(password=stored_password(url))
    return Server(url.update_query_dict(missing), given)


def stored_password(url: sa.URL) -> str | None:
    """What the system's keyring holds for this address; None when there is neither."""
    try:
        return keyring.get_password(_KEYRING, _key(url))
    except (keyring.errors.KeyringError, RuntimeError):
        return None  # no keyring on this system: libpq asks its own files


def store_password(url: sa.URL) -> bool:
    """Keep the password of an address in the system's keyring; False when there is neither."""
    if url.password is None:
        return False
    try:
        keyring.set_password(_KEYRING, _key(url), str(url.password))
    except (keyring.errors.KeyringError, RuntimeError):
        return False
    return True


def without_password(target: str) -> str:
    """The address as it may be shown and kept. Text that is no address comes back as it is."""
    try:
        url = sa.make_url(target)
    except (sa.exc.ArgumentError, ValueError):
        return target
    return _bare(url).render_as_string(hide_password=False)


def _bare(url: sa.URL) -> sa.URL:
    """The address without password. ``URL.set`` takes None for "leave it"."""
    return sa.URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)


def _key(url: sa.URL) -> str:
    return f"{url.username or ''}@{url.host or ''}:{url.port or 5432}/{url.database or ''}"


def _unreadable(target: str) -> UserError:
    shown = target.rpartition("@")[2]
    return UserError(Message("postgis.bad_address", {"address": shown}), Message("postgis.bad_address_hint"))
