"""Connections to a GeoPackage: one SQLite library, the same settings on all, transactions begun outright."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pysqlite3 import dbapi2
from sqlalchemy.pool import QueuePool

from layers.store.types import from_blob, header_length

# Below it, SQLite may damage a file in WAL that several processes write (storage.md 2.2).
SAFE_WAL = (3, 51, 3)
BUSY_SECONDS = 10.0
WRITE = "wa_write"

_JOURNAL_MODE = {"WAL": "PRAGMA journal_mode=WAL", "DELETE": "PRAGMA journal_mode=DELETE"}

Setup = Callable[[Any], None]

_POINT = struct.Struct("<2d")


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(dbapi2.sqlite_version_info)


def open_engine(
    path: Path,
    *,
    read_only: bool = False,
    immutable: bool = False,
    wal: bool = True,
    busy_seconds: float = BUSY_SECONDS,
    setup: Setup | None = None,
) -> sa.Engine:
    """An engine whose every connection has the house's settings.

    ``immutable`` reads a file that nobody can change (read-only folder); ``setup`` gets each new connection
    last, to set its authorizer. Transactions with execution option ``wa_write`` begin IMMEDIATE.
    """
    mode = "mode=ro&immutable=1" if immutable else "mode=ro" if read_only else "mode=rw"
    address = f"{path.absolute().as_uri()}?{mode}"

    def connect() -> Any:
        raw = dbapi2.connect(
            address,
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            prepare(raw, journal=None if read_only else "WAL" if wal else "DELETE")
            if setup is not None:
                setup(raw)
        except BaseException:
            raw.close()
            raise
        return raw

    engine = sa.create_engine(
        "sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, max_overflow=20
    )
    sa.event.listen(engine, "begin", _begin)
    return engine


def prepare(raw: Any, *, journal: str | None) -> None:
    """Give a fresh DBAPI connection the house's settings and the functions that the R-tree triggers call."""
    if journal is not None:
        # Other programs set DELETE mode when they close the file last: asked for at every open.
        raw.execute(_JOURNAL_MODE[journal])
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.execute("PRAGMA recursive_triggers=OFF")
    raw.execute("PRAGMA cache_size=-65536")
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function, deterministic=True)


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction that turns to writing fails at once when another process wrote: begun outright.
    immediate = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _extent(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """x0, x1, y0, y1 of a geometry blob; None for NULL and for an empty geometry."""
    if blob is None:
        return None
    start = header_length(blob)
    if start >= 40 and blob[3] & 1:
        x0, x1, y0, y1 = struct.unpack_from("<4d", blob, 8)
        return (x0, x1, y0, y1) if x0 == x0 else None
    if blob[start : start + 5] == b"\x01\x01\x00\x00\x00" and len(blob) == start + 21:
        x, y = _POINT.unpack_from(blob, start + 5)
        return (x, x, y, y) if x == x else None
    geometry = from_blob(blob)
    if geometry.is_empty:
        return None
    x0, y0, x1, y1 = geometry.bounds
    return x0, x1, y0, y1


def _end(number: int) -> Callable[[bytes | None], float | None]:
    def function(blob: bytes | None) -> float | None:
        extent = _extent(blob)
        return None if extent is None else extent[number]

    return function


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(_extent(blob) is None)


GEOMETRY_FUNCTIONS: dict[str, Callable[[bytes | None], Any]] = {
    "ST_MinX": _end(0),
    "ST_MaxX": _end(1),
    "ST_MinY": _end(2),
    "ST_MaxY": _end(3),
    "ST_IsEmpty": _is_empty,
}
