"""Contract of every store: people, leave, responsibilities, key accounts come from Excel and change what is there."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from layers.model.query import Query
from layers.register import Register
from tests.layers.store.test_contract_edit import add
from tests.layers.store.test_contract_project_lists import book, take

pytestmark = pytest.mark.keeps_running

DAY = datetime.date
PEOPLE = [
    ["工号", "姓名", "岗位", "班组", "联系电话", "入职日期", "离职日期", "在岗"],
    ["A01", "周海燕", "水管家", "水管家一班", "10000000001", DAY(2019, 3, 1), None, "是"],
    ["A02", "陈立国", "水管家", None, "10000000002", "2020.5", None, "是"],
    ["A03", "罗敏", "大客户经理", None, "10000000003", "2018年", None, "是"],
]
LEAVE = [
    ["姓名", "请假类型", "开始日期", "结束日期", "代班人"],
    ["周海燕", "年假", DAY(2026, 11, 20), None, "陈立国"],
    ["查无此人", "病假", DAY(2026, 11, 1), None, None],
]
DUTIES = [
    ["责任人", "岗位", "责任对象", "主备", "起始日期", "终止日期", "依据文件"],
    ["周海燕", "水管家", "G05", "主责", DAY(2023, 11, 1), None, "供水网〔2023〕41号"],
    ["陈立国", "水管家", "城中网格", "备岗", "2024-01-15", None, None],
    ["A03", "大客户经理", "示例机械厂", "主责", "2022-03-01", None, None],
    ["某某", "水管家", "G05", "协同", "2022-03-01", None, None],
    ["陈立国", "水管家", "G99", "主责", "2022-03-01", None, None],
    ["陈立国", "水管家", "G05", "主责", "2024-03-01", None, None],
    ["陈立国", "水管家", "G05", "协同", "2022-03-01", "2021-01-01", None],
]
VISITS = [
    ["企业名称", "走访人", "走访日期", "走访方式", "走访内容", "满意度"],
    ["示例机械厂", "罗敏", "2026-05-06", "上门走访", "水压正常", "满意"],
]
PROBLEMS = [
    ["企业名称", "问题描述", "责任人", "提出日期", "整改期限", "整改日期"],
    ["示例机械厂", "高峰时段水压偏低", "罗敏", "2026-05-06", "2026-05-20", None],
]


def reasons(register: Register) -> list[tuple[str, str]]:
    """What the rows in quarantine were kept out for: rule and offending value."""
    found = []
    for row in register.find(Query("quarantined_row")):
        told: Any = row["problems"]
        found += [
            word for word in ("查无此人", "某某", "G99", "period_taken", "before_other") if word in told
        ]
    return sorted(found)


def test_lists_of_people_come_in_name_who_is_unknown_and_change_what_is_there(
    opened: Register, tmp_path: Path
) -> None:
    add(opened, "grid", code="G05", name="城中网格")
    add(opened, "team", name="水管家一班")
    add(opened, "customer", code="200001", name="示例机械厂", key_account=True)
    sheets = {"人员名册": PEOPLE, "请假表": LEAVE, "责任表": DUTIES, "走访记录": VISITS, "问题台账": PROBLEMS}
    report = take(opened, book(tmp_path / "人员.xlsx", *sheets.items()))
    assert (report.counts.accepted, report.counts.quarantined) == (9, 5)
    assert reasons(opened) == sorted(["查无此人", "某某", "G99", "period_taken", "before_other"])
    people = {row["name"]: row for row in opened.find(Query("person"))}
    assert (people["周海燕"]["main_role"], people["周海燕"]["joined_date"]) == ("steward", "2019-03-01")
    duties = opened.find(Query("assignment"))
    assert [(d["role"], d["rank"], d["from_date"]) for d in duties] == [
        ("steward", "primary", "2023-11-01"),
        ("steward", "backup", "2024-01-15"),
        ("account", "primary", "2022-03-01"),
    ]
    assert [v["satisfaction"] for v in opened.find(Query("account_visit"))] == ["good"]
    assert [p["owner"] for p in opened.find(Query("account_problem"))] == [people["罗敏"].id]

    # The month after: somebody left, the leave has an end, a responsibility ends and another begins.
    left = [PEOPLE[0], ["A01", "周海燕", "水管家", None, "10000000009", None, DAY(2026, 12, 1), "否"]]
    back = [LEAVE[0], ["周海燕", "年假", DAY(2026, 11, 20), DAY(2026, 11, 28), "陈立国"]]
    handed = [
        DUTIES[0],
        ["周海燕", "水管家", "G05", "主责", DAY(2023, 11, 1), DAY(2026, 11, 30), "供水网〔2023〕41号"],
        ["陈立国", "水管家", "G05", "备岗", DAY(2024, 1, 15), DAY(2026, 11, 30), None],
        ["陈立国", "水管家", "G05", "主责", DAY(2026, 12, 1), None, "供水网〔2026〕9号"],
    ]
    firms = [["户号", "单位名称", "大客户", "联系电话"], ["200001", "示例机械厂", "是", "10000000007"],
             ["200002", "示例医院", "是", None]]  # fmt: skip
    path = book(
        tmp_path / "人员12月.xlsx",
        ("人员名册", left),
        ("请假表", back),
        ("责任表", handed),
        ("企业名单", firms),
    )
    report = take(opened, path)
    assert (report.counts.accepted, report.counts.quarantined) == (7, 0)
    firm, hospital = opened.find(Query("customer"))
    assert (firm["phone"], firm["key_account"], hospital["name"]) == ("10000000007", True, "示例医院")
    assert [opened.count(name) for name in ("person", "absence", "assignment")] == [3, 1, 4]
    gone = opened.by_code("person", "A01")
    assert gone is not None
    assert (gone["phone"], gone["left_date"], gone["joined_date"]) == (
        "10000000009",
        "2026-12-01",
        "2019-03-01",
    )
    assert opened.find(Query("absence"))[0]["to_date"] == "2026-11-28"
    assert [d["to_date"] for d in opened.find(Query("assignment"))] == [
        "2026-11-30",
        "2026-11-30",
        None,
        None,
    ]
    opened.undo()
    assert opened.count("assignment") == 3
