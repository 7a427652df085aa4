"""Basemaps made for tests: pictures with dots at known places, as MBTiles, GeoPackage, GeoTIFF, folder and WMTS.

Where a pixel lies is worked out here from the standards, not with the code under test.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from pysqlite3 import dbapi2

Places = NDArray[np.float64]
RGB = NDArray[np.uint8]

REACH = math.pi * 6378137.0
GROUND = (40, 90, 60)
DOT = (255, 40, 200)
SIZE = 256


def png(picture: NDArray[np.uint8]) -> bytes:
    """A PNG file of (height, width, 3 or 4) bytes."""
    height, width, bands = picture.shape
    kind = {3: 2, 4: 6}[bands]
    rows = b"".join(b"\x00" + picture[row].tobytes() for row in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def dotted(width: int, height: int, dots: Places, radius: float = 3.0) -> RGB:
    """Ground with a soft round dot at each position (x, y), counted from the upper left corner."""
    picture = np.empty((height, width, 3), dtype=np.float64)
    picture[:] = GROUND
    for x, y in dots:
        x0, x1 = max(int(x) - 8, 0), min(int(x) + 9, width)
        y0, y1 = max(int(y) - 8, 0), min(int(y) + 9, height)
        if x0 >= x1 or y0 >= y1:
            continue
        columns, rows = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
        strength = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (radius / 1.7) ** 2))[..., None]
        part = picture[y0:y1, x0:x1]
        part[:] = part * (1 - strength) + np.array(DOT) * strength
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def to_mercator(lon_lat: Places) -> Places:
    """Spherical Mercator by its formula."""
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    return np.column_stack((lon, np.log(np.tan(math.pi / 4 + lat / 2)))) * 6378137.0


def mercator_tiles(zooms: Iterable[int], dots: Places) -> Iterator[tuple[int, int, int, RGB]]:
    """(zoom, column, row from above, picture) of every tile within two tiles of the dots (Mercator metres)."""
    for zoom in zooms:
        side = 2 * REACH / 2**zoom
        tiles = np.column_stack((dots[:, 0] + REACH, REACH - dots[:, 1])) / side
        (x0, y0), (x1, y1) = np.floor(tiles.min(axis=0)), np.floor(tiles.max(axis=0))
        for column in range(int(x0) - 2, int(x1) + 3):
            for row in range(int(y0) - 2, int(y1) + 3):
                if 0 <= column < 2**zoom and 0 <= row < 2**zoom:
                    yield zoom, column, row, dotted(SIZE, SIZE, (tiles - (column, row)) * SIZE)


def write_mbtiles(path: Path, tiles: Iterable[tuple[int, int, int, bytes]], **metadata: str) -> Path:
    """An MBTiles file; rows are given from above."""
    connection = dbapi2.connect(str(path))
    connection.executescript(
        "CREATE TABLE metadata (name TEXT, value TEXT);"
        "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);"
    )
    connection.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
    rows = [(zoom, column, 2**zoom - 1 - row, data) for zoom, column, row, data in tiles]
    connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def write_folder(
    folder: Path, tiles: Iterable[tuple[int, int, int, bytes]], *, from_below: bool = False
) -> Path:
    """A folder of tiles; rows are given from above."""
    for zoom, column, row, data in tiles:
        place = folder / str(zoom) / str(column)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{2**zoom - 1 - row if from_below else row}.png").write_bytes(data)
    return folder


def write_tile_geopackage(
    path: Path, epsg: int, left: float, top: float, pixel: float, pictures: Sequence[tuple[int, int, bytes]]
) -> Path:
    """A GeoPackage with one level of tiles (column, row, data) of 256 pixels."""
    columns = max(each[0] for each in pictures) + 1
    rows = max(each[1] for each in pictures) + 1
    connection = dbapi2.connect(str(path))
    connection.executescript(
        "PRAGMA application_id = 1196444487;"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, "
        "organization_coordsys_id INTEGER, definition TEXT);"
        "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);"
        "CREATE TABLE gpkg_tile_matrix_set (table_name TEXT PRIMARY KEY, srs_id INTEGER, min_x REAL, min_y REAL, "
        "max_x REAL, max_y REAL);"
        "CREATE TABLE gpkg_tile_matrix (table_name TEXT, zoom_level INTEGER, matrix_width INTEGER, "
        "matrix_height INTEGER, tile_width INTEGER, tile_height INTEGER, pixel_x_size REAL, pixel_y_size REAL);"
        "CREATE TABLE ortho (id INTEGER PRIMARY KEY, zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, "
        "tile_data BLOB);"
        "INSERT INTO gpkg_contents VALUES ('ortho', 'tiles', 'ortho', 1);"
    )
    connection.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 1, 'EPSG', ?, 'undefined')", (epsg,))
    right, bottom = left + columns * SIZE * pixel, top - rows * SIZE * pixel
    connection.execute(
        "INSERT INTO gpkg_tile_matrix_set VALUES ('ortho', 1, ?, ?, ?, ?)", (left, bottom, right, top)
    )
    connection.execute(
        "INSERT INTO gpkg_tile_matrix VALUES ('ortho', 5, ?, ?, 256, 256, ?, ?)",
        (columns, rows, pixel, pixel),
    )
    connection.executemany(
        "INSERT INTO ortho (zoom_level, tile_column, tile_row, tile_data) VALUES (5, ?, ?, ?)", pictures
    )
    connection.commit()
    connection.close()
    return path


def write_geotiff(
    path: Path,
    picture: NDArray[np.generic],
    transform: Sequence[float] | None,
    crs: str | None,
    **options: object,
) -> Path:
    """A GeoTIFF of (height, width, bands); ``transform`` as a, b, c, d, e, f."""
    height, width, bands = picture.shape
    placed = {} if transform is None else {"transform": rasterio.Affine(*transform)}
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=bands, dtype=picture.dtype.name, crs=crs,
        **placed, **options,
    ) as file:  # fmt: skip
        file.write(np.moveaxis(picture, -1, 0))
    return path


def convert(source: str, target: str, places: Places) -> Places:
    """Places in another system, straight by PROJ."""
    transformer = Transformer.from_crs(source, target, always_xy=True)
    return np.column_stack(transformer.transform(places[:, 0], places[:, 1]))
