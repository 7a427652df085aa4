"""Bulk work on a server: staging table, INSERT ... SELECT, keys and indexes by set rather than by row."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.store.postgis_server import Server
from layers.store.schema import FID, GEOMETRY, OP_DELETE, Schema
from layers.store.worker import Worker
from layers.store.worker_postgis import NUMBER, write_staging_table

# From so many rows on, one check of all keys is cheaper than one per row.
_SET_WISE_FROM = 20_000
_IN_USE = "55006"


class StagedTable:
    """Rows in a table of their own on the server."""

    def __init__(
        self, worker: Worker | None, engine: sa.Engine, server: Server, rows: pa.Table, feedback: Feedback
    ) -> None:
        self.count = rows.num_rows
        self.name = f"wa_staging_{uuid.uuid4().hex}"
        self._engine = engine
        arguments = (server.libpq, self.name, rows)
        try:
            self.columns: tuple[str, ...] = (
                write_staging_table(feedback, *arguments)
                if worker is None
                else worker.run(write_staging_table, *arguments, feedback=feedback)
            )
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Drop the table. Calling it again does nothing."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{self.name}"')


def load_staged(
    connection: sa.Connection, schema: Schema, type_name: str, staged: StagedTable, feedback: Feedback
) -> IdRange:
    """Take every row of a staging table into the asset table; the ids they got, in its order."""
    # Others wait with their edits of this type: the ids must be one run.
    connection.exec_driver_sql(f'LOCK TABLE "{type_name}" IN SHARE ROW EXCLUSIVE MODE')
    sequence = sa.select(sa.func.pg_get_serial_sequence(type_name, FID)).scalar_subquery()
    first = int(connection.execute(sa.select(sa.func.nextval(sequence))).scalar_one())
    ids = IdRange(first, first + staged.count - 1)
    connection.execute(sa.select(sa.func.setval(sequence, ids.last)))
    feedback.progress(0.0)
    names = [f'"{name}"' for name in staged.columns]
    values = [_geometry(schema, type_name) if n == GEOMETRY else f'"{n}"' for n in staged.columns]
    with _set_wise(connection, schema, type_name, ids):
        connection.exec_driver_sql(
            f'INSERT INTO "{type_name}" ({", ".join([FID, *names])})'
            f" SELECT {', '.join([f'{first - 1} + {NUMBER}', *values])}"
            f' FROM "{staged.name}" ORDER BY {NUMBER}'
        )
        feedback.progress(0.6)
    feedback.progress(1.0)
    return ids


def _geometry(schema: Schema, type_name: str) -> str:
    made = f'ST_GeomFromWKB("{GEOMETRY}", {schema.srid})'
    if schema.catalogue[type_name].shape == "polygon":
        made = f"ST_Multi({made})"
    return f"CASE WHEN ST_IsEmpty({made}) THEN NULL ELSE {made} END"


def fill(connection: sa.Connection, name: str, columns: Sequence[Sequence[Any]]) -> None:
    """Put rows, given column by column, into a temporary table."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
        for row in zip(*columns, strict=True):
            copy.write_row(row)
    connection.exec_driver_sql(f'ANALYZE "{name}"')


def remove_range(
    connection: sa.Connection, schema: Schema, type_name: str, ids: IdRange, change_set: int, now: str
) -> None:
    """Delete the assets of a range, keeping each as it was in the history of ``change_set``."""
    table, history = schema.assets[type_name], schema.history[type_name]
    inside = table.c[FID].between(ids.first, ids.last)
    names = [column.name for column in table.columns]
    head = (sa.literal(change_set), sa.literal(now), sa.literal(OP_DELETE))
    kept = sa.select(*head, *(table.c[name] for name in names)).where(inside).order_by(table.c[FID])
    connection.execute(history.insert().from_select(["changeset_id", "at", "op", *names], kept))
    connection.execute(table.delete().where(inside))


def restore_range(
    connection: sa.Connection, schema: Schema, type_name: str, ids: IdRange, removed_in: int
) -> None:
    """Put back the assets that ``remove_range`` kept in change set ``removed_in``, ids and versions too."""
    table, history = schema.assets[type_name], schema.history[type_name]
    names = [column.name for column in table.columns]
    rows = sa.select(*(history.c[name] for name in names)).where(
        history.c.changeset_id == removed_in,
        history.c.op == OP_DELETE,
        history.c[FID].between(ids.first, ids.last),
    )
    connection.execute(table.insert().from_select(names, rows.order_by(history.c[FID])))


@contextmanager
def _set_wise(connection: sa.Connection, schema: Schema, type_name: str, ids: IdRange) -> Iterator[None]:
    """Check links once at the end; build indexes anew where the table more than doubles."""
    keys: list[tuple[str, str]] = []
    indexes: list[tuple[str, str]] = []
    if len(ids) >= _SET_WISE_FROM:
        keys = _foreign_keys(connection, type_name)
        indexes = _indexes_to_rebuild(connection, schema, type_name, ids)
        try:
            with connection.begin_nested():
                for name, _ in keys:
                    connection.exec_driver_sql(f'ALTER TABLE "{type_name}" DROP CONSTRAINT "{name}"')
                for name, _ in indexes:
                    connection.exec_driver_sql(f'DROP INDEX "{name}"')
        except sa.exc.DBAPIError as error:
            # The same act deleted something before, and checks of that wait for its end: row by row then.
            if getattr(error.orig, "sqlstate", "") != _IN_USE:
                raise
            keys, indexes = [], []
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    for name, definition in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{type_name}" ADD CONSTRAINT "{name}" {definition}')


def _foreign_keys(connection: sa.Connection, type_name: str) -> list[tuple[str, str]]:
    """Name and definition of each, from the server: SQLAlchemy's own words would mark the shared tables."""
    rows = connection.execute(
        sa.text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = to_regclass(:table)"
        ),
        {"table": f'"{type_name}"'},
    )
    return [(row[0], row[1]) for row in rows]


def _indexes_to_rebuild(
    connection: sa.Connection, schema: Schema, type_name: str, ids: IdRange
) -> list[tuple[str, str]]:
    present = connection.execute(
        sa.select(sa.func.count()).select_from(schema.assets[type_name])
    ).scalar_one()
    if len(ids) < present:
        return []
    rows = connection.execute(
        sa.text(
            "SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x"
            " JOIN pg_class i ON i.oid = x.indexrelid"
            " WHERE x.indrelid = to_regclass(:table) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid)"
        ),
        {"table": f'"{type_name}"'},
    )
    return [(row[0], row[1]) for row in rows]
