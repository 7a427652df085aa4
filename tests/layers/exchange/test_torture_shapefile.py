"""Every shapefile, .dbf and archive of the torture set: what is read, remarked, refused, and why."""

from __future__ import annotations

import hashlib
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pytest
import shapely

from layers.errors import UserError
from layers.exchange.foreign import ForeignTable
from layers.exchange.formats import describe, read_layer
from layers.text import Texts


@dataclass(frozen=True)
class Read:
    """What a file must give: format, encoding, shape, rows, rows with geometry, remarks and row problems."""

    format: str
    encoding: str
    shape: str
    rows: int
    located: int
    remarks: tuple[str, ...] = ()
    row_problems: tuple[tuple[int, str], ...] = ()
    crs: str | None = None


WGS84 = "EPSG:4326"
READABLE = {
    "broken/corrupt_too_long.shp": Read("shapefile", "utf-8", "line", 10, 10),
    "broken/dup-column/dup_column.shp": Read(
        "shapefile", "utf-8", "polygon", 2, 2, ("field_repeated",), crs=""
    ),
    "broken/empty-shapefile/empty-shapefile.shp": Read("shapefile", "utf-8", "point", 0, 0),
    "broken/empty.shp": Read("shapefile", "utf-8", "line", 0, 0, crs=WGS84),
    "broken/ignore-properties.shp": Read("shapefile", "utf-8", "point", 3, 3, ("shx_missing", "dbf_missing")),
    "broken/mixed-properties.shp": Read("shapefile", "utf-8", "point", 3, 3, crs=WGS84),
    "broken/null.shp": Read("shapefile", "utf-8", "point", 9, 5, crs=WGS84),
    "broken/number-null-property.shp": Read("shapefile", "utf-8", "polygon", 4, 4, ("shx_missing",)),
    "broken/sparse/sparse.shp": Read("shapefile", "utf-8", "line", 31, 31),
    "broken/SHP_Exclude.zip": Read("archive", "utf-8", "polygon", 1, 1),
    "broken/T8Th4_6n.zip": Read("archive", "utf-8", "line", 1, 1, crs=WGS84),
    "broken/zero-len-line.zip": Read("archive", "utf-8", "line", 3, 2, crs=WGS84),
    "gbk/big5.shp": Read("shapefile", "cp950", "point", 1, 1),
    "gbk/chinese_ldid7a.shp": Read("shapefile", "gb18030", "point", 1, 1, crs=WGS84),
    "gbk/chinese_poly.shp": Read("shapefile", "gb18030", "polygon", 1, 1, ("encoding_detected",), crs=WGS84),
    "gbk/gbk_fieldnames.dbf": Read("dbf", "gb18030", "none", 28, 0),
    "gbk/gbk_tiny.dbf": Read("dbf", "gb18030", "none", 1, 0, ("encoding_detected",)),
    # Its index points into the middle of four records and says it ends after the eighth.
    "odd/3dpoints.shp": Read("shapefile", "utf-8", "point", 22, 22, ("shx_damaged",)),
    "odd/codepage.shp": Read("shapefile", "cp1250", "point", 2, 2, crs=WGS84),
    "odd/codepage.zip": Read("archive", "cp1250", "point", 2, 2, crs=WGS84),
    "odd/folder with spaces/pointtest.shp": Read("shapefile", "utf-8", "point", 10, 10),
    "odd/htmlcpg.shp": Read(
        "shapefile", "utf-8", "point", 2, 2, ("shx_missing", "cpg_unreadable", "encoding_detected"), crs=WGS84
    ),
    "odd/latin1.shp": Read("shapefile", "cp1252", "polygon", 1, 1, ("shx_missing", "encoding_guessed")),
    "odd/multipatch.shp": Read("shapefile", "utf-8", "mixed", 1, 1),
    "odd/multipnt.shp": Read("shapefile", "utf-8", "point", 1, 1),
    "odd/pointm.shp": Read(
        "shapefile", "utf-8", "point", 3, 3, ("shx_missing", "dbf_missing"),
        tuple((row, "geometry_measure") for row in (1, 2, 3)),
    ),
    "odd/polylinem.shp": Read(
        "shapefile", "utf-8", "line", 2, 2, ("shx_missing", "dbf_missing"),
        tuple((row, "geometry_measure") for row in (1, 2)),
    ),
    "odd/utf.shp": Read("shapefile", "utf-8", "point", 2, 2, crs=WGS84),
    "odd/utf.zip": Read("archive", "utf-8", "point", 2, 2, crs=WGS84),
}  # fmt: skip
REFUSED = {
    "broken/bad.shp": "format.not_shapefile",
    "broken/bad.dbf": "format.not_shapefile",
    "broken/badzip.zip": "format.not_archive",
    "broken/empty_zipfile.zip": "format.folder_no_data",
    "broken/noshp.zip": "format.folder_no_data",
    "broken/empty.prj": "format.companion",
    "gbk/big5.cpg": "format.companion",
}
TEXTS = {
    "gbk/chinese_poly.shp": ("NAME", ["黑龙江省"]),
    "gbk/chinese_ldid7a.shp": ("NAME", ["简体"]),
    "gbk/big5.shp": ("NAME", ["國語"]),
    "gbk/gbk_tiny.dbf": ("NAME", ["简体国语"]),
    "odd/utf.shp": ("field", ["💩", "Hněvošický háj"]),
    "odd/utf.zip": ("field", ["💩", "Hněvošický háj"]),
    "odd/htmlcpg.shp": ("field", ["💩", "Hněvošický háj"]),
    "odd/codepage.shp": ("field", ["??", "Hněvošický háj"]),
    "odd/latin1.shp": ("Name", ["Ñandú"]),
}


@pytest.fixture(scope="module")
def torture(fixtures: Path) -> Path:
    return fixtures / "torture-shp"


def located(table: ForeignTable) -> int:
    return 0 if table.geometry is None else len(table) - table.geometry.null_count


@pytest.mark.parametrize("name", READABLE)
def test_what_is_readable_is_read(torture: Path, name: str) -> None:
    expected = READABLE[name]
    found = describe(torture / name)
    (layer,) = found.layers
    table = read_layer(torture / name, layer.name)
    crs = table.crs.code if table.crs else None
    seen = (found.format, found.encoding, layer.shape, len(table), located(table), crs)
    assert seen == (
        expected.format, expected.encoding, expected.shape, expected.rows, expected.located, expected.crs,
    )  # fmt: skip
    assert tuple(remark.rule for remark in layer.remarks) == expected.remarks
    problems = [(entry.row, entry.problem.rule) for entry in table.problems]
    assert problems == [*((None, rule) for rule in expected.remarks), *expected.row_problems]
    assert layer.count == len(table)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_unreadable_is_refused_with_a_reason(torture: Path, name: str) -> None:
    with pytest.raises(UserError) as refused:
        describe(torture / name)
    assert refused.value.title.id == REFUSED[name]
    for language in ("zh", "en"):
        texts = Texts(language)
        assert refused.value.hint is not None
        assert Path(name).stem in texts.render(refused.value.title)
        assert texts.render(refused.value.hint) != refused.value.hint.id


def test_the_table_above_names_every_file(torture: Path) -> None:
    data = {
        path.relative_to(torture).as_posix()
        for path in torture.rglob("*")
        if path.suffix in (".shp", ".zip")
        or (path.suffix == ".dbf" and not path.with_suffix(".shp").exists())
    }
    assert data <= set(READABLE) | set(REFUSED)


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_exact(torture: Path, name: str) -> None:
    column, expected = TEXTS[name]
    table = read_layer(torture / name, Path(name).stem)
    assert table.table.column(column).to_pylist() == expected


def test_chinese_field_names_of_a_dbf_are_exact(torture: Path) -> None:
    table = read_layer(torture / "gbk" / "gbk_fieldnames.dbf", "gbk_fieldnames")
    assert table.table.column_names == ["__row", "设计编号", "审核信息", "是否打印"]
    assert table.table.column("设计编号")[0].as_py() == "201500256-059K-001-001牡丹江林口朝阳"


def test_repeated_field_names_get_a_number(torture: Path) -> None:
    table = read_layer(torture / "broken" / "dup-column" / "dup_column.shp", "dup_column").table
    assert (table.column("TestColumn")[0].as_py(), table.column("TestColumn_2")[0].as_py()) == (10, 20)


def test_m_is_dropped_and_z_kept(torture: Path) -> None:
    measured = read_layer(torture / "odd" / "polylinem.shp", "polylinem").geometry
    high = read_layer(torture / "odd" / "3dpoints.shp", "3dpoints").geometry
    assert measured is not None
    assert high is not None
    assert not any(shapely.from_wkb(value).has_m for value in measured.to_pylist())
    assert all(shapely.from_wkb(value).has_z for value in high.to_pylist() if value)


def test_a_given_encoding_wins_and_an_unknown_one_is_refused(torture: Path) -> None:
    table = read_layer(torture / "gbk" / "chinese_poly.shp", "chinese_poly", "big5")
    assert table.encoding == "cp950"
    with pytest.raises(UserError) as refused:
        describe(torture / "gbk" / "chinese_poly.shp", "klingon")
    assert refused.value.title.id == "format.unknown_encoding"


def test_the_users_folder_is_never_touched(torture: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(torture, mine)
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in mine.rglob("*") if path.is_file()}
    stamps = {path: path.stat().st_mtime_ns for path in mine.rglob("*")}
    for name in READABLE:
        read_layer(mine / name, describe(mine / name).layers[0].name)
    after = {path: hashlib.sha256(path.read_bytes()).digest() for path in mine.rglob("*") if path.is_file()}
    assert after == before
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*")} == stamps


@pytest.fixture
def pipes(tmp_path: Path) -> Path:
    """A sound shapefile of 200 pipes with Chinese names."""
    lines = [shapely.LineString([(i, 0), (i + 1, 1), (i + 2, 5)]) for i in range(200)]
    frame = geopandas.GeoDataFrame({"name": [f"管段{i}" for i in range(200)]}, geometry=lines, crs=4546)
    frame.to_file(tmp_path / "pipes.shp", engine="pyogrio", encoding="utf-8")
    return tmp_path / "pipes.shp"


def _cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def test_a_cut_off_shp_keeps_what_is_there_and_names_each_lost_shape(pipes: Path) -> None:
    _cut(pipes, 0.5)
    table = read_layer(pipes, "pipes")
    lost = [entry.row for entry in table.problems if entry.problem.rule == "geometry_cut_off"]
    assert len(table) == 200
    assert lost == list(range(lost[0] or 0, 201))
    assert located(table) == 200 - len(lost)
    assert table.table.column("name")[199].as_py() == "管段199"


def test_a_cut_off_dbf_keeps_every_shape(pipes: Path) -> None:
    _cut(pipes.with_suffix(".dbf"), 0.5)
    table = read_layer(pipes, "pipes")
    assert (len(table), located(table)) == (200, 200)
    assert [entry.problem.rule for entry in table.problems] == ["dbf_cut_off"]
    names = table.table.column("name").to_pylist()
    assert names[0] == "管段0"
    assert names[-1] is None


def test_a_damaged_index_is_rebuilt_in_a_copy(pipes: Path) -> None:
    _cut(pipes.with_suffix(".shx"), 0.5)
    size = pipes.with_suffix(".shx").stat().st_size
    table = read_layer(pipes, "pipes")
    assert (len(table), located(table)) == (200, 200)
    assert [entry.problem.rule for entry in table.problems] == ["shx_damaged"]
    assert pipes.with_suffix(".shx").stat().st_size == size


def test_record_lengths_that_differ_between_shp_and_shx_are_named(pipes: Path) -> None:
    content = bytearray(pipes.read_bytes())
    content[104:108] = struct.pack(">i", 9999)
    pipes.write_bytes(content)
    problems = [(entry.row, entry.problem.rule) for entry in read_layer(pipes, "pipes").problems]
    assert (1, "record_length") in problems


def test_text_cut_inside_a_character_loses_only_that_character(tmp_path: Path) -> None:
    name = "邵阳市自来水公司".encode("gbk")[:9]
    header = struct.pack("<BBBBIHH", 3, 124, 1, 1, 1, 65, 10) + bytes(20)
    field = b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + bytes([9]) + bytes(15)
    (tmp_path / "cut.dbf").write_bytes(header + field + b"\r" + b" " + name + b"\x1a")
    table = read_layer(tmp_path / "cut.dbf", "cut")
    assert table.table.column("NAME").to_pylist() == ["邵阳市自"]


def test_impossible_bytes_are_named_by_row(tmp_path: Path) -> None:
    values = [f"管段{number:03d}".encode("gbk").ljust(10) for number in range(40)] + [b"\xff\xffAB\xff     "]
    header = struct.pack("<BBBBIHH", 3, 124, 1, 1, len(values), 65, 11) + bytes(17) + b"\x4d" + bytes(2)
    field = b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10]) + bytes(15)
    body = b"".join(b" " + value for value in values)
    (tmp_path / "bad.dbf").write_bytes(header + field + b"\r" + body + b"\x1a")
    table = read_layer(tmp_path / "bad.dbf", "bad", "gbk")
    assert table.table.column("NAME")[39].as_py() == "管段039"
    assert [(e.row, e.problem.rule, e.problem.field) for e in table.problems] == [
        (41, "text_unreadable", "NAME")
    ]


@pytest.mark.parametrize("ending", ["SHP", "Shp"])
def test_endings_in_any_case_are_found(pipes: Path, ending: str) -> None:
    for path in list(pipes.parent.iterdir()):
        path.rename(path.with_suffix("." + path.suffix[1:].upper()))
    main = pipes.with_suffix("." + ending)
    pipes.with_suffix(".SHP").rename(main)
    table = read_layer(main, "pipes")
    assert (len(table), table.problems) == (200, ())
    assert table.table.column("name")[0].as_py() == "管段0"
