"""Creating and opening a register's GeoPackage."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.catalogue_part import part_of
from layers.model.fields import format_instant
from layers.model.problem import Problem
from layers.store import gpkg
from layers.store.added_fields import read_additions
from layers.store.change_sets import creation_row
from layers.store.code_rows import insert_catalogue_entries
from layers.store.database_errors import translated
from layers.store.engine import WRITE, open_engine
from layers.store.geopackage import GeoPackageStore
from layers.store.known_files import is_known, remember
from layers.store.migrations import SCHEMA_VERSION
from layers.store.migrations.growth import beyond, growth_of, is_noted, note_of
from layers.store.migrations.runner import migrate, newer_catalogue, read_meta
from layers.store.open_mode import OpenMode, open_mode
from layers.store.present import held_columns, present_columns
from layers.store.schema import Schema, build_schema
from layers.store.security import ForeignObjectsError, authorizer, check_file, screen
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
                **note_of(schema.catalogue),
                **meta,
            }
            connection.execute(
                schema.meta.insert(), [{"name": name, "value": value} for name, value in rows.items()]
            )
            insert_catalogue_entries(connection, schema)
            connection.execute(schema.change_set.insert().values(creation_row(actor, now, stated=True)))
            gpkg.create_triggers(connection, schema)


def open_geopackage(
    path: Path,
    catalogue: Catalogue,
    *,
    read_only: bool = False,
    check_later: bool = False,
    feedback: Feedback | None = None,
) -> GeoPackageStore:
    """Open a register's file, brought to today's schema first (after a backup).

    A file never seen here is checked whole, with ``check_later`` not before ``check()`` or the first that is written.

    Raises ``UserError`` when there is none, it is no register, damaged, or holds what could act on its own.
    ``findings`` of the store tell why it is read-only or what was put right.
    """
    if path.is_dir():
        raise UserError(Message("store.is_folder", {"place": str(path)}), Message("store.is_folder_hint"))
    if not path.is_file():
        raise UserError(Message("store.not_found", {"place": str(path)}), Message("store.not_found_hint"))
    mode = open_mode(path, read_only=read_only)
    try:
        with translated(path):
            return _opened(path, catalogue, mode, check_later, feedback)
    except BaseException:
        if mode.lock is not None:
            mode.lock.release()
        raise


@dataclass(frozen=True)
class _Found:
    """What a file says of itself.

    ``catalogue``: ours with what the company added; ``present``: its tables and columns, if it is not plainly of it.
    """

    catalogue: Catalogue
    srid: int
    version: int
    beyond: tuple[str, ...]
    present: Mapping[str, Sequence[str]] | None
    unchecked: bool


def _opened(
    path: Path, program: Catalogue, mode: OpenMode, check_later: bool, feedback: Feedback | None
) -> GeoPackageStore:
    found = _identify(path, mode, program, check_later)
    catalogue = found.catalogue
    schema = build_schema(catalogue, found.srid)
    findings = list(mode.remarks)
    strange = _of_another_program(path, mode, schema, found)
    if strange is None and found.present is not None and not mode.read_only:
        strange = _brought_up(path, mode, schema, found, feedback)
    if strange is not None:
        findings.append(strange)
        mode = replace(mode, read_only=True)
        if found.present is not None:
            schema = build_schema(part_of(catalogue, held_columns(found.present)), found.srid)
    engine = _engine(path, mode, schema)
    try:
        missing = []
        if strange is None:
            with engine.connect() as connection:
                missing = screen(connection, schema, path)
        store = GeoPackageStore(
            path, engine, schema, read_only=mode.read_only, lock_note=mode.lock, unchecked=found.unchecked
        )
    except BaseException:
        engine.dispose()
        raise
    store.findings = findings + missing
    if missing and not mode.read_only:
        store.restore_triggers()
    return store


def _of_another_program(path: Path, mode: OpenMode, schema: Schema, found: _Found) -> Problem | None:
    """Why the file can only be read, if a newer program made it, or an older one and we may not write."""
    place = {"place": str(path)}
    if found.version > SCHEMA_VERSION:
        parameters = {**place, "version": found.version, "known": SCHEMA_VERSION}
        return Problem("newer_version", "warning", Message("migrations.newer", parameters))
    if found.version < SCHEMA_VERSION:
        if mode.read_only:
            raise UserError(Message("migrations.needed", place), Message("migrations.needed_hint"))
        return None
    if found.beyond:
        return Problem("newer_catalogue", "warning", newer_catalogue(path, found.beyond))
    if mode.read_only and found.present is not None and growth_of(schema, found.present):
        return Problem("older_catalogue", "note", Message("migrations.older_catalogue", place))
    return None


def _brought_up(
    path: Path, mode: OpenMode, schema: Schema, found: _Found, feedback: Feedback | None
) -> Problem | None:
    """Bring the file up to today's program; a finding when only the catalogue's growth found no room."""
    engine = _engine(path, mode, schema)
    try:
        migrate(engine, schema, path, feedback)
    except ForeignObjectsError:
        raise
    except UserError as error:
        if found.version < SCHEMA_VERSION:
            raise
        parameters = {"place": str(path), "reason": error.title}
        return Problem("not_grown", "warning", Message("migrations.not_grown", parameters))
    finally:
        engine.dispose()
    return None


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


def _identify(path: Path, mode: OpenMode, catalogue: Catalogue, check_later: bool) -> _Found:
    """What the file is, read while nothing in it may run; checked whole if it was left open or is never seen.

    ``check_later`` leaves a file never seen unchecked if nothing in it need be brought up to date.
    """
    # Only read: another program's file stays as it is to the last byte.
    engine = _engine(path, replace(mode, read_only=True), None)
    try:
        with engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            if "wa_meta" not in tables or "wa_changeset" not in tables:
                raise UserError(
                    Message("store.no_register", {"place": str(path)}), Message("store.no_register_hint")
                )
            is_new = not is_known(path)
            unchecked = is_new and check_later and not mode.was_left_open
            if mode.was_left_open or (is_new and not unchecked):
                check_file(connection, path)
            meta = read_meta(connection)
            version = int(meta.get("schema_version", 0))
            catalogue = read_additions(connection, tables).stored(catalogue)
            known = version == SCHEMA_VERSION and is_noted(meta, catalogue)
            if unchecked and not known:
                check_file(connection, path)
                unchecked = False
            found = _Found(
                catalogue,
                gpkg.srid_of(Crs.parse(meta["crs"])),
                version,
                () if known else beyond(meta, catalogue),
                None if known else present_columns(connection),
                unchecked,
            )
    finally:
        engine.dispose()
    if not found.unchecked:
        remember(path)
    return found
