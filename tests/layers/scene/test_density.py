"""Counts of points on squares: each point once, whatever was patched since; the picture grows and does not move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geometry.levels import frame_of
from layers.model.query import Box
from layers.scene.class_points import ClassPoints
from layers.scene.density import CELL_METRES, density
from layers.scene.point_arrays import PointRows

X, Y = 538_000.0, 3_016_000.0


def points(xy: np.ndarray, first: int = 1) -> PointRows:
    return PointRows(np.ascontiguousarray(xy), np.arange(first, first + len(xy)))


def scattered(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal((X, Y), 900.0, (count, 2))


def whole(xy: np.ndarray) -> Box:
    return Box(*(xy.min(axis=0) - 200), *(xy.max(axis=0) + 200))


def total(found: object) -> float:
    return float(found.values.sum() * found.side**2 / 10_000)


@pytest.mark.parametrize("metres", [0.5, 5.3, 18.0, 70.0])
def test_every_point_is_counted_once_at_every_scale(metres: float) -> None:
    xy = scattered(5000)
    found = density([ClassPoints.of(points(xy), frame_of(xy))], whole(xy), metres)
    assert total(found) == pytest.approx(5000)
    assert found.side >= max(CELL_METRES, 3 * metres)
    assert np.log2(found.side) % 1 == 0


def test_it_is_where_the_points_are() -> None:
    xy = np.concatenate([np.tile([(X, Y)], (50, 1)), np.tile([(X + 4000, Y + 1500)], (200, 1))])
    found = density([ClassPoints.of(points(xy), frame_of(xy))], whole(xy), 10.0)
    row, column = np.unravel_index(found.values.argmax(), found.values.shape)
    assert found.x0 + column * found.side <= X + 4000 <= found.x0 + (column + 1) * found.side
    assert found.y0 + row * found.side <= Y + 1500 <= found.y0 + (row + 1) * found.side
    south_west = found.values[: row - 4, : column - 4]
    assert total(found) == pytest.approx(250)
    assert south_west.sum() * found.side**2 / 10_000 == pytest.approx(50)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 9))
def test_after_an_edit_it_is_as_if_counted_anew(gone: int, come: int, seed: int) -> None:
    xy, new = scattered(6000, seed), scattered(come, seed + 50)
    frame = frame_of(xy)
    before = ClassPoints.of(points(xy), frame)
    density([before], whole(xy), 5.0)
    after = before.patched(np.arange(1, gone + 1), points(new, 10_000))
    left = np.concatenate([xy[gone:], new])
    expected = density([ClassPoints.of(points(left), frame)], whole(xy), 5.0)
    found = density([after], whole(xy), 5.0)
    assert np.allclose(found.values, expected.values)


def test_a_part_of_the_view_shows_the_same_squares() -> None:
    xy = scattered(5000)
    classes = [ClassPoints.of(points(xy), frame_of(xy))]
    all_of_it = density(classes, whole(xy), 8.0)
    part = density(classes, Box(X - 300, Y - 300, X + 500, Y + 400), 8.0)
    column = round((part.x0 - all_of_it.x0) / part.side)
    row = round((part.y0 - all_of_it.y0) / part.side)
    height, width = part.values.shape
    same = all_of_it.values[row : row + height, column : column + width]
    assert np.allclose(same[1:-1, 1:-1], part.values[1:-1, 1:-1])


def test_nothing_has_no_density() -> None:
    xy = scattered(100)
    classes = [ClassPoints.of(points(xy), frame_of(xy))]
    assert density([], whole(xy), 5.0) is None
    assert density(classes, Box(X + 9e5, Y, X + 9.1e5, Y + 1e4), 5.0) is None
    assert density(classes, Box(X + 9000, Y + 9000, X + 9900, Y + 9900), 5.0) is None
