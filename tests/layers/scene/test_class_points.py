"""A patched class of points is the same as one read anew: what is drawn at every scale, counted and hit."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geometry.levels import LAST_LEVEL
from layers.model.query import Box
from layers.scene import class_points
from layers.scene.class_points import ClassPoints
from layers.scene.point_arrays import PointRows

FRAME = Box(0.0, 0.0, 1024.0, 1024.0)
EVERYWHERE = Box(-1e9, -1e9, 1e9, 1e9)


def rows_of(points: dict[int, tuple[float, float]]) -> PointRows:
    ids = np.array(list(points), np.int64)
    xy = np.array(list(points.values())).reshape(-1, 2)
    return PointRows(xy, ids, (ids % 7).astype(np.float32), (ids % 3).astype(np.uint8))


def by_level(points: ClassPoints) -> list[list[tuple[int, ...]]]:
    """For every depth, all that is drawn: id, place, angle and state."""
    result = []
    for depth in range(LAST_LEVEL + 1):
        found = []
        for arrays, alive in points._parts():
            rows = arrays.rows.take(arrays.inside(EVERYWHERE, depth, alive))
            assert rows.rotation is not None
            assert rows.state is not None
            found += zip(
                rows.id.tolist(), rows.xy.tolist(), rows.rotation.tolist(), rows.state.tolist(), strict=True
            )
        result.append(sorted(found))
    return result


# Few places, so that many lie in one cell or on one another; some outside the frame.
place = st.tuples(
    st.sampled_from([-50.0, 3.0, 3.001, 3.5, 40.0, 500.0, 501.0, 999.0, 4000.0]), st.floats(0, 1024)
)
ids = st.integers(1, 40)
points = st.dictionaries(ids, place, min_size=1, max_size=40)
edit = st.tuples(st.sets(ids, max_size=4), st.dictionaries(ids, place, max_size=4))


@settings(max_examples=80)
@given(points, st.lists(edit, min_size=1, max_size=5))
def test_patched_is_as_read_anew(
    before: dict[int, tuple[float, float]], edits: list[tuple[set[int], dict[int, tuple[float, float]]]]
) -> None:
    book = dict(before)
    with patch.object(class_points, "FEW", 0):
        made = ClassPoints.of(rows_of(dict(sorted(book.items()))), FRAME)
        first = by_level(made)
        untouched = made
        for deleted, put in edits:
            gone = np.array(sorted(deleted | set(put)), np.int64)
            book = {id: xy for id, xy in book.items() if id not in deleted} | put
            made = made.patched(gone, rows_of(put))
        anew = ClassPoints.of(rows_of(dict(sorted(book.items()))), FRAME)
        assert by_level(made) == by_level(anew)
        assert len(made) == len(anew) == len(book)
        assert sorted(made.near(3.0, 500.0, 300.0)) == sorted(anew.near(3.0, 500.0, 300.0))
        assert by_level(made.compacted()) == by_level(anew)
    # The one before the edits may still be on the screen.
    assert by_level(untouched) == first


def test_many_changes_at_once_are_put_in_at_once() -> None:
    generator = np.random.default_rng(1)
    book = {n: tuple(xy) for n, xy in enumerate(generator.random((6000, 2)) * 1024)}
    made = ClassPoints.of(rows_of(book), FRAME)
    moved = {n: tuple(xy) for n, xy in enumerate(generator.random((500, 2)) * 1024)}
    made = made.patched(np.arange(500), rows_of(moved))
    assert made.delta is None
    assert by_level(made) == by_level(ClassPoints.of(rows_of(book | moved), FRAME))
