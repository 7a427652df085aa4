"""Lines through a crossing: what goes straight on is one line, what ends there stays its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry.packed import pack_lines
from layers.scene.chains import merged_by
from layers.scene.through import parted


def joined(*lines: list[tuple[float, float]]) -> list[shapely.LineString]:
    """The lines as they are once they are merged."""
    packed = pack_lines(pa.array(shapely.to_wkb([shapely.LineString(line) for line in lines]), pa.binary()))
    groups = np.zeros(len(packed), np.int64)
    shapes = shapely.linestrings(
        parted(packed, groups), indices=np.repeat(np.arange(len(packed)), np.diff(packed.offsets))
    )
    return list(shapely.get_parts(merged_by(shapes, groups)))


def test_a_street_goes_on_past_a_service() -> None:
    found = joined([(0, 0), (10, 0)], [(10, 0), (20, 1)], [(10, 0), (10, 5)])
    assert sorted(round(line.length) for line in found) == [5, 20]


def test_two_streets_cross() -> None:
    found = joined([(0, 0), (9, 0)], [(9, 0), (20, 0)], [(9, -7), (9, 0)], [(9, 0), (9, 8)])
    assert sorted(round(line.length) for line in found) == [15, 20]


def test_at_a_fork_nothing_goes_on() -> None:
    assert len(joined([(0, 0), (9, 0)], [(9, 0), (12, 9)], [(9, 0), (12, -9)])) == 3


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=25))
def test_nothing_is_moved_by_a_millimetre_nor_lost(places: list[tuple[int, int]]) -> None:
    lines = [list(pair) for pair in pairwise(places) if pair[0] != pair[1]]
    if not lines:
        return
    found = joined(*[[(float(x), float(y)) for x, y in line] for line in lines])
    length = sum(shapely.LineString(line).length for line in lines)
    assert abs(sum(line.length for line in found) - length) < 0.01 * len(lines)
    before = shapely.union_all([shapely.LineString(line) for line in lines])
    assert shapely.hausdorff_distance(before, shapely.union_all(found)) < 0.001
