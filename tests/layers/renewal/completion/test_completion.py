"""Completion of a project: the new mains in service, the old retired, all that hung on them joined; or nothing."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely.ops import substring

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model.query import Compare, Query
from layers.register import Register
from layers.renewal.completion.completion import plan_completion
from layers.store.worker import Worker
from layers.text import Message
from tests.layers.editing.networks import do, line, on_lines, parts
from tests.layers.renewal.works import build_works, whole
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

GO = {"tests": "go"}
TODAY = datetime.date(2026, 11, 22)


def complete(register: Register, project: int, date: str = "2026-11-20", **answers: str) -> EditPlan:
    return plan_completion(register, project, date, answers=GO | answers, today=TODAY)


def code(register: Register, name: str) -> Any:
    asset = register.by_code("pipe", name)
    assert asset is not None
    return asset


def test_one_act_and_all_of_it_back(new_place: NewPlace) -> None:
    with new_place().open() as register:
        project = build_works(register)
        start = whole(register)
        plan = complete(register, project, **{"as_built:400": "82.5"})
        assert [e.name for e in plan.entries] == ["as_built:400"]
        do(register, plan)
        old, new = code(register, "GD-1"), code(register, "NEW-1")
        assert (old["status"], old["retired_date"], old["replaced_by"]) == ("abandoned", "2026-11-20", new.id)
        assert old["project_out"] == project
        assert (new["status"], new["completion_date"], new["laid_date"]) == (
            "in_service", "2026-11-20", "2026-11-20",
        )  # fmt: skip
        assert new["as_built_length_m"] == 82.5
        assert parts(register) == 1
        away = on_lines(register, "valve")
        assert max(away.values()) <= 0.01
        tee = register.find(Query("network_point"))[0]
        assert tee["status"] is None or tee["status"] != "abandoned", "a branch still meets there"
        leak = register.find(Query("leak"))[0]
        assert leak["pipe"] == old.id
        item = register.get("project", project)
        assert item is not None
        assert (item["state"], item["completed_date"], item["as_built_length"]) == (
            "completed", "2026-11-20", 82.5,
        )  # fmt: skip
        reached = {
            row["stage"]: row["actual_date"]
            for row in register.find(Query("milestone", where=Compare("project", "=", project)))
        }
        assert reached == {
            "started": "2026-03-01",
            "in_service": "2026-11-20",
            "as_built": "2026-11-20",
            "old_retired": "2026-11-20",
        }
        with pytest.raises(UserError) as again:
            complete(register, project)
        assert again.value.title.id == "completion.completed"
        register.undo()
        assert whole(register) == start


QUIET = settings(
    max_examples=7,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


@pytest.fixture(scope="module")
def template(
    tmp_path_factory: pytest.TempPathFactory, empty_register: Path, worker: Worker
) -> Iterator[tuple[Register, int]]:
    path = tmp_path_factory.mktemp("works") / "works.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as opened:
        opened.worker = worker
        project = build_works(opened)
        yield opened, project


@QUIET
@given(
    north=st.integers(-2500, 2500).map(lambda number: number / 100),
    turn=st.integers(-40, 40).map(lambda number: number / 10),
    cuts=st.lists(st.integers(3, 77), max_size=3, unique=True),
    branches=st.lists(
        st.tuples(st.integers(2, 78), st.integers(-15, 15)), max_size=4, unique_by=lambda b: b[0]
    ),
    length=st.none() | st.integers(30, 200).map(str),
)
def test_completed_and_undone_is_the_start(
    template: tuple[Register, int], north: float, turn: float, cuts: Any, branches: Any, length: str | None
) -> None:
    """Whatever new main, in however many pieces, and whatever branches: joined afterwards, and all of it taken back."""
    register, project = template
    before = whole(register)
    new = code(register, "NEW-1")
    course = line((0, north), (40, 3.5 + north + turn), (80, north))
    places = sorted({0.0, *(cut / 80 for cut in cuts), 1.0})
    with register.edit(Message("store.created")) as edit:
        first = substring(course, 0, places[1], normalized=True)
        edit.update("pipe", new.id, new.version, {"geom": first})
        for number in range(1, len(places) - 1):
            piece = substring(course, places[number], places[number + 1], normalized=True)
            values = {"geom": piece, "dn": 400, "status": "planned", "project_in": project}
            edit.insert("pipe", {**values, "code": f"PIECE-{number}"})
        old = code(register, "GD-1").geometry
        for number, (at, reach) in enumerate(branches):
            if reach == 0:
                continue
            foot = old.interpolate(at / 80, normalized=True)
            run = [(foot.x, foot.y), (foot.x + 1.0, foot.y + reach)]
            edit.insert("pipe", {"geom": shapely.LineString(run), "code": f"B-{number}", "dn": 50})
    try:
        _complete_and_undo(register, project, {} if length is None else {"as_built:400": length})
    finally:
        while register.undo_label is not None and whole(register) != before:
            register.undo()
    assert whole(register) == before


def _complete_and_undo(register: Register, project: int, answers: dict[str, str]) -> None:
    start, connected = whole(register), parts(register)
    plan, refused = None, ""
    try:
        plan = complete(register, project, **answers)
    except UserError as error:
        refused = error.title.id
    assert plan is not None or refused == "completion.length_slip"
    if plan is not None:
        do(register, plan)
        left = {check.code for check in plan.rechecks if check.why.id == "completion.recheck_left"}
        if not left:
            assert parts(register) <= connected
            assert parts(register) == 1
            assert max(on_lines(register, "valve").values()) <= 0.01
        statuses = {a["code"]: a["status"] for a in register.find(Query("pipe"))}
        assert statuses["GD-1"] == "abandoned"
        assert not [name for name, status in statuses.items() if status == "planned"]
        register.undo()
    assert whole(register) == start
