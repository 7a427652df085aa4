"""Creating and opening a register's GeoPackage."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.model.problem import Problem
from layers.store import gpkg
from layers.store.code_rows import insert_catalogue_entries
from layers.store.database_errors import translated
from layers.store.edit import creation_row
from layers.store.engine import WRITE, open_engine
from layers.store.geopackage import GeoPackageStore
from layers.store.known_files import is_known, remember
from layers.store.migrations import SCHEMA_VERSION
from layers.store.migrations.runner import migrate, version_of
from layers.store.open_mode import OpenMode, open_mode
from layers.store.schema import Schema, build_schema
from layers.store.security import authorizer, check_file, screen
from layers.store.triggers import all_triggers
from layers.text import Message


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


def open_geopackage(
    path: Path, catalogue: Catalogue, *, read_only: bool = False, feedback: Feedback | None = None
) -> GeoPackageStore:
    """Open a register's file, brought to today's schema first (after a backup).

    Raises ``UserError`` when there is none, it is no register, damaged, or holds what could act on its own.
    ``findings`` of the store tell why it is read-only or what was put right.
    """
    if not path.is_file():
        raise UserError(Message("store.not_found", {"place": str(path)}), Message("store.not_found_hint"))
    mode = open_mode(path, read_only=read_only)
    try:
        with translated(path):
            return _opened(path, catalogue, mode, feedback)
    except BaseException:
        if mode.lock is not None:
            mode.lock.release()
        raise


def _opened(path: Path, catalogue: Catalogue, mode: OpenMode, feedback: Feedback | None) -> GeoPackageStore:
    srid, version = _identify(path, mode)
    schema = build_schema(catalogue, srid)
    findings = list(mode.remarks)
    if version > SCHEMA_VERSION:
        parameters = {"place": str(path), "version": version, "known": SCHEMA_VERSION}
        findings.append(Problem("newer_version", "warning", Message("migrations.newer", parameters)))
        mode = replace(mode, read_only=True)
    elif version < SCHEMA_VERSION and mode.read_only:
        raise UserError(Message("migrations.needed", {"place": str(path)}), Message("migrations.needed_hint"))
    engine = _engine(path, mode, schema)
    try:
        if version < SCHEMA_VERSION:
            migrate(engine, schema, path, feedback)
        missing = []
        if version <= SCHEMA_VERSION:
            with engine.connect() as connection:
                missing = screen(connection, schema, path)
        store = GeoPackageStore(path, engine, schema, read_only=mode.read_only, lock_note=mode.lock)
    except BaseException:
        engine.dispose()
        raise
    store.findings = findings + missing
    if missing and not mode.read_only:
        store.restore_triggers()
    return store


def _engine(path: Path, mode: OpenMode, schema: Schema | None) -> sa.Engine:
    """``schema`` None: no trigger and no view may run at all."""
    decide = authorizer(all_triggers(schema) if schema else ())
    return open_engine(
        path,
        read_only=mode.read_only,
        immutable=mode.immutable,
        wal=mode.wal,
        setup=lambda raw: raw.set_authorizer(decide),
    )


def _identify(path: Path, mode: OpenMode) -> tuple[int, int]:
    """SRID and schema version, read while nothing in the file may run; checked whole if it was left open."""
    # Only read: another program's file stays as it is to the last byte.
    engine = _engine(path, replace(mode, read_only=True), None)
    try:
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            if "wa_meta" not in tables or "wa_changeset" not in tables:
                raise UserError(
                    Message("store.no_register", {"place": str(path)}), Message("store.no_register_hint")
                )
            if mode.was_left_open or not is_known(path):
                check_file(connection, path)
            meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
            crs = connection.execute(sa.select(meta.c.value).where(meta.c.name == "crs")).scalar_one()
            srid, version = gpkg.srid_of(Crs.parse(crs)), version_of(connection)
    finally:
        engine.dispose()
    remember(path)
    return srid, version
