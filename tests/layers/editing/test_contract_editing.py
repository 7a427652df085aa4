"""Contract of every store: one walk through the acts, by file and by server alike, and all of it taken back."""

from __future__ import annotations

import pytest

from layers.editing.drawing import plan_draw
from layers.editing.ending import plan_delete_mistake, plan_replace
from layers.editing.lines import plan_reverse
from layers.editing.moving import plan_move_node, plan_move_vertex
from layers.editing.splitting import plan_merge, plan_split
from layers.model.query import Query
from tests.layers.editing.networks import add, at, content, do, got, line, parts, point
from tests.layers.editing.town import GRID, build
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def test_one_walk_and_all_of_it_back(new_place: NewPlace) -> None:
    with new_place().open() as register:
        build(register)
        main = register.by_code("pipe", "GD-1").key
        gap = add(register, "pipe", line((120.3, 1.4), (150, 1.25)), code="GD-9")
        start, version = content(register), register.data_version
        assert parts(register) == 2
        (half,) = do(register, plan_split(register, main, at(30, 3))).made
        assert got(register, main)["code"] == "GD-1-1"
        (valve, _) = do(register, plan_draw(register, "valve", point(55, 2.2), reach=1)).made
        do(register, plan_move_node(register, at(40, 3.5), at(40, 9)))
        do(register, plan_move_vertex(register, gap, 1, at(155, 3)))
        do(register, plan_move_vertex(register, gap, 0, at(3 * GRID, 1.25), reach=0.5))
        assert parts(register) == 1
        (branch,) = do(register, plan_draw(register, "pipe", line((150, 2.5), (150, 30)), reach=1)).made
        do(register, plan_reverse(register, [branch, gap]))
        do(register, plan_replace(register, valve, "2026-11", {"manufacturer": "新厂"}))
        do(register, plan_delete_mistake(register, [branch], "重复"))
        do(register, plan_merge(register, main, half))
        assert register.get(*half) is None
        assert register.count(Query("valve")) == 4
        while register.data_version > version and register.undo_label is not None:
            if content(register) == start:
                break
            register.undo()
        assert content(register) == start
