"""What is written can be read again, Chinese and all; a file appears whole or not at all."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from layers.errors import Cancelled, UserError
from layers.exchange.dbf_names import shorten
from layers.exchange.formats import describe, read_layer
from layers.exchange.table_writers import harmless
from layers.exchange.writers import OutLayer, Written, write_layers
from layers.feedback import Feedback
from layers.geometry.crs import Crs

ZONE = Crs.parse("EPSG:4546")


def layer(name: str = "管段", crs: Crs = ZONE, wkts: tuple[str | None, ...] | None = None) -> OutLayer:
    wkts = wkts or ("LINESTRING Z (546550 3014310 1, 546560 3014320 2)", None, "LINESTRING Z (1 2 3, 4 5 6)")
    table = pa.table(
        {
            "fid": pa.array([11, 12, 15]),
            "code": ["GD000001", "GD000002", None],
            "管段编号": ["西湖路一号", "", "邵阳大道"],
            "recorded_length_m": [14.142, None, 5.196],
            "dn": pa.array([300, None, 100], pa.int32()),
            "operable": [True, False, None],
            "laid_on": pa.array([datetime.date(2018, 5, 1), None, None], pa.date32()),
            "seen_at": pa.array([datetime.datetime(2024, 2, 3, 4, 5, 6), None, None], pa.timestamp("ms")),
        }
    )
    wkb = pa.array(
        [shapely.to_wkb(shapely.from_wkt(w), flavor="iso") if w else None for w in wkts], pa.binary()
    )
    return OutLayer(name, table, wkb, crs)


def write(path: Path, *layers: OutLayer) -> Written:
    return write_layers(Feedback(), path, layers)


def test_geopackage_and_back(tmp_path: Path) -> None:
    points = layer("水表", wkts=("POINT (1 2)", None, "POINT (3 4)"))
    written = write(tmp_path / "城.gpkg", layer(), points)
    assert (written.paths, written.rows, written.remarks) == ((str(tmp_path / "城.gpkg"),), 6, ())
    found = describe(tmp_path / "城.gpkg")
    assert [(each.name, each.shape, each.crs) for each in found.layers] == [
        ("管段", "line", ZONE),
        ("水表", "point", ZONE),
    ]
    table = read_layer(tmp_path / "城.gpkg", "管段")
    original = layer()
    assert table.table.column("__row").to_pylist() == [11, 12, 15]
    for name in original.table.column_names[1:-1]:
        assert table.table.column(name).to_pylist() == original.table.column(name).to_pylist(), name
    assert original.geometry is not None
    assert table.geometry is not None
    assert table.geometry.to_pylist() == original.geometry.to_pylist()


@pytest.mark.parametrize("code", ["local", "GCJ-02", "EPSG:3546", "EPSG:4525"])
@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_the_system_comes_back(tmp_path: Path, code: str, ending: str) -> None:
    crs = Crs.parse(code)
    write(tmp_path / f"a.{ending}", layer("a", crs))
    found = read_layer(tmp_path / f"a.{ending}", "a").crs
    # A shapefile cannot say that its coordinates are local: it comes without a system.
    assert found == (None if (code, ending) == ("local", "shp") else crs)


def test_shapefile_and_back(tmp_path: Path) -> None:
    written = write(tmp_path / "管段.shp", layer())
    assert {Path(path).suffix for path in written.paths} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    (remark,) = written.remarks
    assert remark.message.parameters["names"] == ("recorded_length_m → recorded_l", "管段编号 → 管段编")
    found = describe(tmp_path / "管段.shp")
    assert (found.encoding, found.layers[0].remarks) == ("utf-8", ())
    table = read_layer(tmp_path / "管段.shp", "管段").table
    assert table.column("管段编").to_pylist() == ["西湖路一号", None, "邵阳大道"]
    assert table.column("recorded_l").to_pylist() == [14.142, None, 5.196]
    assert table.column("seen_at")[0].as_py() == "2024-02-03 04:05:06.000"


def test_long_texts_are_cut_between_characters_and_counted(tmp_path: Path) -> None:
    table = pa.table({"note": ["邵" * 100, "short", None]})
    wkb = pa.array([shapely.to_wkb(shapely.Point(1, 2))] * 3)
    written = write(tmp_path / "a.shp", OutLayer("a", table, wkb, ZONE))
    assert [(p.rule, p.message.parameters["count"]) for p in written.remarks] == [("text_cut", 1)]
    assert read_layer(tmp_path / "a.shp", "a").table.column("note")[0].as_py() == "邵" * 84


def test_geojson_and_back(tmp_path: Path) -> None:
    degrees = layer(crs=Crs.parse("EPSG:4326"), wkts=("LINESTRING (111 27, 111.5 27)", None, None))
    write(tmp_path / "a.geojson", degrees)
    table = read_layer(tmp_path / "a.geojson", "a")
    assert table.table.column("管段编号")[0].as_py() == "西湖路一号"
    assert table.crs == Crs.parse("EPSG:4326")
    write(tmp_path / "b.geojson", layer())
    assert read_layer(tmp_path / "b.geojson", "b").crs == ZONE


def test_csv_and_back(tmp_path: Path) -> None:
    points = layer("水表", wkts=("POINT (546550.25 3014310.5)", None, "POINT (3 4)"))
    write(tmp_path / "a.csv", points)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = read_layer(tmp_path / "a.csv", "a")
    assert table.geometry is not None
    assert shapely.from_wkb(table.geometry[0].as_py()).equals(shapely.Point(546550.25, 3014310.5))
    assert table.table.column("管段编号").to_pylist() == ["西湖路一号", None, "邵阳大道"]
    write(tmp_path / "b.csv", layer())
    lines = read_layer(tmp_path / "b.csv", "b").geometry
    assert lines is not None
    assert shapely.from_wkb(lines[2].as_py()).equals(shapely.from_wkt("LINESTRING Z (1 2 3, 4 5 6)"))


@pytest.mark.parametrize(
    "text", ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "	=1"]
)
def test_no_spreadsheet_runs_what_somebody_wrote(tmp_path: Path, text: str) -> None:
    table = pa.table({"note": [text, "-5", "+3.5", "plain"]})
    write(tmp_path / "a.csv", OutLayer("a", table, None, ZONE))
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row[0] for row in csv.reader(file)]
    assert rows == ["note", f"'{text}", "-5", "+3.5", "plain"]
    write(tmp_path / "a.xlsx", OutLayer("a", table, None, ZONE))
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    assert book.get_sheet_by_index(0).to_python()[1] == [text]


@given(st.text())
def test_harmless_texts_start_harmlessly_or_are_numbers(text: str) -> None:
    result = harmless(text)
    assert result[:1] not in ("=", "@", "\t", "\r")
    if result[:1] in ("+", "-"):
        float(result)


def test_excel_and_back(tmp_path: Path) -> None:
    people = OutLayer(
        "人员:名单/2024", pa.table({"姓名": ["张三"], "电话": ["007"], "n": [2**60]}), None, ZONE
    )
    write(tmp_path / "台账.xlsx", layer("水表", wkts=("POINT (1.5 2)", None, "POINT (3 4)")), people)
    assert [each.name for each in describe(tmp_path / "台账.xlsx").layers] == ["水表", "人员_名单_2024"]
    meters = read_layer(tmp_path / "台账.xlsx", "水表").table
    assert meters.column("管段编号").to_pylist() == ["西湖路一号", None, "邵阳大道"]
    assert meters.column("laid_on")[0].as_py() == datetime.date(2018, 5, 1)
    assert meters.column("seen_at")[0].as_py() == datetime.datetime(2024, 2, 3, 4, 5, 6)
    assert meters.column("dn").to_pylist() == [300, None, 100]
    again = read_layer(tmp_path / "台账.xlsx", "人员_名单_2024").table
    assert again.column("电话").to_pylist() == ["007"]
    assert again.column("n").to_pylist() == [str(2**60)]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "csv", "xlsx"])
def test_empty_layers_are_written_too(tmp_path: Path, ending: str) -> None:
    table = pa.table({"code": pa.array([], pa.string())})
    write(tmp_path / f"a.{ending}", OutLayer("a", table, pa.array([], pa.binary()), ZONE))
    assert (tmp_path / f"a.{ending}").stat().st_size > 0


def test_several_layers_in_formats_of_one(tmp_path: Path) -> None:
    written = write(tmp_path / "a.csv", layer("管段"), layer("阀门"))
    assert [Path(path).name for path in written.paths] == ["a_管段.csv", "a_阀门.csv"]


def test_nothing_is_left_and_the_old_file_stays_when_writing_fails_or_is_cancelled(tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    target.write_text("old", encoding="utf-8")
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        write_layers(feedback, target, [layer()])
    broken = OutLayer("a", pa.table({"x": pa.array([1], pa.duration("s"))}), None, ZONE)
    with pytest.raises(UserError) as refused:
        write(target, broken)
    assert refused.value.title.id == "format.not_written"
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]
    assert target.read_text(encoding="utf-8") == "old"


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        write(tmp_path / "a.dwg", layer())
    assert refused.value.title.id == "format.unknown_ending"


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError) as refused:
        write(tmp_path / "file" / "a.gpkg", layer())
    assert refused.value.title.id == "format.no_folder"


def test_short_field_names() -> None:
    names = ["recorded_length_m", "recorded_length_ft", "管段编号", "管段编码", "DN", "dn", "a" * 10]
    short = shorten(names)
    assert list(short.values()) == ["recorded_l", "recorded_1", "管段编", "管段_1", "DN", "dn_1", "a" * 10]


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=30))
def test_short_field_names_fit_and_differ(names: list[str]) -> None:
    short = list(shorten(names).values())
    assert len({name.upper() for name in short}) == len(names)
    assert all(0 < len(name.encode()) <= 10 for name in short)
