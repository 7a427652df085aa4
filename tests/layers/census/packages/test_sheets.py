"""Record sheets: a lot as a workbook, filled in with a spreadsheet, comes back like a package."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from layers.census.packages.scope import of_lot
from layers.census.packages.sheets import write_sheets
from layers.errors import UserError
from layers.model.query import Query
from layers.text import Texts
from tests.layers.census.packages.conftest import Town
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running


def test_sheet_out_and_in(town: Town, tmp_path: Path) -> None:
    contents = of_lot(town.register, town.lot)
    out = town.out()
    path = tmp_path / "lot.xlsx"
    write_sheets(contents, out.code, path, Texts("zh"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 12
    assert sheet.cell(3, 2).value == "H0"
    assert sheet.cell(3, names.index("record") + 1).value
    condition = town.register.catalogue["hydrant"].field_named("condition").code_list.entries[0]
    sheet.cell(3, names.index("find:condition") + 1, condition.title.zh)
    sheet.cell(4, names.index("outcome") + 1, "未找到")
    book.save(path)
    arrival = town.back(path)
    assert (arrival.updated, arrival.refused) == (2, ())
    records = {r["target"]: r for r in town.register.find(Query("census_record"))}
    assert json.loads(records["hydrant:1"]["found"]) == {"condition": condition.code}
    assert (records["hydrant:1"]["outcome"], records["hydrant:2"]["outcome"]) == ("found", "not_found")
    assert town.back(path).updated == 0

    sheet.cell(5, names.index("find:condition") + 1, "胡写")
    book.save(path)
    with pytest.raises(UserError):
        town.back(path)
    path.write_bytes(b"no workbook")
    with pytest.raises(UserError):
        town.back(path)
