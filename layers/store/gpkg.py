"""What makes a SQLite file a GeoPackage 1.3: header, base tables, registration of tables, R-trees."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from pyproj import CRS
from pyproj.exceptions import CRSError
from pysqlite3 import dbapi2
from sqlalchemy.dialects import sqlite

from layers.geometry.crs import Crs
from layers.model.catalogue import Shape
from layers.store.schema import GEOMETRY, Schema
from layers.store.triggers import all_triggers
from layers.store.types import GEOMETRY_NAMES

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
LOCAL_SRID = -1
# For systems known by WKT only; EPSG numbers end below.
CUSTOM_SRID = 100000

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ','now')"
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)

_BASE_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    f"""CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT ({_NOW}),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)


def srid_of(crs: Crs) -> int:
    """The ``srs_id`` under which a register's CRS is registered."""
    if crs.is_local:
        return LOCAL_SRID
    return crs.epsg or CUSTOM_SRID


def create_tables(connection: sa.Connection, schema: Schema, crs: Crs) -> None:
    """Write every table of an empty register into a new file, in the transaction of ``connection``."""
    _do_all(connection, _BASE_TABLES)
    _register_crs(connection, crs)
    _do_all(connection, _definitions(schema))
    for name in schema.assets:
        register_asset_table(connection, schema, name)
    for table in (*schema.history.values(), *schema.system_tables):
        register_system_table(connection, table.name)


def create_triggers(connection: sa.Connection, schema: Schema) -> None:
    """From here on every change leaves its trail."""
    _do_all(connection, all_triggers(schema).values())


@lru_cache(maxsize=4)
def _definitions(schema: Schema) -> tuple[str, ...]:
    """The statements that make every table and index: putting them together takes longer than doing them."""
    statements: list[str] = []
    dialect = sqlite.dialect()

    def note(statement: sa.schema.ExecutableDDLElement, *_: object) -> None:
        statements.append(str(statement.compile(dialect=dialect)))

    schema.metadata.create_all(sa.create_mock_engine("sqlite://", note), checkfirst=False)
    return tuple(statements)


def _do_all(connection: sa.Connection, statements: Iterable[str]) -> None:
    """Statements by the thousand, by the driver: SQLAlchemy takes as long for each as they do themselves."""
    cursor = connection.connection.cursor()
    for statement in statements:
        try:
            cursor.execute(statement)
        except dbapi2.Error as error:
            raise sa.exc.DBAPIError.instance(statement, None, error, dbapi2.Error) from error


def register_asset_table(connection: sa.Connection, schema: Schema, type_name: str) -> None:
    """List an asset table in the GeoPackage's contents and give it its R-tree, without triggers."""
    asset_type = schema.catalogue[type_name]
    identifier = f"{asset_type.title.zh} ({type_name})"
    kind = "features" if asset_type.shape else "attributes"
    _insert(
        connection,
        "gpkg_contents",
        table_name=type_name,
        data_type=kind,
        identifier=identifier,
        description=f"{asset_type.title.zh} / {asset_type.title.en}",
        srs_id=schema.srid if asset_type.shape else None,
    )
    if asset_type.shape is not None:
        _add_geometry(connection, schema, type_name, asset_type.shape)


def register_geometry(connection: sa.Connection, schema: Schema, type_name: str) -> None:
    """The same for a table that was listed without geometry, when it has been given the column."""
    shape = schema.catalogue[type_name].shape
    assert shape is not None
    contents = sa.table("gpkg_contents", *map(sa.column, ("table_name", "data_type", "srs_id")))
    values = {"data_type": "features", "srs_id": schema.srid}
    connection.execute(contents.update().where(contents.c.table_name == type_name).values(**values))
    _add_geometry(connection, schema, type_name, shape)


def _add_geometry(connection: sa.Connection, schema: Schema, type_name: str, shape: Shape) -> None:
    _insert(
        connection,
        "gpkg_geometry_columns",
        table_name=type_name,
        column_name=GEOMETRY,
        geometry_type_name=GEOMETRY_NAMES[shape],
        srs_id=schema.srid,
        z=2,
        m=0,
    )
    connection.exec_driver_sql(
        f'CREATE VIRTUAL TABLE "rtree_{type_name}_{GEOMETRY}" USING rtree(id, minx, maxx, miny, maxy)'
    )
    _insert(
        connection,
        "gpkg_extensions",
        table_name=type_name,
        column_name=GEOMETRY,
        extension_name="gpkg_rtree_index",
        definition="http://www.geopackage.org/spec120/#extension_rtree",
        scope="write-only",
    )


def register_system_table(connection: sa.Connection, table_name: str) -> None:
    """Name a table of the program's own in the extensions: GDAL then does not offer it as a layer."""
    _insert(
        connection,
        "gpkg_extensions",
        table_name=table_name,
        column_name=None,
        extension_name="gisapp_register",
        definition="Trail and bookkeeping of the water-network register. Read, never write.",
        scope="write-only",
    )


def write_header(raw: Any) -> None:
    """Mark the file as GeoPackage 1.3. Before WAL: other programs read the mark from the file itself."""
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version={USER_VERSION}")


def touch_contents(connection: sa.Connection, type_names: list[str]) -> None:
    """Tell other programs when these tables last changed."""
    contents = sa.table("gpkg_contents", sa.column("table_name"), sa.column("last_change"))
    connection.execute(
        contents.update()
        .where(contents.c.table_name.in_(type_names))
        .values(last_change=sa.func.strftime("%Y-%m-%dT%H:%M:%fZ", "now"))
    )


def _register_crs(connection: sa.Connection, crs: Crs) -> None:
    def add(srid: int, name: str, organization: str, number: int, definition: str) -> None:
        _insert(
            connection,
            "gpkg_spatial_ref_sys",
            srs_name=name,
            srs_id=srid,
            organization=organization,
            organization_coordsys_id=number,
            definition=definition,
            description=None,
        )

    add(-1, "Undefined Cartesian SRS", "NONE", -1, "undefined")
    add(0, "Undefined geographic SRS", "NONE", 0, "undefined")
    add(4326, "WGS 84 geodetic", "EPSG", 4326, _WGS84)
    srid = srid_of(crs)
    if srid in (-1, 0, 4326):
        return
    add(srid, crs.title.en, "EPSG" if crs.epsg else "gisapp", srid, _definition(crs))


def _definition(crs: Crs) -> str:
    """The definition in the WKT 1 that GeoPackage asks for, or as it is where WKT 1 has no words for it."""
    try:
        return str(CRS.from_wkt(crs.wkt).to_wkt("WKT1_GDAL"))
    except CRSError:
        return crs.wkt


def _insert(connection: sa.Connection, table: str, **values: Any) -> None:
    places = ", ".join("?" * len(values))
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"
    connection.exec_driver_sql(statement, tuple(values.values()))
