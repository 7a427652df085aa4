"""Contract of every store: what must not be entered of projects, and what two managers do at once."""

from __future__ import annotations

import datetime

import pytest

from layers.errors import Conflict, UserError
from layers.register import Register, ValuesRefused
from layers.renewal.stages import kind_meaning, stage_meaning, stages_of, work_meaning
from layers.text import Texts
from tests.layers.store.conftest import Place
from tests.layers.store.test_contract_edit import act, add, change, value

pytestmark = pytest.mark.keeps_running

TODAY = datetime.date.today()


def told(error: UserError, language: str = "zh") -> str:
    return Texts(language).render(error.title)


def refusals(error: ValuesRefused) -> set[tuple[str | None, str]]:
    return {(problem.field, problem.rule) for problem in error.problems}


def test_wrong_dates_and_numbers_are_refused_with_a_sentence(opened: Register) -> None:
    project = add(opened, "project", name="西湖路改造", kind="renewal")
    tomorrow = (TODAY + datetime.timedelta(days=1)).isoformat()
    with pytest.raises(ValuesRefused) as refused:
        add(opened, "milestone", project=project, stage="started", actual_date=tomorrow)
    assert refusals(refused.value) == {("actual_date", "in_future")}
    add(
        opened,
        "milestone",
        project=project,
        stage="started",
        actual_date=TODAY.isoformat(),
        planned_date=tomorrow,
    )
    with pytest.raises(ValuesRefused) as refused:
        add(opened, "daily_log", project=project, work_date="2025-03-01", work="laying", metres=-3.0)
    assert refusals(refused.value) == {("metres", "out_of_range")}
    id = add(opened, "project", name="甲", kind="renewal", planned_start="2025-05")
    for date in ("2025-04-30", "2024"):
        with pytest.raises(ValuesRefused) as refused:
            change(opened, "project", id, planned_finish=date)
        assert refusals(refused.value) == {("planned_finish", "before_other")}
        assert "计划开工" in Texts("zh").render(refused.value.problems[0].message)
    # Known to the year only, it may be later in that year.
    change(opened, "project", id, planned_finish="2025")
    assert value(opened, "project", id, "planned_finish") == "2025"


def test_stage_of_a_project_has_one_milestone(opened: Register) -> None:
    first, second = (add(opened, "project", name=name, kind="renewal") for name in "甲乙")
    part = add(opened, "section", name="一标段", project=first)
    add(opened, "milestone", project=first, stage="started")
    with pytest.raises(ValuesRefused) as refused:
        add(opened, "milestone", project=first, stage="started", planned_date="2026-01-01")
    assert refusals(refused.value) == {("stage", "not_unique_together")}
    add(opened, "milestone", project=second, stage="started")
    by_section = add(opened, "milestone", project=first, stage="started", section=part)
    with pytest.raises(ValuesRefused):
        change(opened, "milestone", by_section, section=None)
    change(opened, "milestone", by_section, planned_date="2026-02-01")
    assert opened.count("milestone") == 3


def test_project_with_logs_is_not_deleted_by_mistake(opened: Register) -> None:
    project = add(opened, "project", name="西湖路改造", kind="renewal", code="XM-7")
    add(opened, "daily_log", project=project, work_date="2025-03-01", work="laying", dn=300, metres=42.5)
    asset = opened.get("project", project)
    assert asset is not None
    with pytest.raises(UserError) as refused, opened.edit(act("delete")) as edit:
        edit.delete("project", project, asset.version)
    assert "施工日志" in told(refused.value)
    assert "XM-7" in told(refused.value)
    assert opened.count("project") == opened.count("daily_log") == 1


def test_two_managers_of_one_milestone(place: Place) -> None:
    with place.open("zhou") as mine, place.open("wu") as theirs:
        project = add(mine, "project", name="西湖路改造", kind="renewal")
        id = add(mine, "milestone", project=project, stage="started")
        seen = theirs.get("milestone", id)
        assert seen is not None
        change(mine, "milestone", id, actual_date="2025-03-01")
        with pytest.raises(Conflict), theirs.edit(act("late")) as edit:
            edit.update("milestone", id, seen.version, {"actual_date": "2025-03-09"})
        assert value(theirs, "milestone", id, "actual_date") == "2025-03-01"


def test_company_changes_the_stages(opened: Register) -> None:
    shipped = stages_of(opened, "renewal")
    assert len(shipped) == 17
    assert [s.means for s in shipped][7:12] == ["start", "laying", "pressure_test", "flush", "in_service"]
    conversion = stages_of(opened, "conversion")
    titles = [s.title.zh for s in conversion if not s.optional]
    assert titles == ["前期踏勘", "出具设计方案", "图纸公示评审", "住建局审批备案", "开工", "完工"]
    assert kind_meaning(opened, "diversion") == "moved"
    with opened.edit(act("stages")) as edit:
        edit.insert(
            "c_project_stage",
            {
                "code": "x_photo",
                "title_zh": "航拍",
                "title_en": "Aerial photo",
                "position": 75,
                "means": "start",
            },
        )
        entry = opened.by_code("c_project_stage", "candidate")
        assert entry is not None
        edit.update("c_project_stage", entry.id, entry.version, {"active": False, "title_zh": "项目储备库"})
    changed = [s.code for s in stages_of(opened, "renewal")]
    assert "x_photo" in changed
    assert "candidate" not in changed
    assert "candidate" in [s.code for s in stages_of(opened, "renewal", switched_off=True)]
    assert "x_photo" not in [s.code for s in stages_of(opened, "conversion")]
    assert stage_meaning(opened, "conversion", "in_service", "finish") is not None
    assert work_meaning(opened, "tie_in") == "in_service"
