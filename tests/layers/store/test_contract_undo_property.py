"""Contract of every store: undo brings back exactly what was, redo exactly what came of it."""

from __future__ import annotations

import contextlib
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.query import Query
from layers.register import Edit, Register
from layers.store import read
from layers.text import Message
from tests.layers.store.conftest import NewPlace
from tests.layers.store.samples import geometry, least_row
from tests.layers.store.snapshot import found_by_place, located, snapshot

pytestmark = pytest.mark.keeps_running

TYPES = ("meter_well", "meter", "pipe", "grid", "attachment", "c_material")
LINKS = {"meter": ("well", "meter_well"), "pipe": ("grid", "grid"), "grid": ("parent", "grid")}

steps = st.tuples(
    st.sampled_from(("insert", "insert", "update", "update", "delete", "bulk")),
    st.sampled_from(TYPES),
    st.integers(0, 30),
)
acts = st.lists(steps, min_size=1, max_size=4)
doings = st.one_of(acts, acts, acts, st.sampled_from(("undo", "redo")))


def within(edit: Edit, type_name: str) -> list[Asset]:
    """The assets as the open act sees them, its own steps included."""
    return read.find(edit.store, edit.connection, Query(type_name))


def do(edit: Edit, step: tuple[str, str, int]) -> None:
    """One step of an act; where there is nothing to do it on, nothing."""
    what, type_name, number = step
    asset_type = edit.catalogue[type_name]
    assets = within(edit, type_name)
    if what == "insert" and (type_name != "attachment" or within(edit, "pipe")):
        edit.insert(type_name, _row(edit, type_name, number))
    elif what == "bulk" and asset_type.shape:
        edit.insert_bulk(type_name, _rows(asset_type, number))
    elif assets and what in ("update", "delete"):
        chosen = assets[number % len(assets)]
        if what == "delete":
            edit.delete(type_name, chosen.id, chosen.version)
        else:
            edit.update(type_name, chosen.id, chosen.version, _change(edit, type_name, number))


def _row(edit: Edit, type_name: str, number: int) -> dict[str, Any]:
    asset_type = edit.catalogue[type_name]
    pipes = within(edit, "pipe")
    row = least_row(
        asset_type, number, {"target": f"pipe:{pipes[number % len(pipes)].id}" if pipes else None}
    )
    if asset_type.shape and number % 3:
        row["geom"] = geometry(asset_type.shape, number, z=None if number % 2 else number * 0.1)
    if type_name == "c_material":
        row["code"] = f"X{number}"
    return row


def _change(edit: Edit, type_name: str, number: int) -> dict[str, Any]:
    change: dict[str, Any] = {"remark": f"{number}" if number % 4 else None}
    shape = edit.catalogue[type_name].shape
    if shape and number % 2:
        change["geom"] = geometry(shape, number + 50) if number % 5 else None
    if type_name in LINKS and number % 3 == 0:
        link, target = LINKS[type_name]
        assets = within(edit, target)
        change[link] = assets[number % len(assets)].id if assets else None
    return change


def _rows(asset_type: AssetType, number: int) -> pa.Table:
    assert asset_type.shape is not None
    places = [geometry(asset_type.shape, number * 10 + n) for n in range(number % 4 + 1)]
    columns: dict[str, Any] = {"geom": pa.array([shapely.to_wkb(place) for place in places], pa.binary())}
    if "name" in asset_type:
        columns["name"] = [f"网格{n}" for n in range(len(places))]
    return pa.table(columns)


def perform(register: Register, doing: Any) -> None:
    if doing == "undo":
        register.undo()
    elif doing == "redo":
        register.redo()
    else:
        # What the register refuses (a link in use, a code twice) leaves no part of the act.
        with contextlib.suppress(UserError), register.edit(Message("store.created")) as edit:
            for step in doing:
                do(edit, step)


def spatial_index_is_right(register: Register) -> bool:
    content = snapshot(register)
    return {n: ids for n, ids in found_by_place(register).items() if ids} == {
        n: ids for n, ids in located(content).items() if ids
    }


@settings(max_examples=7, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plan=st.lists(doings, min_size=1, max_size=8))
@example(plan=[[("insert", "grid", 0)], [("insert", "meter_well", 7), ("insert", "grid", 7)]])
@example(
    plan=[
        [("bulk", "grid", 4)],
        [("insert", "meter_well", 7), ("insert", "grid", 7)],
        [("delete", "meter_well", 0)],
    ]
)
def test_undoing_all_restores_the_start_and_redoing_all_the_end(new_place: NewPlace, plan: list[Any]) -> None:
    with new_place().open() as register:
        start = snapshot(register)
        for doing in plan:
            perform(register, doing)
        while register.redo() is not None:
            pass
        end = snapshot(register)
        assert spatial_index_is_right(register)
        while register.undo() is not None:
            pass
        assert snapshot(register) == start
        assert spatial_index_is_right(register)
        while register.redo() is not None:
            pass
        assert snapshot(register) == end
        assert spatial_index_is_right(register)


@settings(max_examples=7, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(before=st.lists(acts, max_size=4), act=acts)
@example(before=[], act=[("insert", "meter_well", 1), ("insert", "grid", 1)])
def test_undo_of_any_change_set_restores_exactly(new_place: NewPlace, before: list[Any], act: Any) -> None:
    place = new_place()
    with place.open("somebody") as register:
        for doing in before:
            perform(register, doing)
    with place.open("me") as register:
        start, version = snapshot(register), register.data_version
        perform(register, act)
        if register.data_version == version:
            return
        end = snapshot(register)
        undone = register.undo_change_set(register.data_version)
        assert snapshot(register) == start
        register.undo_change_set(undone.id)
        assert snapshot(register) == end
        assert spatial_index_is_right(register)
