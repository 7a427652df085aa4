"""How a project stands: metres by size, percent, delays, forecast and alarms, from rows as the register has them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
import shapely

from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.renewal.book import OF_PROJECT, PROJECT_FIELDS, ProjectRows
from layers.renewal.pipes import FIELDS, pipe_arrays
from layers.renewal.progress.progress import ProjectFigure, ProjectFigures, figures_of, project_figures
from layers.renewal.settings import RenewalSettings
from layers.text import Message, Texts
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

Day = datetime.date
Rows = Sequence[Mapping[str, Any]]
CATALOGUE = load_catalogue()
SETTINGS = RenewalSettings(de_as_dn={110: 100}, log_gap_days=7, as_built_days=30)
TODAY = Day(2024, 7, 18)
PLAN = {"planned_start": "2024-05-20", "planned_finish": "2024-08-23"}


def milestone(stage: str, planned: str | None, actual: str | None = None, **more: Any) -> dict[str, Any]:
    return {"stage": stage, "planned_date": planned, "actual_date": actual, **more}


def log(date: str, metres: float, dn: int | None = 400, work: str = "laying") -> dict[str, Any]:
    return {"work_date": date, "metres": metres, "dn": dn, "work": work}


def figures(
    project: Mapping[str, Any], pipes: Rows = (), day: Day = TODAY, findings: Rows = (), **types: Rows
) -> ProjectFigures:
    row = (
        dict.fromkeys(PROJECT_FIELDS) | {"fid": 1, "code": "G1", "kind": "renewal", "state": "open"} | project
    )
    of_project = {
        type: {1: [{"fid": n + 1} | dict.fromkeys(fields) | dict(r) for n, r in enumerate(types.get(type, ()))]}
        for type, fields in OF_PROJECT.items()
    }  # fmt: skip
    rows = ProjectRows({1: row}, of_project, {1: findings}, {7: 50.0}, {})
    links = ("project_in", "project_out", "section", "community", "dn")
    columns = {"fid": pa.array(range(1, len(pipes) + 1), pa.int64())}
    for name in FIELDS:
        kind = pa.int64() if name in links else pa.float64() if name.endswith(("_m", "_mm")) else pa.string()
        columns[name] = pa.array([{"project_in": 1, **pipe}.get(name) for pipe in pipes], kind)
    shapes = [shapely.to_wkb(shapely.LineString([(0, 0), (pipe["metres"], 0)])) for pipe in pipes]
    drawn = pa.table({"fid": columns["fid"], "geom": pa.array(shapes, pa.binary())})
    arrays = pipe_arrays(pa.table(columns), drawn, CATALOGUE["pipe"], SETTINGS)
    return figures_of(Source(), rows, arrays, SETTINGS, day)


class Source:
    catalogue = CATALOGUE


def figure(*arguments: Any, **more: Any) -> ProjectFigure:
    return figures(*arguments, **more).projects[0]


def kinds(project: ProjectFigure) -> set[str]:
    return {alarm.kind for alarm in project.alarms}


PLANNED = (
    {"dn": 400, "status": "planned", "metres": 760.0},
    {"dn": 200, "status": "planned", "metres": 200.0},
)
STAGES = (
    milestone("started", "2024-05-20", "2024-05-31"),
    milestone("laid", "2024-07-31"),
    milestone("in_service", "2024-08-23"),
)
DAYS = [log(f"2024-06-{n:02}", 16.0) for n in range(1, 31)] + [log("2024-07-17", 18.0, 200)]


def test_metres_by_size_percent_and_forecast_by_the_pace() -> None:
    tests = [log("2024-07-01", 300.0, 400, "pressure_test"), log("2024-09-01", 99.0)]
    project = figure(PLAN, PLANNED, milestone=STAGES, daily_log=[*DAYS, *tests])
    assert [(s.dn, s.planned.value, s.laid.value, s.tested.value) for s in project.sizes] == [
        (200, 200, 18, 0),
        (400, 760, 480, 300),
    ]
    assert (project.planned.value, project.laid.value) == (960, 498)
    assert project.planned.ids == project.pipes_in == (1, 2)
    assert len(project.laid.ids) == 31
    assert (project.basis, project.percent) == ("metres", pytest.approx(498 / 960 * 100))
    assert project.expected_percent == pytest.approx(59 / 72 * 100)
    # 20 June to 17 July: 11 days of 16 m and one of 18 m in 28 days; 462 m are left; the plan has 23 days after laying.
    left = -(-462 // ((10 * 16 + 18) / 28))
    assert project.forecast_finish == TODAY + datetime.timedelta(days=left + 23)
    assert project.delay_days == (project.forecast_finish - Day(2024, 8, 23)).days
    assert project.late
    assert kinds(project) == {"late"}
    assert (project.stage.code, project.next_stage.code) == ("started", "laid")
    started = next(m for m in project.milestones if m.id == 1)
    assert (started.state, started.delay_days) == ("reached_late", 11)


def test_a_day_in_the_past_knows_nothing_later() -> None:
    project = figure(PLAN, PLANNED, day=Day(2024, 5, 25), milestone=STAGES, daily_log=DAYS)
    assert (project.laid.value, project.stage, project.started) == (0, None, None)
    assert {m.state for m in project.milestones if m.id == 1} == {"overdue"}


def test_milestones_are_judged_each_for_itself() -> None:
    stages = (
        milestone("approved", "2024-01-05", None),
        milestone("designed", "2024-03-01", "2024-03-04"),
        milestone("laid", "2024-07-20"),
        milestone("accepted", "2024-09"),
        milestone("settled", None),
    )
    found = {m.stage.code: m for m in figure({}, milestone=stages).milestones}
    states = {code: found[code].state for code in ("approved", "designed", "laid", "accepted", "settled")}
    assert states == {
        "approved": "overdue",
        "designed": "reached_late",
        "laid": "due_soon",
        "accepted": "ahead",
        "settled": "unplanned",
    }
    assert found["accepted"].planned == Day(2024, 9, 30)
    assert (found["designed"].out_of_order, found["approved"].out_of_order) == (True, False)
    assert found["surveyed"].id is None


def test_alarms_say_what_is_wrong_in_sentences() -> None:
    reached = [milestone("in_service", "2024-05-01", "2024-05-10"), milestone("as_built", "2024-05-30")]
    project = figure(
        {"budget": 100_000.0, "settlement_length": 1060.0, "as_built_length": 1000.0},
        [{"dn": 400, "status": "in_service", "metres": 990.0, "completion_date": "2024-05-10"}],
        milestone=reached,
        contract=[{"value": 130_000.0, "paid": 20_000.0}],
    )
    assert kinds(project) == {"as_built_late", "over_budget", "lengths_differ", "finish_without_start"}
    assert (project.percent, project.in_service.value, project.delay_days) == (100, 990, 9)
    assert project.money.expected == 130_000
    assert project.lengths.difference_percent == pytest.approx(70 / 990 * 100)
    amounts = {alarm.kind: alarm.amount for alarm in project.alarms}
    assert (amounts["as_built_late"], amounts["over_budget"]) == (69, 30_000)
    said = "\n".join(Texts("zh").render(alarm.text) for alarm in project.alarms)
    assert "通水已 69 天" in said
    assert "预算 3.0 万元" in said
    assert "图形 990.0 m、竣工 1,000.0 m、结算 1,060.0 m" in said
    explained = [dict(reached[0], reason="应急"), reached[1], milestone("started", None, None)]
    assert "finish_without_start" not in kinds(figure({}, milestone=explained))


def test_no_log_for_days_and_overdue_stages() -> None:
    quiet = figure(PLAN, PLANNED, milestone=STAGES, daily_log=DAYS[:30])
    assert [a.amount for a in quiet.alarms if a.kind == "no_log"] == [18]
    overdue = figure(PLAN, PLANNED, day=Day(2024, 8, 10), milestone=STAGES)
    (late,) = [a for a in overdue.alarms if a.kind == "late"]
    assert (late.severity, late.amount, late.type, late.ids) == ("error", 10, "milestone", (2,))
    assert overdue.forecast_finish == Day(2024, 8, 23) + datetime.timedelta(days=11)
    skipped = (milestone("permits", "2024-01-10"), *STAGES)
    passed = figure(PLAN, PLANNED, milestone=skipped, day=Day(2024, 7, 1))
    (told,) = [a for a in passed.alarms if a.kind == "late"]
    assert (told.severity, told.amount, passed.delay_days) == ("warning", 173, 11)
    for state in ("suspended", "cancelled"):
        rests = figure(PLAN | {"state": state}, PLANNED, day=Day(2024, 8, 30), milestone=STAGES)
        assert (kinds(rests), rests.forecast_finish) == (set(), None)


def test_conversion_counts_households_and_totals_open_their_projects() -> None:
    home = {"kind": "conversion", "households": 240}
    open_ = figure(home, milestone=[milestone("scouted", None, "2024-01-02")])
    assert (open_.basis, open_.percent) == ("households", 0)
    done = figures(home, milestone=[milestone("finished", "2024-06-01", "2024-06-20")])
    assert (done.projects[0].percent, done.projects[0].delay_days) == (100, 19)
    totals = done.totals()
    assert (totals["households"].value, totals["households"].ids, totals["open"].value) == (240, (1,), 0)
    assert done.totals(frozenset())["count"].value == 0


def test_planned_length_stands_in_for_pipes_and_unsized_logs_belong_to_the_only_size() -> None:
    project = figure({"planned_length": 500.0}, daily_log=[log("2024-06-01", 50.0, None)])
    assert (project.planned.value, project.planned.type, project.percent) == (500, "project", 10)
    one = figure({}, PLANNED[:1], daily_log=[log("2024-06-01", 76.0, None)])
    assert [(s.dn, s.laid.value) for s in one.sizes] == [(400, 76)]
    two = figure({}, PLANNED, daily_log=[log("2024-06-01", 76.0, None), log("2024-06-01", 10.0, 110)])
    assert [(s.dn, s.laid.value) for s in two.sizes] == [(100, 10), (200, 0), (400, 0), (None, 76)]
    assert two.laid.value == 86
    nothing = figure({})
    assert (nothing.percent, nothing.basis, nothing.forecast_finish) == (None, "none", None)


def test_visits_and_priced_items() -> None:
    project = figure(
        {},
        supervision_visit=[{"visit_date": "2024-06-01"}, {"visit_date": "2025-01-01"}],
        findings=[{"deduction": 12.0}, {"deduction": None}],
        budget_item=[{"quantity": 10.0, "unit_price": 3.0}, {"quantity": 2.0, "price_item": 7}],
    )
    assert (project.score.value, project.score.ids) == (88, (1,))
    assert (project.money.priced.value, project.money.expected) == (130, 130)


def test_one_project_is_read_as_it_is_among_all(new_place: NewPlace) -> None:
    with new_place().open() as register:
        ids = [_insert(register, n) for n in (1, 2)]
        everything = project_figures(register, TODAY)
        assert [p.laid.value for p in everything.projects] == [16, 32]
        assert everything.projects[0].planned.value == 100
        alone = project_figures(register, TODAY, ids=frozenset(ids[1:]))
        assert alone.projects == everything.projects[1:]
        assert everything.project(ids[1]).milestones[7].actual == Day(2024, 5, 31)


def _insert(register: Register, number: int) -> int:
    with register.edit(Message("store.created")) as edit:
        project = edit.insert("project", {"code": f"G{number}", "name": "路", "kind": "renewal", **PLAN})
        edit.insert(
            "milestone",
            {"project": project, "stage": "started", "actual_date": "2024-05-31", "evidence": "开工令"},
        )
        edit.insert("daily_log", {"project": project, **log("2024-06-01", 16.0 * number)})
        line = shapely.LineString([(0, number), (100, number)])
        edit.insert(
            "pipe",
            {"code": f"P{number}", "dn": 400, "status": "planned", "project_in": project, "geom": line},
        )
    return project  # fmt: skip
