"""Completing a project while others work on it, or the power fails: all of it or nothing, and never twice."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model.query import Query
from layers.register import Register
from layers.renewal.completion.completion import plan_completion
from layers.text import Message
from tests.layers.renewal.works import build_works, whole
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def plan(register: Register, project: int) -> EditPlan:
    return plan_completion(register, project, "2026-11-20", answers={"tests": "go"})


def carry_out(register: Register, planned: EditPlan) -> None:
    with register.edit(planned.label) as edit:
        planned.apply(edit)


def suspend(register: Register, project: int) -> None:
    change(register, "project", project, {"state": "suspended", "state_reason": "停工"})


def change(register: Register, type: str, id: int, values: dict[str, object]) -> None:
    asset = register.get(type, id)
    assert asset is not None
    with register.edit(Message("store.created")) as edit:
        edit.update(type, id, asset.version, values)


def complete(register: Register, project: int) -> None:
    carry_out(register, plan(register, project))


def delete(register: Register, project: int) -> None:
    with register.edit(Message("store.created")) as edit:
        for name in ("milestone",):
            for row in register.find(Query(name)):
                if row["project"] == project:
                    edit.delete(name, row.id, row.version)
        for name in ("NEW-1", "GD-1"):
            main = register.by_code("pipe", name)
            edit.update("pipe", main.id, main.version, {"project_in": None, "project_out": None})
        asset = register.get("project", project)
        edit.delete("project", project, asset.version)


def take_out(register: Register, project: int) -> None:
    main = register.by_code("pipe", "GD-1")
    change(register, "pipe", main.id, {"project_out": None})


def add_old(register: Register, project: int) -> None:
    main = next(
        m for m in register.find(Query("pipe")) if m["project_in"] is None and m["project_out"] is None
    )
    change(register, "pipe", main.id, {"project_out": project})


def add_milestone(register: Register, project: int) -> None:
    with register.edit(Message("store.created")) as edit:
        edit.insert("milestone", {"project": project, "stage": "as_built", "planned_date": "2026-12-01"})


@pytest.mark.parametrize("other", [complete, suspend, delete, take_out, add_old, add_milestone])
def test_what_others_did_is_never_overrun(
    new_place: NewPlace, other: Callable[[Register, int], None]
) -> None:
    place = new_place()
    with place.open() as mine, place.open() as theirs:
        project = build_works(theirs)
        planned = plan(mine, project)
        other(theirs, project)
        before = whole(theirs)
        with pytest.raises(UserError):
            carry_out(mine, planned)
        assert whole(theirs) == before


def die_in_completion(path: str, project: int) -> None:
    """In a process of its own: killed when the half of an act is written."""
    with Register.open(path, actor="test") as register, register.edit(Message("store.created")) as edit:
        plan(register, project).apply(edit)
        os.kill(os.getpid(), signal.SIGKILL)


def test_killed_in_the_middle_nothing_was_done(empty_register: Path, tmp_path: Path) -> None:
    path = tmp_path / "works.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register:
        project = build_works(register)
        before = whole(register)
    died = multiprocessing.get_context("spawn").Process(target=die_in_completion, args=(str(path), project))
    died.start()
    died.join(60)
    assert died.exitcode == -signal.SIGKILL
    with Register.open(path, actor="test") as register:
        assert whole(register) == before
        complete(register, project)


def test_a_file_that_is_only_looked_at_completes_nothing(empty_register: Path, tmp_path: Path) -> None:
    path = tmp_path / "works.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register:
        project = build_works(register)
        before = whole(register)
    with Register.open(path, actor="test", read_only=True) as register:
        with pytest.raises(UserError):
            complete(register, project)
        assert whole(register) == before


def test_an_old_main_that_was_never_drawn_is_retired_too(empty_register: Path, tmp_path: Path) -> None:
    path = tmp_path / "works.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register:
        project = build_works(register)
        with register.edit(Message("store.created")) as edit:
            empty = edit.insert("project", {"code": "E", "name": "E", "kind": "renewal"})
            for link in (project, empty):
                values = {"code": f"LISTED-{link}", "status": "in_service", "project_out": link}
                edit.insert("pipe", values)
        for link in (project, empty):
            complete(register, link)
            main = register.by_code("pipe", f"LISTED-{link}")
            assert main is not None
            assert (main["status"], main["retired_date"]) == ("abandoned", "2026-11-20")
