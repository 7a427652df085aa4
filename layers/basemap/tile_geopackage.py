"""Tiles in a GeoPackage (OGC 12-128r17, "tiles"): any system, any pyramid, rows counted from above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layers.basemap.answer import PICTURES, kind_of
from layers.basemap.database import LARGEST_TILE, TileDatabase, blob_of, damaged
from layers.basemap.grid import Affine, TileGrid, TileKey, TileLevel
from layers.basemap.mbtiles import vector_tiles
from layers.basemap.source import Found, Picture
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.text import Message

#: Tiles along one side of the world at a deeper level than anybody has.
_MOST = 1 << 31
_LAYERS = "SELECT table_name FROM gpkg_contents WHERE data_type = 'tiles' ORDER BY table_name"
_FEATURES = "SELECT count(*) FROM gpkg_contents WHERE data_type = 'features'"
_SET = (
    "SELECT s.organization, s.organization_coordsys_id, s.definition, m.min_x, m.max_y "
    "FROM gpkg_tile_matrix_set m JOIN gpkg_spatial_ref_sys s ON s.srs_id = m.srs_id WHERE m.table_name = ?"
)
_MATRICES = (
    "SELECT zoom_level, matrix_width, matrix_height, tile_width, tile_height, pixel_x_size, pixel_y_size "
    "FROM gpkg_tile_matrix WHERE table_name = ? ORDER BY zoom_level"
)


class GeoPackageTiles:
    """The tiles of one table."""

    def __init__(self, database: TileDatabase, table: str, zooms: Sequence[int]) -> None:
        self._database = database
        self._zooms = tuple(zooms)
        self._tile = (
            f"SELECT tile_data FROM {_quoted(table)} WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? "
            f"AND length(tile_data) <= {LARGEST_TILE}"
        )

    def read(self, keys: Sequence[TileKey], feedback: Feedback) -> dict[TileKey, Picture]:
        found: dict[TileKey, Picture] = {}
        for key in keys:
            feedback.check()
            rows = self._database.ask(self._tile, (self._zooms[key.level], key.column, key.row))
            found[key] = blob_of(rows)
        return found

    def close(self) -> None:
        self._database.close()


def tile_tables(path: Path) -> tuple[str, ...]:
    """The tables of tiles in a GeoPackage. Raises ``UserError`` when it is none."""
    database = TileDatabase(path)
    try:
        return _tables(database)
    finally:
        database.close()


def holds_features(path: Path) -> bool:
    """Whether a GeoPackage has layers of shapes too. Raises ``UserError`` when it is none."""
    database = TileDatabase(path)
    try:
        return bool(database.columns("gpkg_contents")) and database.ask(_FEATURES)[0][0] > 0
    finally:
        database.close()


def open_tile_geopackage(path: Path, table: str = "", *, shifted: bool = False) -> Found:
    """Open ``table`` of a file, or its only one. Raises ``UserError`` when there is no such table of pictures."""
    database = TileDatabase(path)
    try:
        return _opened(database, table, shifted)
    except BaseException:
        database.close()
        raise


def _tables(database: TileDatabase) -> tuple[str, ...]:
    needed = database.columns("gpkg_contents") and database.columns("gpkg_tile_matrix")
    return tuple(str(row[0]) for row in database.ask(_LAYERS)) if needed else ()


def _opened(database: TileDatabase, table: str, shifted: bool) -> Found:
    name = database.path.name
    tables = _tables(database)
    if not tables:
        raise UserError(
            Message("basemap.no_tile_table", {"file": name}), Message("basemap.no_tile_table_hint")
        )
    table = table or tables[0]
    if table not in tables:
        raise UserError(
            Message("basemap.no_such_layer", {"layer": table, "place": name}),
            Message("basemap.no_such_layer_hint", {"layers": tables}),
        )
    sets, matrices = database.ask(_SET, (table,)), database.ask(_MATRICES, (table,))
    if not sets or not matrices:
        raise UserError(Message("basemap.no_tiles", {"file": name}), Message("basemap.no_tiles_hint"))
    organization, number, definition, left, top = sets[0]
    try:
        crs = _crs(organization, number, definition)
        levels = tuple(_level(row, left, top) for row in matrices)
        source = GeoPackageTiles(database, table, [int(row[0]) for row in matrices])
    except (TypeError, ValueError, OverflowError) as error:
        raise damaged(database.path, error) from error
    _check_first(database, table, name)
    return Found(TileGrid(crs, _coarse_first(levels), shifted), source)


def _check_first(database: TileDatabase, table: str, name: str) -> None:
    rows = database.ask(f"SELECT tile_data FROM {_quoted(table)} LIMIT 1")
    if not rows:
        raise UserError(Message("basemap.no_tiles", {"file": name}), Message("basemap.no_tiles_hint"))
    kind = kind_of(blob_of(rows) or b"")
    if kind == "vector":
        raise vector_tiles(name)
    if kind not in PICTURES:
        raise UserError(Message("basemap.no_pictures", {"file": name}), Message("basemap.damaged_hint"))


def _crs(organization: Any, number: Any, definition: Any) -> Crs:
    if str(organization).upper() == "EPSG":
        return Crs.parse(f"EPSG:{int(number)}")
    return Crs.parse(str(definition))


def _level(row: Sequence[Any], left: float, top: float) -> TileLevel:
    zoom, columns, rows, width, height, x, y = row
    sizes, counts = (float(x), float(y)), (int(width), int(height), int(columns), int(rows))
    if not all(0 < size < math.inf for size in sizes) or not all(0 < count <= _MOST for count in counts):
        raise ValueError(f"zoom_level {zoom}: {sizes} {counts}")
    if not (math.isfinite(left) and math.isfinite(top)):
        raise ValueError(f"gpkg_tile_matrix_set: {left} {top}")
    affine = Affine(float(x), 0.0, float(left), 0.0, -float(y), float(top))
    return TileLevel(str(zoom), affine, int(width), int(height), int(columns), int(rows))


def _coarse_first(levels: tuple[TileLevel, ...]) -> tuple[TileLevel, ...]:
    """Zoom levels rise from coarse to fine by the standard; a file that breaks it would be drawn wrong."""
    sizes = [level.affine.a for level in levels]
    if sizes != sorted(sizes, reverse=True):
        raise UserError(Message("basemap.levels_out_of_order"), Message("basemap.damaged_hint"))
    return levels


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
