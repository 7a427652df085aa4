"""Documents of grids, on every store: who looks after what, in Excel, Word, on the web; noted, and masked for some."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Query
from layers.register import Register
from layers.reports.grids.gathering import GridPrint, gather_print
from layers.reports.grids.noting import note_people
from layers.reports.grids.roster_excel import write_roster_excel
from layers.reports.grids.roster_word import write_roster_word
from layers.reports.share.grids import share_grids
from layers.text import Message, Texts
from tests.company_settings import set_setting
from tests.layers.responsibility.district import STEWARDS, build_district, day
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

NOTES = [("花名册.xlsx", "grid,person", 8, True)]
EVIL = "东</script><b>=1+1 & 'x'"


def gathered(register: Register, **wishes: Any) -> GridPrint:
    return gather_print(register, Texts("zh"), Feedback(), **wishes)


def end(register: Register, assignment: int, last: str) -> None:
    with register.edit(Message("store.created")) as edit:
        row = register.get("assignment", assignment)
        assert row is not None
        edit.update("assignment", assignment, row.version, {"to_date": last})


def rename(register: Register, type: str, id: int, **values: Any) -> None:
    with register.edit(Message("store.created")) as edit:
        row = register.get(type, id)
        assert row is not None
        edit.update(type, id, row.version, values)


def test_the_roster_says_who_looks_after_what_on_a_day(new_place: NewPlace) -> None:
    with new_place().open() as register:
        build_district(register)
        rename(register, "grid", 3, name=EVIL)
        # Since last year nobody is in charge of G02.
        end(register, 3, "2025-12-31")
        roster = gathered(register, day=day("2026-03-01")).roster
        areas, people = roster.tables
        headings = [row.cells[0] for row in areas.rows if row.kind == "area"]
        assert headings == ["城西片区", "城东片区"]
        rows = {row.cells[0]: row for row in areas.rows if row.kind == "item"}
        assert list(rows) == ["G01", "G02", "G05", "G06", "G03", "G04", "G07", "G08"]
        assert rows["G01"].cells[1:6] == (EVIL, "周海燕", "13900000001", "陈立国", "13900000002")
        assert rows["G05"].cells[6] == "罗敏"
        assert (rows["G02"].cells[2], rows["G02"].flagged) == (Message("stewards.vacant"), True)
        names = {row.cells[0]: row for row in people.rows}
        assert set(names) == set(STEWARDS)
        assert names["陈立国"].cells[3:5] == ("", "G01")
        # Before it ended somebody was: documents are of their day.
        before = gathered(register, day=day("2025-12-31")).roster.tables[0]
        assert {row.cells[0]: row.cells[2] for row in before.rows}["G02"] == "陈立国"


def test_notices_say_what_the_company_publishes(new_place: NewPlace) -> None:
    with new_place().open() as register:
        build_district(register)
        with register.edit(Message("store.created")) as edit:
            for name in ("锦绣家园", "月光小区"):
                edit.insert("community", {"name": name, "grid": 3})
        set_setting(register, "notice_hotline", "96300")
        found = gathered(register, grids=[3])
        assert [notice.code for notice in found.notices] == ["G01"]
        assert len(found.all_grids) == 8
        notice = found.notices[0]
        assert notice.primary is not None
        assert (notice.primary.name, notice.primary.phone) == ("周海燕", "13900000001")
        assert set(notice.communities) == {"锦绣家园", "月光小区"}
        assert ("TEL:13900000001" in notice.code_text, "FN:周海燕" in notice.code_text) == (True, True)
        assert found.publisher.role == "水管家"
        # The company publishes its hotline only, and a page of its own.
        set_setting(register, "notice_own_phone", False)
        hotline = gathered(register, grids=[3]).notices[0]
        assert [person.phone for person in hotline.people] == ["", ""]
        assert "TEL:96300" in hotline.code_text
        # Who may not see people prints none of them.
        set_setting(register, "notice_own_phone", True)
        veiled = gathered(register, grids=[3], photos=True, in_clear=False).notices[0]
        assert [person.name for person in veiled.people] == ["周**", "陈**"]
        assert (veiled.people[0].phone, veiled.code_text) == ("139****0001", "")
        set_setting(register, "notice_link", "https://water.example/grid/{code}")
        assert gathered(register, grids=[3]).notices[0].code_text == "https://water.example/grid/G01"


def test_documents_hold_what_the_roster_holds(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place().open() as register:
        build_district(register)
        rename(register, "grid", 3, name=EVIL)
        roster = gathered(register).roster
        texts = Texts("zh")
        excel, word = tmp_path / "花名册.xlsx", tmp_path / "花名册.docx"
        write_roster_excel(roster, excel, texts)
        write_roster_word(roster, word, texts)
        note_people(register, excel, 8, personal=True)
        noted = register.find(Query("export_record"))
        assert [(n["target"], n["type_names"], n["asset_count"], n["personal_data"]) for n in noted] == NOTES
        book = openpyxl.load_workbook(excel)
        assert book.sheetnames == ["按片区", "按人员"]
        rows = [list(row) for row in book["按片区"].values]
        first = next(row for row in rows if row[0] == "G01")
        # Numbers to ring are texts, names are no formulas.
        assert first[:4] == ["G01", EVIL, "周海燕", "13900000001"]
        tables = docx.Document(str(word)).tables
        words = [[cell.text for cell in row.cells] for row in tables[0].rows]
        assert next(row for row in words if row[0] == "G01")[:4] == first[:4]
        assert len(tables) == 2
        with pytest.raises(UserError, match="unwritable"):
            write_roster_word(roster, tmp_path / "no" / "x.docx", texts)


def test_the_shared_map_runs_no_names_and_needs_no_network(new_place: NewPlace, tmp_path: Path) -> None:
    out = tmp_path / "grids.html"
    with new_place().open() as register:
        with pytest.raises(UserError, match=r"stewards\.nothing"):
            share_grids(register, out, Texts("zh"))
        assert not out.exists()
        build_district(register)
        rename(register, "grid", 3, name=EVIL)
        end(register, 3, "2025-12-31")
        assert share_grids(register, out, Texts("zh"), day=datetime.date(2026, 3, 1)).grids == 8
        assert [note["personal_data"] for note in register.find(Query("export_record"))] == [True]
    page = out.read_text(encoding="utf-8")
    found = re.search(r"window\.shared=(\{.*?\});function", page, re.DOTALL)
    assert found is not None
    assert "服务网格图</title>" in page
    assert "</script><b>" not in page
    shared = json.loads(found[1].replace("<\\/", "</"))
    grids = {each["name"]: each for each in shared["projects"]}
    assert f"G01 {EVIL}" in grids
    assert grids["G02 第2网格"]["state"] == "vacant"
    assert ["主责", "吴志强 13900000003"] in grids["G03 第3网格"]["facts"]
    assert all(each["areas"] and each["labelAt"] for each in grids.values())
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
