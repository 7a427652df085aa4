"""Creating and opening a register's GeoPackage."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.store import gpkg
from layers.store.code_rows import insert_catalogue_entries
from layers.store.database_errors import translated
from layers.store.edit import creation_row
from layers.store.engine import SAFE_WAL, WRITE, open_engine, sqlite_version
from layers.store.geopackage import GeoPackageStore
from layers.store.schema import Schema, build_schema
from layers.text import Message

#: Raised with every change of the tables that a migration makes.
SCHEMA_VERSION = 1


def create_geopackage(
    path: Path, catalogue: Catalogue, crs: Crs, *, actor: str, meta: Mapping[str, str]
) -> None:
    """Write an empty register to a new file; a crash on the way leaves at most ``NAME.part``.

    Raises ``UserError`` when the file exists or cannot be written.
    """
    if path.exists():
        raise UserError(Message("store.exists", {"place": str(path)}), Message("store.exists_hint"))
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        part.touch()
    except OSError as error:
        raise UserError(
            Message("store.cannot_create", {"place": str(path)}),
            Message("store.cannot_create_hint"),
            Message("store.database_says", {"text": str(error)}),
        ) from error
    schema = build_schema(catalogue, gpkg.srid_of(crs))
    engine = open_engine(part, wal=False)
    try:
        with translated(path):
            _write_tables(engine, schema, crs, actor, meta)
    except BaseException:
        engine.dispose()
        part.unlink(missing_ok=True)
        raise
    engine.dispose()
    part.replace(path)


def _write_tables(engine: sa.Engine, schema: Schema, crs: Crs, actor: str, meta: Mapping[str, str]) -> None:
    with engine.connect().execution_options(**{WRITE: True}) as connection:
        gpkg.write_header(connection.connection.driver_connection)
        with connection.begin():
            gpkg.create_tables(connection, schema, crs)
            now = format_instant(datetime.datetime.now(datetime.UTC))
            rows = {
                "schema_version": str(SCHEMA_VERSION),
                "crs": crs.code or crs.wkt,
                "created": now,
                **meta,
            }
            connection.execute(
                schema.meta.insert(), [{"name": name, "value": value} for name, value in rows.items()]
            )
            insert_catalogue_entries(connection, schema)
            connection.execute(schema.change_set.insert().values(creation_row(actor, now, stated=True)))
            gpkg.create_triggers(connection, schema)


def open_geopackage(path: Path, catalogue: Catalogue, *, read_only: bool = False) -> GeoPackageStore:
    """Open a register's file. Raises ``UserError`` when there is none or it is no register."""
    if not path.is_file():
        raise UserError(Message("store.not_found", {"place": str(path)}), Message("store.not_found_hint"))
    # An older SQLite may damage a file in WAL that several processes write (storage.md 2.2).
    engine = open_engine(path, read_only=read_only, wal=sqlite_version() >= SAFE_WAL)
    try:
        with translated(path):
            with engine.connect() as connection:
                srid = _srid(connection, path)
            return GeoPackageStore(path, engine, build_schema(catalogue, srid), read_only=read_only)
    except BaseException:
        engine.dispose()
        raise


def _srid(connection: sa.Connection, path: Path) -> int:
    tables = sa.inspect(connection).get_table_names()
    if "wa_meta" not in tables:
        raise UserError(Message("store.no_register", {"place": str(path)}), Message("store.no_register_hint"))
    meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
    crs = connection.execute(sa.select(meta.c.value).where(meta.c.name == "crs")).scalar_one()
    return gpkg.srid_of(Crs.parse(crs))
