"""The order of points: nothing lost, and each level has one point for every occupied cell."""

from __future__ import annotations

import numpy as np
import pytest

from layers.geometry.index import BLOCK, BlockIndex
from layers.geometry.levels import DEPTH, depth_for, level_order, morton_codes
from layers.model.query import Box

WHOLE = Box(1000.0, 2000.0, 1512.0, 2512.0)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    random = np.random.default_rng(3)
    clustered = random.normal((1100, 2400), 12, (3000, 2))
    return np.concatenate([random.uniform((1000, 2000), (1512, 2512), (3000, 2)), clustered])


def test_every_point_is_there_once(points: np.ndarray) -> None:
    order, levels = level_order(morton_codes(points, WHOLE))
    assert sorted(order.tolist()) == list(range(len(points)))
    assert (np.diff(levels.astype(int)) >= 0).all()


@pytest.mark.parametrize("depth", [1, 4, 7, 10])
def test_a_level_has_one_point_for_each_occupied_cell(points: np.ndarray, depth: int) -> None:
    order, levels = level_order(morton_codes(points, WHOLE))
    # Cells as the codes make them: 2^16 steps over the side, the highest ``depth`` bits of them.
    steps = ((points - (WHOLE.x0, WHOLE.y0)) * ((2**DEPTH - 1) / 512.0)).clip(0, 2**DEPTH - 1).astype(int)
    cells = steps >> (DEPTH - depth)
    drawn = cells[order[levels <= depth]]
    assert len(drawn) == len(np.unique(cells, axis=0))
    assert len(np.unique(drawn, axis=0)) == len(drawn)


def test_points_on_one_spot_come_last() -> None:
    order, levels = level_order(morton_codes(np.array([[1100.0, 2100.0]] * 3), WHOLE))
    assert levels.tolist() == [0, DEPTH + 1, DEPTH + 1]
    assert len(order) == 3


def test_no_points_and_one() -> None:
    assert len(level_order(morton_codes(np.zeros((0, 2)), WHOLE))[0]) == 0
    assert level_order(morton_codes(np.array([[1.0, 1.0]]), WHOLE))[1].tolist() == [0]


def test_depth_grows_as_the_view_comes_nearer() -> None:
    depths = [depth_for(WHOLE, metres) for metres in (1000, 256, 64, 1, 0.001)]
    assert depths == sorted(depths)
    assert depths[0] == 0
    assert depth_for(WHOLE, 64) == 3


def test_blocks_miss_nothing_and_leave_out_what_is_far() -> None:
    random = np.random.default_rng(5)
    low = np.sort(random.uniform(0, 1000, (2000, 2)), axis=0)
    boxes = np.concatenate([low, low + random.uniform(0, 3, (2000, 2))], axis=1)
    index = BlockIndex.over(boxes)
    view = Box(200, 200, 260, 260)
    found = {i for a, b in index.runs(view) for i in range(a, b)}
    for number, (x0, y0, x1, y1) in enumerate(boxes):
        if x0 <= view.x1 and x1 >= view.x0 and y0 <= view.y1 and y1 >= view.y0:
            assert number in found
    assert len(found) <= 3 * BLOCK
    assert index.runs(Box(-9, -9, -8, -8)) == []
    assert BlockIndex.over(np.zeros((0, 4))).runs(view) == []
