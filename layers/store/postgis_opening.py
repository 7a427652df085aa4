"""Creating and opening a register in a database on a server."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.catalogue_part import part_of
from layers.model.fields import format_instant
from layers.model.problem import Problem
from layers.store.added_fields import with_additions
from layers.store.change_sets import creation_row
from layers.store.code_rows import insert_catalogue_entries
from layers.store.migrations import SCHEMA_VERSION
from layers.store.migrations.growth import beyond, growth_of, is_noted, note_of
from layers.store.migrations.on_server import may_migrate, migrate_server
from layers.store.migrations.runner import newer_catalogue, read_meta
from layers.store.postgis import PostgisStore
from layers.store.postgis_errors import told
from layers.store.postgis_server import Server, store_password
from layers.store.postgis_tables import create_tables
from layers.store.postgis_triggers import all_statements, run
from layers.store.present import held_columns, present_columns
from layers.store.schema import Schema, build_schema
from layers.text import Message

UNKNOWN_SRID = 0
# For systems known by WKT only; PostGIS keeps 999000 and above for itself.
CUSTOM_SRID = 990_000


def server_srid(crs: Crs) -> int:
    """The SRID under which the server keeps a register's geometries."""
    if crs.is_local:
        return UNKNOWN_SRID
    return crs.epsg or CUSTOM_SRID


def create_postgis(server: Server, catalogue: Catalogue, crs: Crs, *, meta: Mapping[str, str]) -> None:
    """Write an empty register into a database that has none.

    Raises ``UserError`` when it cannot be reached, has one already, lacks PostGIS, or refuses tables to us.
    """
    schema = build_schema(catalogue, server_srid(crs), "postgresql")
    engine = _engine(server)
    try:
        with told(server.address), engine.begin() as connection:
            if _has_register(connection):
                place = {"place": server.address}
                raise UserError(Message("store.exists", place), Message("postgis.exists_hint"))
            _need_postgis(connection, server, create=True)
            _write(connection, schema, crs, meta)
    finally:
        engine.dispose()


def _write(connection: sa.Connection, schema: Schema, crs: Crs, meta: Mapping[str, str]) -> None:
    if schema.srid == CUSTOM_SRID:
        _register_crs(connection, crs)
    create_tables(connection, schema)
    now = format_instant(datetime.datetime.now(datetime.UTC))
    known = {"schema_version": str(SCHEMA_VERSION), "crs": crs.code or crs.wkt, "created": now}
    rows = {**known, **note_of(schema.catalogue), **meta}
    connection.execute(schema.meta.insert(), [{"name": n, "value": v} for n, v in rows.items()])
    insert_catalogue_entries(connection, schema)
    login = connection.execute(sa.text("SELECT session_user")).scalar_one()
    connection.execute(schema.change_set.insert().values(creation_row(login, now, stated=False)))
    run(connection, all_statements(schema))


def _register_crs(connection: sa.Connection, crs: Crs) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext)"
            " VALUES (:srid, 'gisapp', :srid, :wkt)"
            " ON CONFLICT (srid) DO UPDATE SET srtext = excluded.srtext"
        ),
        {"srid": CUSTOM_SRID, "wkt": crs.wkt[:2048]},
    )


def open_postgis(server: Server, catalogue: Catalogue, *, read_only: bool = False) -> PostgisStore:
    """Open the register in a database.

    Raises ``UserError`` when it cannot be reached, refuses us, lacks PostGIS or holds no register.
    """
    engine = _engine(server)
    try:
        with told(server.address), engine.connect() as connection:
            _need_postgis(connection, server, create=False)
            if not _has_register(connection):
                place = {"place": server.address}
                raise UserError(Message("postgis.no_register", place), Message("postgis.no_register_hint"))
            found = _identify(connection, catalogue)
        catalogue = found.catalogue
        schema = build_schema(catalogue, found.srid, "postgresql")
        findings = list(_findings(server, engine, schema, found, read_only=read_only))
        if any(finding.rule in _PARTLY for finding in findings) and found.present is not None:
            schema = build_schema(part_of(catalogue, held_columns(found.present)), found.srid, "postgresql")
        store = PostgisStore(server, engine, schema, login=found.login, read_only=read_only or bool(findings))
    except BaseException:
        engine.dispose()
        raise
    store.findings = findings
    # It was right: the next time the address alone will do.
    store_password(server.given)
    return store


@dataclass(frozen=True)
class _Found:
    """What the database says of itself.

    ``catalogue``: ours with what the company added; ``present``: tables and columns, if it is not plainly of it.
    """

    catalogue: Catalogue
    srid: int
    version: int
    login: str
    may_write: bool
    beyond: tuple[str, ...]
    present: Mapping[str, Sequence[str]] | None


# Findings with which some of our tables or columns may not be there.
_PARTLY = ("newer_version", "newer_catalogue", "older_catalogue", "not_grown")


def _identify(connection: sa.Connection, catalogue: Catalogue) -> _Found:
    meta = read_meta(connection)
    version = int(meta["schema_version"])
    login = str(connection.execute(sa.text("SELECT session_user")).scalar_one())
    may_write = connection.execute(
        sa.text("SELECT has_table_privilege('wa_changeset', 'INSERT')")
    ).scalar_one()
    catalogue = with_additions(connection, catalogue)
    known = version == SCHEMA_VERSION and is_noted(meta, catalogue)
    return _Found(
        catalogue,
        server_srid(Crs.parse(meta["crs"])),
        version,
        login,
        bool(may_write),
        () if known else beyond(meta, catalogue),
        None if known else present_columns(connection),
    )


def _findings(
    server: Server, engine: sa.Engine, schema: Schema, found: _Found, *, read_only: bool
) -> Iterator[Problem]:
    """Why it can only be read, if so; on the way it is brought up to today's program if that may be."""
    place = {"place": server.address}
    if not found.may_write:
        yield Problem("may_only_read", "note", Message("postgis.may_only_read", place))
    if found.version > SCHEMA_VERSION:
        parameters = {**place, "version": found.version, "known": SCHEMA_VERSION}
        yield Problem("newer_version", "warning", Message("migrations.newer", parameters))
    elif found.beyond and found.version == SCHEMA_VERSION:
        yield Problem("newer_catalogue", "warning", newer_catalogue(server.address, found.beyond))
    elif found.present is not None:
        yield from _brought_up(server, engine, schema, found, read_only=read_only or not found.may_write)


def _brought_up(
    server: Server, engine: sa.Engine, schema: Schema, found: _Found, *, read_only: bool
) -> Iterator[Problem]:
    """Bring it up to today's program; a finding when the catalogue's growth is not for us to make."""
    assert found.present is not None
    place = {"place": server.address}
    with told(server.address), engine.connect() as connection:
        allowed = not read_only and may_migrate(connection, schema)
    if allowed:
        try:
            migrate_server(engine, schema, server, found.login)
        except UserError as error:
            if found.version < SCHEMA_VERSION:
                raise
            parameters = {**place, "reason": error.title}
            yield Problem("not_grown", "warning", Message("migrations.not_grown", parameters))
    elif found.version < SCHEMA_VERSION:
        raise UserError(Message("migrations.no_rights", place), Message("migrations.no_rights_hint"))
    elif growth_of(schema, found.present):
        text = "migrations.older_catalogue" if read_only else "migrations.no_rights"
        yield Problem("older_catalogue", "note", Message(text, place))


def _engine(server: Server) -> sa.Engine:
    return sa.create_engine(server.engine_url, pool_pre_ping=True, pool_size=5, max_overflow=20)


def _has_register(connection: sa.Connection) -> bool:
    return bool(connection.execute(sa.text("SELECT to_regclass('wa_meta') IS NOT NULL")).scalar_one())


def _need_postgis(connection: sa.Connection, server: Server, *, create: bool) -> None:
    installed = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    if connection.execute(installed).scalar_one():
        return
    place = {"place": server.address}
    available = sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")
    if not connection.execute(available).scalar_one():
        raise UserError(Message("postgis.not_installed", place), Message("postgis.not_installed_hint"))
    if not create:
        raise UserError(Message("postgis.no_extension", place), Message("postgis.no_extension_hint"))
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION postgis")
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise UserError(
            Message("postgis.no_extension", place), Message("postgis.no_extension_hint")
        ) from error
