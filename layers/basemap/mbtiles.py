"""MBTiles: an SQLite file with one pyramid of tiles in EPSG:3857, rows counted from below (MBTiles 1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from layers.basemap.answer import PICTURES, kind_of
from layers.basemap.database import LARGEST_TILE, TileDatabase, blob_of
from layers.basemap.grid import DEEPEST_ZOOM, TileKey, mercator_grid
from layers.basemap.picture_size import picture_size
from layers.basemap.source import Found, Picture
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

_TILE = (
    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? "
    f"AND length(tile_data) <= {LARGEST_TILE}"
)
_ZOOMS = "SELECT DISTINCT zoom_level FROM tiles ORDER BY zoom_level"
_FIRST = "SELECT tile_data FROM tiles WHERE zoom_level = ? LIMIT 1"


class MBTiles:
    """The tiles of one file."""

    def __init__(self, database: TileDatabase, zooms: Sequence[int]) -> None:
        self._database = database
        self._zooms = tuple(zooms)

    def read(self, keys: Sequence[TileKey], feedback: Feedback) -> dict[TileKey, Picture]:
        found: dict[TileKey, Picture] = {}
        for key in keys:
            feedback.check()
            zoom = self._zooms[key.level]
            rows = self._database.ask(_TILE, (zoom, key.column, (1 << zoom) - 1 - key.row))
            found[key] = blob_of(rows)
        return found

    def close(self) -> None:
        self._database.close()


def open_mbtiles(path: Path, *, shifted: bool = False) -> Found:
    """Open a file. Raises ``UserError`` when it is no MBTiles file, has vector tiles, or holds none."""
    database = TileDatabase(path)
    try:
        return _opened(database, shifted)
    except BaseException:
        database.close()
        raise


def _opened(database: TileDatabase, shifted: bool) -> Found:
    name = database.path.name
    if not database.columns("tiles") >= {"zoom_level", "tile_column", "tile_row", "tile_data"}:
        raise UserError(Message("basemap.not_mbtiles", {"file": name}), Message("basemap.not_mbtiles_hint"))
    facts = {}
    if database.columns("metadata") >= {"name", "value"}:
        facts = {str(row[0]): str(row[1]) for row in database.ask("SELECT name, value FROM metadata")}
    if facts.get("format", "").lower() in ("pbf", "mvt"):
        raise vector_tiles(name)
    named = [row[0] for row in database.ask(_ZOOMS)]
    zooms = [zoom for zoom in named if isinstance(zoom, int) and 0 <= zoom <= DEEPEST_ZOOM]
    if not zooms:
        raise UserError(Message("basemap.no_tiles", {"file": name}), Message("basemap.no_tiles_hint"))
    first = blob_of(database.ask(_FIRST, (zooms[0],))) or b""
    kind = kind_of(first)
    if kind == "vector":
        raise vector_tiles(name)
    if kind not in PICTURES:
        raise UserError(Message("basemap.no_pictures", {"file": name}), Message("basemap.damaged_hint"))
    grid = mercator_grid(zooms, tile_size=picture_size(first), shifted=shifted)
    return Found(grid, MBTiles(database, zooms), facts.get("attribution", ""))


def vector_tiles(name: str) -> UserError:
    """The error for tiles that hold shapes instead of pictures."""
    return UserError(Message("basemap.vector_tiles", {"file": name}), Message("basemap.vector_hint"))
