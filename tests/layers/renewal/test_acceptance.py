"""Data built from the articles: the funnel of 365 communities, five years of laying, West Lake Road, 89 roads."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import shapely

from layers.editing.plan import EditPlan
from layers.register import Register
from layers.renewal.completion.completion import plan_completion
from layers.renewal.progress.progress import project_figures
from layers.renewal.stages import stages_of
from layers.renewal.statement.statement import Period, statement
from layers.text import Message
from tests.company_settings import set_setting

pytestmark = pytest.mark.keeps_running

Day = datetime.date
ACT = Message("store.created")


def run(number: int, metres: float) -> shapely.LineString:
    return shapely.LineString([(0, number * 10), (metres, number * 10)])


def test_funnel_of_365_communities_does_not_narrow(register: Register) -> None:
    reached = {
        "scouted": 200,
        "design_issued": 188,
        "published": 38,
        "filed": 63,
        "started": 14,
        "finished": 4,
    }
    with register.edit(ACT) as edit:
        plan = edit.insert("programme", {"code": "HG", "name": "户表改造三年计划", "kind": "conversion"})
        for number in range(365):
            values = {
                "code": f"HG-{number:03}",
                "name": f"{number} 号小区",
                "kind": "conversion",
                "state": "open",
            }
            homes = {"households": 100, "households_signed": 90}
            project = edit.insert("project", {**values, **homes, "programme": plan})
            for stage, count in reached.items():
                if number < count:
                    edit.insert(
                        "milestone", {"project": project, "stage": stage, "actual_date": "2022-11-20"}
                    )
        edit.insert("project", {"code": "X", "name": "已取消", "kind": "conversion", "state": "cancelled"})
    made = statement(register, Period.year(2022), day=Day(2022, 11, 30))
    funnel = made.funnel
    steps = {step.stage.code: step for step in funnel.steps}
    assert funnel.communities.value == 365
    assert {code: steps[code].communities.value for code in reached} == reached
    percents = [round(steps[code].percent or 0, 1) for code in reached]
    assert percents == [54.8, 51.5, 10.4, 17.3, 3.8, 1.1]
    assert [round(steps[code].household_percent or 0, 1) for code in reached] == percents
    assert not funnel.narrows
    assert steps["filed"].beyond_previous == 63 - 38
    assert len(steps["filed"].skipped) == 25
    assert funnel.signed_percent == pytest.approx(90)
    assert made.headline["communities_finished"].value == 4
    assert made.headline["households_finished"].value == 400
    assert any(note.id == "kilometres.note.skipped" for note in made.notes)
    earlier = statement(register, Period.year(2022), day=Day(2022, 11, 1)).funnel
    assert all(step.communities.value == 0 for step in earlier.steps)


def test_five_years_give_400_yuan_a_metre_and_count_nothing_twice(register: Register) -> None:
    with register.edit(ACT) as edit:
        laying = [
            edit.insert("project", {"code": f"N{y}", "name": "新建", "kind": "new_laying"}) for y in range(5)
        ]
        renewal = [
            edit.insert(
                "project",
                {"code": f"G{y}", "name": "改造", "kind": "renewal", "settled_cost": 14_000_000.0, "fund_source": fund},
            )
            for y, fund in enumerate(("company", "fiscal", "bond", "bond", "central"))
        ]  # fmt: skip
        for n in range(220):
            _pipe(edit, n, laying[n % 5], 2018 + n % 5, 1000)
        for n in range(175):
            _pipe(edit, 1000 + n, renewal[n % 5], 2018 + n % 5, 1000)
            # What was replaced, some of it laid within the five years: it counts as laid once, then as retired.
            old = {
                "code": f"OLD{n}",
                "dn": 150,
                "status": "abandoned",
                "retired_date": f"{2018 + n % 5}-07-01",
            }
            edit.insert(
                "pipe",
                {**old, "laid_date": "1987", "project_out": renewal[n % 5], "geom": run(3000 + n, 900)},
            )
        # Laid by one project, retired by a later one: once among the laid, once among the retired.
        twice = {"code": "TWICE", "dn": 80, "status": "removed", "completion_date": "2018-03-01"}
        edit.insert(
            "pipe", {**twice, "retired_date": "2020-01-01", "project_in": laying[0], "geom": run(9000, 500)}
        )
    made = statement(register, Period.years(2018, 2022), day=Day(2023, 1, 20))
    head = made.headline
    assert (head["laid"].value, head["renewed"].value) == (220_000, 175_000)
    assert head["renewal_cost"].value == pytest.approx(70_000_000)
    assert head["unit_cost"].value == pytest.approx(400)
    assert head["renewed_per_year"].value == 35_000
    assert head["below_threshold"].value == 500
    assert not set(head["laid"].ids) & set(head["renewed"].ids)
    years = made.breakdowns["year"]
    assert [row.key for row in years.rows] == ["2018", "2019", "2020", "2021", "2022"]
    assert [row.cells["renewed"].value for row in years.rows] == [35_000] * 5
    apart = [statement(register, Period.year(y), day=Day(2023, 1, 20)) for y in range(2018, 2023)]
    assert sum(s.headline["renewed"].value or 0 for s in apart) == 175_000
    ids = [id for s in apart for id in (*s.headline["laid"].ids, *s.headline["renewed"].ids)]
    assert len(ids) == len(set(ids)) == 395
    assert [s.headline["unit_cost"].value for s in apart] == [pytest.approx(400)] * 5
    assert apart[0].headline["retired"].value == 35 * 900
    assert made.breakdowns["fund_source"].row("bond").cells["cost"].value == pytest.approx(28_000_000)


def test_a_size_in_no_class_is_shown_as_unclassified(register: Register) -> None:
    with register.edit(ACT) as edit:
        project = edit.insert("project", {"code": "N", "name": "新建", "kind": "new_laying"})
        for n, (dn, metres) in enumerate(
            [(100, 8_900), (400, 20_000), (500, 7_000), (1200, 700), (450, 123), (80, 999), (None, 55)]
        ):
            _pipe(edit, n, project, 2021, metres, dn)
        de110 = {
            "code": "PE",
            "dn": 110,
            "material": "PE",
            "status": "in_service",
            "completion_date": "2021-05-01",
        }
        edit.insert("pipe", {**de110, "project_in": project, "geom": run(99, 10)})
        de63 = {"code": "PE63", "outside_diameter_mm": 63, "material": "PE", "status": "in_service"}
        edit.insert(
            "pipe", {**de63, "completion_date": "2021-05-01", "project_in": project, "geom": run(98, 7)}
        )
    made = statement(register, Period.year(2021), day=Day(2022, 1, 5))
    sizes = made.breakdowns["dn_class"]
    laid = {row.key: row.cells["laid"].value for row in sizes.rows}
    assert (laid["<=400"], laid[">=500"], laid["unclassified:450"]) == (28_910, 7_700, 123)
    assert sizes.total.cells["laid"].value == 28_900 + 7_700 + 123 + 10
    assert laid["unknown"] == 55
    assert made.headline["unknown_dn"].value == 55
    assert made.headline["unclassified"].value == 123
    assert made.headline["below_threshold"].value == 999 + 7
    assert {row.level for row in sizes.rows} == {"class", "part", "unclassified", "unknown"}
    set_setting(register, "dn_threshold", 75)
    assert statement(register, Period.year(2021), day=Day(2022, 1, 5)).headline["below_threshold"].value == 7


def test_west_lake_road_in_two_sections_through_all_stages(register: Register) -> None:
    """1.56 km: 860 m in 2018, 700 m in 2019; every stage of the list has its dates; each section is completed."""
    stages = stages_of(register, "renewal")
    assert len(stages) == 17
    with register.edit(ACT) as edit:
        values = {
            "code": "XH",
            "name": "西湖路主管改造",
            "kind": "renewal",
            "state": "open",
            "settled_cost": 624_000.0,
        }
        project = edit.insert("project", {**values, "planned_finish": "2019-09-30", "award": True})
        sections = [
            edit.insert(
                "section",
                {"code": f"XH-{n}", "name": name, "project": project, "contractor": f"施工队 {n}"},
            )
            for n, name in ((1, "一标段"), (2, "二标段"))
        ]  # fmt: skip
        for n, (section, metres) in enumerate(zip(sections, (860, 700), strict=True)):
            plan = {"code": f"XH-G{n}", "dn": 400, "material": "DI", "status": "planned"}
            edit.insert(
                "pipe", {**plan, "project_in": project, "section": section, "geom": run(n * 100, metres)}
            )
            old = {
                "code": f"XH-J{n}",
                "dn": 300,
                "material": "CI",
                "status": "in_service",
                "laid_date": "1987",
            }
            place = shapely.LineString([(0, n * 1000 + 3), (metres, n * 1000 + 3)])
            edit.insert("pipe", {**old, "project_out": project, "section": section, "geom": place})
    begun = Day(2018, 1, 10)
    for number, stage in enumerate(stages):
        with register.edit(ACT) as edit:
            for year, section in zip((2018, 2019), sections, strict=True):
                planned = begun.replace(year=year) + datetime.timedelta(days=14 * number)
                actual = planned + datetime.timedelta(days=2)
                done = {
                    "project": project,
                    "section": section,
                    "stage": stage.code,
                    "evidence": f"文 {number}",
                }
                edit.insert("milestone", {**done, "planned_date": str(planned), "actual_date": str(actual)})
                if stage.means == "laying":
                    for week in range(4):
                        when = str(actual - datetime.timedelta(days=3 * week))
                        metres = (860 if year == 2018 else 700) / 4
                        log = {"project": project, "section": section, "work": "laying", "dn": 400}
                        edit.insert("daily_log", {**log, "work_date": when, "metres": metres})
    (midway,) = project_figures(register, Day(2018, 10, 1)).projects
    assert midway.laid.value == 860
    told = [(s.name, s.planned.value, s.laid.value, s.percent) for s in midway.sections]
    assert told == [("一标段", 860, 860, 100), ("二标段", 700, 0, 0)]
    assert midway.percent == pytest.approx(860 / 1560 * 100)
    assert [m.stage for m in midway.milestones if m.section is None] == list(stages)
    assert all(m.actual is None for m in midway.milestones if m.section is None)
    assert sum(m.state == "reached_late" for m in midway.milestones if m.section == sections[0]) == 17
    for section, day in zip(sections, ("2018-06-15", "2019-06-15"), strict=True):
        plan = plan_completion(
            register, project, day, section=section, answers={"tests": "go"}, today=Day(2019, 12, 31)
        )
        _do(register, plan)
    made = statement(register, Period.years(2018, 2019), day=Day(2020, 1, 5))
    register.undo()
    assert statement(register, Period.year(2019), day=Day(2020, 1, 5)).headline["renewed"].value == 0
    register.redo()
    again = statement(register, Period.years(2018, 2019), day=Day(2020, 1, 5))
    assert (again.headline, again.breakdowns) == (made.headline, made.breakdowns)
    (done,) = project_figures(register, Day(2019, 12, 31)).projects
    assert (done.percent, done.stage, done.next_stage) == (100, stages[-1], None)
    assert done.in_service.value == 1560
    assert done.finished is not None
    assert done.delay_days is not None
    assert not done.late
    kilometres = [
        statement(register, Period.year(y), day=Day(2020, 1, 5)).headline["renewed"].value
        for y in (2018, 2019)
    ]
    assert kilometres == [860, 700]
    both = statement(register, Period.years(2018, 2019), day=Day(2020, 1, 5))
    assert both.headline["unit_cost"].value == pytest.approx(400)
    assert both.headline["retired"].value == 1560
    contractors = both.breakdowns["contractor"]
    assert [row.cells["renewed"].value for row in contractors.rows] == [860, 700]


def test_programme_of_89_roads_and_118_kilometres(register: Register) -> None:
    with register.edit(ACT) as edit:
        span = {"first_year": 2021, "last_year": 2022, "target_length": 118_000.0}
        plan = edit.insert("programme", {"code": "CZ", "name": "城区管网改造", "kind": "renewal", **span})
        each = 118_000 / 89
        for n in range(89):
            values = {"code": f"CZ-{n:02}", "name": f"{n} 号路", "kind": "renewal", "programme": plan}
            project = edit.insert("project", {**values, "planned_length": each, "planned_finish": "2021-12"})
            if n < 40:
                road = {"road": f"{n} 号路", "completion_date": "2021-08-01", "project_in": project}
                edit.insert(
                    "pipe", {"code": f"P{n}", "dn": 300, "status": "in_service", **road, "geom": run(n, each)}
                )
    whole = statement(register, Period.years(2021, 2022), day=Day(2022, 12, 31))
    (row,) = whole.fulfilment
    assert (row.planned.value, row.projects.value) == (118_000, 89)
    assert row.done.value == pytest.approx(40 * each)
    assert row.percent.value == pytest.approx(40 / 89 * 100)
    assert len(whole.breakdowns["road"].rows) == 40
    assert whole.headline["renewed_fulfilment"].value == pytest.approx(40 / 89 * 100)
    half = statement(register, Period.year(2021), day=Day(2022, 12, 31)).fulfilment[0]
    assert half.planned.value == pytest.approx(118_000 * 365 / 730)
    figures = project_figures(register, Day(2021, 9, 1))
    assert figures.totals()["planned"].value == pytest.approx(118_000)
    assert figures.totals(frozenset(list(row.projects.ids)[:2]))["count"].value == 2


def _pipe(edit: Any, number: int, project: int, year: int, metres: float, dn: int | None = 300) -> None:
    values = {"code": f"P{number}", "dn": dn, "status": "in_service", "completion_date": f"{year}-06-30"}
    edit.insert("pipe", {**values, "project_in": project, "geom": run(number, metres)})


def _do(register: Register, plan: EditPlan) -> None:
    with register.edit(plan.label) as edit:
        plan.apply(edit)
