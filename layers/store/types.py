"""Column types of both stores: geometry as shapely objects, instants as text, GeoPackage names for the rest.

GDAL passes over columns whose type is not a GeoPackage type without a word, so on SQLite every type is named
as GeoPackage names it (storage.md 2.3).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import shapely
import sqlalchemy as sa
from shapely.geometry import MultiLineString, MultiPoint, MultiPolygon
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

from layers.model.catalogue import Shape
from layers.model.fields import Storage

# Areas are kept as MULTIPOLYGON: a grid or a service area of several parts is still one grid.
GEOMETRY_NAMES: dict[Shape, str] = {"point": "POINT", "line": "LINESTRING", "polygon": "MULTIPOLYGON"}

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_HEADER = struct.Struct("<2sBBi")
_ENVELOPE = struct.Struct("<4d")


class Geometry(UserDefinedType[BaseGeometry]):
    """A shapely geometry: a GeoPackage blob on SQLite, EWKB on PostGIS. Z is kept, an empty geometry is NULL.

    Areas are stored as multipolygons; one of a single part is read as a plain polygon.
    """

    cache_ok = True

    def __init__(self, shape: Shape, srid: int) -> None:
        self.shape = shape
        self.srid = srid

    def get_col_spec(self, **_: Any) -> str:
        return GEOMETRY_NAMES[self.shape]

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        encode = _to_blob if dialect.name == "sqlite" else _to_ewkb

        def bind(value: Any) -> Any:
            if not isinstance(value, BaseGeometry):
                return value
            return None if value.is_empty else encode(as_stored(value, self.shape), self.srid)

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], BaseGeometry | None]:
        decode = from_blob if dialect.name == "sqlite" else _from_wkb

        def result(value: Any) -> BaseGeometry | None:
            try:
                return None if value is None else as_read(decode(value))
            except ValueError:
                # What another program broke: shown as without a place, so that the rest can be worked on.
                return None

        return result


class Instant(UserDefinedType[str]):
    """A moment in UTC as text with milliseconds and Z on both stores (GeoPackage calls that DATETIME)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATETIME"


def column_type(storage: Storage) -> sa.types.TypeEngine[Any]:
    """The column type for a field's storage; geometry columns are made by ``Geometry``."""
    match storage.kind:
        case "text":
            return sa.String(storage.length)
        case "integer":
            return sa.BigInteger()
        case "double":
            return sa.Double()
        case "boolean":
            return sa.Boolean()
        case "date":
            return sa.String(10)
        case "datetime":
            return Instant()
    raise ValueError(f"no column for storage {storage.kind!r}")


def arrow_type(column: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The Arrow type in which a column is read."""
    if isinstance(column, sa.BigInteger):
        return pa.int64()
    if isinstance(column, sa.Double):
        return pa.float64()
    return pa.bool_() if isinstance(column, sa.Boolean) else pa.string()


def as_stored(geometry: BaseGeometry, shape: Shape) -> BaseGeometry:
    """The geometry as the column of ``shape`` holds it: areas in parts, other shapes of one part alone.

    Raises ``ValueError`` for another shape; the rules of ``layers.checks`` tell the user before.
    """
    if isinstance(geometry, MultiPoint | MultiLineString) and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if shape == "polygon" and geometry.geom_type == "Polygon":
        geometry = MultiPolygon([geometry])
    if geometry.geom_type.upper() != GEOMETRY_NAMES[shape]:
        raise ValueError(f"a {geometry.geom_type} is no {shape}")
    return geometry


def as_read(geometry: BaseGeometry) -> BaseGeometry:
    """A stored geometry as the rest of the house sees it: one of a single part without its wrapping."""
    if isinstance(geometry, BaseMultipartGeometry) and len(geometry.geoms) == 1:
        part: BaseGeometry = geometry.geoms[0]
        return part
    return geometry


def same_value(one: Any, other: Any) -> bool:
    """Whether two values of a field are the same for the trail: geometries by every coordinate, Z too."""
    if isinstance(one, BaseGeometry) and isinstance(other, BaseGeometry):
        return bool(shapely.equals_identical(one, other))
    return bool(one == other) and (one is None) == (other is None)


def _to_wkb(geometry: BaseGeometry) -> bytes:
    return bytes(shapely.to_wkb(geometry, output_dimension=3, byte_order=1, flavor="iso"))


def _to_blob(geometry: BaseGeometry, srid: int) -> bytes:
    if geometry.geom_type == "Point":
        return _HEADER.pack(b"GP", 0, 1, srid) + _to_wkb(geometry)
    x0, y0, x1, y1 = geometry.bounds
    return _HEADER.pack(b"GP", 0, 3, srid) + _ENVELOPE.pack(x0, x1, y0, y1) + _to_wkb(geometry)


def as_wkb_column(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bytes]:
    """A geometry column of a server as ISO WKB."""
    return sa.func.ST_AsBinary(column, type_=sa.LargeBinary())


def _to_ewkb(geometry: BaseGeometry, srid: int) -> str:
    marked = shapely.set_srid(geometry, srid)
    return str(shapely.to_wkb(marked, hex=True, output_dimension=3, include_srid=True, flavor="extended"))


def _from_wkb(wkb: Any) -> BaseGeometry:
    return shapely.from_wkb(wkb)


def header_length(blob: bytes) -> int:
    """How many bytes precede the WKB in a GeoPackage blob. Raises ``ValueError`` when it is no such blob."""
    if len(blob) < 8 or blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry")
    envelope = (blob[3] >> 1) & 7
    if envelope >= len(_ENVELOPE_BYTES):
        raise ValueError("not a GeoPackage geometry")
    return 8 + _ENVELOPE_BYTES[envelope]


def srs_of(blob: bytes) -> int:
    """The system of coordinates that a GeoPackage blob names. Raises ``ValueError`` when it is no such blob."""
    header_length(blob)
    return int.from_bytes(blob[4:8], "little" if blob[3] & 1 else "big", signed=True)


def from_blob(blob: bytes) -> BaseGeometry:
    """The geometry of a GeoPackage blob. Raises ``ValueError`` when the blob is broken."""
    try:
        return shapely.from_wkb(blob[header_length(blob) :])
    # Curves are read by nobody here.
    except (shapely.errors.GEOSException, NotImplementedError) as error:
        raise ValueError(f"broken geometry: {error}") from error


@compiles(sa.String, "sqlite")
def _text_of_length(type_: sa.String, compiler: Any, **_: Any) -> str:
    return f"TEXT({type_.length})" if type_.length else "TEXT"


@compiles(sa.Text, "sqlite")
@compiles(sa.JSON, "sqlite")
def _text(type_: Any, compiler: Any, **_: Any) -> str:
    return "TEXT"


@compiles(sa.BigInteger, "sqlite")
@compiles(sa.Integer, "sqlite")
def _integer(type_: sa.Integer, compiler: Any, **_: Any) -> str:
    return "INTEGER"


@compiles(sa.LargeBinary, "sqlite")
def _blob(type_: sa.LargeBinary, compiler: Any, **_: Any) -> str:
    return "BLOB"


@compiles(Geometry, "postgresql")
def _postgis(type_: Geometry, compiler: Any, **_: Any) -> str:
    # A typmod would refuse Z, and 2D and 3D lines lie side by side; shape and SRID are CHECKs of the table.
    return "geometry"


@compiles(Instant, "postgresql")
def _instant(type_: Instant, compiler: Any, **_: Any) -> str:
    return "VARCHAR(24)"
