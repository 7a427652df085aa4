"""A folder of tiles, ``{z}/{x}/{y}.png``: rows counted from above (XYZ) or from below (TMS)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from layers.basemap.answer import kind_of
from layers.basemap.database import unreadable
from layers.basemap.grid import DEEPEST_ZOOM, TileKey, mercator_grid
from layers.basemap.mbtiles import vector_tiles
from layers.basemap.picture_size import picture_size
from layers.basemap.source import Found, Picture
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
_VECTOR_ENDINGS = (".pbf", ".mvt")


class TileFolder:
    """The tiles under one folder; every tile may have another ending."""

    def __init__(self, folder: Path, zooms: Sequence[int], ending: str, *, from_below: bool) -> None:
        self._folder, self._zooms, self._from_below = folder, tuple(zooms), from_below
        self._endings = (ending, *(other for other in ENDINGS if other != ending))

    def read(self, keys: Sequence[TileKey], feedback: Feedback) -> dict[TileKey, Picture]:
        found: dict[TileKey, Picture] = {}
        for key in keys:
            feedback.check()
            found[key] = self._tile(key)
        return found

    def _tile(self, key: TileKey) -> bytes | None:
        zoom = self._zooms[key.level]
        row = (1 << zoom) - 1 - key.row if self._from_below else key.row
        column = self._folder / str(zoom) / str(key.column)
        for ending in self._endings:
            try:
                return (column / f"{row}{ending}").read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise unreadable(column / f"{row}{ending}", error) from error
        return None

    def close(self) -> None:
        """Nothing is held open."""


def open_tile_folder(folder: Path, *, from_below: bool = False, shifted: bool = False) -> Found:
    """Open a folder. Raises ``UserError`` when it is not there, empty, or has no ``{z}/{x}/{y}`` pictures."""
    zooms = _numbers(folder)
    if not zooms:
        raise UserError(
            Message("basemap.folder_without_tiles", {"folder": str(folder)}),
            Message("basemap.folder_without_tiles_hint"),
        )
    first = next(_tiles(folder, zooms), None)
    if first is None:
        if any(_files(folder, zooms, _VECTOR_ENDINGS)):
            raise vector_tiles(folder.name)
        raise UserError(
            Message("basemap.folder_without_tiles", {"folder": str(folder)}),
            Message("basemap.folder_without_tiles_hint"),
        )
    data = first.read_bytes()
    if kind_of(data) == "vector":
        raise vector_tiles(folder.name)
    grid = mercator_grid(zooms, tile_size=picture_size(data), shifted=shifted)
    return Found(grid, TileFolder(folder, zooms, first.suffix, from_below=from_below))


def counts_from_below(folder: Path, latitude: float) -> bool:
    """Whether the rows of a folder count from below: TMS says so itself, else the way nearer to ``latitude``."""
    if (folder / "tilemapresource.xml").is_file():
        # gdal2tiles writes this file for TMS only.
        return True
    zooms = _numbers(folder)
    first = next(_tiles(folder, zooms[::-1]), None)
    if first is None or zooms == [0]:
        return False
    zoom, row = int(first.parent.parent.name), int(first.stem)
    half = (1 << zoom) / 2
    # North of the equator the rows from above are the small ones.
    return (row < half) != (latitude >= 0)


def _numbers(folder: Path) -> list[int]:
    try:
        names = [entry.name for entry in folder.iterdir() if entry.name.isdecimal()]
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(int(name) for name in names if int(name) <= DEEPEST_ZOOM)


def _tiles(folder: Path, zooms: Sequence[int]) -> Iterator[Path]:
    return _files(folder, zooms, ENDINGS)


def _files(folder: Path, zooms: Sequence[int], endings: Sequence[str]) -> Iterator[Path]:
    for zoom in zooms:
        level = folder / str(zoom)
        if not level.is_dir():
            continue
        for column in level.iterdir():
            if column.name.isdecimal() and column.is_dir():
                for path in column.iterdir():
                    if path.suffix.lower() in endings and path.stem.isdecimal():
                        yield path
