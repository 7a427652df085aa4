"""GDAL data sets through pyogrio: a layer as Arrow, warnings caught, types made plain. Worker only."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
from numpy.typing import NDArray
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from layers.errors import UserError
from layers.exchange.foreign import FieldKind, ForeignField, problem
from layers.geometry.crs import Crs
from layers.model.problem import Problem
from layers.text import Message

READ_ERRORS = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError,
    pa.ArrowException, UnicodeError, RuntimeError, ValueError, OSError, OverflowError,
)  # fmt: skip
"""What GDAL, pyogrio and Arrow raise on damaged data."""

BYTES_AS_TEXT = "ISO-8859-1"
"""Given to GDAL as the encoding of a .dbf: every byte becomes one character, and we decode them ourselves."""

_UNDEFINED = ("Undefined geographic SRS", "Undefined Cartesian SRS", "Unknown engineering CRS")
_SHOWN_WARNINGS = 5
# Warnings of GDAL's bindings that we say better ourselves, row by row.
_SAID_ELSEWHERE = ("Measured (M) geometry types",)


@dataclass(frozen=True)
class Loaded:
    """One layer as read: attributes, feature ids, WKB (None: no geometry column), system, GDAL's warnings."""

    attributes: pa.Table
    fids: NDArray[np.int64]
    wkb: pa.Array | None
    crs: Crs | None
    remarks: tuple[Problem, ...]
    declared_shape: str


@dataclass(frozen=True)
class LayerInfo:
    """What GDAL says of a layer without reading it all."""

    name: str
    count: int | None
    bounds: tuple[float, float, float, float] | None
    driver: str
    warnings: list[str] = field(default_factory=list)


def layer_names(path: str) -> list[str]:
    """The layers of a data set. Raises one of ``READ_ERRORS`` when GDAL does not open it."""
    with catching([]):
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def info(path: str, layer: str, encoding: str | None = None) -> LayerInfo:
    """Count and bounds of one layer. Raises one of ``READ_ERRORS``."""
    said: list[str] = []
    with catching(said):
        found = pyogrio.read_info(
            path, layer=layer, encoding=encoding, force_feature_count=True, force_total_bounds=True
        )
    count, bounds = int(found["features"]), found["total_bounds"]
    box = tuple(float(v) for v in bounds) if bounds is not None and np.isfinite(bounds).all() else None
    return LayerInfo(layer, count if count >= 0 else None, box, str(found["driver"]), said)  # type: ignore[arg-type]


def announced(path: str, layer: str, encoding: str | None = None) -> int:
    """How many features a layer says it has; 0 when it does not say. Raises one of ``READ_ERRORS``."""
    with catching([]):
        found = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
    return max(int(found["features"]), 0)


def load(path: str, layer: str, *, limit: int | None = None, encoding: str | None = None) -> Loaded:
    """Read one layer, the first ``limit`` features or all. Raises one of ``READ_ERRORS``."""
    said: list[str] = []
    with catching(said):
        meta, table = pyogrio.read_arrow(
            path, layer=layer, return_fids=True, encoding=encoding, max_features=limit
        )
    fids = np.asarray(table.column(0).combine_chunks(), dtype=np.int64)
    attributes, wkb = _without_geometry(table.remove_column(0))
    crs, doubts = read_crs(meta.get("crs"))
    remarks = (*doubts, *(gdal_remark(text) for text in said[:_SHOWN_WARNINGS]))
    return Loaded(plain_types(attributes), fids, wkb, crs, remarks, str(meta.get("geometry_type")))


@contextmanager
def catching(said: list[str]) -> Iterator[None]:
    """Collect the warnings of GDAL's bindings into ``said`` instead of printing them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    texts = dict.fromkeys(str(entry.message) for entry in caught)
    said.extend(text for text in texts if not text.startswith(_SAID_ELSEWHERE))


@contextmanager
def gdal_options(**options: str) -> Iterator[None]:
    """GDAL configuration for the length of one call; the process goes on with what it had before."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def said_by(error: BaseException) -> str:
    """The first line of what a library said, for the detail of a message."""
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


def refused(stem: str, error: BaseException) -> UserError:
    """The sentence for a file GDAL does not open or read, with its own words as detail."""
    return UserError(
        Message("format.unreadable", {"file": stem}),
        Message("format.unreadable.hint"),
        Message("format.gdal_said", {"text": said_by(error)}),
    )


def gdal_remark(text: str) -> Problem:
    """What GDAL warned of, in its own words."""
    return problem("gdal_warning", "note", Message("format.gdal_said", {"text": text}))


def read_crs(text: Any) -> tuple[Crs | None, list[Problem]]:
    """The system a data set states; None, with the reason, when it is undefined or cannot be read."""
    if not text:
        return None, []
    if any(name in str(text) for name in _UNDEFINED):
        if "Undefined geographic" not in str(text):
            return Crs.parse("local"), []
        return None, [problem("crs_undefined", "note", Message("format.crs_undefined"))]
    try:
        return Crs.parse(str(text)), []
    except UserError as error:
        return None, [problem("crs_unreadable", "warning", error.title)]


def plain_types(table: pa.Table) -> pa.Table:
    """The table with lists, structures and dictionaries turned into plain columns."""
    columns = [_plain_column(table.column(index)) for index in range(table.num_columns)]
    return pa.table(columns, names=table.schema.names)


def fields_of(table: pa.Table) -> tuple[ForeignField, ...]:
    """The attribute columns of a table, those starting with two underscores left out."""
    return tuple(
        ForeignField(name, _kind(kind))
        for name, kind in zip(table.schema.names, table.schema.types, strict=True)
        if not name.startswith("__")
    )


def distinct_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Column names without blanks and repetitions, and those that came more than once."""
    taken: set[str] = set()
    repeated: list[str] = []
    result = []
    for number, raw in enumerate(names, 1):
        name = base = raw.strip().strip("\x00") or f"field_{number}"
        suffix = 2
        if name in taken:
            repeated.append(name)
        while name in taken:
            name = f"{base}_{suffix}"
            suffix += 1
        taken.add(name)
        result.append(name)
    return result, repeated


def _without_geometry(table: pa.Table) -> tuple[pa.Table, pa.Array | None]:
    """Attributes and the first geometry column; further geometry columns are dropped."""
    places = [
        index
        for index, column in enumerate(table.schema)
        if (column.metadata or {}).get(b"ARROW:extension:name") in (b"geoarrow.wkb", b"ogc.wkb")
    ]
    wkb = None
    if places:
        wkb = table.column(places[0]).combine_chunks()
        wkb = pa.chunked_array(wkb).combine_chunks() if isinstance(wkb, pa.ChunkedArray) else wkb
    for index in reversed(places):
        table = table.remove_column(index)
    return table, wkb


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if pa.types.is_nested(kind):
        texts = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind):
        return column.cast(pa.float64())
    return column


def _kind(kind: pa.DataType) -> FieldKind:
    tests: tuple[tuple[Any, FieldKind], ...] = (
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "datetime"),
        (pa.types.is_time, "time"),
        (pa.types.is_binary, "binary"),
        (pa.types.is_large_binary, "binary"),
    )
    return next((name for test, name in tests if test(kind)), "text")
