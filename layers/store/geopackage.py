"""GeoPackageStore: a register in one file."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.model.problem import Problem
from layers.model.query import Box
from layers.store import backup, bulk, gpkg
from layers.store.base import Staged, Store
from layers.store.bulk_read import BulkRead, Elsewhere, given
from layers.store.database_errors import translated
from layers.store.engine import BUSY_SECONDS, WRITE
from layers.store.few_rows import read_few
from layers.store.idle import IdleTimer
from layers.store.known_files import remember
from layers.store.lock_note import LockNote
from layers.store.rtree_check import is_sound
from layers.store.schema import FID, GEOMETRY, Schema
from layers.store.security import check_file
from layers.store.triggers import all_triggers, asset_triggers
from layers.store.types import Geometry, header_length
from layers.store.worker import Worker
from layers.text import Message

READ_COLUMNS = Elsewhere("layers.store.worker_columns", "read_columns")


class GeoPackageStore(Store):
    """A register in a GeoPackage. Takes an engine made for its file (``engine.open_engine``)."""

    stated = True
    #: So many rows of a table are read here: GDAL takes 50 ms to open a register, for one row as for thousands.
    few = 500

    def __init__(
        self,
        path: Path,
        engine: sa.Engine,
        schema: Schema,
        *,
        read_only: bool = False,
        lock_note: LockNote | None = None,
        unchecked: bool = False,
    ) -> None:
        """``unchecked``: the file was never seen here and is still to be checked whole."""
        self._unchecked = unchecked
        self._checking = threading.Lock()
        self.path = path
        self._identity = _identity(path)
        self.engine = engine
        self.schema = schema
        self.read_only = read_only
        self._lock = threading.RLock()
        self._writer = engine.connect().execution_options(**{WRITE: True})
        self._data_version = self._read_data_version()
        self._dirty = False
        self._lock_note = lock_note
        self._idle = IdleTimer(self._become_complete)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        # A file not checked yet, or on a disk that is gone: told in a sentence.
        with translated(self.path), super().read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        if self.read_only:
            raise UserError(
                Message("store.read_only", {"place": str(self.path)}), Message("store.read_only_hint")
            )
        if _identity(self.path) != self._identity:
            # SQLite in WAL mode would go on writing into a file that nobody can find any more.
            raise UserError(Message("store.gone", {"place": str(self.path)}), Message("store.gone_hint"))
        self.check()
        with self._lock, translated(self.path):
            try:
                with self._writer.begin():
                    self._dirty = True
                    yield self._writer
            finally:
                bulk.detach_staging(self._writer)
                self._idle.touch()

    def check(self) -> None:
        with self._checking:
            if self._unchecked:
                with self.read() as connection:
                    check_file(connection, self.path)
                remember(self.path)
                self._unchecked = False

    def announce(self, connection: sa.Connection, change_set: int) -> None:
        """Nothing to do: the triggers look for the open change set, which only its transaction sees."""

    def in_box(self, type_name: str, box: Box) -> sa.ColumnElement[bool]:
        tree = _rtree(type_name)
        inside = sa.select(tree.c.id).where(
            tree.c.maxx >= box.x0, tree.c.minx <= box.x1, tree.c.maxy >= box.y0, tree.c.miny <= box.y1
        )
        return self.schema.assets[type_name].c[FID].in_(inside)

    def id_in(self, column: sa.ColumnElement[Any], ids: Sequence[int]) -> sa.ColumnElement[bool]:
        # As one JSON text: the number of parameters of a statement is limited.
        each = sa.func.json_each(json.dumps([int(i) for i in ids])).table_valued("value")
        return column.in_(sa.select(each.c.value))

    def bounds(self, connection: sa.Connection, type_name: str) -> Box | None:
        rough = self._rough_bounds(connection, type_name)
        if rough is None:
            return None
        # The tree rounds outward to 32 bits: the exact extent is that of the assets that reach its edges.
        tree = f'"rtree_{type_name}_{GEOMETRY}"'
        # One question for each edge: an OR of them would go through the whole tree.
        edges = ("minx <= ?", "miny <= ?", "maxx >= ?", "maxy >= ?")
        at_edge = " UNION ".join(f"SELECT id FROM {tree} WHERE {edge}" for edge in edges)
        # As text: a start asks this of every type, and would make all their tables for it.
        rows = connection.exec_driver_sql(
            f'SELECT "{GEOMETRY}" FROM "{type_name}" WHERE "{FID}" IN ({at_edge})', tuple(rough)
        )
        shape = self.schema.catalogue[type_name].shape or "point"
        read = Geometry(shape, self.schema.srid).result_processor(connection.dialect, None)
        extents = np.array([found.bounds for (data,) in rows if (found := read(data)) is not None])
        if not len(extents):
            return rough
        return Box(*extents[:, :2].min(axis=0).tolist(), *extents[:, 2:].max(axis=0).tolist())

    def bounds_within(self, connection: sa.Connection, type_name: str, box: Box) -> Box | None:
        tree = _rtree(type_name).c
        edges = sa.func.min(tree.minx), sa.func.min(tree.miny), sa.func.max(tree.maxx), sa.func.max(tree.maxy)
        inside = tree.minx >= box.x0, tree.miny >= box.y0, tree.maxx <= box.x1, tree.maxy <= box.y1
        row = connection.execute(sa.select(*edges).where(*inside)).one()
        return None if row[0] is None else Box(*row)

    def defer_links(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")

    @contextmanager
    def suspended_triggers(self, connection: sa.Connection, type_name: str) -> Iterator[None]:
        triggers = asset_triggers(self.schema, type_name)
        for name in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        # Not in a finally: after an exception the whole transaction is rolled back, and they are all there.
        for statement in triggers.values():
            connection.exec_driver_sql(statement)

    def fill(self, connection: sa.Connection, table: sa.Table, columns: Sequence[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(columns))
        # By the driver: SQLAlchemy would look at every row.
        self._raw().executemany(
            f'INSERT INTO temp."{table.name}" VALUES ({places})', zip(*columns, strict=True)
        )

    def stage(self, worker: Worker | None, type_name: str, rows: pa.Table, feedback: Feedback) -> Staged:
        shape = self.schema.catalogue[type_name].shape
        return bulk.StagedFile(worker, rows, shape, self.schema.srid, feedback)

    def load(self, connection: sa.Connection, type_name: str, staged: Staged, feedback: Feedback) -> IdRange:
        assert isinstance(staged, bulk.StagedFile)
        return bulk.load_staged(self, connection, type_name, staged.file, feedback)

    def remove_range(self, connection: sa.Connection, type_name: str, ids: IdRange, change_set: int) -> None:
        bulk.remove_range(self, connection, type_name, ids, change_set)

    def restore_range(self, connection: sa.Connection, type_name: str, ids: IdRange, removed_in: int) -> None:
        bulk.restore_range(self, connection, type_name, ids, removed_in)

    def changed_elsewhere(self) -> bool:
        if not self._lock.acquire(blocking=False):
            return False  # our own writer is at work; ask again later
        try:
            found = self._read_data_version()
            changed, self._data_version = found != self._data_version, found
            return changed
        finally:
            self._lock.release()

    def touched(self, connection: sa.Connection, type_names: Sequence[str]) -> None:
        gpkg.touch_contents(connection, list(type_names))

    def inspect(self, connection: sa.Connection, type_names: Sequence[str]) -> list[Problem]:
        problems = list(self._dangling(connection, type_names))
        for name in type_names:
            if GEOMETRY not in self.schema.assets[name].columns:
                continue
            if not is_sound(connection, f"rtree_{name}_{GEOMETRY}"):
                message = Message("store.spatial_index", {"type": self.schema.catalogue[name].title})
                problems.append(Problem("spatial_index", "error", message))
        return problems

    def bulk_read(
        self,
        type_name: str,
        fields: Sequence[str],
        *,
        geometry: bool,
        where: sa.ColumnElement[bool] | None = None,
        box: Box | None = None,
    ) -> BulkRead:
        conditions = self._conditions(type_name, where, box)
        text = self._literal(sa.and_(*conditions)) if conditions else None
        return BulkRead(READ_COLUMNS, (self.path, type_name, list(fields), geometry, text, None))

    def settled(self, read: BulkRead) -> BulkRead:
        inner: tuple[Any, ...] = tuple(
            self.settled(each) if isinstance(each, BulkRead) else each for each in read.arguments
        )
        read = replace(read, arguments=inner)
        if read.function is not READ_COLUMNS or _identity(self.path) != self._identity:
            return read  # of a file that is gone, the worker tells
        _, type_name, fields, geometry, text, _ = inner
        with self.read() as connection:
            table = read_few(
                connection, self.schema.catalogue[type_name], fields, geometry, text, most=self.few
            )
        return read if table is None else BulkRead(given, (table,))

    def backup(self, target: Path | None, feedback: Feedback) -> Path:
        target = target or backup.named_by_moment(self.path)
        backup.copy_register(self.engine, self.path, target, feedback)
        return target

    def daily_copy(self, today: datetime.date, feedback: Feedback) -> Path | None:
        return backup.daily_copy(self.engine, self.path, today, feedback)

    def backup_before(self, act: str, feedback: Feedback) -> Path | None:
        return backup.backup_before(self.engine, self.path, act, feedback)

    def idle(self) -> None:
        """Bring everything into the file itself, so that a copy made by another program is complete."""
        self._become_complete()

    def _become_complete(self) -> bool:
        """Whether nothing is left to do; called some seconds after the last edit too."""
        if not self._dirty:
            return True
        if not self._lock.acquire(blocking=False):
            return False
        raw = self._raw()
        try:
            # Not for long: our own writer waits meanwhile. A reader in the way means: again later.
            raw.execute("PRAGMA busy_timeout=200")
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._dirty = bool(busy)
        except dbapi2.OperationalError:
            # A full disk: what was committed is safe beside the file until there is room.
            return False
        finally:
            raw.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
            self._lock.release()
        return not self._dirty

    def restore_triggers(self) -> None:
        """Make the triggers anew that another program dropped, and the spatial indexes they kept."""
        with self.write() as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            present = set(connection.exec_driver_sql(query).scalars())
            for name, statement in all_triggers(self.schema).items():
                if name not in present:
                    connection.exec_driver_sql(statement)
            for name, table in self.schema.assets.items():
                tree = f"rtree_{name}_{GEOMETRY}"
                if GEOMETRY in table.columns and f"{tree}_insert" not in present:
                    bulk.rebuild_index(connection, name)

    def close(self) -> None:
        if self._writer.closed:
            return
        self._idle.close()
        self.idle()
        self.engine.dispose()
        if not self.read_only:
            self._leave_plain()
        # Its pool is gone: without this, closing would only give it back to that.
        self._writer.detach()
        self._writer.close()
        if self._lock_note is not None:
            self._lock_note.release()

    def _leave_plain(self) -> None:
        """Leave the file in DELETE mode, which any program reads anywhere, if nobody else has it open."""
        raw = self._raw()
        raw.execute("PRAGMA busy_timeout=0")
        with suppress(dbapi2.OperationalError):
            raw.execute("PRAGMA journal_mode=DELETE").fetchone()

    def _raw(self) -> Any:
        return self._writer.connection.driver_connection

    def _read_data_version(self) -> int:
        version: int = self._raw().execute("PRAGMA data_version").fetchone()[0]
        return version

    def _literal(self, condition: sa.ColumnElement[bool]) -> str:
        # Without table names: OGR gives the table another name in its statement.
        plain = {"literal_binds": True, "include_table": False}
        return str(condition.compile(dialect=self.engine.dialect, compile_kwargs=plain))

    def _rough_bounds(self, connection: sa.Connection, type_name: str) -> Box | None:
        """The extent by the root of the spatial index, without reading the rest."""
        node = f'"rtree_{type_name}_{GEOMETRY}_node"'
        data = connection.exec_driver_sql(f"SELECT data FROM {node} WHERE nodeno = 1").scalar()
        if data is None:
            return None
        count = int.from_bytes(data[2:4], "big")
        if count == 0:
            return None
        cells = np.frombuffer(data, dtype=[("id", ">i8"), ("box", ">f4", 4)], count=count, offset=4)["box"]
        x0, y0 = cells[:, 0].min(), cells[:, 2].min()
        x1, y1 = cells[:, 1].max(), cells[:, 3].max()
        return Box(float(x0), float(y0), float(x1), float(y1))

    def _dangling(self, connection: sa.Connection, type_names: Sequence[str]) -> Iterator[Problem]:
        """Links to assets that do not exist: other programs write with foreign keys off."""
        linking = {t.name for name in type_names for t, _ in self.schema.catalogue.linking_to(name)}
        for name in sorted(linking.union(type_names)):
            for row in connection.exec_driver_sql(f'PRAGMA foreign_key_check("{name}")'):
                title = self.schema.catalogue[name].title
                target = self.schema.catalogue[row[2]].title if row[2] in self.schema.catalogue else row[2]
                message = Message("store.dangling_link", {"type": title, "id": row[1], "target": target})
                yield Problem("dangling_link", "error", message, value=row[1])

    def _raw_geometry(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.type_coerce(column, sa.LargeBinary)

    def _wkb(self, value: bytes | None) -> bytes | None:
        return None if value is None else value[header_length(value) :]


def _rtree(type_name: str) -> sa.TableClause:
    return sa.table(f"rtree_{type_name}_{GEOMETRY}", *map(sa.column, ("id", "minx", "maxx", "miny", "maxy")))


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at ``path``; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
