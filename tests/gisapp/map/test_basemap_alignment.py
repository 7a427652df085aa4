"""Basemaps line up with the map: a dot drawn at a known place lands there, whatever system the picture is in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from gisapp.map.basemap.printing import PaintedBasemaps, paint_basemaps
from gisapp.map.viewport import Viewport
from layers.basemap.entry import BasemapEntry
from layers.basemap.opening import Place, open_basemap
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.geometry.gcj02 import wgs84_to_gcj02
from layers.store.worker import Worker
from tests.layers.basemap.makers import (
    DOT,
    GROUND,
    SIZE,
    convert,
    dotted,
    mercator_tiles,
    png,
    to_mercator,
    write_folder,
    write_geotiff,
    write_mbtiles,
    write_tile_geopackage,
)

pytestmark = pytest.mark.keeps_running

REGISTER = "EPSG:4546"
#: East of the zone's central meridian: the grid is turned against north by half a degree.
MIDDLE = (611000.0, 3014000.0)
VIEW = Viewport(*MIDDLE, 1.0, 900, 600)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(children=1) as worker:
        yield worker


def control_points(viewport: Viewport = VIEW) -> np.ndarray:
    """Places in the register's system, spread over the view."""
    xs = np.linspace(viewport.box.x0, viewport.box.x1, 7)[1:-1] + 0.3
    ys = np.linspace(viewport.box.y0, viewport.box.y1, 6)[1:-1] - 0.4
    x, y = np.meshgrid(xs, ys)
    return np.column_stack((x.ravel(), y.ravel()))


def painted(
    entry: BasemapEntry, worker: Worker, viewport: Viewport = VIEW, ratio: float = 1.0
) -> tuple[np.ndarray, PaintedBasemaps]:
    """The picture (rows, columns, rgb) of a basemap in the register's system."""
    opened = open_basemap(entry, Place(Crs.parse(REGISTER), "register.gpkg"), worker, Feedback())
    image = QImage(round(viewport.width * ratio), round(viewport.height * ratio), QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    told = paint_basemaps(painter, viewport, [opened], Feedback(), ratio=ratio)
    painter.end()
    opened.close()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(float), told


def misses(pixels: np.ndarray, viewport: Viewport = VIEW, ratio: float = 1.0) -> np.ndarray:
    """How far each dot is from where its place is drawn, in device pixels."""
    expected = viewport.pixels(control_points(viewport)) * ratio
    strength = (pixels[..., 0] - GROUND[0]) / (DOT[0] - GROUND[0])
    found = []
    for x, y in expected:
        x0, y0 = round(x) - 9, round(y) - 9
        part = np.clip(strength[y0 : y0 + 18, x0 : x0 + 18] - 0.1, 0, None)
        assert part.sum() > 3, "no dot here"
        rows, columns = np.mgrid[0:18, 0:18]
        found.append((
            (part * (columns + 0.5)).sum() / part.sum() + x0 - x,
            (part * (rows + 0.5)).sum() / part.sum() + y0 - y,
        ))  # fmt: skip
    return np.hypot(*np.array(found).T)


def web_tiles(places: np.ndarray, zooms: tuple[int, ...] = (17,)) -> list[tuple[int, int, int, bytes]]:
    """Tiles with dots at places in degrees."""
    return [(z, x, y, png(tile)) for z, x, y, tile in mercator_tiles(zooms, to_mercator(places))]


def test_web_mercator_lands_within_a_pixel(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    degrees = convert(REGISTER, "EPSG:4326", control_points())
    path = write_mbtiles(tmp_path / "a.mbtiles", web_tiles(degrees), attribution="© us")
    pixels, told = painted(BasemapEntry("a", "mbtiles", str(path)), worker)
    assert misses(pixels).max() < 0.6
    assert told == PaintedBasemaps(("© us",), is_shifted=False)
    # Nothing is left open between the tiles.
    assert (pixels.sum(axis=2) > 0).all()


@pytest.mark.parametrize("ratio", [1.5, 2.0])
def test_fine_screens_too(qtbot: QtBot, tmp_path: Path, worker: Worker, ratio: float) -> None:
    degrees = convert(REGISTER, "EPSG:4326", control_points())
    path = write_mbtiles(tmp_path / "a.mbtiles", web_tiles(degrees, (16, 17, 18)))
    pixels, _ = painted(BasemapEntry("a", "mbtiles", str(path)), worker, ratio=ratio)
    assert misses(pixels, ratio=ratio).max() < 1.0
    assert (pixels.sum(axis=2) > 0).all()


def test_gcj02_is_shifted_back(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    degrees = convert(REGISTER, "EPSG:4326", control_points())
    folder = write_folder(tmp_path / "tiles", web_tiles(wgs84_to_gcj02(degrees)))
    pixels, told = painted(BasemapEntry("a", "folder", str(folder), gcj02=True), worker)
    assert misses(pixels).max() < 0.6
    assert told.is_shifted
    # Without the shift the dots are hundreds of metres away: the test can fail.
    raw, _ = painted(BasemapEntry("a", "folder", str(folder)), worker)
    with pytest.raises(AssertionError):
        assert misses(raw).max() < 50


def test_an_image_in_another_system(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    places = convert(REGISTER, "EPSG:32649", control_points())
    left, top = places[:, 0].min() - 400, places[:, 1].max() + 400
    dots = np.column_stack((places[:, 0] - left, top - places[:, 1])) / 0.8
    picture = dotted(1900, 1500, dots)
    path = write_geotiff(tmp_path / "utm.tif", picture, (0.8, 0, left, 0, -0.8, top), "EPSG:32649")
    pixels, _ = painted(BasemapEntry("a", "geotiff", str(path)), worker)
    assert misses(pixels).max() < 0.6


def test_an_image_in_degrees(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    places = convert(REGISTER, "EPSG:4490", control_points())
    left, top, pixel = places[:, 0].min() - 0.004, places[:, 1].max() + 0.004, 0.000009
    dots = np.column_stack((places[:, 0] - left, top - places[:, 1])) / pixel
    picture = dotted(1900, 1600, dots)
    path = write_geotiff(tmp_path / "deg.tif", picture, (pixel, 0, left, 0, -pixel, top), "EPSG:4490")
    pixels, _ = painted(BasemapEntry("a", "geotiff", str(path)), worker)
    assert misses(pixels).max() < 0.6


def test_a_reduced_image(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    """A large image seen from afar is read at a reduction and still lands where it should."""
    view = Viewport(*MIDDLE, 8.0, 600, 400)
    places = control_points(view)
    left, top = view.box.x0 - 100, view.box.y1 + 100
    dots = np.column_stack((places[:, 0] - left, top - places[:, 1])) / 2.0
    picture = dotted(2500, 1700, dots, radius=8.0)
    path = write_geotiff(tmp_path / "a.tif", picture, (2, 0, left, 0, -2, top), REGISTER, tiled=True)
    pixels, _ = painted(BasemapEntry("a", "geotiff", str(path)), worker, view)
    assert misses(pixels, view).max() < 1.0


def test_tiles_of_a_geopackage_in_the_neighbouring_zone(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    places = convert(REGISTER, "EPSG:4547", control_points())
    left, top, pixel = places[:, 0].min() - 300, places[:, 1].max() + 300, 0.9
    dots = np.column_stack((places[:, 0] - left, top - places[:, 1])) / pixel
    tiles = [
        (column, row, png(dotted(SIZE, SIZE, dots - (column * SIZE, row * SIZE))))
        for column in range(7)
        for row in range(6)
    ]
    path = write_tile_geopackage(tmp_path / "t.gpkg", 4547, left, top, pixel, tiles)
    pixels, _ = painted(BasemapEntry("a", "geopackage", str(path)), worker)
    assert misses(pixels).max() < 0.6


def test_coarse_tiles_are_cut_into_cells(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    """A whole province on the screen: one affine map per tile would miss by many pixels."""
    view = Viewport(500000, 3000000, 900.0, 800, 600)
    degrees = convert(REGISTER, "EPSG:4326", control_points(view))
    path = write_mbtiles(tmp_path / "a.mbtiles", web_tiles(degrees, (7,)))
    pixels, _ = painted(BasemapEntry("a", "mbtiles", str(path)), worker, view)
    assert misses(pixels, view).max() < 1.0


def test_opacity_and_order(qtbot: QtBot, tmp_path: Path, worker: Worker) -> None:
    degrees = convert(REGISTER, "EPSG:4326", control_points())
    path = write_mbtiles(tmp_path / "a.mbtiles", web_tiles(degrees))
    whole, _ = painted(BasemapEntry("a", "mbtiles", str(path)), worker)
    half, _ = painted(BasemapEntry("a", "mbtiles", str(path), opacity=50), worker)
    # On black, half the strength everywhere: no seam is painted twice.
    assert np.abs(half * 2 - whole).max() <= 3
