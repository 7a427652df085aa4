"""PostgisStore: a register on a PostgreSQL server with PostGIS, shared by many."""

from __future__ import annotations

import datetime
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import IdRange
from layers.model.fields import format_instant
from layers.model.problem import Problem
from layers.model.query import Box
from layers.store import postgis_bulk
from layers.store.base import Staged, Store
from layers.store.bulk_read import BulkRead, Elsewhere
from layers.store.postgis_errors import CollisionError, told
from layers.store.postgis_listener import Listener
from layers.store.postgis_server import Server
from layers.store.postgis_triggers import BULK, CHANNEL
from layers.store.schema import FID, GEOMETRY, Schema
from layers.store.types import as_wkb_column
from layers.store.worker import Worker
from layers.text import Message

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql
else:
    postgresql = Later("sqlalchemy.dialects.postgresql")

R = TypeVar("R")
_ATTEMPTS = 3
READ_QUERY = Elsewhere("layers.store.worker_postgis", "read_query")


class PostgisStore(Store):
    """A register in a database on a server. Takes an engine for it (``postgis_opening``)."""

    stated = False

    def __init__(
        self, server: Server, engine: sa.Engine, schema: Schema, *, login: str, read_only: bool = False
    ) -> None:
        self.server = server
        self.engine = engine
        self.schema = schema
        self.login = login
        self.read_only = read_only
        self._lock = threading.RLock()
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._pending: frozenset[int] = frozenset()
        self._listener = Listener(server.libpq)
        self._listener.start()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with told(self.server.address), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        if self.read_only:
            place = {"place": self.server.address}
            raise UserError(Message("store.read_only", place), Message("store.read_only_hint"))
        with self._lock, told(self.server.address), self.engine.begin() as connection:
            yield connection

    def retried(self, work: Callable[[], R]) -> R:
        for attempt in range(1, _ATTEMPTS):
            try:
                return work()
            except CollisionError:
                time.sleep(random.uniform(0.01, 0.1) * attempt)
        return work()

    def announce(self, connection: sa.Connection, change_set: int) -> None:
        connection.execute(sa.select(sa.func.set_config("wa.changeset", str(change_set), True)))
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, str(change_set))))

    def in_box(self, type_name: str, box: Box) -> sa.ColumnElement[bool]:
        column = self.schema.assets[type_name].c[GEOMETRY]
        envelope = sa.func.ST_MakeEnvelope(box.x0, box.y0, box.x1, box.y1, self.schema.srid)
        return column.op("&&", is_comparison=True)(envelope)

    def id_in(self, column: sa.ColumnElement[Any], ids: Sequence[int]) -> sa.ColumnElement[bool]:
        numbers = postgresql.ARRAY(sa.BigInteger)
        array = sa.cast(sa.literal([int(i) for i in ids], numbers), numbers)
        return column == sa.any_(array)

    def bounds(self, connection: sa.Connection, type_name: str) -> Box | None:
        table = self.schema.assets[type_name]
        extent = sa.select(sa.func.ST_Extent(table.c[GEOMETRY]).label("box")).subquery()
        edges = (sa.func.ST_XMin, sa.func.ST_YMin, sa.func.ST_XMax, sa.func.ST_YMax)
        row = connection.execute(sa.select(*(edge(extent.c.box) for edge in edges))).one()
        return None if row[0] is None else Box(*row)

    def bounds_within(self, connection: sa.Connection, type_name: str, box: Box) -> Box | None:
        column = self.schema.assets[type_name].c[GEOMETRY]
        envelope = sa.func.ST_MakeEnvelope(box.x0, box.y0, box.x1, box.y1, self.schema.srid)
        inside = column.op("@", is_comparison=True)(envelope)
        extent = sa.select(sa.func.ST_Extent(column).label("box")).where(inside).subquery()
        edges = (sa.func.ST_XMin, sa.func.ST_YMin, sa.func.ST_XMax, sa.func.ST_YMax)
        row = connection.execute(sa.select(*(edge(extent.c.box) for edge in edges))).one()
        return None if row[0] is None else Box(*row)

    def defer_links(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")

    @contextmanager
    def suspended_triggers(self, connection: sa.Connection, type_name: str) -> Iterator[None]:
        # Not by ALTER TABLE: that is refused while checks of links wait for the end of the transaction.
        connection.execute(sa.select(sa.func.set_config(BULK, type_name, True)))
        yield
        connection.execute(sa.select(sa.func.set_config(BULK, "", True)))

    def fill(self, connection: sa.Connection, table: sa.Table, columns: Sequence[Sequence[Any]]) -> None:
        postgis_bulk.fill(connection, table.name, columns)

    def stage(self, worker: Worker | None, type_name: str, rows: pa.Table, feedback: Feedback) -> Staged:
        with told(self.server.address):
            return postgis_bulk.StagedTable(worker, self.engine, self.server, rows, feedback)

    def load(self, connection: sa.Connection, type_name: str, staged: Staged, feedback: Feedback) -> IdRange:
        assert isinstance(staged, postgis_bulk.StagedTable)
        with self.suspended_triggers(connection, type_name):
            return postgis_bulk.load_staged(connection, self.schema, type_name, staged, feedback)

    def remove_range(self, connection: sa.Connection, type_name: str, ids: IdRange, change_set: int) -> None:
        now = format_instant(datetime.datetime.now(datetime.UTC))
        with self.suspended_triggers(connection, type_name):
            postgis_bulk.remove_range(connection, self.schema, type_name, ids, change_set, now)

    def restore_range(self, connection: sa.Connection, type_name: str, ids: IdRange, removed_in: int) -> None:
        with self.suspended_triggers(connection, type_name):
            postgis_bulk.restore_range(connection, self.schema, type_name, ids, removed_in)

    def changed_elsewhere(self) -> bool:
        if not self._listener.has_news:
            return False
        ids, anything = self._listener.take()
        self._pending = ids
        return bool(ids) or anything

    def newer(self, since: int) -> sa.ColumnElement[bool]:
        # Ids do not commit in order: one that was told is read even when a greater one was read before it.
        id = self.schema.change_set.c.id
        return sa.or_(id > since, self.id_in(id, sorted(self._pending)))

    def touched(self, connection: sa.Connection, type_names: Sequence[str]) -> None:
        """Nothing to do: the commit itself is told."""

    def inspect(self, connection: sa.Connection, type_names: Sequence[str]) -> list[Problem]:
        """Nothing can be wrong: the server keeps foreign keys and indexes whoever edits."""
        return []

    def bulk_read(
        self,
        type_name: str,
        fields: Sequence[str],
        *,
        geometry: bool,
        where: sa.ColumnElement[bool] | None = None,
        box: Box | None = None,
    ) -> BulkRead:
        table = self.schema.assets[type_name]
        columns: list[sa.ColumnElement[Any]] = [table.c[name] for name in (FID, *fields)]
        if geometry:
            columns.append(as_wkb_column(table.c[GEOMETRY]).label(GEOMETRY))
        statement = sa.select(*columns).order_by(table.c[FID])
        if where is not None:
            statement = statement.where(where)
        if box is not None:
            statement = statement.where(self.in_box(type_name, box))
        # Named parameters: in the driver's own style every percent sign would be doubled.
        dialect = postgresql.base.PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
        query = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        return BulkRead(READ_QUERY, (self.server.libpq, query))

    def _raw_geometry(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return as_wkb_column(column)

    def _wkb(self, value: bytes | None) -> bytes | None:
        return None if value is None else bytes(value)

    def close(self) -> None:
        self._listener.stop()
        self.engine.dispose()
