"""Bulk reading from and staging on a server, in the worker process, by ADBC: Arrow from end to end."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

import pyarrow as pa

from layers.feedback import Feedback
from layers.later import Later

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc
    import pyarrow.compute as pc
else:
    adbc = Later("adbc_driver_postgresql.dbapi")
    pc = Later("pyarrow.compute")

NUMBER = "__n"

_SERVER_TYPES = {pa.int64(): "bigint", pa.float64(): "double precision", pa.bool_(): "boolean"}


_KEPT: dict[str, adbc.Connection] = {}
"""The connection of the last read, by its address: at each new one ADBC asks for every type of the server."""


def read_query(feedback: Feedback, libpq: str, query: str) -> pa.Table:
    """The result of a query without parameters."""
    feedback.check()
    used = libpq in _KEPT
    try:
        table = _read(libpq, query)
    except adbc.Error:
        _let_go()
        if not used:
            raise
        # The server may have ended it meanwhile.
        table = _read(libpq, query)
    feedback.check()
    return table


def _read(libpq: str, query: str) -> pa.Table:
    if libpq not in _KEPT:
        _let_go()
        # Without a transaction of its own: one that waits for the next read holds nothing back on the server.
        _KEPT[libpq] = adbc.connect(libpq, autocommit=True)
    with _KEPT[libpq].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def _let_go() -> None:
    while _KEPT:
        _, connection = _KEPT.popitem()
        connection.close()


# When the process ends, before what closes a connection is gone.
atexit.register(_let_go)


def _connection(libpq: str) -> adbc.Connection:
    """One with a transaction of its own."""
    kept = _KEPT.get(libpq)
    return adbc.connect(libpq) if kept is None else kept.adbc_clone()


def write_staging_table(feedback: Feedback, libpq: str, name: str, rows: pa.Table) -> tuple[str, ...]:
    """Copy ``rows`` to a new unlogged table with ``__n`` = 1, 2, ... beside; the names of its columns."""
    feedback.progress(0.0)
    columns = {
        column: _storable(rows[column])
        for column in rows.column_names
        if rows[column].null_count < rows.num_rows
    }
    numbers = pa.array(range(1, rows.num_rows + 1), pa.int64())
    table = pa.table({NUMBER: numbers, **columns})
    definition = ", ".join(f'"{field.name}" {_server_type(field.type)}' for field in table.schema)
    with _connection(libpq) as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE UNLOGGED TABLE "{name}" ({definition})')
        feedback.progress(0.1)
        cursor.adbc_ingest(name, table, mode="append")
        connection.commit()
    feedback.progress(1.0)
    return tuple(columns)


def _storable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in one of the few types that the staging table has."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    kind = column.type
    if pa.types.is_integer(kind):
        return pc.cast(column, pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pc.cast(column, pa.binary())
    if pa.types.is_boolean(kind):
        return column
    return pc.cast(column, pa.string())


def _server_type(kind: pa.DataType) -> str:
    if pa.types.is_binary(kind):
        return "bytea"
    return _SERVER_TYPES.get(kind, "text")
