"""What is drawn from afar stands for everything: one point in each occupied cell, no more, none left out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from layers.geometry.index import BLOCK, BlockIndex
from layers.geometry.levels import DEPTH, depth_for, level_order, morton_codes
from layers.model.query import Box

WHOLE = Box(-1000.0, 500.0, 9000.0, 10500.0)
inside = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 60), st.just(2)),
    elements=st.floats(0.0, 1.0, allow_nan=False),
)


def in_whole(shares: np.ndarray) -> np.ndarray:
    return np.array([WHOLE.x0, WHOLE.y0]) + shares * (WHOLE.width, WHOLE.height)


@given(inside, st.integers(0, DEPTH))
def test_a_level_has_one_point_for_every_occupied_cell(shares: np.ndarray, depth: int) -> None:
    xy = in_whole(shares)
    order, levels = level_order(xy, WHOLE)
    assert sorted(order.tolist()) == list(range(len(xy)))
    assert (np.diff(levels.astype(int)) >= 0).all()
    cells = morton_codes(xy, WHOLE) >> np.uint64(2 * (DEPTH - depth))
    drawn = cells[order[levels <= depth]]
    assert sorted(drawn.tolist()) == sorted(set(cells.tolist()))


def test_points_on_one_place_come_last_and_are_kept() -> None:
    xy = np.tile([[10.0, 600.0]], (5, 1))
    order, levels = level_order(xy, WHOLE)
    assert levels.tolist() == [0, *[DEPTH + 1] * 4]
    assert len(order) == 5


def test_neighbours_on_the_curve_are_neighbours_on_the_ground() -> None:
    generator = np.random.default_rng(1)
    xy = in_whole(generator.random((20_000, 2)))
    codes = morton_codes(xy, WHOLE)
    along = xy[np.argsort(codes)]
    steps = np.hypot(*np.diff(along, axis=0).T)
    assert np.median(steps) < 2 * WHOLE.width / np.sqrt(len(xy))


@pytest.mark.parametrize("metres", [1e-6, 0.5, 3.0, 500.0, 1e9])
def test_cells_are_about_as_wide_as_asked(metres: float) -> None:
    depth = depth_for(WHOLE, metres)
    assert 0 <= depth <= DEPTH + 1
    if 0 < depth < DEPTH:
        assert metres / 2 <= WHOLE.width / 2**depth <= metres


def test_a_register_of_one_place_has_levels() -> None:
    box = Box(5.0, 5.0, 5.0, 5.0)
    order, levels = level_order(np.array([[5.0, 5.0]]), box)
    assert order.tolist() == [0]
    assert levels.tolist() == [0]


@given(st.integers(0, 3 * BLOCK + 5), st.tuples(*[st.floats(0, 1000)] * 4))
def test_blocks_miss_nothing_that_reaches_into_the_box(
    count: int, corners: tuple[float, float, float, float]
) -> None:
    generator = np.random.default_rng(count)
    low = np.sort(generator.random((count, 2)) * 1000, axis=0)
    boxes = np.concatenate([low, low + generator.random((count, 2)) * 20], axis=1)
    box = Box(min(corners[::2]), min(corners[1::2]), max(corners[::2]), max(corners[1::2]))
    index = BlockIndex.over(boxes)
    found = {i for a, b in index.runs(box) for i in range(a, b)}
    reaching = (boxes[:, 0] <= box.x1) & (boxes[:, 2] >= box.x0)
    reaching &= (boxes[:, 1] <= box.y1) & (boxes[:, 3] >= box.y0)
    assert set(np.flatnonzero(reaching).tolist()) <= found
    runs = index.runs(box)
    assert all(b < c for (_, b), (c, _) in pairwise(runs))
