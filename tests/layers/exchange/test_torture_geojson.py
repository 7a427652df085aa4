"""Every file of the GeoJSON torture set (KML and CSV lie there too), and GeoJSON damaged on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.errors import UserError
from layers.exchange.formats import describe, read_layer

WGS84 = "EPSG:4326"
SINGLE = {
    # file: (format, shape, rows, located, crs, remarks, row problems)
    "!test.geojson": ("geojson", "polygon", 1, 1, WGS84, [], []),
    "backslash_quote.csv": ("csv", "none", 7, 0, None, [], []),
    "esriinvalidhaszmultipoint.json": ("geojson", "point", 1, 1, WGS84, [], []),
    "esripolygon.json": ("geojson", "polygon", 1, 1, None, [], []),
    "esrizlinestring.json": ("geojson", "line", 1, 1, None, [], []),
    "geometrycollection.geojson": ("geojson", "mixed", 1, 1, WGS84, [], []),
    "issue627.geojson": ("geojson", "polygon", 3, 3, WGS84, [], []),
    "linestring.geojson": ("geojson", "line", 1, 1, WGS84, [], []),
    "multilinestring.geojson": ("geojson", "line", 1, 1, WGS84, [], []),
    "multipolygon.geojson": ("geojson", "polygon", 1, 1, WGS84, [], []),
    "ogr_geojson_14.geojson": (
        "geojson", "mixed", 27, 6, WGS84, ["gdal_warning", "gdal_warning"],
        [(13, "geometry_empty"), (19, "geometry_empty"), (26, "geometry_empty"), (27, "geometry_empty")],
    ),
    "point.geojson": ("geojson", "point", 1, 1, WGS84, [], []),
    "point_with_utf8bom.json": ("geojson", "point", 1, 1, WGS84, [], []),
    "prime_meridian.csv": ("csv", "none", 4, 0, None, [], []),
    "srs_name.geojson": ("geojson", "mixed", 1, 1, "EPSG:26915", [], []),
    "test_tz.geojson": ("geojson", "point", 1, 1, WGS84, [], []),
    "testquoteheader1.csv": ("csv", "none", 1, 0, None, [], []),
    "testquoteheader2.csv": ("csv", "none", 2, 0, None, ["header_missing"], []),
    "trio.geojson": ("geojson", "mixed", 3, 3, WGS84, [], []),
    "watergis-rwanda/junctions.geojson": ("geojson", "point", 1065, 1065, WGS84, [], []),
    "watergis-rwanda/pipes.geojson": ("geojson", "line", 58, 58, WGS84, [], []),
    "watergis-rwanda/pumps.geojson": ("geojson", "point", 2, 2, WGS84, [], []),
    "watergis-rwanda/reservoirs.geojson": ("geojson", "point", 2, 2, WGS84, [], []),
    "watergis-rwanda/tanks.geojson": ("geojson", "point", 9, 9, WGS84, [], []),
    "watergis-rwanda/valves.geojson": ("geojson", "point", 9, 9, WGS84, [], []),
    **{
        f"watergis-null/{name}.geojson": ("geojson", "none", 0, 0, None, ["no_features"], [])
        for name in ("junctions", "pipes", "pumps", "reservoirs", "tanks", "valves")
    },
}  # fmt: skip
SEVERAL = {
    "samples.kml": {
        "Placemarks": ("point", 3), "Styles and Markup": ("mixed", 1), "Highlighted Icon": ("point", 1),
        "Ground Overlays": ("polygon", 1), "Screen Overlays": ("none", 0), "Paths": ("line", 6),
        "Polygons": ("none", 0), "Google Campus": ("polygon", 4), "Extruded Polygon": ("polygon", 1),
        "Absolute and Relative": ("polygon", 4),
    },
    "topojson1.topojson": {"a_layer": ("line", 1), "TopoJSON": ("mixed", 35)},
}  # fmt: skip


@pytest.fixture(scope="module")
def torture(fixtures: Path) -> Path:
    return fixtures / "torture-geojson"


@pytest.mark.parametrize("name", SINGLE)
def test_files_of_one_layer(torture: Path, name: str) -> None:
    form, shape, rows, located, crs, remarks, row_problems = SINGLE[name]
    found = describe(torture / name)
    (layer,) = found.layers
    assert (found.format, layer.name, layer.shape) == (form, Path(name).stem, shape)
    table = read_layer(torture / name, layer.name)
    seen = 0 if table.geometry is None else len(table) - table.geometry.null_count
    assert (len(table), seen, table.crs.code if table.crs else None) == (rows, located, crs)
    assert [remark.rule for remark in layer.remarks] == remarks
    expected = [*((None, rule) for rule in remarks), *row_problems]
    assert [(entry.row, entry.problem.rule) for entry in table.problems] == expected
    assert table.table.column("__row").to_pylist()[:3] == table.table.column("__row").to_pylist()[:3]


@pytest.mark.parametrize("name", SEVERAL)
def test_files_of_several_layers(torture: Path, name: str) -> None:
    found = describe(torture / name)
    seen = {layer.name: (layer.shape, len(read_layer(torture / name, layer.name))) for layer in found.layers}
    assert seen == SEVERAL[name]


def test_the_tables_above_name_every_file(torture: Path) -> None:
    files = {path.relative_to(torture).as_posix() for path in torture.rglob("*") if path.is_file()}
    assert files == set(SINGLE) | set(SEVERAL)


def test_kml_brings_names_and_no_drawing_columns(torture: Path) -> None:
    layer = describe(torture / "samples.kml").layers[0]
    assert [field.name for field in layer.fields] == ["id", "Name", "description"]


def _collection(count: int, name: str = "管段") -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{name}{number}", "tags": {"a": [1, 2]}},
            "geometry": {"type": "Point", "coordinates": [111.0 + number / 1000.0, 27.0]},
        }
        for number in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def test_a_broken_off_file_gives_its_whole_features_and_says_where_it_breaks(tmp_path: Path) -> None:
    text = _collection(100)
    path = tmp_path / "cut.geojson"
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    table = read_layer(path, "cut")
    (found,) = [entry.problem for entry in table.problems]
    assert (found.rule, found.severity) == ("file_breaks_off", "error")
    assert len(table) == found.message.parameters["kept"]
    assert 45 <= len(table) <= 50
    assert table.table.column("code")[1].as_py() == "管段1"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_other_encodings_than_utf8_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(_collection(30, "邵阳市主干管段").encode(encoding))
    table = read_layer(path, "a")
    assert table.table.column("code")[29].as_py() == "邵阳市主干管段29"


def test_nested_properties_become_text(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(_collection(2), encoding="utf-8")
    assert json.loads(read_layer(path, "a").table.column("tags")[0].as_py()) == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "format.not_features"),
        ('{"a": 1}', "format.not_features"),
        ('{"type": "FeatureCollection"}', "format.not_features"),
        ('{"type": "FeatureCollection", "features": [{"type": "Fea', "format.not_features"),
        ("[" * 100_000, "format.not_features"),
        ("", "format.empty_file"),
        ("<html><body>404</body></html>", "format.unknown"),
    ],
)
def test_what_is_no_collection_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        describe(path)
    assert refused.value.title.id == reason


def test_empty_collections_are_no_data(tmp_path: Path) -> None:
    for features in ("null", "[]"):
        path = tmp_path / "a.geojson"
        path.write_text(f'{{"type": "FeatureCollection", "features": {features}}}', encoding="utf-8")
        assert len(read_layer(path, describe(path).layers[0].name)) == 0
