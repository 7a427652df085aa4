"""Files of tiles: what they hold is found, and what is wrong with them is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pysqlite3 import dbapi2

from layers.basemap.entry import BasemapEntry, found_path, stored_address
from layers.basemap.grid import TileKey
from layers.basemap.mbtiles import open_mbtiles
from layers.basemap.opening import Place, entries_of, holds_tiles, is_tile_folder, open_basemap
from layers.basemap.plan import TilePlan, View, plan_tiles
from layers.basemap.tile_folder import counts_from_below, open_tile_folder
from layers.basemap.tile_geopackage import holds_features, open_tile_geopackage
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.store.worker import Worker
from tests.layers.basemap.makers import dotted, png, write_folder, write_mbtiles, write_tile_geopackage

REGISTER = Place(Crs.parse("EPSG:4546"), "register.gpkg")
PICTURE = png(dotted(256, 256, np.array([[10.0, 20.0]])))
ONE = [(3, 6, 3, PICTURE)]


def wrong(work: Callable[[], object]) -> str:
    """The id of what a user is told; it must say what to do as well."""
    with pytest.raises(UserError) as caught:
        work()
    assert caught.value.hint is not None
    return caught.value.title.id


def test_mbtiles_count_rows_from_below(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "town.mbtiles", ONE, format="png", attribution="© somebody")
    found = open_mbtiles(path)
    assert [level.name for level in found.grid.levels] == ["3"]
    assert found.attribution == "© somebody"
    pictures = found.source.read([TileKey(0, 6, 3), TileKey(0, 6, 4)], Feedback())
    assert pictures == {TileKey(0, 6, 3): PICTURE, TileKey(0, 6, 4): None}
    found.source.close()


def test_large_tiles_have_smaller_pixels(tmp_path: Path) -> None:
    large = png(dotted(512, 512, np.empty((0, 2))))
    found = open_mbtiles(write_mbtiles(tmp_path / "a.mbtiles", [(3, 6, 3, large)]))
    level = found.grid.levels[0]
    assert (level.tile_width, level.columns) == (512, 8)
    assert level.affine.a * 512 * 8 == pytest.approx(2 * 20037508.342789244)
    found.source.close()


@pytest.mark.parametrize("data", ["text", 12345678901, None])
def test_what_is_no_picture_in_an_mbtiles_is_told(tmp_path: Path, data: object) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", [(0, 0, 0, data)])  # type: ignore[list-item]
    assert wrong(lambda: open_mbtiles(path)) == "basemap.no_pictures"


def test_a_zoom_that_is_no_number_and_a_tile_of_gigabytes_are_left_out(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", [(0, 0, 0, PICTURE), (1, 0, 0, PICTURE + bytes(20_000_000))])
    connection = dbapi2.connect(str(path))
    connection.execute("INSERT INTO tiles VALUES ('abc', 'x', NULL, 'text')")
    connection.commit()
    connection.close()
    found = open_mbtiles(path)
    assert [level.name for level in found.grid.levels] == ["0", "1"]
    read = found.source.read([TileKey(0, 0, 0), TileKey(1, 0, 0)], Feedback())
    assert list(read.values()) == [PICTURE, None]
    found.source.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE gpkg_tile_matrix SET pixel_x_size = 0",
        "UPDATE gpkg_tile_matrix SET pixel_y_size = 'much'",
        "UPDATE gpkg_tile_matrix SET matrix_width = -1",
        "UPDATE gpkg_tile_matrix SET tile_height = 1000000000000",
        "UPDATE gpkg_tile_matrix SET zoom_level = 'abc'",
        "UPDATE gpkg_tile_matrix SET pixel_x_size = 9e999",
        "UPDATE gpkg_tile_matrix_set SET min_x = NULL",
        "UPDATE gpkg_tile_matrix_set SET max_y = 9e999",
        "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 'x'",
    ],
)
def test_a_geopackage_with_an_impossible_pyramid_is_told(tmp_path: Path, spoil: str) -> None:
    path = write_tile_geopackage(tmp_path / "a.gpkg", 4546, 0, 0, 1, [(0, 0, PICTURE)])
    connection = dbapi2.connect(str(path))
    connection.execute(spoil)
    connection.commit()
    connection.close()
    assert wrong(lambda: open_tile_geopackage(path)) == "basemap.damaged"


def test_what_is_no_mbtiles_is_told(tmp_path: Path) -> None:
    text = tmp_path / "text.mbtiles"
    text.write_text("<html>please log in</html>")
    empty = tmp_path / "empty.mbtiles"
    empty.write_bytes(b"")
    other = write_tile_geopackage(tmp_path / "other.mbtiles", 4546, 0, 0, 1, [(0, 0, PICTURE)])
    assert wrong(lambda: open_mbtiles(text)) == "basemap.not_database"
    assert wrong(lambda: open_mbtiles(empty)) == "basemap.not_database"
    assert wrong(lambda: open_mbtiles(other)) == "basemap.not_mbtiles"
    assert wrong(lambda: open_mbtiles(tmp_path / "gone.mbtiles")) == "basemap.missing_file"


@pytest.mark.parametrize("metadata", [{"format": "pbf"}, {}])
def test_vector_tiles_are_told(tmp_path: Path, metadata: dict[str, str]) -> None:
    path = write_mbtiles(tmp_path / "v.mbtiles", [(3, 6, 3, b"\x1f\x8b\x08" + bytes(40))], **metadata)
    assert wrong(lambda: open_mbtiles(path)) == "basemap.vector_tiles"


def test_a_file_without_tiles_or_cut_off_is_told(tmp_path: Path) -> None:
    assert wrong(lambda: open_mbtiles(write_mbtiles(tmp_path / "e.mbtiles", []))) == "basemap.no_tiles"
    noise = png(np.random.default_rng(1).integers(0, 255, (256, 256, 3), dtype=np.uint8))
    whole = write_mbtiles(tmp_path / "w.mbtiles", [(9, n, 3, noise) for n in range(40)])
    cut = tmp_path / "cut.mbtiles"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])

    def read() -> None:
        found = open_mbtiles(cut)
        try:
            found.source.read([TileKey(0, n, 3) for n in range(40)], Feedback())
        finally:
            found.source.close()

    assert wrong(read) == "basemap.damaged"


def test_geopackage_tiles_lie_in_any_system(tmp_path: Path) -> None:
    path = write_tile_geopackage(tmp_path / "t.gpkg", 4547, 500000, 3000512, 2.0, [(1, 0, PICTURE)])
    found = open_tile_geopackage(path)
    level = found.grid.levels[0]
    assert found.grid.crs.code == "EPSG:4547"
    assert level.affine.forward(np.array([[256.0, 0.0]])).tolist() == [[500512.0, 3000512.0]]
    assert found.source.read([TileKey(0, 1, 0)], Feedback()) == {TileKey(0, 1, 0): PICTURE}
    found.source.close()
    assert holds_tiles(path)
    assert not holds_features(path)
    assert wrong(lambda: open_tile_geopackage(path, "nothing")) == "basemap.no_such_layer"


def test_geopackage_without_tiles_is_told(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "x.gpkg", ONE)
    assert wrong(lambda: open_tile_geopackage(path)) == "basemap.no_tile_table"
    assert wrong(lambda: entries_of(path, REGISTER)) == "basemap.no_tile_table"
    assert not holds_tiles(path)


def test_folders_count_from_above_or_below(tmp_path: Path) -> None:
    above = write_folder(tmp_path / "xyz", ONE)
    below = write_folder(tmp_path / "tms", ONE, from_below=True)
    (below / "tilemapresource.xml").write_text("<TileMap/>")
    for folder, from_below in ((above, False), (below, True)):
        assert is_tile_folder(folder)
        assert counts_from_below(folder, 27.0) is from_below
        found = open_tile_folder(folder, from_below=from_below)
        assert found.source.read([TileKey(0, 6, 3)], Feedback()) == {TileKey(0, 6, 3): PICTURE}


def test_a_folder_tells_by_its_latitude_how_it_counts(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiles", ONE, from_below=True)
    assert counts_from_below(folder, 27.0)
    assert not counts_from_below(folder, -27.0)
    box = Box(543000, 3012000, 549000, 3016000)
    assert entries_of(folder, REGISTER, box)[0].from_below


def test_wrong_folders_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "levels" / "3" / "6").mkdir(parents=True)
    vector = tmp_path / "vector" / "3" / "6"
    vector.mkdir(parents=True)
    (vector / "3.pbf").write_bytes(b"\x1a\x20")
    assert wrong(lambda: open_tile_folder(empty)) == "basemap.folder_without_tiles"
    assert wrong(lambda: open_tile_folder(tmp_path / "levels")) == "basemap.folder_without_tiles"
    assert wrong(lambda: open_tile_folder(tmp_path / "vector")) == "basemap.vector_tiles"
    assert wrong(lambda: open_tile_folder(tmp_path / "gone")) == "basemap.missing_file"
    assert not is_tile_folder(empty)


def test_a_kind_that_cannot_lie_beneath_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.dwg"
    path.write_bytes(b"x")
    assert wrong(lambda: entries_of(path, REGISTER)) == "basemap.unknown_kind"


def test_the_open_register_is_no_basemap(tmp_path: Path) -> None:
    path = write_tile_geopackage(tmp_path / "register.gpkg", 4546, 0, 0, 1, [(0, 0, PICTURE)])
    place = Place(Crs.parse("EPSG:4546"), path)
    link = tmp_path / "link.gpkg"
    link.symlink_to(path)
    assert wrong(lambda: entries_of(link, place)) == "security.is_open_register"


def test_addresses_are_relative_to_the_register_where_both_move_together(tmp_path: Path) -> None:
    target = tmp_path / "city" / "register.gpkg"
    beside = tmp_path / "city" / "maps" / "a.mbtiles"
    above = tmp_path / "maps" / "a.mbtiles"
    far = Path(tmp_path.anchor) / "media" / "disk" / "a.mbtiles"
    assert stored_address(beside, target) == "maps/a.mbtiles"
    assert stored_address(above, target) == "../maps/a.mbtiles"
    assert stored_address(far, target) == str(far)
    for path in (beside, above, far):
        assert found_path(stored_address(path, target), target) == path
    assert stored_address(beside, "postgresql://server/city") == str(beside)


def test_a_register_moved_with_its_maps_finds_them(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    path = write_mbtiles(tmp_path / "old" / "a.mbtiles", ONE)
    (entry,) = entries_of(path, Place(REGISTER.crs, tmp_path / "old" / "register.gpkg"))
    shutil.move(tmp_path / "old", tmp_path / "new")
    with Worker() as worker:
        opened = open_basemap(
            entry, Place(REGISTER.crs, tmp_path / "new" / "register.gpkg"), worker, Feedback()
        )
    opened.close()


def test_local_registers_say_why_there_is_no_basemap(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", ONE)
    place = Place(Crs.parse("local"), tmp_path / "register.gpkg")
    entry = BasemapEntry("a", "mbtiles", str(path))
    with Worker() as worker:
        assert wrong(lambda: open_basemap(entry, place, worker, Feedback())) == "basemap.local_register"


def test_a_view_elsewhere_or_too_far_out_needs_no_tiles(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", [(17, 106123, 54600, PICTURE)])
    with Worker() as worker:
        opened = open_basemap(BasemapEntry("a", "mbtiles", str(path)), REGISTER, worker, Feedback())
    near = View(Box(546000, 3013000, 547000, 3014000), 1.0)
    whole_country = View(Box(-2_000_000, 2_000_000, 2_500_000, 5_000_000), 2000.0)
    assert isinstance(plan_tiles(opened.grid, opened.ways, near), TilePlan)
    assert plan_tiles(opened.grid, opened.ways, whole_country) == "too_far"
    opened.close()


def test_old_datums_are_named(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", ONE)
    entry = BasemapEntry("a", "mbtiles", str(path))
    with Worker() as worker:
        for crs, rules in (("EPSG:2382", ["old_datum"]), ("EPSG:4546", [])):
            opened = open_basemap(entry, Place(Crs.parse(crs), "r.gpkg"), worker, Feedback())
            assert [each.rule for each in opened.findings] == rules
            opened.close()
