"""Flat arrays say the same as shapely, whatever the WKB: 2D and 3D, blank, empty, of either byte order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry.packed import boxes, pack_lines, pack_points, segments, spread, take_lines

coordinate = st.floats(-1e7, 1e7, allow_nan=False, width=32)
place = st.tuples(coordinate, coordinate)
maybe_point = st.one_of(st.none(), st.just("POINT EMPTY"), place)
line = st.lists(place, min_size=2, max_size=8)


def wkb(shapes: list[shapely.Geometry | None], **options: object) -> pa.Array:
    return pa.array([None if s is None else shapely.to_wkb(s, **options) for s in shapes], pa.binary())


def as_point(value: object) -> shapely.Geometry | None:
    if value is None:
        return None
    return shapely.Point() if isinstance(value, str) else shapely.Point(value)


@given(st.lists(maybe_point), st.integers(0, 3))
def test_points_keep_place_and_row(values: list[object], cut: int) -> None:
    column = wkb([as_point(value) for value in values])[cut:]
    expected = [(row, v) for row, v in enumerate(values[cut:]) if isinstance(v, tuple)]
    packed = pack_points(column)
    assert packed.row.tolist() == [row for row, _ in expected]
    assert packed.xy.tolist() == [list(v) for _, v in expected]


@pytest.mark.parametrize("byte_order", [0, 1])
def test_points_of_either_byte_order_with_height(byte_order: int) -> None:
    shapes = [shapely.Point(1, 2, 3), None, shapely.Point(4, 5, 6)]
    packed = pack_points(wkb(shapes, output_dimension=3, byte_order=byte_order))
    assert packed.xy.tolist() == [[1, 2], [4, 5]]
    assert packed.row.tolist() == [0, 2]


def test_points_of_mixed_dimension_and_several_chunks() -> None:
    first, second = wkb([shapely.Point(1, 2, 9)]), wkb([None, shapely.Point(3, 4)])
    packed = pack_points(pa.chunked_array([first, second]))
    assert packed.xy.tolist() == [[1, 2], [3, 4]]
    assert packed.row.tolist() == [0, 2]


def test_nothing_gives_nothing() -> None:
    assert len(pack_points(pa.chunked_array([], pa.binary())).row) == 0
    assert len(pack_lines(pa.chunked_array([], pa.binary()))) == 0
    assert len(pack_points(pa.array([None, None], pa.binary())).row) == 0


@given(st.lists(st.one_of(st.none(), line), max_size=12))
def test_lines_keep_every_vertex(values: list[list[tuple[float, float]] | None]) -> None:
    packed = pack_lines(wkb([None if v is None else shapely.LineString(v) for v in values]))
    there = [(row, v) for row, v in enumerate(values) if v is not None]
    assert packed.row.tolist() == [row for row, _ in there]
    for number, (_, vertices) in enumerate(there):
        part = packed.xy[packed.offsets[number] : packed.offsets[number + 1]]
        assert part.tolist() == [list(v) for v in vertices]


def test_lines_with_height_empty_and_areas_with_holes() -> None:
    hole = [(2, 2), (2, 4), (4, 4), (4, 2)]
    area = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [hole])
    shapes = [shapely.LineString([(0, 0, 5), (1, 1, 6)]), shapely.LineString(), shapely.MultiPolygon([area])]
    packed = pack_lines(wkb(shapes, output_dimension=3))
    assert sorted(packed.row.tolist()) == [0, 2, 2]
    assert packed.xy.shape[1] == 2
    rings = np.flatnonzero(packed.row == 2)
    for ring in rings:
        part = packed.xy[packed.offsets[ring] : packed.offsets[ring + 1]]
        assert part[0].tolist() == part[-1].tolist()


@given(st.lists(line, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_pieces_and_boxes_are_those_of_the_lines(
    values: list[list[tuple[float, float]]], random: object
) -> None:
    packed = pack_lines(wkb([shapely.LineString(v) for v in values]))
    order = np.arange(len(values))
    random.shuffle(order)  # type: ignore[attr-defined]
    packed = take_lines(packed, order)
    pieces, first = segments(packed)
    extents = boxes(packed)
    for number, row in enumerate(order):
        vertices = values[row]
        expected = [[*a, *b] for a, b in pairwise(vertices)]
        assert pieces[first[number] : first[number + 1]].tolist() == expected
        assert extents[number].tolist() == list(shapely.LineString(vertices).bounds)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=8))
def test_spread_runs_one_after_another(runs: list[tuple[int, int]]) -> None:
    starts = np.array([s for s, _ in runs], dtype=np.int64)
    counts = np.array([c for _, c in runs], dtype=np.int64)
    assert spread(starts, counts).tolist() == [s + i for s, c in runs for i in range(c)]
