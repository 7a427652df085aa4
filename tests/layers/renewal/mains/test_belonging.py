"""What belongs to a project: choosing, releasing, copying, areas, budgets, states; refusals that say why."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from layers.errors import UserError
from layers.model.query import Compare, Query
from layers.register import Register
from layers.renewal.completion.completion import plan_completion
from layers.renewal.mains.belonging import (
    keys_along_road,
    keys_of,
    plan_area,
    plan_choose,
    plan_copies,
    plan_release,
    plan_section,
    plan_state,
)
from layers.renewal.mains.pricing import plan_budget
from layers.renewal.progress.progress import project_figures
from layers.text import Message
from tests.layers.editing.networks import add, do, got, line, point
from tests.layers.renewal.works import build_works, whole
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

TODAY = datetime.date(2026, 11, 22)
DATE = "2026-11-20"


def refused(make: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        make()
    assert caught.value.hint is not None
    return caught.value.title.id


def row(register: Register, type_name: str, **values: Any) -> int:
    """An asset of a type without a place."""
    with register.edit(Message("store.created")) as edit:
        return edit.insert(type_name, values)


def test_mains_of_a_project_follow_the_map(new_place: NewPlace) -> None:
    with new_place().open() as register:
        project = build_works(register)
        start, version = whole(register), register.data_version
        other = add(register, "project", None, code="XM-2", name="别的项目", kind="renewal", state="open").id
        road = add(register, "road", line((0, 0), (80, 0)), name="西湖路").id
        two, three = (register.by_code("pipe", name) for name in ("GD-2", "GD-3"))
        assert two is not None
        assert three is not None
        with register.edit(Message("store.created")) as edit:
            edit.update(
                "pipe",
                three.id,
                three.version,
                {"status": "in_service", "road": "西湖路", "dn_origin": "census"},
            )
            item = got(register, ("project", project))
            edit.update("project", project, item.version, {"road": road})
        assert keys_along_road(register, project) == [three.key]
        # A main in service is retired by one project only.
        do(register, plan_choose(register, project, [two.key, three.key], "retire"))
        assert got(register, two.key)["project_out"] == project
        assert refused(lambda: plan_choose(register, other, [two.key], "retire")) == "works.taken.retire"
        assert refused(lambda: plan_choose(register, other, [two.key], "lay")) == "works.unfit.lay"
        assert refused(lambda: plan_choose(register, other, [], "lay")) == "works.none_chosen"
        do(register, plan_release(register, project, [two.key]))
        assert got(register, two.key)["project_out"] is None
        # A copy is planned, looks like the old main, leads nowhere yet; the length follows.
        (copy,) = do(register, plan_copies(register, project, [three.key], offset="2")).made
        planned = got(register, copy)
        assert (planned["status"], planned["dn"], planned["project_in"]) == ("planned", 200, project)
        assert (planned["dn_origin"], planned["project_out"], planned["laid_date"]) == (None, None, None)
        assert got(register, three.key)["replaced_by"] == copy.id
        assert planned.geometry.distance(got(register, three.key).geometry) == pytest.approx(2, abs=0.01)
        assert len(keys_of(register, project)) == 4
        length = got(register, ("project", project))["planned_length"]
        drawn = sum(got(register, key).geometry.length for key in keys_of(register, project)
                    if got(register, key)["project_in"] == project)  # fmt: skip
        assert length == pytest.approx(drawn, abs=0.01)
        # Area, section, budget.
        do(register, plan_area(register, project, "10"))
        area = got(register, ("project", project)).geometry
        assert area.covers(planned.geometry)
        section = add(register, "section", None, code="BD-1", name="一标段", project=project)
        do(register, plan_section(register, section.id, [copy]))
        assert got(register, section).geometry is not None
        assert got(register, copy)["section"] == section.id
        assert refused(lambda: plan_budget(register, project)) == "works.no_price"
        prices = {"kind": "pipe", "unit": "m"}
        for code, dn, price, since in (
            ("A", 400, 900.0, "2024"),
            ("B", 400, 1000.0, "2026-01"),
            ("C", 400, 1.0, "2027"),
        ):
            row(
                register,
                "price_item",
                code=code,
                name=f"DN{dn}",
                dn=dn,
                unit_price=price,
                valid_from=since,
                **prices,
            )
        do(register, plan_budget(register, project, today=TODAY))
        (priced,) = register.find(Query("budget_item", where=Compare("project", "=", project)))
        assert priced["unit_price"] == 1000.0
        item = got(register, ("project", project))
        assert item["budget"] == pytest.approx(priced["quantity"] * 1000.0)
        # Suspended for a reason, and not completed meanwhile.
        assert refused(lambda: plan_state(register, project, "suspended", " ")) == "works.no_reason"
        do(register, plan_state(register, project, "suspended", "占道未批"))
        assert (
            refused(lambda: plan_completion(register, project, DATE, today=TODAY)) == "completion.suspended"
        )
        do(register, plan_state(register, project, "open", ""))
        while register.data_version > version and whole(register) != start:
            register.undo()
        assert whole(register) == start


def test_what_cannot_be_completed_says_why(register: Register) -> None:
    project = build_works(register)

    def why(date: str = DATE, **answers: str) -> str:
        return refused(
            lambda: plan_completion(register, project, date, answers={"tests": "go"} | answers, today=TODAY)
        )

    assert why("morgen") == "completion.no_date"
    assert why("2026-11-23") == "completion.future"
    assert why("2026-02-01") == "completion.before_start"
    assert why(tests="wait") == "completion.tests_missing"
    assert why(**{"as_built:400": "-3"}) == "completion.no_length"
    assert why(**{"as_built:400": "8000"}) == "completion.length_slip"
    plan = plan_completion(register, project, DATE, today=TODAY)
    assert [question.name for question in plan.questions] == ["tests"]
    with pytest.raises(UserError), register.edit(plan.label) as edit:
        plan.apply(edit)
    empty = add(register, "project", None, code="XM-3", name="空", kind="renewal", state="open").id
    assert refused(lambda: plan_completion(register, empty, DATE, today=TODAY)) == "completion.nothing"
    lost = add(register, "pipe", None, code="LOST", status="planned", project_in=project)
    assert why() == "completion.no_place"
    do(register, plan_release(register, project, [lost]))
    # Two sections: the first completed leaves the project open, the second ends it.
    new = register.by_code("pipe", "NEW-1")
    assert new is not None
    second = add(register, "section", None, code="BD-2", name="二标段", project=project)
    first = add(register, "section", None, code="BD-1", name="一标段", project=project)
    late = add(
        register, "pipe", line((80, 3), (110, 3)), code="NEW-2", dn=400, status="planned", project_in=project
    )
    do(register, plan_section(register, first.id, [new.key]))
    do(register, plan_section(register, second.id, [late]))
    part = plan_completion(
        register, project, "2026-11-01", section=first.id, answers={"tests": "go"}, today=TODAY
    )
    assert part.label.id == "completion.partly_done"
    do(register, part)
    assert got(register, ("project", project))["state"] == "open"
    assert got(register, late)["status"] == "planned"
    do(register, plan_completion(register, project, DATE, answers={"tests": "go"}, today=TODAY))
    assert got(register, ("project", project))["state"] == "completed"
    assert got(register, new.key)["completion_date"] == "2026-11-01"
    assert got(register, late)["completion_date"] == DATE


def test_conversion_gives_every_household_its_meter(register: Register) -> None:
    build_works(register)
    area = line((0, 0), (0, 60)).buffer(50)
    community = add(register, "community", area, code="XQ-1", name="锦绣", meter_mode="total").id
    people = [row(register, "customer", code=f"H{n}", name=f"户{n}", community=community) for n in range(4)]
    total = add(register, "meter", point(1, 1), code="T", role="total", status="in_service")
    planned = add(register, "meter", point(2, 2), code="P", status="planned", customer_no="h0")
    shared = add(
        register, "meter", point(3, 3), code="S", role="other", status="in_service", customer=people[1]
    )
    before = add(register, "meter", point(4, 4), code="O", status="in_service", customer=people[0])
    project = add(
        register, "project", None, code="HG-1", name="锦绣户改", kind="conversion", state="open", community=community,
        households=5,
    ).id  # fmt: skip
    start = whole(register)
    plan = plan_completion(register, project, DATE, answers={"total_meter": "check"}, today=TODAY)
    assert {figure.id for figure in plan.figures} >= {"completion.household", "completion.households_differ"}
    made = [key for key in do(register, plan).made if key.type == "meter"]
    assert {got(register, key)["customer"] for key in made} == {people[2], people[3]}
    assert all(got(register, key)["total_meter"] == total.id for key in made)
    new = got(register, planned)
    assert (new["status"], new["customer"], new["role"], new["installed_date"]) == (
        "in_service", people[0], "household", DATE,
    )  # fmt: skip
    assert got(register, before)["replaced_by"] == planned.id
    assert got(register, before)["status"] == "abandoned"
    assert got(register, shared)["role"] == "household"
    assert got(register, total)["role"] == "check"
    assert got(register, ("community", community))["meter_mode"] == "household"
    reached = {
        row["stage"] for row in register.find(Query("milestone", where=Compare("project", "=", project)))
    }
    assert "finished" in reached
    register.undo()
    assert whole(register) == start


def test_a_conversion_is_as_far_as_the_meters_put_in_since_it_began(register: Register) -> None:
    community = row(register, "community", code="XQ-2", name="滨江", meter_mode="total")
    project = row(
        register, "project", code="HG-2", name="滨江户改", kind="conversion", state="open", community=community,
        households=5,
    )  # fmt: skip
    own = {"role": "household", "status": "in_service", "community": community}
    add(register, "meter", point(6, 6), code="N0", installed_date="2020-01-01", **own)
    ours = add(register, "meter", point(5, 5), code="N1", installed_date="2026-10-05", **own)
    add(register, "meter", point(7, 7), code="N2", installed_date="2026-11", **{**own, "status": "planned"})

    def standing() -> tuple[float | None, tuple[int, ...]]:
        figure = project_figures(register, TODAY, ids=frozenset({project})).projects[0]
        assert figure.basis == "households"
        assert figure.converted is not None
        return figure.percent, figure.converted.ids

    assert standing() == (0, ())
    row(register, "milestone", project=project, stage="started", actual_date="2026-10-01")
    assert standing() == (20, (ours.id,))
