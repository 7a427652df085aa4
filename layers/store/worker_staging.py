"""Writing a staging GeoPackage in the worker process: rows that the register takes over in one statement."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.catalogue import Shape
from layers.store.rtree_pack import Doubles, PackedTree, pack
from layers.text import Message

if TYPE_CHECKING:
    import pyarrow.compute as pc
    import pyogrio
else:
    pyogrio = Later("pyogrio")
    pc = Later("pyarrow.compute")

ROWS = "rows"
LEAF = "__leaf"
GEOMETRY = "geom"

# Nobody needs the file after a crash: no journal, no waiting for the disk.
_FAST = {"OGR_SQLITE_JOURNAL": "OFF", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


@dataclass(frozen=True)
class StagingFile:
    """A staging file: table ``rows`` with fid 1..``count``, ``columns`` and, for located types, ``geom``.

    ``tree`` is the R-tree of the located rows by their fid; column ``__leaf`` names the leaf of each.
    """

    path: Path
    count: int
    columns: tuple[str, ...]
    tree: PackedTree | None


def write_staging(
    feedback: Feedback, path: Path, table: pa.Table, shape: Shape | None, srid: int
) -> StagingFile:
    """Write ``table`` (at least one row; ``geom`` as WKB for located types) to a new file at ``path``.

    Areas become multipolygons, empty geometries null. Raises ``UserError`` when the disk has no room.
    """
    feedback.progress(0.0)
    table = _storable(table)
    tree = None
    if shape is not None and GEOMETRY in table.column_names:
        geometry = table[GEOMETRY].combine_chunks()
        bounds, geometry = _bounds(geometry, shape)
        feedback.progress(0.2)
        located = np.flatnonzero(~np.isnan(bounds[:, 0]))
        leaf = np.zeros(table.num_rows, np.int32)
        if len(located):
            tree = pack(located + 1, bounds[located])
            leaf[located] = tree.leaf_of
        table = table.set_column(table.column_names.index(GEOMETRY), GEOMETRY, geometry)
        table = table.append_column(LEAF, pa.array(leaf))
    feedback.progress(0.4)
    _write(path, table, srid)
    feedback.progress(1.0)
    names = tuple(name for name in table.column_names if name != LEAF)
    return StagingFile(path, table.num_rows, names, tree)


def _storable(table: pa.Table) -> pa.Table:
    """The table without columns of nulls alone and with dictionaries and odd types turned into plain ones."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if column.null_count == len(column):
            continue
        if pa.types.is_dictionary(column.type):
            column = pc.cast(column, column.type.value_type)
        if pa.types.is_large_binary(column.type):
            column = pc.cast(column, pa.binary())
        columns[name] = column
    # A row of nothing but nulls is still a row.
    return pa.table(columns) if columns else pa.table({LEAF: pa.array(np.zeros(table.num_rows, np.int32))})


def _bounds(geometry: pa.Array, shape: Shape) -> tuple[Doubles, pa.Array]:
    """x0, y0, x1, y1 of each geometry, NaN where there is none, and the geometries as they are stored."""
    points = _points(geometry)
    if points is not None:
        return np.concatenate([points, points], axis=1), geometry
    shapes = shapely.from_wkb(geometry.to_numpy(zero_copy_only=False))
    bounds: Doubles = shapely.bounds(shapes)
    single = shapely.get_type_id(shapes) == 3
    if shape == "polygon" and single.any():
        shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
        geometry = _wkb(shapes)
    if (shapely.is_empty(shapes)).any():
        shapes[shapely.is_empty(shapes)] = None
        geometry = _wkb(shapes)
    return bounds, geometry


def _wkb(shapes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> pa.Array:
    return pa.array(shapely.to_wkb(shapes, output_dimension=3, flavor="iso"), pa.binary())


def _points(geometry: pa.Array) -> Doubles | None:
    """Coordinates (n, 2) straight from the buffer if these are all plain little-endian points, else None."""
    if geometry.null_count or not pa.types.is_binary(geometry.type):
        return None
    offsets = np.frombuffer(geometry.buffers()[1], np.int32, len(geometry) + 1, geometry.offset * 4)
    if (np.diff(offsets) != 21).any():
        return None
    raw = np.frombuffer(geometry.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(-1, 21)
    if (raw[:, :5] != (1, 1, 0, 0, 0)).any():
        return None
    coordinates = np.ascontiguousarray(raw[:, 5:]).view("<f8")
    return None if np.isnan(coordinates).any() else coordinates


def _write(path: Path, table: pa.Table, srid: int) -> None:
    located = GEOMETRY in table.column_names
    options = {"SPATIAL_INDEX": "NO", "GEOMETRY_NAME": GEOMETRY, "SRID": str(srid)} if located else {}
    with _gdal_options(), warnings.catch_warnings():
        # No CRS is named on purpose: the register's srs_id goes into every blob as it is.
        warnings.simplefilter("ignore")
        try:
            pyogrio.write_arrow(
                table,
                path,
                layer=ROWS,
                driver="GPKG",
                geometry_name=GEOMETRY if located else None,
                geometry_type="Unknown" if located else None,
                layer_options=options,
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.FieldError, RuntimeError) as error:
            path.unlink(missing_ok=True)
            if "full" not in str(error) and "disk I/O" not in str(error):
                raise
            raise UserError(
                Message("bulk.no_space", {"folder": str(path.parent)}), Message("worker.no_space_hint")
            ) from None


@contextmanager
def _gdal_options() -> Iterator[None]:
    before = {name: pyogrio.get_gdal_config_option(name) for name in _FAST}
    pyogrio.set_gdal_config_options(_FAST)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
