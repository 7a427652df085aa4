"""Feature files GDAL reads as they are: GeoPackage, file geodatabase, GeoJSON, KML, MapInfo. Worker only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from layers.errors import UserError
from layers.exchange import rescue
from layers.exchange.foreign import ROW, ForeignLayer, ForeignTable, RowProblem, Shape, problem
from layers.exchange.gdal_source import (
    READ_ERRORS,
    Loaded,
    announced,
    fields_of,
    info,
    layer_names,
    load,
    refused,
    said_by,
)
from layers.exchange.geometry_rows import shape_of, tidy
from layers.feedback import Feedback
from layers.text import Message

SAMPLE_FEATURES = 2000
_SHOWN_ROWS = 5
_MOST_LAYERS = 2000
_DECLARED: dict[str, Shape] = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line",
    "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
# Tables other programs keep beside the data, and columns KML carries for drawing only.
_NOT_DATA = frozenset({"layer_styles", "qgis_projects"})
_KML_DRAWING = frozenset({
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon",
    "snippet",
})  # fmt: skip


def describe_layers(path: str, stem: str) -> tuple[ForeignLayer, ...]:
    """Every layer of a GDAL data set. ``stem`` is its file's name, for messages.

    Raises ``UserError`` when GDAL does not open it; a layer that cannot be read is described with the reason.
    """
    try:
        names = layer_names(path)
    except READ_ERRORS as error:
        raise refused(stem, error) from error
    return tuple(_describe_layer(path, name) for name in names[:_MOST_LAYERS] if name not in _NOT_DATA)


def read_table(
    gdal_path: str, path: Path, layer: str, *, rows_are_ids: bool, feedback: Feedback | None = None
) -> ForeignTable:
    """All features of ``layer`` of the data set at ``gdal_path``; ``path`` is what the user knows it by.

    ``rows_are_ids``: the feature id says where a row stands; else its place in the sequence does.
    Damaged data sets are read feature by feature. Raises ``UserError`` when nothing can be read.
    """
    loaded, problems = _load_all(gdal_path, path, layer, feedback)
    rows = loaded.fids if rows_are_ids else np.arange(1, len(loaded.fids) + 1, dtype=np.int64)
    return assemble(path, layer, loaded, rows, problems)


def _load_all(
    gdal_path: str, path: Path, layer: str, feedback: Feedback | None
) -> tuple[Loaded, list[RowProblem]]:
    try:
        loaded = load(gdal_path, layer)
        # GDAL reads a text file whole or not at all, and again for every question.
        stated = 0 if gdal_path.endswith((".json", ".geojson")) else announced(gdal_path, layer)
        if stated <= len(loaded.fids):
            return loaded, []
        cause: BaseException = RuntimeError(f"{len(loaded.fids)} of {stated}")
    except READ_ERRORS as error:
        # Text that is not what the file says is mostly GBK.
        encoding = "gb18030" if isinstance(error, UnicodeError) else None
        return rescue.load(rescue.Damaged(gdal_path, layer, path.name, error, encoding), feedback)
    problems: list[RowProblem] = []
    try:
        rescued, problems = rescue.load(rescue.Damaged(gdal_path, layer, path.name, cause), feedback)
    except UserError:
        rescued = loaded
    if len(rescued.fids) > len(loaded.fids):
        loaded = rescued
    else:
        problems = []
    return loaded, [*problems, *rows_missing(stated, len(loaded.fids))]


def rows_missing(stated: int, found: int) -> list[RowProblem]:
    """The problem that a file announces more rows than can be read of it."""
    if found >= stated:
        return []
    message = Message("format.rows_missing", {"announced": stated, "found": found})
    return [RowProblem(None, problem("rows_missing", "error", message, value=stated - found))]


def assemble(
    path: Path,
    layer: str,
    loaded: Loaded,
    rows: np.ndarray[Any, np.dtype[np.int64]],
    problems: list[RowProblem],
) -> ForeignTable:
    """A ``ForeignTable`` from a layer as GDAL gave it: row numbers in front, geometry tidied."""
    attributes = loaded.attributes.drop_columns(_drawing_columns(loaded.attributes.schema.names))
    table = pa.table([pa.array(rows, pa.int64()), *attributes.columns], names=[ROW, *attributes.column_names])
    geometry = loaded.wkb
    problems = [*(RowProblem(None, remark) for remark in loaded.remarks), *problems]
    if geometry is not None:
        geometry, changes = tidy(geometry, rows.tolist(), loaded.crs)
        problems.extend(changes)
    return ForeignTable(str(path), layer, table, geometry, loaded.crs, problems=tuple(problems))


def describe_loaded(
    name: str, loaded: Loaded, count: int | None, bounds: tuple[float, float, float, float] | None
) -> ForeignLayer:
    """The description of a layer from its first features."""
    hidden = _drawing_columns(loaded.attributes.schema.names)
    attributes = loaded.attributes.drop_columns(hidden)
    return ForeignLayer(
        name,
        _shape(loaded),
        count,
        loaded.crs,
        fields_of(attributes),
        sample_rows(attributes),
        loaded.remarks,
        bounds=bounds if loaded.wkb is not None else None,
    )


def sample_rows(table: pa.Table) -> tuple[Mapping[str, Any], ...]:
    """The first rows as plain values, without binary columns."""
    shown = [f.name for f in fields_of(table) if f.kind != "binary"]
    return tuple(table.slice(0, _SHOWN_ROWS).select(shown).to_pylist())


def _describe_layer(path: str, name: str) -> ForeignLayer:
    try:
        facts = info(path, name)
        loaded = load(path, name, limit=SAMPLE_FEATURES)
    except READ_ERRORS as error:
        text = said_by(error)
        damaged = problem("layer_damaged", "warning", Message("format.layer_damaged", {"text": text}))
        return ForeignLayer(name, "mixed", None, None, (), remarks=(damaged,))
    return describe_loaded(name, loaded, facts.count, facts.bounds)


def _shape(loaded: Loaded) -> Shape:
    if loaded.wkb is None:
        return "none"
    declared = _DECLARED.get(loaded.declared_shape.removesuffix(" Z").removesuffix(" M").removesuffix(" ZM"))
    if declared is not None:
        return declared
    found = shape_of(tidy(loaded.wkb, range(len(loaded.wkb)), loaded.crs)[0])
    return found if found != "none" or not len(loaded.wkb) else "mixed"


def _drawing_columns(names: list[str]) -> list[str]:
    """The columns KML adds for drawing; only when all of its usual ones are there."""
    return (
        [name for name in names if name in _KML_DRAWING] if _KML_DRAWING - {"snippet"} <= set(names) else []
    )
