"""SQLite files opened for reading tiles only: read-only, shared by threads under a lock, errors told with the file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.text import Message

#: Bytes; a picture of a tile has a hundredth of it.
LARGEST_TILE = 20_000_000
_HEADER = b"SQLite format 3\x00"


class TileDatabase:
    """One connection. ``ask`` raises ``UserError`` when SQLite finds the file damaged."""

    def __init__(self, path: Path) -> None:
        """Raises ``UserError`` when there is no such file, it may not be read, or it is no SQLite file."""
        self.path = path
        self._lock = threading.Lock()
        try:
            with path.open("rb") as file:
                header = file.read(len(_HEADER))
        except OSError as error:
            raise unreadable(path, error) from error
        if header != _HEADER:
            raise UserError(
                Message("basemap.not_database", {"file": path.name}), Message("basemap.not_database_hint")
            )
        self._connection = self._open()

    def _open(self) -> Any:
        # A file in WAL mode in a folder that may not be written opens as immutable only.
        for mode in ("mode=ro", "immutable=1"):
            address = f"file:{quote(str(self.path))}?{mode}"
            connection = dbapi2.connect(address, uri=True, check_same_thread=False, timeout=2.0)
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return connection
            except dbapi2.Error as error:
                connection.close()
                failure = error
        raise damaged(self.path, failure)

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows that ``sql`` gives."""
        with self._lock:
            try:
                return list(self._connection.execute(sql, values).fetchall())
            except dbapi2.Error as error:
                raise damaged(self.path, error) from error

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table or view; empty when there is none."""
        return frozenset(row[0] for row in self.ask("SELECT name FROM pragma_table_info(?)", (table,)))

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def blob_of(rows: Sequence[Any]) -> bytes | None:
    """The picture in the first row; None when there is none, or text or a number stands in its place."""
    value = rows[0][0] if rows else None
    return value if isinstance(value, bytes) and value else None


def unreadable(path: Path, error: OSError) -> UserError:
    """The error for a file that is not there or may not be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UserError(
            Message("basemap.missing_file", {"file": str(path)}), Message("basemap.missing_file_hint")
        )
    return UserError(
        Message("basemap.unreadable", {"file": str(path)}),
        Message("basemap.unreadable_hint"),
        Message("basemap.system_says", {"text": error.strerror or str(error)}),
    )


def damaged(path: Path, error: Exception) -> UserError:
    """The error for a file that SQLite cannot read through."""
    return UserError(
        Message("basemap.damaged", {"file": path.name}),
        Message("basemap.damaged_hint"),
        Message("basemap.system_says", {"text": str(error)}),
    )
