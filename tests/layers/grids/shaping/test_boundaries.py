"""Changing boundaries: land, people and assets go over together, as one act that can be taken back; on both stores."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import shapely

from layers.editing.plan import Done, EditPlan
from layers.grids.ground import read_grids
from layers.grids.shaping.boundary import plan_move_boundary
from layers.grids.shaping.corners import plan_add_corner, plan_delete_corner, plan_move_corner
from layers.grids.shaping.merging import plan_merge, plan_merge_asking
from layers.grids.shaping.splitting import grid_of_line, plan_split
from layers.model.query import Compare, Query
from layers.register import Register
from tests.layers.grids.patches import SIDE, add, add_grid, at, block, four, line
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

TODAY = datetime.date.today()
YESTERDAY = (TODAY - datetime.timedelta(1)).isoformat()


def do(register: Register, plan: EditPlan) -> Done:
    with register.edit(plan.label) as edit:
        return plan.apply(edit)


def meters(register: Register, *places: tuple[float, float]) -> list[int]:
    return [add(register, "meter", code=f"M{n}", geom=shapely.Point(at(*xy))) for n, xy in enumerate(places)]


def grids_of(register: Register, ids: list[int]) -> list[Any]:
    found = {each.id: each["grid"] for each in register.find(Query("meter", ids=ids))}
    return [found[id] for id in ids]


def assignments(register: Register, grid: int) -> list[dict[str, Any]]:
    where = Compare("target", "=", f"grid:{grid}")
    found = sorted(register.find(Query("assignment", where=where)), key=lambda each: each.id)
    return [{n: each[n] for n in ("person", "rank", "from_date", "to_date", "reason")} for each in found]


def is_sound(register: Register) -> bool:
    grids = read_grids(register)
    shapes = list(grids.shapes[grids.lowest])
    return bool(shapely.coverage_is_valid(shapes)) and len(shapely.get_parts(shapely.union_all(shapes))) == 1


def test_a_grid_is_split_and_becomes_whole_again(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, *_ = four(register)
        person = add(register, "person", code="P1", name="甲", main_role="steward")
        task = {"role": "steward", "target": f"grid:{one}", "rank": "primary", "person": person}
        add(register, "assignment", **task, from_date="2020-01-01", to_date=None)
        past = {**task, "from_date": "2018-01-01", "to_date": "2019-12-31"}
        add(register, "assignment", **past)
        west, east, beside = meters(register, (10, 10), (SIDE - 10, 10), (SIDE + 10, 10))
        assert grids_of(register, [west, east, beside]) == [one, one, two]
        before = register.data_version
        # It ends within the grid: it is led on to the border.
        cut = line((200, -50), (200, 100), (210, 250))
        assert grid_of_line(read_grids(register), cut) == one
        done = do(register, plan_split(register, one, cut))
        new = done.made[0].id
        made = register.get("grid", new)
        kept = register.get("grid", one)
        assert (made["code"], made["replaces"], made["level"]) == ("G5", one, "grid")
        assert made["valid_from"] == TODAY.isoformat()
        assert made["parent"] == kept["parent"]
        assert kept.geometry.area + made.geometry.area == pytest.approx(SIDE * SIDE)
        assert kept.geometry.area > made.geometry.area
        assert is_sound(register)
        assert grids_of(register, [west, east, beside]) == [one, new, two]
        copied = {
            "person": person,
            "rank": "primary",
            "from_date": TODAY.isoformat(),
            "to_date": None,
            "reason": None,
        }
        assert assignments(register, new) == [copied]
        # What was yesterday stays whole: the new grid did not exist.
        yesterday = read_grids(register, TODAY - datetime.timedelta(1))
        assert yesterday.position(new) == -1
        assert yesterday.shape_of(one).area == pytest.approx(SIDE * SIDE)
        register.undo()
        assert register.get("grid", new) is None
        assert grids_of(register, [west, east, beside]) == [one, one, two]
        assert assignments(register, new) == []
        register.redo()
        assert grids_of(register, [west, east, beside]) == [one, new, two]
        # A grid of today that is joined again goes as if it had never been.
        asking = plan_merge_asking(register, [one, new])
        assert [choice.value for choice in asking.questions[0].choices] == [str(one), str(new)]
        do(register, plan_merge_asking(register, [one, new], {"keep": str(one)}))
        assert register.get("grid", new) is None
        assert assignments(register, new) == []
        assert grids_of(register, [west, east, beside]) == [one, one, two]
        assert is_sound(register)
        assert len(register.change_sets(limit=50)) > before


def test_grids_are_merged_and_the_old_ones_keep_their_past(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, three, _ = four(register, valid_from="2020-01-01")
        person = add(register, "person", code="P1", name="甲", main_role="steward")
        task = {"role": "steward", "target": f"grid:{two}", "person": person, "from_date": "2020-01-01"}
        add(register, "assignment", **task, rank="primary", to_date=None)
        other = add(register, "person", code="P2", name="乙", main_role="steward")
        coming = {**task, "person": other, "from_date": "2999-01-01"}
        add(register, "assignment", **coming, rank="backup", to_date=None)
        ids = meters(register, (10, 10), (SIDE + 10, 10))
        do(register, plan_merge(register, one, [two], reason="合并"))
        gone = register.get("grid", two)
        assert (gone["valid_to"], gone["replaced_by"]) == (YESTERDAY, one)
        assert gone.geometry.area == pytest.approx(SIDE * SIDE)
        ended = {
            "person": person,
            "rank": "primary",
            "from_date": "2020-01-01",
            "to_date": YESTERDAY,
            "reason": "合并",
        }
        assert assignments(register, two) == [ended]
        assert grids_of(register, ids) == [one, one]
        assert is_sound(register)
        now, then = read_grids(register), read_grids(register, TODAY - datetime.timedelta(1))
        assert now.at([at(SIDE + 10, 10)]).tolist() == [one]
        assert then.at([at(SIDE + 10, 10)]).tolist() == [two]
        register.undo()
        assert grids_of(register, ids) == [one, two]
        assert register.get("grid", two)["valid_to"] is None
        assert three in read_grids(register).ids


def test_a_shared_edge_moves_for_both_and_for_the_areas_above(new_place: NewPlace) -> None:
    with new_place().open() as register:
        areas = [
            add_grid(register, f"A{n}", block(n * SIDE, 0, (n + 1) * SIDE, 2 * SIDE), level="area")
            for n in range(2)
        ]
        one, two, three, corner = (
            add_grid(
                register, f"G{n + 1}", block(n % 2 * SIDE, n // 2 * SIDE, (n % 2 + 1) * SIDE, (n // 2 + 1) * SIDE),
                parent=areas[n % 2],
            )
            for n in range(4)
        )  # fmt: skip
        ids = meters(register, (SIDE + 20, 150), (SIDE - 20, 250), (SIDE - 5, SIDE + 40))
        assert grids_of(register, ids) == [two, one, three]
        # From the outer edge to the place where four grids meet; the ends are drawn a little off.
        plan = plan_move_boundary(register, None, line((300.4, 0.2), (340, 150), (340, 200), (299.8, 300.3)))
        assert [ghost.role for ghost in plan.ghosts] == ["changed", "changed"]
        do(register, plan)
        assert grids_of(register, ids) == [one, one, three]
        assert is_sound(register)
        shapes = {name: register.get("grid", id).geometry for name, id in (("west", areas[0]), ("one", one))}
        assert shapes["west"].area == pytest.approx(shapes["one"].area + SIDE * SIDE)
        # A corner where four grids meet takes all of them along.
        do(register, plan_move_corner(register, at(SIDE, SIDE), at(SIDE - 30, SIDE + 10)))
        assert is_sound(register)
        assert grids_of(register, ids)[2] == corner
        # A corner that only one side has: both get it, and it can be taken away again.
        do(register, plan_add_corner(register, at(SIDE - 30 + 100, SIDE + 10 - 3.03)))
        assert is_sound(register)
        joint = [
            xy for xy in shapely.get_coordinates(register.get("grid", two).geometry) if xy[1] > at(0, SIDE)[1]
        ]
        count = len(joint)
        added = max((tuple(xy) for xy in joint if xy[0] < at(2 * SIDE - 1, 0)[0]), key=lambda xy: xy[0])
        do(register, plan_delete_corner(register, added))
        assert is_sound(register)
        left = shapely.get_coordinates(register.get("grid", two).geometry)
        assert sum(xy[1] > at(0, SIDE)[1] for xy in left) == count - 1
