"""Creating and opening a register in a database on a server."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import sqlalchemy as sa

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.model.problem import Problem
from layers.store.code_rows import insert_catalogue_entries
from layers.store.edit import creation_row
from layers.store.migrations import SCHEMA_VERSION
from layers.store.postgis import PostgisStore
from layers.store.postgis_errors import told
from layers.store.postgis_server import Server, store_password
from layers.store.postgis_triggers import all_statements, run
from layers.store.schema import GEOMETRY, Schema, build_schema
from layers.store.types import GEOMETRY_NAMES
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
    schema = build_schema(catalogue, server_srid(crs))
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
    # A copy: adding constraints by ALTER marks them in the tables, which registers in files share.
    tables = sa.MetaData()
    for table in schema.metadata.tables.values():
        table.to_metadata(tables)
    tables.create_all(connection, checkfirst=False)
    run(connection, iter(_geometry_rules(schema)))
    now = format_instant(datetime.datetime.now(datetime.UTC))
    rows = {"schema_version": str(SCHEMA_VERSION), "crs": crs.code or crs.wkt, "created": now, **meta}
    connection.execute(schema.meta.insert(), [{"name": n, "value": v} for n, v in rows.items()])
    insert_catalogue_entries(connection, schema)
    login = connection.execute(sa.text("SELECT session_user")).scalar_one()
    connection.execute(schema.change_set.insert().values(creation_row(login, now, stated=False)))
    run(connection, all_statements(schema))


def _geometry_rules(schema: Schema) -> list[str]:
    """Shape and SRID as CHECKs, which PostGIS shows in ``geometry_columns``, and the spatial index."""
    statements = []
    for asset_type in schema.catalogue:
        if asset_type.shape is None:
            continue
        name, shape = asset_type.name, GEOMETRY_NAMES[asset_type.shape]
        add = f'ALTER TABLE "{name}" ADD CONSTRAINT "ck_{name}'
        statements += [
            f'{add}_srid" CHECK (st_srid({GEOMETRY}) = {schema.srid})',
            f"{add}_shape\" CHECK (geometrytype({GEOMETRY}) = '{shape}')",
            f'CREATE INDEX "sx_{name}" ON "{name}" USING gist ({GEOMETRY})',
        ]
    return statements


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
            meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
            told_by = {r.name: r.value for r in connection.execute(sa.select(meta))}
            login = str(connection.execute(sa.text("SELECT session_user")).scalar_one())
            may_write = connection.execute(
                sa.text("SELECT has_table_privilege('wa_changeset', 'INSERT')")
            ).scalar_one()
        findings = _findings(server, int(told_by["schema_version"]), bool(may_write))
        schema = build_schema(catalogue, server_srid(Crs.parse(told_by["crs"])))
        store = PostgisStore(server, engine, schema, login=login, read_only=read_only or bool(findings))
    except BaseException:
        engine.dispose()
        raise
    store.findings = findings
    # It was right: the next time the address alone will do.
    store_password(server.given)
    return store


def _findings(server: Server, version: int, may_write: bool) -> list[Problem]:
    """Why it can only be read, if so."""
    findings = []
    if version > SCHEMA_VERSION:
        parameters = {"place": server.address, "version": version, "known": SCHEMA_VERSION}
        findings.append(Problem("newer_version", "warning", Message("migrations.newer", parameters)))
    if not may_write:
        message = Message("postgis.may_only_read", {"place": server.address})
        findings.append(Problem("may_only_read", "note", message))
    return findings


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
