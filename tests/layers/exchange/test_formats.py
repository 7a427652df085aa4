"""The one door: what a dropped path is, archives and folders, hostile files, curves and parts, the worker."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import Cancelled, UserError
from layers.exchange.curves import GeometryError, plain
from layers.exchange.foreign import ForeignTable
from layers.exchange.formats import describe, describe_in_worker, gather, read_layer
from layers.exchange.geometry_rows import shape_of, take_apart, tidy
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.store.worker import Worker
from layers.text import Texts


def shapefile(folder: Path, name: str, count: int = 3) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    points = shapely.points(500_000 + np.arange(count), np.full(count, 3_000_000.0))
    frame = geopandas.GeoDataFrame({"code": [f"{name}-{n}" for n in range(count)]}, geometry=points, crs=4546)
    path = folder / f"{name}.shp"
    frame.to_file(path, engine="pyogrio", encoding="utf-8")
    return path


def packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(folder.rglob("*")):
            out.write(path, path.relative_to(folder).as_posix())
    return archive


def refusal(path: Path) -> UserError | None:
    """Read everything in a file; the reason when it is refused. Anything else but a reason is raised."""
    try:
        for layer in describe(path).layers:
            read_layer(path, layer.name)
    except UserError as reason:
        return reason
    return None


def test_what_accompanies_a_shapefile_is_left_out(tmp_path: Path) -> None:
    shapefile(tmp_path, "管线")
    table = tmp_path / "客户.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    assert gather(sorted(tmp_path.iterdir())) == [table, tmp_path / "管线.shp"]
    assert gather([tmp_path / "管线.shp", tmp_path / "管线.shp"]) == [tmp_path / "管线.shp"]


def test_a_folder_gives_every_data_set_in_it_and_names_what_it_could_not_read(tmp_path: Path) -> None:
    shapefile(tmp_path / "给水" / "2024", "管线")
    shapefile(tmp_path / "给水" / "2025", "管线", 5)
    (tmp_path / "给水" / "说明.txt").write_text("", encoding="utf-8")
    found = describe(tmp_path)
    assert {layer.name: layer.count for layer in found.layers} == {"2024/管线": 3, "2025/管线": 5}
    assert [remark.rule for remark in found.remarks] == ["member_refused"]
    table = read_layer(tmp_path, "2025/管线")
    assert (table.path, table.layer, len(table)) == (str(tmp_path), "2025/管线", 5)
    with pytest.raises(UserError) as refused:
        read_layer(tmp_path, "2026/管线")
    assert refused.value.title.id == "format.no_such_layer"


def test_a_zip_from_a_chinese_windows(tmp_path: Path) -> None:
    shapefile(tmp_path / "in", "ABCDEFGH")
    archive = packed(tmp_path / "in", tmp_path / "a.zip")
    archive.write_bytes(archive.read_bytes().replace(b"ABCDEFGH.", "给水管线".encode("gbk") + b"."))
    assert [layer.name for layer in describe(archive).layers] == ["给水管线"]
    assert len(read_layer(archive, "给水管线")) == 3


def test_a_zip_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    shapefile(tmp_path / "in", "a")
    archive = packed(tmp_path / "in", tmp_path / "evil.zip")
    with zipfile.ZipFile(archive, "a") as out:
        out.writestr("../../escaped.txt", "x")
        out.writestr("/escaped_too.csv", "a,b\n1,2\n")
    assert "a" in [layer.name for layer in describe(archive).layers]
    assert not list(tmp_path.parent.glob("escaped*"))
    assert not Path("/escaped_too.csv").exists()


def test_a_zip_bomb_and_a_locked_zip_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
        out.open("a.csv", "w") as member,
    ):
        for _ in range(1100):
            member.write(bytes(1 << 20))
    with pytest.raises(UserError) as refused:
        describe(bomb)
    assert refused.value.title.id == "format.archive_too_large"
    locked = packed(shapefile(tmp_path / "in", "a").parent, tmp_path / "locked.zip")
    content = bytearray(locked.read_bytes())
    content[6] |= 1
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    locked.write_bytes(content)
    with pytest.raises(UserError) as refused:
        describe(locked)
    assert refused.value.title.id == "format.archive_locked"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.shp", b"", "format.empty_file"),
        ("a.csv", b"\n\n  \n", "format.empty_file"),
        ("a.dwg", b"AC1032" + bytes(200), "cad.dwg"),
        ("a.bin", bytes(range(256)), "format.unknown"),
        ("a.txt", bytes(range(1, 256)) + b"\x00\x01\x02", "format.unknown"),
        ("a.dbf", b"\xff" * 100, "format.not_dbf"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(84), "format.unreadable"),
        ("a.kml", b"<kml><Document>", "format.unreadable"),
        ("a.tab", b"!table", "format.unreadable"),
        ("a.kmz", b"PK\x03\x04garbage", "format.not_archive"),
        ("a.xlsx", b"PK\x03\x04garbage", "format.not_workbook"),
    ],
)
def test_what_nobody_can_read_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as refused:
        describe(tmp_path / name)
    assert refused.value.title.id == reason
    for language in ("zh", "en"):
        said = Texts(language).render(refused.value.title)
        assert "{" not in said
        # No bytes of the file in a sentence: words of it, or that it has none.
        assert said.isprintable()
        assert [each for each in ("\ufffd", "garbage", "ff ff") if each in said] == []


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.gpkg", tmp_path / "a\x00b"):
        with pytest.raises(UserError) as refused:
            describe(path)
        assert refused.value.title.id == "format.not_found"


@given(
    st.binary(max_size=400),
    st.sampled_from(["shp", "dbf", "gpkg", "geojson", "csv", "inp", "kml", "zip", "xlsx"]),
)
def test_no_bytes_make_it_fail_otherwise_than_by_a_reason(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a.{ending}"
    path.write_bytes(content)
    reason = refusal(path)
    assert reason is None or reason.hint is not None


@pytest.mark.parametrize("kind", ["shp", "gpkg", "geojson", "kml", "fgb"])
def test_no_spoilt_byte_makes_it_fail_otherwise_than_by_a_reason(tmp_path: Path, kind: str) -> None:
    lines = [shapely.LineString([(i, 0), (i + 1, 1)]) for i in range(40)]
    frame = geopandas.GeoDataFrame({"name": [f"管{i}" for i in range(40)]}, geometry=lines, crs=4326)
    drivers = {
        "shp": "ESRI Shapefile",
        "gpkg": "GPKG",
        "geojson": "GeoJSON",
        "kml": "KML",
        "fgb": "FlatGeobuf",
    }
    whole = tmp_path / f"whole.{kind}"
    frame.to_file(whole, driver=drivers[kind], engine="pyogrio")
    original = whole.read_bytes()
    random = np.random.default_rng(7)
    for _ in range(25):
        content = bytearray(original)
        for place in random.integers(0, len(content), 20):
            content[place] = random.integers(0, 256)
        whole.write_bytes(content)
        reason = refusal(whole)
        assert reason is None or reason.hint is not None


# ---- curves, M, parts -------------------------------------------------------------------------------------


def arc(*points: tuple[float, float], kind: int = 8) -> bytes:
    head = b"\x01" + kind.to_bytes(4, "little") + len(points).to_bytes(4, "little")
    return head + np.array(points, dtype="<f8").tobytes()


def test_an_arc_stays_within_a_centimetre() -> None:
    result = plain(arc((0, 0), (100, 100), (200, 0)), 0.01)
    assert result.wkb is not None
    line = shapely.from_wkb(result.wkb)
    radii = [math.dist(point, (100, 0)) for point in line.coords]
    assert radii == pytest.approx([100.0] * len(radii))
    middles = [line.interpolate(share, normalized=True) for share in np.linspace(0, 1, 999)]
    assert min(math.dist((p.x, p.y), (100, 0)) for p in middles) > 99.99
    assert line.length == pytest.approx(100 * math.pi, rel=1e-4)
    assert result.had_curves
    assert line.coords[0] == (0, 0)
    assert line.coords[-1] == (200, 0)
    assert line.interpolate(0.5, normalized=True).y > 99


def test_the_arc_goes_through_its_middle_point_either_way_round() -> None:
    above = shapely.from_wkb(plain(arc((0, 0), (100, 100), (200, 0)), 0.01).wkb)
    below = shapely.from_wkb(plain(arc((0, 0), (100, -100), (200, 0)), 0.01).wkb)
    most = shapely.from_wkb(plain(arc((0, 0), (-50, 86.6025403784), (-50, -86.6025403784)), 0.01).wkb)
    assert above.bounds[3] == pytest.approx(100, abs=0.01)
    assert below.bounds[1] == pytest.approx(-100, abs=0.01)
    assert most.length > 86


def test_full_circles_straight_arcs_and_short_ones() -> None:
    circle = shapely.from_wkb(plain(arc((0, 0), (2, 0), (0, 0)), 0.001).wkb)
    assert circle.length == pytest.approx(2 * math.pi, rel=1e-2)
    straight = shapely.from_wkb(plain(arc((0, 0), (1, 1), (2, 2)), 0.01).wkb)
    assert list(straight.coords) == [(0, 0), (1, 1), (2, 2)]
    tiny = shapely.from_wkb(plain(arc((0, 0), (0.001, 0.001), (0.002, 0)), 0.01).wkb)
    assert len(tiny.coords) >= 3


@given(st.binary(max_size=200))
def test_no_bytes_make_the_geometry_reader_fail_otherwise(data: bytes) -> None:
    try:
        plain(data, 0.01)
    except GeometryError:
        return


def test_m_is_dropped_z_kept_and_empties_become_nothing() -> None:
    measured = shapely.to_wkb(shapely.from_wkt("LINESTRING ZM (1 2 3 4, 5 6 7 8)"), flavor="iso")
    values = pa.array([measured, shapely.to_wkb(shapely.Point()), None, shapely.to_wkb(shapely.Point(1, 2))])
    result, problems = tidy(values, [1, 2, 3, 4], Crs.parse("local"))
    shapes = [shapely.from_wkb(value) if value else None for value in result.to_pylist()]
    assert list(shapes[0].coords) == [(1, 2, 3), (5, 6, 7)]
    assert shapes[1:3] == [None, None]
    assert [(entry.row, entry.problem.rule) for entry in problems] == [
        (1, "geometry_measure"),
        (2, "geometry_empty"),
    ]
    assert shape_of(result) == "mixed"


def test_parts_are_numbered() -> None:
    texts = [
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
        "LINESTRING (0 0, 5 5)",
        "POINT EMPTY",
        "GEOMETRYCOLLECTION (POINT (1 1), MULTIPOINT ((2 2), (3 3)), GEOMETRYCOLLECTION EMPTY)",
    ]
    parts = take_apart(shapely.from_wkt(texts))
    assert parts.rows.tolist() == [0, 0, 1, 3, 3, 3]
    assert parts.numbers.tolist() == [1, 2, 1, 1, 2, 3]
    assert parts.totals.tolist() == [2, 2, 1, 3, 3, 3]
    assert shapely.get_type_id(parts.geometry).tolist() == [1, 1, 1, 0, 0, 0]


# ---- worker ------------------------------------------------------------------------------------------------


def _read_in_worker(feedback: Feedback, path: str, layer: str) -> ForeignTable:
    return read_layer(path, layer, None, feedback)


def test_it_runs_in_the_worker(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "管线", 4)
    with Worker(children=1) as worker:
        found = worker.run(describe_in_worker, str(path))
        table = worker.run(_read_in_worker, str(path), found.layers[0].name)
        with pytest.raises(UserError) as refused:
            worker.run(describe_in_worker, str(tmp_path / "nothing.shp"))
    assert refused.value.title.id == "format.not_found"
    assert table.crs == Crs.parse("EPSG:4546")
    assert table.table.column("code").to_pylist() == ["管线-0", "管线-1", "管线-2", "管线-3"]
    assert table.geometry is not None
    assert shapely.from_wkb(table.geometry[3].as_py()).x == 500_003


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 30_000, encoding="utf-8")
    feedback = Feedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        read_layer(path, "a", feedback=feedback)
