"""CSV, text and Excel tables: encodings, delimiters, headers, coordinates, and what is wrong with them."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

import pytest
import shapely
import xlsxwriter

from layers.errors import UserError
from layers.exchange.coordinates import number
from layers.exchange.foreign import ForeignTable
from layers.exchange.formats import describe, read_layer
from layers.exchange.sheets import delimiter_of


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> ForeignTable:
    return read_layer(path, describe(path).layers[0].name)


def places(table: ForeignTable) -> list[tuple[float, float] | None]:
    assert table.geometry is not None
    points = [shapely.from_wkb(value) if value else None for value in table.geometry.to_pylist()]
    return [None if point is None else (point.x, point.y) for point in points]


def rules(table: ForeignTable) -> list[tuple[int | None, str]]:
    return [(entry.row, entry.problem.rule) for entry in table.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "cp950"])
def test_chinese_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    word = "給水管線" if encoding == "cp950" else "给水管线"
    path = write(tmp_path / "管线.csv", f"編號,名稱\nGD001,{word}\n" * 2, encoding)
    table = read(path)
    assert table.table.column("名稱")[0].as_py() == word
    assert table.layer == "管线"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    lines = [["编号", "口径", "地址"], ["M1", "DN15", "东门口 1 号"], ["M2", "DN20", "西湖路"]]
    path = write(tmp_path / "a.txt", "\n".join(delimiter.join(line) for line in lines))
    assert read(path).table.column_names == ["__row", "编号", "口径", "地址"]


def test_a_stated_delimiter_wins() -> None:
    assert delimiter_of("sep=;\na;b,c\n1;2,3") == ";"


def test_codes_keep_their_zeros_and_rows_their_lines(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.csv", 'code,note\n007,"two\nlines"\n\n008,x\n')).table
    assert table.column("code").to_pylist() == ["007", "008"]
    assert table.column("__row").to_pylist() == [2, 5]


def test_the_header_may_stand_below_a_title(tmp_path: Path) -> None:
    text = "邵阳市水表台账,,\n制表日期：2026-11-01,,\n表号,口径,户名\n1001,DN15,张三\n1002,DN20,李四\n"
    table = read(write(tmp_path / "a.csv", text))
    assert table.table.column_names == ["__row", "表号", "口径", "户名"]
    assert (len(table), rules(table)) == (2, [(None, "header_later")])


def test_rows_longer_than_the_header_and_repeated_names_are_named(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.csv", "a,a,\n1,2,3\n1,2,3,4,5\n"))
    assert table.table.column_names == ["__row", "a", "a_2", "field_3"]
    assert rules(table) == [(None, "field_repeated"), (3, "row_too_long")]


@pytest.mark.parametrize(
    ("header", "east", "north"),
    [
        ("东坐标,北坐标", 546550.66, 3014310.99),
        ("Easting,Northing", 546550.66, 3014310.99),
        ("经度,纬度", 111.47, 27.24),
        ("lon,lat", 24.94, 60.17),
        ("Longitude,Latitude", -80.49, 43.45),
        ("横坐标(m),纵坐标(m)", 546550.66, 3014310.99),
        ("POINT_X,POINT_Y", 546550.66, 3014310.99),
    ],
)
def test_named_coordinates(tmp_path: Path, header: str, east: float, north: float) -> None:
    table = read(write(tmp_path / "a.csv", f"id,{header}\n1,{east},{north}\n2,,\n"))
    assert places(table) == [(east, north), None]
    assert rules(table) == []
    assert table.coordinate_fields == tuple(header.split(","))


def test_x_north_y_east_is_recognised_by_the_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "点号,X,Y\nJ1,3379503.338,501548.722\n")
    table = read(path)
    assert places(table) == [(501548.722, 3379503.338)]
    assert table.coordinate_fields == ("Y", "X")
    assert rules(table) == [(None, "axes_by_numbers")]
    assert describe(path).layers[0].shape == "point"
    assert table.crs is None


@pytest.mark.parametrize(("header", "place"), [("点号,X,Y", (2.5, 1.5)), ("id,X,Y", (1.5, 2.5))])
def test_undecidable_axes_follow_the_custom_and_say_so(
    tmp_path: Path, header: str, place: tuple[float, float]
) -> None:
    table = read(write(tmp_path / "a.csv", f"{header}\n1,1.5,2.5\n2,30000.25,40000.5\n"))
    assert places(table)[0] == place
    assert rules(table) == [(None, "axes_by_custom")]


def test_bad_zero_and_missing_coordinates(tmp_path: Path) -> None:
    text = "id,经度,纬度\n1,111.47,27.24\n2,不详,27.2\n3,0,0\n4,,\n5,111°28′12″,27°14′24″\n6,１１１.５,27.3\n"
    table = read(write(tmp_path / "a.csv", text))
    found = places(table)
    assert found[:4] == [(111.47, 27.24), None, None, None]
    assert found[4] == pytest.approx((111.47, 27.24))
    assert found[5] == (111.5, 27.3)
    assert sorted(rules(table)) == [(3, "coordinate_unreadable"), (4, "coordinates_zero")]


def test_wkt_columns_are_geometry(tmp_path: Path) -> None:
    text = 'id,wkt\n1,"LINESTRING (0 0, 3 4)"\n2,"LINESTRING (0 0, 1 0)"\n3,\n4,nonsense\n'
    table = read(write(tmp_path / "a.csv", text))
    assert table.geometry is not None
    lengths = [shapely.length(shapely.from_wkb(v)) if v else None for v in table.geometry.to_pylist()]
    assert lengths == [5.0, 1.0, None, None]
    assert rules(table) == [(5, "wkt_unreadable")]
    assert table.table.column_names == ["__row", "id"]


def test_columns_named_x_without_numbers_are_no_coordinates(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "x,y\nred,blue\ngreen,3\n")).geometry is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("546,550.66", 546550.66), (" 12 ", 12.0), ("-", None), ("无", None), (None, None), (3, 3.0),
     ("E111°28′12″", 111.47), ("西111°28′12″", -111.47), ("1e3", 1000.0)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: object, value: float | None) -> None:
    assert number(text) == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize("text", ["12,34", "DN300", "inf", True, "1.2.3"])
def test_what_is_no_number(text: object) -> None:
    with pytest.raises(ValueError, match=re.escape(str(text))):
        number(text)


def test_kitchener(fixtures: Path) -> None:
    mains = fixtures / "kitchener-mains" / "Water_Mains.csv"
    breaks = fixtures / "kitchener-mains" / "Water_Main_Breaks.csv"
    assert (len(read(mains)), read(mains).geometry) == (15_903, None)
    table = read(breaks)
    assert (len(table), table.coordinate_fields) == (2_766, ("X", "Y"))
    assert all(-81 < place[0] < -80 and 43 < place[1] < 44 for place in places(table) if place)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        meters = book.add_worksheet("水表")
        meters.write_row(0, 0, ["水表台账"])
        meters.write_row(2, 0, ["表号", "口径", "安装日期", "X坐标", "Y坐标", "备注"])
        for row in range(5):
            meters.write_row(3 + row, 0, [1000 + row, 15.5 if row == 2 else 15])
            meters.write_datetime(3 + row, 2, datetime.datetime(2020, 1, 1 + row), day)
            meters.write_row(3 + row, 3, [3014310.5 + row, 546550.25])
        meters.write_string(4, 5, "铭牌不清")
        book.add_worksheet("空表")
        people = book.add_worksheet("人员")
        people.write_row(0, 0, ["姓名", "电话"])
        people.write_row(1, 0, ["张三", "007"])
        people.write_row(2, 0, ["李四", 13800000000])
    return path


def test_sheets_of_a_workbook(workbook: Path) -> None:
    found = describe(workbook)
    assert [(layer.name, layer.shape, layer.count) for layer in found.layers] == [
        ("水表", "point", 5),
        ("人员", "none", 2),
    ]
    meters = read_layer(workbook, "水表").table
    assert meters.column("表号").to_pylist() == [1000, 1001, 1002, 1003, 1004]
    assert meters.column("口径").to_pylist() == [15.0, 15.0, 15.5, 15.0, 15.0]
    assert meters.column("安装日期")[4].as_py() == datetime.date(2020, 1, 5)
    assert meters.column("备注").to_pylist() == [None, "铭牌不清", None, None, None]
    assert meters.column("__row").to_pylist() == [4, 5, 6, 7, 8]
    assert places(read_layer(workbook, "水表"))[0] == (546550.25, 3014310.5)
    assert read_layer(workbook, "人员").table.column("电话").to_pylist() == ["007", "13800000000"]


def test_merged_cells_say_the_same_of_every_row(tmp_path: Path) -> None:
    path = tmp_path / "管线.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("管线")
        sheet.merge_range("A1:D1", "给水管线成果表")
        sheet.write_row("A2", ["编号", "道路", "管径", "备注"])
        for row in range(2, 7):
            sheet.write_row(row, 0, [f"G{row}"])
        sheet.merge_range("B3:B5", "大塘路")
        sheet.merge_range("C4:C6", 300)
        sheet.write("C7", 100)
        # Beyond the last row, and where something else stands: nothing is made up.
        sheet.merge_range("D6:D9", "待核")
        sheet.write("B6", "滨江路")
    found = read_layer(path, "管线")
    assert found.table.column("道路").to_pylist() == ["大塘路", "大塘路", "大塘路", "滨江路", None]
    assert found.table.column("管径").to_pylist() == [None, 300, 300, 300, 100]
    assert found.table.column("备注").to_pylist() == [None, None, None, "待核", "待核"]
    assert (len(found), rules(found)) == (5, [(None, "header_later"), (None, "merged_cells")])
    [remark] = [each.problem for each in found.problems if each.problem.rule == "merged_cells"]
    assert remark.message.parameters == {"count": 5, "columns": ("道路", "管径", "备注")}
    assert [each.rule for each in describe(path).layers[0].remarks] == ["header_later", "merged_cells"]


def test_far_apart_cells_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write(1_048_575, 16_383, 1)
    with pytest.raises(UserError) as refused:
        describe(path)
    assert refused.value.title.id == "format.too_large"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_web_pages_that_pretend_to_be_workbooks_are_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "<html><table><tr><td>表号</td></tr></table></html>")
    with pytest.raises(UserError) as refused:
        describe(path)
    assert refused.value.title.id in ("format.unknown", "format.not_workbook")


def test_a_damaged_workbook_is_refused(workbook: Path) -> None:
    content = workbook.read_bytes()
    workbook.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError) as refused:
        describe(workbook)
    assert refused.value.title.id == "format.not_workbook"


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(UserError) as refused:
        describe(tmp_path / "a.xlsx")
    assert refused.value.title.id == "format.not_workbook"


def test_text_exported_as_xls_is_read_as_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xls", "表号\t口径\n1001\t15\n", "gbk")
    assert read(path).table.column("口径").to_pylist() == ["15"]
