"""Store: where rows lie. What differs between a GeoPackage and a server is behind these few methods.

Everything above (edit, undo, history, read) speaks SQLAlchemy Core and is the same for both.
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa
import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.model.problem import Problem
from layers.model.query import Box
from layers.store.bulk_read import BulkRead, given, run_read
from layers.store.schema import FID, GEOMETRY, Schema
from layers.store.types import arrow_type
from layers.store.worker import Worker
from layers.text import Message

R = TypeVar("R")


class Staged(Protocol):
    """Rows that wait beside the store; whoever staged them calls ``discard`` when the edit is over."""

    count: int

    def discard(self) -> None:
        """Remove them. Calling it again does nothing."""


def _on_server() -> UserError:
    return UserError(Message("backup.on_server"), Message("backup.on_server_hint"))


class Store(ABC):
    """An open store with its schema. Safe to share between threads; one thread writes at a time."""

    schema: Schema
    engine: sa.Engine
    read_only: bool
    #: Who the server says we are; None on a file, where the user says.
    login: str | None = None
    #: What opening found: why it is read-only, what another program broke and was put right.
    findings: Sequence[Problem] = ()
    #: Whether the actor's name is only what the user said (a file), not proven by a login (a server).
    stated: bool

    def check(self) -> None:  # noqa: B027 - a server checks itself
        """Check the store whole if opening left that for later. Raises ``UserError`` when it is damaged.

        Nothing is written before: the first who writes waits for it.
        """

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A short transaction that sees one state of the store. Never hold it while a dialog waits."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @abstractmethod
    def write(self) -> AbstractContextManager[sa.Connection]:
        """The one writing transaction; commits at the end, rolls back on any exception.

        Raises ``UserError`` when the store is read-only, busy, full or gone.
        """

    @abstractmethod
    def announce(self, connection: sa.Connection, change_set: int) -> None:
        """Tell the triggers (and, at commit, other clients) in which change set the following changes lie."""

    @abstractmethod
    def in_box(self, type_name: str, box: Box) -> sa.ColumnElement[bool]:
        """The condition that an asset's extent meets ``box``, answered by the spatial index."""

    @abstractmethod
    def id_in(self, column: sa.ColumnElement[Any], ids: Sequence[int]) -> sa.ColumnElement[bool]:
        """The condition that ``column`` is one of any number of ids."""

    @abstractmethod
    def bounds(self, connection: sa.Connection, type_name: str) -> Box | None:
        """The extent of all located assets of a type; None when there is none."""

    @abstractmethod
    def bounds_within(self, connection: sa.Connection, type_name: str, box: Box) -> Box | None:
        """The extent, to a metre or so, of the assets of a type that lie wholly in ``box``; None when there is none."""

    @abstractmethod
    def defer_links(self, connection: sa.Connection) -> None:
        """Check foreign keys at the end of this transaction instead of at every statement."""

    @abstractmethod
    def suspended_triggers(self, connection: sa.Connection, type_name: str) -> AbstractContextManager[None]:
        """No trigger of this asset table fires within; the caller does their work set-wise."""

    @abstractmethod
    def fill(self, connection: sa.Connection, table: sa.Table, columns: Sequence[Sequence[Any]]) -> None:
        """Put many rows into a temporary table: its columns one by one, all of the same length."""

    @abstractmethod
    def stage(self, worker: Worker | None, type_name: str, rows: pa.Table, feedback: Feedback) -> Staged:
        """Bring rows near the store, outside any transaction: the slow part of a bulk insert.

        ``rows`` has columns by field name (code included), ``geom`` as WKB; missing columns stay empty.
        """

    @abstractmethod
    def load(self, connection: sa.Connection, type_name: str, staged: Staged, feedback: Feedback) -> IdRange:
        """Take staged rows into the asset table with ids in a run, without a row of history for each."""

    @abstractmethod
    def remove_range(self, connection: sa.Connection, type_name: str, ids: IdRange, change_set: int) -> None:
        """Delete every row of a range, keeping each as it was in the history of ``change_set``."""

    @abstractmethod
    def restore_range(self, connection: sa.Connection, type_name: str, ids: IdRange, removed_in: int) -> None:
        """Put back what ``remove_range`` kept in change set ``removed_in``, with ids and versions."""

    @abstractmethod
    def changed_elsewhere(self) -> bool:
        """Whether anybody but this process's writer may have written since the last call. Cheap."""

    def newer(self, since: int) -> sa.ColumnElement[bool]:
        """The condition on ``wa_changeset`` for what was committed after change set ``since`` was read."""
        return self.schema.change_set.c.id > since

    def retried(self, work: Callable[[], R]) -> R:
        """Do a whole act, again if the store stopped it only because it collided with another's."""
        return work()

    @abstractmethod
    def touched(self, connection: sa.Connection, type_names: Sequence[str]) -> None:
        """Note, in the writing transaction, that these tables changed (for other programs)."""

    @abstractmethod
    def inspect(self, connection: sa.Connection, type_names: Sequence[str]) -> list[Problem]:
        """What is wrong in these tables that only the database can tell: dangling links, spatial index."""

    @abstractmethod
    def bulk_read(
        self,
        type_name: str,
        fields: Sequence[str],
        *,
        geometry: bool,
        where: sa.ColumnElement[bool] | None = None,
        box: Box | None = None,
    ) -> BulkRead:
        """A bulk read to be done in the worker: fid, fields and, on wish, ``geom`` as WKB."""

    def read_columns(
        self,
        worker: Worker | None,
        type_name: str,
        fields: Sequence[str],
        *,
        geometry: bool,
        where: sa.ColumnElement[bool] | None,
        box: Box | None,
        feedback: Feedback | None,
    ) -> pa.Table:
        """Bulk read: fid, fields and, on wish, ``geom`` as WKB."""
        if worker is None:
            return self.read_here(
                type_name, fields, geometry=geometry, conditions=self._conditions(type_name, where, box)
            )
        read = self.settled(self.bulk_read(type_name, fields, geometry=geometry, where=where, box=box))
        if read.function is given:
            return read(feedback or Feedback())
        return worker.run(run_read, read, feedback=feedback)

    def settled(self, read: BulkRead) -> BulkRead:
        """A bulk read just before it is sent to the worker: done at once where that takes less than sending it."""
        return read

    def read_here(
        self,
        type_name: str,
        fields: Sequence[str],
        *,
        geometry: bool,
        conditions: Sequence[sa.ColumnElement[bool]],
    ) -> pa.Table:
        """The same by our own connection: at once for a few rows, slower for many."""
        table = self.schema.assets[type_name]
        columns: list[sa.ColumnElement[Any]] = [table.c[name] for name in (FID, *fields)]
        if geometry:
            columns.append(self._raw_geometry(table.c[GEOMETRY]).label(GEOMETRY))
        statement = sa.select(*columns).where(*conditions).order_by(table.c[FID])
        with self.read() as connection:
            found = list(zip(*connection.execute(statement).all(), strict=True)) or [()] * len(columns)
        arrays = {
            name: pa.array(values, arrow_type(table.c[name].type))
            for name, values in zip((FID, *fields), found, strict=False)
        }
        if geometry:
            arrays[GEOMETRY] = pa.array(map(self._wkb, found[-1]), pa.binary())
        return pa.table(arrays)

    @abstractmethod
    def _raw_geometry(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """A geometry column as bytes that ``_wkb`` understands."""

    @abstractmethod
    def _wkb(self, value: bytes | None) -> bytes | None:
        """The WKB in such bytes."""

    def _conditions(
        self, type_name: str, where: sa.ColumnElement[bool] | None, box: Box | None
    ) -> list[sa.ColumnElement[bool]]:
        conditions = [where] if where is not None else []
        if box is not None:
            # Not OGR's own box filter: that one tests the exact shape, ours on both stores the extent.
            conditions.append(self.in_box(type_name, box))
        return conditions

    def backup(self, target: Path | None, feedback: Feedback) -> Path:
        """Copy the whole store to a file (default: beside it, named by the moment)."""
        raise _on_server()

    def daily_copy(self, today: datetime.date, feedback: Feedback) -> Path | None:
        """Today's automatic copy, unless there is one; None when nothing was to do."""
        return None

    def backup_before(self, act: str, feedback: Feedback) -> Path | None:
        """A copy before a risky act; None where the server's own backups are relied on."""
        return None

    def idle(self) -> None:  # noqa: B027 - a server has nothing to do
        """Called when nothing was written for some seconds."""

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def meta(self, connection: sa.Connection) -> dict[str, str]:
        """What the register says of itself: name, crs, schema_version, ..."""
        table = self.schema.meta
        return {row.name: row.value for row in connection.execute(sa.select(table))}
