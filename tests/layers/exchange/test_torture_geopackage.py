"""Every GeoPackage of the torture set, the zipped geodatabase, and GeoPackages damaged or open elsewhere."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import geopandas
import numpy as np
import pyproj
import pytest
import shapely

from layers.errors import UserError
from layers.exchange.formats import describe, read_layer

GEODATABASE = {
    "none": ("none", 6, 0), "big_layer": ("none", 341, 0), "no_field": ("none", 5, 0),
    "point": ("point", 5, 5),
    "multipoint": ("point", 5, 5), "linestring": ("line", 5, 5), "multilinestring": ("line", 5, 5),
    "polygon": ("polygon", 5, 5), "multipolygon": ("polygon", 5, 5), "point25D": ("point", 5, 5),
    "multipoint25D": ("point", 5, 5), "linestring25D": ("line", 5, 5), "multilinestring25D": ("line", 5, 5),
    "polygon25D": ("polygon", 5, 5), "multipolygon25D": ("polygon", 5, 5), "multipatch": ("mixed", 5, 5),
    "null_polygon": ("polygon", 5, 0), "empty_polygon": ("polygon", 5, 0),
    "empty_multipoint": ("point", 5, 0),
    "hole": ("point", 12, 0), "several_polygons": ("polygon", 9, 9), "testnotnullable": ("point", 0, 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def torture(fixtures: Path) -> Path:
    return fixtures / "torture-gpkg"


@pytest.mark.parametrize(
    ("name", "layer", "shape", "rows", "located", "crs", "remarks", "changed"),
    [
        ("curve.gpkg", "curve", "line", 1, 1, "EPSG:4326", [], ["geometry_curve"]),
        ("multisurface.gpkg", "multisurface", "polygon", 1, 1, "EPSG:4326", [], ["geometry_curve"]),
        ("lakes_srs_0.gpkg", "lakes_null", "polygon", 2, 1, None, ["crs_undefined"], []),
        ("test_gpkg_nulls.gpkg", "test_gpkg_nulls", "point", 4, 4, "EPSG:4326", [], []),
        ("datetime_date.gpkg", "data", "point", 5, 5, "EPSG:4326", [], []),
    ],
)
def test_every_geopackage(
    torture: Path,
    name: str,
    layer: str,
    shape: str,
    rows: int,
    located: int,
    crs: str | None,
    remarks: list[str],
    changed: list[str],
) -> None:
    found = describe(torture / name)
    assert found.format == "geopackage"
    assert [(each.name, each.shape, each.count) for each in found.layers] == [(layer, shape, rows)]
    assert [remark.rule for remark in found.layers[0].remarks] == remarks
    table = read_layer(torture / name, layer)
    assert table.geometry is not None
    assert (len(table), rows - table.geometry.null_count) == (rows, located)
    assert (table.crs.code if table.crs else None) == crs
    assert [entry.problem.rule for entry in table.problems] == remarks + changed


def test_a_geopackage_of_tiles_is_refused_by_name(torture: Path) -> None:
    with pytest.raises(UserError) as refused:
        describe(torture / "dot.in.name.gpkg")
    assert refused.value.title.id == "format.no_feature_tables"


def test_nulls_stay_nulls(torture: Path) -> None:
    table = read_layer(torture / "test_gpkg_nulls.gpkg", "test_gpkg_nulls").table
    for name in table.column_names[1:]:
        assert table.column(name).null_count == 1, name


def test_dates_and_moments(torture: Path) -> None:
    table = read_layer(torture / "datetime_date.gpkg", "data").table
    assert table.column("date")[0].as_py() == datetime.date(2020, 2, 19)
    assert table.column("datetime")[0].as_py() == datetime.datetime(2020, 2, 19, 22, tzinfo=datetime.UTC)


def test_every_layer_of_the_zipped_geodatabase(torture: Path) -> None:
    path = torture / "testopenfilegdb92.gdb.zip"
    found = describe(path)
    seen = {}
    for layer in found.layers:
        table = read_layer(path, layer.name)
        located = 0 if table.geometry is None else len(table) - table.geometry.null_count
        seen[layer.name.rpartition("/")[2]] = (layer.shape, len(table), located)
    assert seen.keys() == GEODATABASE.keys()
    assert {name: value[:2] for name, value in seen.items()} == {
        name: value[:2] for name, value in GEODATABASE.items()
    }
    assert seen == GEODATABASE


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A sound GeoPackage with a dotted layer name and 3,000 points."""
    places = shapely.points(500_000 + np.arange(3000.0), 3_000_000 + np.arange(3000.0))
    frame = geopandas.GeoDataFrame(
        {"名称": [f"水表{n}" for n in range(3000)], "value": range(3000)}, geometry=places, crs=4546
    )
    frame.to_file(tmp_path / "city.gpkg", layer="水表.2024", engine="pyogrio")
    return tmp_path / "city.gpkg"


def test_a_dotted_chinese_layer_name_is_read(city: Path) -> None:
    (layer,) = describe(city).layers
    table = read_layer(city, layer.name)
    assert (layer.name, len(table), table.crs.code if table.crs else None) == ("水表.2024", 3000, "EPSG:4546")
    assert table.table.column("名称")[2999].as_py() == "水表2999"
    assert layer.bounds == (500_000.0, 3_000_000.0, 502_999.0, 3_002_999.0)
    assert layer.sample_rows[0] == {"名称": "水表0", "value": 0}


def test_a_truncated_geopackage_is_refused(city: Path) -> None:
    city.write_bytes(city.read_bytes()[: city.stat().st_size // 2])
    with pytest.raises(UserError) as refused:
        read_layer(city, describe(city).layers[0].name)
    assert refused.value.title.id == "format.unreadable"
    assert refused.value.detail is not None


def test_a_geopackage_with_spoilt_pages_gives_what_is_left_and_says_how_much_is_lost(city: Path) -> None:
    content = bytearray(city.read_bytes())
    page = content.index("水表1500".encode()) // 4096 * 4096
    content[page : page + 4096] = b"\x5a" * 4096
    city.write_bytes(content)
    table = read_layer(city, "水表.2024")
    (missing,) = [e.problem for e in table.problems if e.problem.rule == "rows_missing"]
    assert 0 < len(table) < 3000
    assert missing.severity == "error"
    assert missing.value == 3000 - len(table)


def test_a_geopackage_with_a_journal_is_read_whole_and_nothing_is_left_beside_it(
    city: Path, tmp_path: Path
) -> None:
    content = bytearray(city.read_bytes())
    content[18:20] = b"\x02\x02"
    city.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert len(read_layer(city, describe(city).layers[0].name)) == 3000
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["a!b.gpkg", "a b.gpkg", "水表（新）.gpkg", "no_ending"])
def test_awkward_paths_are_read(city: Path, tmp_path: Path, name: str) -> None:
    shutil.copyfile(city, tmp_path / name)
    assert len(read_layer(tmp_path / name, "水表.2024")) == 3000


def test_a_local_system_is_known_as_local(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "a.gpkg", engine="pyogrio", layer_options={"SRID": "-1"})
    crs = read_layer(tmp_path / "a.gpkg", "a").crs
    assert crs is not None
    assert crs.is_local


def test_foot_systems_are_stated_as_they_are(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=pyproj.CRS.from_epsg(3547))
    frame.to_file(tmp_path / "a.gpkg", engine="pyogrio")
    crs = read_layer(tmp_path / "a.gpkg", "a").crs
    assert crs is not None
    assert (crs.code, crs.is_metric) == ("EPSG:3547", False)
