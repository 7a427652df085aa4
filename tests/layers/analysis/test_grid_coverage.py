"""Gaps, overlaps and land outside are findings of the check centre, one for the grids concerned, mended at once."""

from __future__ import annotations

import pytest

from layers.analysis.mending.mends import plan_mending
from layers.register import Register
from layers.text import Texts
from tests.layers.analysis.test_mending import findings
from tests.layers.grids.patches import SIDE, add, add_grid, block

pytestmark = pytest.mark.keeps_running

RULES = ("grid_gap", "grid_overlap", "grid_outside")


def test_flaws_of_the_coverage_are_found_told_and_mended(register: Register) -> None:
    assert [findings(register, rule) for rule in RULES] == [[], [], []]
    add(register, "service_area", code="FQ", geom=block(0, 0, 2 * SIDE, SIDE))
    add_grid(register, "G1", block(0, 0, SIDE + 20, SIDE))
    add_grid(register, "G2", block(SIDE, 0, 500, 100))
    add_grid(register, "G3", block(510, 0, 2 * SIDE + 5, SIDE))
    said = {rule: [Texts("zh").render(each.message) for each in findings(register, rule)] for rule in RULES}
    # G3 has the longest edge with it.
    assert said["grid_gap"] == ["网格 G3 旁边有 39,000 平方米不属于任何网格。"]
    assert said["grid_overlap"] == ["网格 G1 与 G2 重叠 2,000 平方米。"]
    assert said["grid_outside"] == ["网格 G3 有 1,500 平方米在供水范围之外。"]
    for rule in RULES:
        mending = plan_mending(register, findings(register, rule))
        assert mending.count == 1
        with register.edit(mending.plan.label) as edit:
            mending.plan.apply(edit)
        assert findings(register, rule) == []
    assert [findings(register, rule) for rule in RULES] == [[], [], []]
