"""TileCache: tiles of services kept on the disk, so that a place seen once is there without a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from layers.basemap.grid import TileKey

LIMIT = 512 * 1024 * 1024
#: Older tiles are shown at once and asked for again.
STALE_SECONDS = 30 * 24 * 3600.0
_KEPT_SHARE = 0.9
#: A use is noted at most this often: noting it writes the tile anew.
_NOTED_SECONDS = 24 * 3600.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS tile (service TEXT NOT NULL, level INTEGER NOT NULL, "
    "column_number INTEGER NOT NULL, row_number INTEGER NOT NULL, size INTEGER NOT NULL, "
    "fetched_at REAL NOT NULL, used_at REAL NOT NULL, data BLOB NOT NULL, "
    "PRIMARY KEY (service, level, column_number, row_number))"
)
# Holds the sizes too, so that adding them up does not walk through the pictures.
_INDEX = "CREATE INDEX IF NOT EXISTS tile_used ON tile (used_at, size)"
_AT = "service = ? AND level = ? AND column_number = ? AND row_number = ?"
_GET = f"SELECT data, fetched_at, used_at FROM tile WHERE {_AT}"
_USED = f"UPDATE tile SET used_at = ? WHERE {_AT}"
_PUT = "INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_OLDEST = "SELECT rowid, size FROM tile ORDER BY used_at"


@dataclass(frozen=True)
class CachedTile:
    """A tile as the service gave it, and whether it should be asked for again."""

    data: bytes
    is_stale: bool


class TileCache:
    """One file, shared by threads and windows. A damaged one is made anew; without a place nothing is kept."""

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self.path = path
        self.limit = limit
        self._lock = threading.Lock()
        self._connection: Any = None
        self._is_broken = False

    def get(self, service: str, keys: Sequence[TileKey]) -> dict[TileKey, CachedTile]:
        """Those of ``keys`` that are kept."""
        found: dict[TileKey, CachedTile] = {}
        now = time.time()

        def read(connection: Any) -> None:
            for key in keys:
                row = connection.execute(_GET, (service, *key)).fetchone()
                if row is None:
                    continue
                found[key] = CachedTile(bytes(row[0]), now - row[1] > STALE_SECONDS)
                if now - row[2] > _NOTED_SECONDS:
                    connection.execute(_USED, (now, service, *key))

        self._with(read)
        return found

    def put(self, service: str, tiles: Mapping[TileKey, bytes]) -> None:
        """Keep tiles; those longest unused go when there are too many bytes."""
        now = time.time()

        def write(connection: Any) -> None:
            rows = [(service, *key, len(data), now, now, data) for key, data in tiles.items()]
            connection.executemany(_PUT, rows)
            self._make_room(connection)

        self._with(write)

    @property
    def size(self) -> int:
        """Bytes of all tiles kept."""
        sizes: list[int] = []
        self._with(lambda connection: sizes.append(_size(connection)))
        return sizes[0] if sizes else 0

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _with(self, work: Any) -> None:
        with self._lock:
            try:
                self._do(work)
            except dbapi2.OperationalError:
                # No room, no right, or another window is busy: a cache that cannot help must not hinder.
                self._drop_connection()
            except dbapi2.DatabaseError:
                self._drop_connection()
                self._remove()

    def _do(self, work: Any) -> None:
        if self._connection is None:
            if self._is_broken:
                return
            self._connection = self._open()
            if self._connection is None:
                return
        with self._connection:
            work(self._connection)

    def _open(self) -> Any:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._is_broken = True
            return None
        connection = dbapi2.connect(str(self.path), check_same_thread=False, timeout=1.0)
        try:
            # What is lost in a crash is asked for again.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_TABLE)
            connection.execute(_INDEX)
        except dbapi2.Error:
            connection.close()
            raise
        return connection

    def _make_room(self, connection: Any) -> None:
        size = _size(connection)
        if size <= self.limit:
            return
        gone = []
        for row in connection.execute(_OLDEST):
            if size <= self.limit * _KEPT_SHARE:
                break
            gone.append((row[0],))
            size -= row[1]
        connection.executemany("DELETE FROM tile WHERE rowid = ?", gone)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


def _size(connection: Any) -> int:
    return int(connection.execute("SELECT coalesce(sum(size), 0) FROM tile").fetchone()[0])
