"""Field packages written: rows of a part of the register, photos with them, and what makes the file a package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from layers.geometry.crs import Crs
from layers.store import bulk, gpkg
from layers.store.change_sets import creation_row
from layers.store.engine import WRITE, open_engine
from layers.store.migrations import SCHEMA_VERSION
from layers.store.migrations.growth import note_of
from layers.store.schema import GEOMETRY, Schema

PACKAGE = "field_package"
"""Under this name a package's ``wa_meta`` says what it is, and under it lies its own row."""

SOURCE_COLUMNS = ("source_id", "source_key", "source_hash")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def write_rows(path: Path, schema: Schema, crs: Crs, rows: Rows, *, actor: str, at: str) -> None:
    """Write a GeoPackage of a schema with these rows, ids and versions as they are; not yet fit to be edited.

    A file at ``path`` is replaced. ``seal`` makes it a package.
    """
    path.unlink(missing_ok=True)
    path.touch()
    engine = open_engine(path, wal=False)
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection:
            gpkg.write_header(connection.connection.driver_connection)
            with connection.begin():
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                gpkg.create_tables(connection, schema, crs)
                meta = {
                    "schema_version": str(SCHEMA_VERSION),
                    "crs": crs.code or crs.wkt,
                    "created": at,
                    **note_of(schema.catalogue),
                }
                _put_meta(connection, schema, meta)
                _put(connection, schema, rows)
                connection.execute(schema.change_set.insert().values(creation_row(actor, at, stated=True)))
    finally:
        engine.dispose()


def seal(path: Path, schema: Schema, said: Mapping[str, Any], rows: Rows, first_id: int) -> None:
    """Make the written file a package: what it says of itself, ids from ``first_id`` for new rows, and the trail."""
    engine = open_engine(path, wal=False)
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
            _put(connection, schema, rows)
            name = str(said.get("code") or "")
            _put_meta(connection, schema, {PACKAGE: json.dumps(said, ensure_ascii=False), "name": name})
            connection.exec_driver_sql("DELETE FROM sqlite_sequence")
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                [(type_name, first_id - 1) for type_name in schema.assets],
            )
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'wa_changeset', max(id) FROM wa_changeset"
            )
            gpkg.create_triggers(connection, schema)
    finally:
        engine.dispose()


def add_table(path: Path, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Add a plain table without geometry (column name to GeoPackage type), with its rows, to a written file."""
    engine = open_engine(path, wal=False)
    table = sa.table(name, *map(sa.column, columns))
    quote = engine.dialect.identifier_preparer.quote
    shape = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
            connection.exec_driver_sql(f"CREATE TABLE {quote(name)} ({shape})")
            contents = sa.table("gpkg_contents", *map(sa.column, ("table_name", "data_type", "identifier")))
            listed = {"table_name": name, "data_type": "attributes", "identifier": name}
            connection.execute(contents.insert().values(**listed))
            if rows:
                named = [dict(zip(columns, row, strict=True)) for row in rows]
                connection.execute(table.insert(), named)
    finally:
        engine.dispose()


def add_blobs(path: Path, schema: Schema, blobs: Mapping[str, bytes]) -> None:
    """Add the content of attachments, by what they are known by, to a written file."""
    engine = open_engine(path, wal=False)
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
            for digest, data in blobs.items():
                connection.execute(schema.attachment_blob.insert().values(sha256=digest, data=data))
    finally:
        engine.dispose()


def _put(connection: sa.Connection, schema: Schema, rows: Rows) -> None:
    for name, some in rows.items():
        table = schema.assets[name]
        columns = [column.name for column in table.columns if column.name not in SOURCE_COLUMNS]
        if some:
            connection.execute(table.insert(), [{c: row.get(c) for c in columns} for row in some])
            if GEOMETRY in table.columns:
                bulk.rebuild_index(connection, name)


def _put_meta(connection: sa.Connection, schema: Schema, values: Mapping[str, str]) -> None:
    rows = [{"name": name, "value": value} for name, value in values.items()]
    connection.execute(schema.meta.insert(), rows)
