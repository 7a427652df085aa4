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
USUAL_PORT = 5432
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


@dataclass(frozen=True)
class ServerParts:
    """An address in the parts that people know. ``more``: what else stands in it, as libpq names it."""

    host: str = ""
    port: int = USUAL_PORT
    database: str = ""
    user: str = ""
    password: str = ""
    encrypted: bool = True
    more: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The address, password included: for opening, never to be shown or kept."""
        query = dict(self.more) | ({} if self.encrypted else {"sslmode": "disable"})
        # The folder of a local server's socket is no name of a host.
        is_folder = self.host.startswith("/")
        url = sa.URL.create(
            "postgresql",
            self.user or None,
            self.password or None,
            None if is_folder else self.host or None,
            None if self.port == USUAL_PORT else self.port,
            self.database or None,
            query | ({"host": self.host} if is_folder else {}),
        )
        return url.render_as_string(hide_password=False)

    @classmethod
    def of(cls, address: str) -> ServerParts:
        """The parts of an address, without its password. Raises ``UserError`` when it cannot be read."""
        given = parse_server(address).given
        query = {name: value if isinstance(value, str) else value[-1] for name, value in given.query.items()}
        encrypted = query.pop("sslmode", "") != "disable"
        return cls(
            given.host or query.pop("host", ""),
            given.port or USUAL_PORT,
            given.database or "",
            given.username or "",
            "",
            encrypted,
            tuple(query.items()),
        )


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


def forget_password(address: str) -> None:
    """Take the password of an address out of the system's keyring, if it is there."""
    try:
        keyring.delete_password(_KEYRING, _key(sa.make_url(address)))
    except (keyring.errors.KeyringError, RuntimeError):
        return  # none was kept, or there is no keyring


def can_store_passwords() -> bool:
    """Whether this system has a keyring that keeps what it is given."""
    try:
        return bool(keyring.get_keyring().priority > 0)
    except (keyring.errors.KeyringError, RuntimeError):
        return False


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
