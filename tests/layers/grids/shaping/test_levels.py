"""Grids in levels: parts within a grid, grids put together under an area, and the outlines that follow."""

from __future__ import annotations

import pytest
import shapely

from layers.errors import UserError
from layers.grids.ground import read_grids
from layers.grids.shaping.levels import plan_group, plan_split_asking
from tests.layers.grids.patches import SIDE, add, add_grid, at, block, line
from tests.layers.grids.shaping.test_boundaries import do, is_sound
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def test_grids_are_divided_within_and_put_under_areas(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, three = (
            add_grid(register, f"G{n + 1}", block(n * SIDE, 0, (n + 1) * SIDE, SIDE)) for n in range(3)
        )
        person = add(register, "person", code="P1", name="甲", main_role="steward")
        task = {"role": "steward", "target": f"grid:{one}", "rank": "primary", "person": person}
        add(register, "assignment", **task, from_date="2020-01-01")
        meter = add(register, "meter", code="M", geom=shapely.Point(at(10, 290)))
        # Two grids are put under an area whose name is typed; its outline is theirs.
        asked = plan_group(register, [one, two])
        assert [entry.name for entry in asked.entries] == ["name"]
        area = do(register, plan_group(register, [one, two], {"name": "城西片区"})).made[0].id
        made = register.get("grid", area)
        assert (made["code"], made["name"], made["level"]) == ("PQ-01", "城西片区", "area")
        assert made.geometry.area == pytest.approx(2 * SIDE * SIDE)
        assert register.get("meter", meter)["grid"] == one
        # The third joins it: the area grows; an area may not be left without any.
        do(register, plan_group(register, [three, area]))
        assert register.get("grid", area).geometry.area == pytest.approx(3 * SIDE * SIDE)
        with pytest.raises(UserError, match=r"grid_ground\.area_empty"):
            plan_group(register, [one, two, three])
        other = do(register, plan_group(register, [two, three])).made[0].id
        assert register.get("grid", area).geometry.area == pytest.approx(SIDE * SIDE)
        assert read_grids(register).chain(three) == [three, other]
        # A line makes two parts within the grid, with its people; assets go down to them.
        cut = line((-5, 150), (SIDE + 5, 150))
        (question,) = plan_split_asking(register, one, cut).questions
        done = do(register, plan_split_asking(register, one, cut, {question.name: "within"}))
        parts = [register.get(*key) for key in done.made if key.type == "grid"]
        assert [(part["code"], part["level"], part["parent"]) for part in parts] == [
            ("G1-1", "sub_grid", one),
            ("G1-2", "sub_grid", one),
        ]
        grids = read_grids(register)
        assert sorted(grids.codes[at_] for at_ in grids.lowest) == ["G1-1", "G1-2", "G2", "G3"]
        upper = next(part for part in parts if part.geometry.contains(shapely.Point(at(10, 290))))
        assert register.get("meter", meter)["grid"] == upper.id
        assert grids.chain(upper.id) == [upper.id, one, area]
        assert is_sound(register)
        assert sum(key.type == "assignment" for key in done.made) == 2
        for _ in range(4):
            register.undo()
        assert register.get("meter", meter)["grid"] == one
        assert register.get("grid", area) is None
