"""Contract of every store: lists of projects and milestones come from Excel, change what is there, and go back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from layers.exchange.export import ExportOptions, export_assets
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import ImportReport, plan_import, run_import
from layers.model.query import Query
from layers.register import Register
from tests.layers.store.test_contract_edit import add

pytestmark = pytest.mark.keeps_running

PROJECTS = [
    ["项目编号", "项目名称", "项目类型", "状态", "负责人", "计划开工日期", "计划完工日期", "计划长度(m)", "预算（元）",
     "资金来源"],
    ["XM-1", "西湖路改造", "改造", "在建", "周大江", datetime.date(2026, 3, 1), "2026.9.30", 1560, 624000, "自筹"],
    ["XM-2", "江北建材城户改", "户改", "进行中", None, "2026年4月", None, None, 80.5, "财政"],
]  # fmt: skip
MILESTONES = [
    ["项目编号", "节点", "计划日期", "实际日期", "依据文号"],
    ["XM-1", "立项", datetime.date(2026, 1, 5), datetime.date(2026, 1, 8), "示水〔2026〕1号"],
    ["XM-1", "开工", datetime.date(2026, 3, 1), None, None],
    ["XM-2", "前期踏勘", datetime.date(2026, 2, 1), None, None],
]


def book(path: Path, *sheets: tuple[str, Sequence[Sequence[Any]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def take(register: Register, path: Path) -> ImportReport:
    return run_import(register, plan_import(register, [path], ImportOptions()))


def dates(register: Register, name: str) -> dict[str, object]:
    return {m["stage"]: m[name] for m in register.find(Query("milestone"))}


def test_lists_come_in_change_what_is_there_and_go_out_again(opened: Register, tmp_path: Path) -> None:
    manager = add(opened, "person", name="周大江")
    path = book(tmp_path / "项目.xlsx", ("项目清单", PROJECTS), ("项目节点", MILESTONES))
    report = take(opened, path)
    assert (report.counts.accepted, report.counts.quarantined) == (5, 0)
    assert not [each for each in report.general if each.problem.rule == "no_place"]
    project = opened.by_code("project", "XM-1")
    assert project is not None
    assert (project["kind"], project["state"], project["fund_source"]) == ("renewal", "open", "company")
    assert (project["manager"], project["planned_finish"], project["planned_length"]) == (
        manager,
        "2026-09-30",
        1560,
    )
    assert dates(opened, "actual_date") == {"approved": "2026-01-08", "started": None, "scouted": None}
    assert take(opened, path).change_set is None

    # Another week, another file: a row that is new, one that is changed, blanks that erase nothing.
    changed = [
        MILESTONES[0],
        ["XM-1", "施工图设计", "2026-01-20", None, None],
        ["xm-1", "开工", None, "2026-03-06", None],
    ]
    later = book(
        tmp_path / "三月.xlsx",
        ("节点", [PROJECTS[0][:2], ["XM-1", "西湖路供水管网改造"]]),
        ("项目节点", changed),
    )
    report = run_import(opened, plan_import(opened, [later], ImportOptions()))
    assert (report.counts.accepted, report.counts.quarantined) == (3, 0)
    assert dates(opened, "actual_date")["started"] == "2026-03-06"
    assert dates(opened, "planned_date")["started"] == "2026-03-01"
    assert opened.count("milestone") == 4

    # What leaves the register in words comes back as it is.
    out = tmp_path / "导出.xlsx"
    export_assets(opened, out, ExportOptions(types=("project", "milestone"), language="zh"))
    sheets = openpyxl.load_workbook(out)
    assert sheets.sheetnames == ["改造项目", "项目节点"]
    assert [cell.value for cell in sheets["项目节点"][1]][:3] == ["所属项目", "节点", "标段"]
    report = take(opened, out)
    assert (report.counts.unchanged, report.change_set) == (6, None)

    assert opened.undo() is not None
    assert opened.count("milestone") == 3
    assert dates(opened, "actual_date")["started"] is None


def test_rows_that_cannot_be_are_kept_out_and_told(opened: Register, tmp_path: Path) -> None:
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    project = add(opened, "project", code="XM-1", name="甲", kind="renewal", planned_start="2026-05-01")
    rows = [
        MILESTONES[0],
        ["XM-1", "开工", None, tomorrow, None],
        ["XM-1", "立项", "2026-01-01", None, None],
        ["XM-1", "立项", "2026-02-01", None, None],
    ]
    wrong = [[PROJECTS[0][0], PROJECTS[0][6]], ["XM-1", "2026-03-01"]]
    path = book(tmp_path / "a.xlsx", ("项目清单", wrong), ("项目节点", rows))
    report = take(opened, path)
    told = {finding.rule for layer in report.layers for finding in layer.findings}
    assert {"in_future", "not_unique_together", "before_other"} <= told
    assert (opened.count("milestone"), opened.count("quarantined_row")) == (1, 3)
    kept = opened.get("project", project)
    assert kept is not None
    assert (kept["name"], kept["planned_finish"]) == ("甲", None)
