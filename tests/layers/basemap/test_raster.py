"""GeoTIFFs: read in the worker process at the reduction that is needed; what is wrong with one is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from layers.basemap.grid import TileKey
from layers.basemap.raster_source import build_overviews, open_geotiff
from layers.basemap.source import Found
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.store.worker import Worker
from tests.layers.basemap.makers import write_geotiff

REGISTER = Crs.parse("EPSG:4546")
PLACE = (1.0, 0.0, 546000.0, 0.0, -1.0, 3014000.0)

pytestmark = pytest.mark.keeps_running


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(children=1) as worker:
        yield worker


def picture(width: int = 700, height: int = 600, bands: int = 3) -> np.ndarray:
    """Each pixel tells where it is."""
    rows, columns = np.mgrid[0:height, 0:width]
    parts = [rows % 256, columns % 256, np.full_like(rows, 77), np.full_like(rows, 255)]
    return np.stack(parts[:bands], axis=-1).astype(np.uint8)


def opened(path: Path, worker: Worker, register: Crs = REGISTER, crs: Crs | None = None) -> Found:
    return open_geotiff(path, worker, register, crs, Feedback())


def wrong(path: Path, worker: Worker) -> str:
    with pytest.raises(UserError) as caught:
        opened(path, worker)
    assert caught.value.hint is not None
    return caught.value.title.id


def tile(found: Found, *key: int) -> np.ndarray:
    wanted = TileKey(*key)
    result = found.source.read([wanted], Feedback())[wanted]
    assert isinstance(result, np.ndarray)
    return result


def test_every_pixel_is_where_it_belongs(tmp_path: Path, worker: Worker) -> None:
    found = opened(write_geotiff(tmp_path / "a.tif", picture(), PLACE, "EPSG:4546"), worker)
    assert [level.name for level in found.grid.levels] == ["1/2", "1/1"]
    assert found.findings == ()
    fine = found.grid.levels[1]
    assert fine.affine.forward(np.array([[10.0, 20.0]])).tolist() == [[546010.0, 3013980.0]]
    last = tile(found, 1, 1, 1)
    assert last.shape == (512, 512, 4)
    # Pixel (600 across, 520 down) of the file; beyond its edge (700, 600) nothing is there.
    assert last[520 - 512, 600 - 512].tolist() == [520 % 256, 600 % 256, 77, 255]
    assert not last[600 - 512 :, :, 3].any()
    assert not last[:, 700 - 512 :, 3].any()


def test_a_system_of_its_own_is_kept(tmp_path: Path, worker: Worker) -> None:
    found = opened(write_geotiff(tmp_path / "a.tif", picture(), PLACE, "EPSG:32649"), worker)
    assert found.grid.crs.code == "EPSG:32649"


def test_without_a_system_the_register_is_assumed_and_said(tmp_path: Path, worker: Worker) -> None:
    path = write_geotiff(tmp_path / "a.tif", picture(), PLACE, None)
    found = opened(path, worker)
    assert found.grid.crs == REGISTER
    assert [each.rule for each in found.findings] == ["crs_assumed"]
    said = opened(path, worker, crs=Crs.parse("EPSG:4547"))
    assert said.grid.crs.code == "EPSG:4547"
    assert said.findings == ()
    local = opened(path, worker, register=Crs.parse("local"))
    assert local.grid.crs.is_local


def test_a_world_file_and_a_prj_beside_place_a_plain_tiff(tmp_path: Path, worker: Worker) -> None:
    path = tmp_path / "plain.tif"
    with pytest.warns(match="no geotransform"):
        write_geotiff(path, picture(), None, None)
    assert wrong(path, worker) == "basemap.no_place"
    (tmp_path / "plain.tfw").write_text("2\n0\n0\n-2\n546001\n3013999\n")
    (tmp_path / "plain.prj").write_text(Crs.parse("EPSG:4547").wkt)
    found = opened(path, worker)
    assert found.grid.crs.code == "EPSG:4547"
    # A world file counts from the middle of the first pixel.
    corner = found.grid.levels[-1].affine.forward(np.array([[0.0, 0.0]]))
    assert corner.tolist() == [[546000.0, 3014000.0]]


def test_turned_images_keep_their_turn(tmp_path: Path, worker: Worker) -> None:
    turned = (0.8, 0.6, 546000.0, 0.6, -0.8, 3014000.0)
    found = opened(write_geotiff(tmp_path / "t.tif", picture(), turned, "EPSG:4546"), worker)
    place = found.grid.levels[-1].affine.forward(np.array([[100.0, 50.0]]))
    assert place.tolist() == [[546110.0, 3014020.0]]
    assert found.grid.levels[-1].affine.backward(place) == pytest.approx(np.array([[100.0, 50.0]]))


def test_palettes_greys_and_deep_values_become_colours(tmp_path: Path, worker: Worker) -> None:
    grey = write_geotiff(tmp_path / "g.tif", picture(bands=1), PLACE, "EPSG:4546")
    assert tile(opened(grey, worker), 1, 0, 0)[7, 9].tolist() == [7, 7, 7, 255]
    deep = (np.arange(600)[:, None, None] * np.ones((1, 700, 1)) * 100).astype(np.uint16)
    seen = tile(opened(write_geotiff(tmp_path / "d.tif", deep, PLACE, "EPSG:4546"), worker), 1, 0, 0)
    assert seen[0, 0, 0] == 0
    assert 100 < seen[300, 0, 0] < 155


def test_a_palette_is_looked_up(tmp_path: Path, worker: Worker) -> None:
    path = tmp_path / "p.tif"
    indexes = np.full((600, 700, 1), 5, dtype=np.uint8)
    write_geotiff(path, indexes, PLACE, "EPSG:4546", photometric="PALETTE")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {5: (10, 200, 30, 255)})
        assert file.colorinterp[0] == ColorInterp.palette
    assert tile(opened(path, worker), 0, 0, 0)[3, 3].tolist() == [10, 200, 30, 255]


def test_what_is_marked_empty_is_clear(tmp_path: Path, worker: Worker) -> None:
    empty = picture()
    empty[:100] = 0
    path = write_geotiff(tmp_path / "n.tif", empty, PLACE, "EPSG:4546", nodata=0)
    seen = tile(opened(path, worker), 1, 0, 0)
    assert not seen[:100, 1:200, 3].any()
    assert seen[150, 150, 3] == 255


def test_wrong_files_are_told(tmp_path: Path, worker: Worker) -> None:
    text = tmp_path / "text.tif"
    text.write_text("no image")
    assert wrong(text, worker) == "basemap.not_image"
    assert wrong(tmp_path / "gone.tif", worker) == "basemap.missing_file"
    whole = write_geotiff(tmp_path / "whole.tif", picture(), PLACE, "EPSG:4546")
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert wrong(cut, worker) in ("basemap.truncated", "basemap.not_image")
    degrees = write_geotiff(tmp_path / "degrees.tif", picture(), PLACE, "EPSG:4326")
    assert wrong(degrees, worker) == "basemap.wrong_crs"


def test_a_damaged_part_leaves_a_gap_only(tmp_path: Path, worker: Worker) -> None:
    path = write_geotiff(
        tmp_path / "a.tif", picture(2048, 2048), PLACE, "EPSG:4546", tiled=True, compress="DEFLATE"
    )
    found = opened(path, worker)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = bytes(4000)
    path.write_bytes(data)
    finest = len(found.grid.levels) - 1
    keys = [TileKey(finest, column, row) for column in range(4) for row in range(4)]
    read = found.source.read(keys, Feedback())
    missing = [key for key in keys if read[key] is None]
    assert 0 < len(missing) < len(keys)


def test_large_images_without_overviews_show_once_near_and_can_be_given_them(
    tmp_path: Path, worker: Worker
) -> None:
    # Sparse: nothing is written, so that the file stays small.
    path = tmp_path / "large.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=16000, height=16000, count=3, dtype="uint8", crs="EPSG:4546",
        transform=rasterio.Affine(*PLACE), tiled=True, SPARSE_OK=True, compress="DEFLATE",
    ):  # fmt: skip
        pass
    found = opened(path, worker)
    assert [each.rule for each in found.findings] == ["without_overviews"]
    assert found.slowest is not None
    assert int(found.grid.levels[0].name.partition("/")[2]) <= 8
    before = path.read_bytes()
    build_overviews(path, worker, Feedback())
    assert path.read_bytes() == before
    assert path.with_name("large.tif.ovr").exists()
    better = opened(path, worker)
    assert better.slowest is None
    assert better.findings == ()
    assert int(better.grid.levels[0].name.partition("/")[2]) >= 32
