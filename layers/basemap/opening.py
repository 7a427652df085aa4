"""From a line of the list to something that can be drawn: opened, checked, and placed in the register's system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import CRS

from layers.basemap.entry import BasemapEntry, found_path, stored_address
from layers.basemap.grid import DEEPEST_ZOOM, TileGrid, mercator_grid
from layers.basemap.mbtiles import open_mbtiles
from layers.basemap.plan import Ways
from layers.basemap.raster_source import open_geotiff
from layers.basemap.service import ServiceTiles, check_template
from layers.basemap.source import Found, TileSource
from layers.basemap.tile_folder import counts_from_below, open_tile_folder
from layers.basemap.tile_geopackage import open_tile_geopackage, tile_tables
from layers.basemap.wmts import service_of
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs, transformer
from layers.model.problem import Problem
from layers.model.query import Box
from layers.store.live_file import refuse_live_file
from layers.store.worker import Worker
from layers.text import Message

FILE_ENDINGS = (".mbtiles", ".tif", ".tiff", ".gpkg")
_WEB_ZOOMS = (0, 19)
#: Systems to which no way is published that is right to a metre.
_OLD_DATUMS = frozenset({"Xian 1980", "Beijing 1954", "New Beijing"})


@dataclass(frozen=True)
class Place:
    """The register that basemaps lie under: its system, and where it is itself."""

    crs: Crs
    target: str | Path


@dataclass(frozen=True)
class OpenBasemap:
    """A basemap ready to be drawn: from a ``source`` that is read, or a ``service`` that is asked."""

    entry: BasemapEntry
    grid: TileGrid
    ways: Ways
    source: TileSource | None = None
    service: ServiceTiles | None = None
    attribution: str = ""
    slowest: float | None = None
    findings: tuple[Problem, ...] = ()

    def close(self) -> None:
        """Let go of its file."""
        if self.source is not None:
            self.source.close()


def open_basemap(entry: BasemapEntry, place: Place, worker: Worker, feedback: Feedback) -> OpenBasemap:
    """Open ``entry``. Raises ``UserError`` that says what is wrong with it and what to do."""
    if entry.is_service:
        service = _service(entry)
        ways = _ways(entry, place, service.grid)
        doubts = _doubts(entry, place, service.grid)
        return OpenBasemap(entry, service.grid, ways, None, service, entry.attribution, findings=doubts)
    found = _file(entry, place, worker, feedback)
    try:
        ways = _ways(entry, place, found.grid)
    except BaseException:
        found.source.close()
        raise
    attribution = entry.attribution or found.attribution
    findings = (*found.findings, *_doubts(entry, place, found.grid))
    return OpenBasemap(entry, found.grid, ways, found.source, None, attribution, found.slowest, findings)


def entries_of(path: Path, place: Place, box: Box | None = None) -> list[BasemapEntry]:
    """What a file or folder could be as a basemap; ``box`` is where the register's assets lie.

    Raises ``UserError`` when it is nothing that can lie beneath the map.
    """
    refuse_live_file(path, place.target)
    address, name = stored_address(path, place.target), path.stem
    ending = path.suffix.lower()
    if path.is_dir():
        below = counts_from_below(path, _latitude(place, box))
        return [BasemapEntry(path.name, "folder", address, from_below=below)]
    if ending == ".mbtiles":
        return [BasemapEntry(name, "mbtiles", address)]
    if ending in (".tif", ".tiff"):
        return [BasemapEntry(name, "geotiff", address)]
    if ending == ".gpkg":
        tables = tile_tables(path)
        if not tables:
            raise UserError(
                Message("basemap.no_tile_table", {"file": path.name}), Message("basemap.no_tile_table_hint")
            )
        return [_layer_entry(name, table, tables, address) for table in tables]
    raise UserError(
        Message("basemap.unknown_kind", {"file": path.name}),
        Message("basemap.unknown_kind_hint", {"endings": FILE_ENDINGS}),
    )


def is_tile_folder(path: Path) -> bool:
    """Whether a folder looks like one of tiles."""
    try:
        return path.is_dir() and any(each.name.isdecimal() and each.is_dir() for each in path.iterdir())
    except OSError:
        return False


def holds_tiles(path: Path) -> bool:
    """Whether a GeoPackage has tiles in it; False too when it cannot be read."""
    try:
        return bool(tile_tables(path))
    except UserError:
        return False


def _layer_entry(name: str, table: str, tables: Sequence[str], address: str) -> BasemapEntry:
    shown = name if len(tables) == 1 else f"{name} {table}"
    return BasemapEntry(shown[:60], "geopackage", address, layer=table)


def _latitude(place: Place, box: Box | None) -> float:
    """The register's own latitude; the northern hemisphere when it is not known."""
    if box is None or place.crs.is_local:
        return 1.0
    middle = np.array([[(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]])
    return float(transformer(place.crs, Crs.parse("EPSG:4326"))(middle)[0, 1])


def _service(entry: BasemapEntry) -> ServiceTiles:
    if entry.kind == "wmts":
        return service_of(entry.definition, shifted=entry.gcj02)
    check_template(entry.address)
    first = _WEB_ZOOMS[0] if entry.min_zoom is None else entry.min_zoom
    last = _WEB_ZOOMS[1] if entry.max_zoom is None else entry.max_zoom
    zooms = range(min(first, DEEPEST_ZOOM), min(max(first, last), DEEPEST_ZOOM) + 1)
    grid = mercator_grid(zooms, shifted=entry.gcj02)
    return ServiceTiles(grid, entry.address, from_below=entry.from_below)


def _file(entry: BasemapEntry, place: Place, worker: Worker, feedback: Feedback) -> Found:
    path = found_path(entry.address, place.target)
    if not path.exists():
        raise UserError(
            Message("basemap.missing_file", {"file": str(path)}), Message("basemap.missing_file_hint")
        )
    refuse_live_file(path, place.target)
    if entry.kind == "mbtiles":
        return open_mbtiles(path, shifted=entry.gcj02)
    if entry.kind == "geopackage":
        return open_tile_geopackage(path, entry.layer, shifted=entry.gcj02)
    if entry.kind == "folder":
        return open_tile_folder(path, from_below=entry.from_below, shifted=entry.gcj02)
    crs = Crs.parse(entry.crs) if entry.crs else None
    return open_geotiff(path, worker, place.crs, crs, feedback, shifted=entry.gcj02)


def _ways(entry: BasemapEntry, place: Place, grid: TileGrid) -> Ways:
    if place.crs.is_local and not grid.crs.is_local:
        raise UserError(
            Message("basemap.local_register", {"name": entry.name}), Message("basemap.local_register_hint")
        )
    return Ways.between(place.crs, grid)


def _doubts(entry: BasemapEntry, place: Place, grid: TileGrid) -> tuple[Problem, ...]:
    """A note when one of the two systems is an old one: the basemap may lie beside the network."""
    old = {_datum(crs) for crs in (place.crs, grid.crs)} & _OLD_DATUMS
    if not old or _datum(place.crs) == _datum(grid.crs):
        return ()
    message = Message("basemap.old_datum", {"name": entry.name, "datums": tuple(sorted(old))})
    return (Problem("old_datum", "note", message),)


def _datum(crs: Crs) -> str:
    if crs.is_local or crs.is_shifted:
        return ""
    geodetic = CRS.from_wkt(crs.wkt).geodetic_crs
    return "" if geodetic is None else geodetic.name
