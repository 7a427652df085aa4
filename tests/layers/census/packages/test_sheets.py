"""Record sheets: a lot as a workbook or CSV, filled in with a spreadsheet, comes back like a package."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import shapely

from layers.census.packages.scope import of_lot
from layers.census.packages.sheets.writing import write_sheets
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Query
from layers.text import Texts
from tests.layers.census.packages.conftest import Town
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running


def records_of(town: Town) -> dict[str, Asset]:
    """By target, new ones by their provisional code."""
    return {str(r["target"] or r["provisional_code"]): r for r in town.register.find(Query("census_record"))}


def lines_of(error: UserError) -> list[tuple[int, str]]:
    """Of what was refused the line and the reason."""
    assert error.detail is not None
    return [(line.parameters["row"], line.parameters["why"].id) for line in error.detail.parameters["lines"]]


def test_workbook_out_and_in(town: Town, tmp_path: Path) -> None:
    town.set("hydrant", 1, road="东街")
    contents = of_lot(town.register, town.lot)
    out = town.out()
    path = tmp_path / "lot.xlsx"
    write_sheets(contents, out.code, path, Texts("zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 12
    assert names[:4] == ["walk", "code", "place:road", "place:address"]
    assert [sheet.cell(row, 1).value for row in range(3, 13)] == list(range(1, 11))
    codes = [sheet.cell(row, 2).value for row in range(3, 13)]
    assert codes in ([f"H{n}" for n in range(10)], [f"H{n}" for n in reversed(range(10))])
    # The book of the first knows its road; of the others the nearest is told.
    rows_of = {code: row for row, code in enumerate(codes, 3)}
    roads = {code: sheet.cell(row, 3).value for code, row in rows_of.items()}
    assert (roads["H0"], roads["H1"]) == ("东街", "西湖路附近")

    def fill(row: int, **cells: object) -> None:
        for name, value in cells.items():
            sheet.cell(row, names.index(name.replace("_of_", ":")) + 1, value)

    condition = town.register.catalogue["hydrant"].field_named("condition").code_list.entries[0]
    fill(rows_of["H0"], find_of_condition=condition.title.zh, walk=99, place_of_road="别处")
    fill(rows_of["H1"], outcome="未找到", place_of_address="无此处")
    fill(rows_of["H2"], east=50.0, north=9)
    fill(13, code="新一", find_of_condition=condition.title.zh, east=120, north=7)
    fill(14, find_of_plate_no=12.0)
    book.save(path)
    looked = town.look(path)
    assert (len(looked.merge.inserts), len(looked.merge.writes)) == (2, 3)
    arrival = town.back(path)
    assert (arrival.inserted, arrival.updated, arrival.refused) == (2, 3, ())
    records = records_of(town)
    one, two, three = (records[f"hydrant:{id}"] for id in (1, 2, 3))
    assert json.loads(one["found"]) == {"condition": condition.code}
    assert [r["outcome"] for r in (one, two, three)] == ["found", "not_found", "moved"]
    assert (one["state"], one["differing"]) == ("visited", "condition")
    assert one["logged_at"]
    assert three.geometry == shapely.Point(50, 9)
    new, unnamed = records["新一"], records[f"{out.code}-hydrant-1"]
    assert (json.loads(new["found"])["code"], new.geometry) == ("新一", shapely.Point(120, 7))
    assert (json.loads(unnamed["found"]), unnamed["lot"]) == ({"plate_no": "12"}, town.lot)
    assert town.look(path).is_again

    # The same sheet with more in it: what was new is not new once more.
    fill(13, find_of_plate_no="P9")
    book.save(path)
    arrival = town.back(path)
    assert (arrival.inserted, arrival.updated) == (0, 1)
    assert json.loads(records_of(town)["新一"]["found"])["plate_no"] == "P9"
    path.write_bytes(b"no workbook")
    with pytest.raises(UserError) as refused:
        town.back(path)
    assert refused.value.detail is not None
    assert refused.value.detail.id == "packages.not_readable"


def test_merged_cells_say_the_same_of_every_record(town: Town, tmp_path: Path) -> None:
    out = town.out()
    path = tmp_path / "lot.xlsx"
    write_sheets(of_lot(town.register, town.lot), out.code, path, Texts("zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index("outcome") + 1
    sheet.cell(3, column, "未找到")
    # Four records, and rows below the last one in which nobody wrote anything.
    sheet.merge_cells(start_row=3, end_row=6, start_column=column, end_column=column)
    sheet.cell(12, column, "找到")
    sheet.merge_cells(start_row=12, end_row=20, start_column=column, end_column=column)
    book.save(path)
    looked = town.look(path)
    assert [(note.id, note.parameters) for note in looked.notes] == [("packages.sheet.merged", {"count": 3})]
    assert town.back(path).updated == 5
    outcomes = sorted(r["outcome"] for r in town.register.find(Query("census_record")) if r["outcome"])
    assert outcomes == ["found", *["not_found"] * 4]


@pytest.mark.parametrize(("encoding", "language"), [("utf-8-sig", "zh"), ("gbk", "en")])
def test_csv_out_and_in(town: Town, tmp_path: Path, encoding: str, language: str) -> None:
    town.set("hydrant", 4, remark="=1+1", plate_no="=A1")
    out = town.out()
    path = tmp_path / "lot.csv"
    contents = of_lot(town.register, town.lot)
    assert write_sheets(contents, out.code, path, Texts(language)) == (path,)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    plate = town.register.catalogue["hydrant"].field_named("plate_no").title[language]
    heads = rows[1]
    book = next(n for n, head in enumerate(heads) if head.startswith(plate))
    assert rows[5][book] == "'=A1"
    rows[2][book + 1] = "牌 7"
    rows[3][heads.index("普查结果" if language == "zh" else "Outcome")] = (
        "无法进入" if language == "zh" else "Inaccessible"
    )
    rows[3][-3] = "锁着"
    rows.append(["", "N-1", *[""] * (len(heads) - 4), "100.5", "4"])
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";" if language == "en" else ",").writerows(rows)
    arrival = town.back(path)
    assert (arrival.inserted, arrival.updated, arrival.refused) == (1, 2, ())
    records = records_of(town)
    assert json.loads(records["hydrant:1"]["found"]) == {"plate_no": "牌 7"}
    assert (records["hydrant:2"]["outcome"], records["hydrant:2"]["remark"]) == ("inaccessible", "锁着")
    assert records["N-1"].geometry == shapely.Point(100.5, 4)
    assert town.look(path).is_again


def test_wrong_cells_are_all_told_and_nothing_comes_in(town: Town, tmp_path: Path) -> None:
    out = town.out()
    path = tmp_path / "lot.csv"
    write_sheets(of_lot(town.register, town.lot), out.code, path, Texts("zh"))
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    heads = rows[1]
    dn = next(n for n, head in enumerate(heads) if head.startswith("完好程度")) + 1
    rows[2][dn] = "胡写"
    record = heads.index("记录号")
    rows[3][record] = "99999"
    rows[3][dn] = "完好"
    rows[4][record], rows[4][dn] = rows[5][record], "完好"
    rows[5][dn] = "完好"
    rows[6][-2:] = ["12", ""]
    rows[7][-2:] = ["9000000", "12"]
    rows[8][heads.index("普查结果")] = "未找到"
    rows[8][dn] = "完好"
    rows[9][-2] = "十二"
    heads[1] = "别的"
    with path.open("w", encoding="gbk", newline="") as file:
        csv.writer(file).writerows(rows)
    before = town.register.data_version
    with pytest.raises(UserError) as refused:
        town.back(path)
    assert lines_of(refused.value) == [
        (2, "packages.sheet.no_column"),
        (3, "field.not_in_list"),
        (4, "packages.sheet.no_record"),
        (6, "packages.sheet.twice"),
        (7, "packages.sheet.half_place"),
        (8, "packages.sheet.far"),
        (9, "packages.sheet.unseen"),
        (10, "packages.sheet.no_number"),
    ]
    assert refused.value.title.parameters["count"] == 8
    assert town.register.data_version == before
    assert list(town.folder.glob("incoming*")) == []


def test_a_cell_in_the_last_corner_and_two_who_fill_in_a_sheet(town: Town, tmp_path: Path) -> None:
    contents = of_lot(town.register, town.lot)
    out = town.out()
    paths = [tmp_path / name for name in ("one.xlsx", "two.xlsx", "vast.xlsx")]
    write_sheets(contents, out.code, paths[0], Texts("zh"))
    book = openpyxl.load_workbook(paths[0])
    sheet = book.worksheets[0]
    at = [cell.value for cell in sheet[1]].index("remark") + 1
    for path, row in zip(paths[:2], (3, 4), strict=True):
        blank = openpyxl.load_workbook(paths[0])
        blank.worksheets[0].cell(row, at, path.stem)
        blank.worksheets[0].cell(13, 2, f"N-{path.stem}")
        blank.save(path.with_stem(f"{path.stem}-in"))
    for _ in range(2):
        for path in paths[:2]:
            town.back(path.with_stem(f"{path.stem}-in"))
    remarks = sorted(str(r["remark"]) for r in records_of(town).values() if r["state"] == "visited")
    assert remarks == ["None", "None", "one", "two"]

    sheet.cell(1_048_576, 16_384, "x")
    book.save(paths[2])
    with pytest.raises(UserError) as no:
        town.look(paths[2])
    assert no.value.title.id == "packages.sheet.vast"


def test_a_sheet_of_more_new_objects_than_there_is_room_for_is_refused(town: Town, tmp_path: Path) -> None:
    out = town.out()
    path = tmp_path / "lot.csv"
    write_sheets(of_lot(town.register, town.lot), out.code, path, Texts("zh"))
    (file,) = tmp_path.glob("lot*.csv")
    lines = file.read_text("utf-8-sig").splitlines()
    empty = "," * lines[1].count(",")
    for row, count in ((f",N{{}}{empty[2:]}", 20_001), (f"{empty[:-1]}9,9", 1_000)):
        text = "\r\n".join([*lines, *(row.format(number) for number in range(count))])
        file.write_text(text, "utf-8-sig", newline="")
        with pytest.raises(UserError) as refused:
            town.look(file)
        assert "packages.sheet.too_many" in {why for _, why in lines_of(refused.value)}
