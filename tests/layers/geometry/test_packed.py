"""Packing and taking apart again gives the same coordinates; what has no place is left out."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry.packed import boxes, pack_lines, pack_points, segments, spread, take_lines

FINITE = st.floats(-1e7, 1e7, allow_nan=False)
POINT = st.tuples(FINITE, FINITE)
LINE = st.lists(POINT, min_size=2, max_size=6).map(shapely.LineString)


def _wkb(shapes: list[object]) -> pa.Array:
    return pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())


@given(st.lists(st.one_of(st.none(), POINT), max_size=20))
def test_points_keep_their_coordinates_and_rows(places: list[tuple[float, float] | None]) -> None:
    packed = pack_points(_wkb([None if p is None else shapely.Point(p) for p in places]))
    located = [(row, p) for row, p in enumerate(places) if p is not None]
    assert packed.row.tolist() == [row for row, _ in located]
    assert packed.xy.tolist() == [list(p) for _, p in located]


@pytest.mark.parametrize("chunks", [1, 3])
def test_points_with_height_are_drawn_in_the_plane(chunks: int) -> None:
    shapes = [shapely.Point(i, -i, 100 + i) for i in range(9)]
    column = pa.chunked_array([_wkb(shapes[i::chunks]) for i in range(chunks)])
    expected = [[float(s.x), float(s.y)] for i in range(chunks) for s in shapes[i::chunks]]
    assert pack_points(column).xy.tolist() == expected


def test_sliced_columns_are_read_from_where_they_begin() -> None:
    column = _wkb([None, shapely.Point(1, 2), shapely.Point(3, 4), None, shapely.Point(5, 6)])
    packed = pack_points(column.slice(2, 3))
    assert packed.xy.tolist() == [[3, 4], [5, 6]]
    assert packed.row.tolist() == [0, 2]


def test_points_of_mixed_form_and_empty_ones() -> None:
    packed = pack_points(_wkb([shapely.Point(1, 2), shapely.Point(), shapely.Point(3, 4, 5)]))
    assert packed.xy.tolist() == [[1, 2], [3, 4]]
    assert packed.row.tolist() == [0, 2]


@given(st.lists(st.one_of(st.none(), LINE), max_size=12))
def test_lines_keep_their_vertices_boxes_and_pieces(lines: list[shapely.LineString | None]) -> None:
    packed = pack_lines(_wkb(lines))
    there = [line for line in lines if line is not None]
    for number, line in enumerate(there):
        first, last = packed.offsets[number], packed.offsets[number + 1]
        assert packed.xy[first:last].tolist() == [list(c) for c in line.coords]
    assert boxes(packed).tolist() == [list(line.bounds) for line in there]
    pieces, first_piece = segments(packed)
    assert len(pieces) == sum(len(line.coords) - 1 for line in there)
    for number, line in enumerate(there):
        of_line = pieces[first_piece[number] : first_piece[number + 1]]
        ends = list(zip(line.coords[:-1], line.coords[1:], strict=True))
        assert of_line.tolist() == [[*a, *b] for a, b in ends]


@given(st.lists(LINE, min_size=1, max_size=8), st.randoms())
def test_taking_lines_in_another_order_and_back(lines: list[shapely.LineString], random: object) -> None:
    packed = pack_lines(_wkb(list(lines)))
    order = np.random.default_rng(len(lines)).permutation(len(lines))
    back = take_lines(take_lines(packed, order), np.argsort(order))
    assert back.xy.tolist() == packed.xy.tolist()
    assert back.offsets.tolist() == packed.offsets.tolist()


def test_areas_are_packed_as_rings_of_one_row() -> None:
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6)]])
    packed = pack_lines(_wkb([shapely.box(20, 20, 21, 21), shapely.MultiPolygon([hole]), shapely.Polygon()]))
    assert packed.row.tolist() == [0, 1, 1]
    assert np.diff(packed.offsets).tolist() == [5, 5, 4]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=10))
def test_spread_lists_every_index_of_every_run(runs: list[tuple[int, int]]) -> None:
    starts = np.array([s for s, _ in runs], dtype=np.int64)
    counts = np.array([c for _, c in runs], dtype=np.int64)
    assert spread(starts, counts).tolist() == [i for s, c in runs for i in range(s, s + c)]


def test_a_shape_that_is_broken_is_left_out() -> None:
    """A line of one vertex, as other programs may write it, is no reason to draw none."""
    broken = struct.pack("<BII2d", 1, 2, 1, 5.0, 5.0)
    whole = shapely.to_wkb(shapely.LineString([(0, 0), (9, 0)]))
    lines = pack_lines(pa.array([broken, whole], pa.binary()))
    assert lines.row.tolist() == [1]
    assert lines.xy.tolist() == [[0, 0], [9, 0]]


def test_lines_of_mixed_form_are_read_as_plain_ones_are() -> None:
    """Lines with height, empty ones and such of other byte order are packed the long way, slices both ways."""
    line, high = shapely.LineString([(0, 0), (9, 1)]), shapely.LineString([(1, 1, 5), (2, 2, 6)])
    column = _wkb([line, None, high, shapely.LineString(), line])
    assert pack_lines(column).row.tolist() == [0, 2, 4]
    assert pack_lines(column).xy.tolist() == [[0, 0], [9, 1], [1, 1], [2, 2], [0, 0], [9, 1]]
    big = pa.array([shapely.to_wkb(line, byte_order=0), shapely.to_wkb(line)], pa.binary())
    assert pack_lines(big).xy.tolist() == [[0, 0], [9, 1]] * 2
    far = pack_lines(_wkb([line, shapely.LineString([(0, 0), (1e300, 0)]), None, line]).slice(1, 3))
    assert (far.row.tolist(), far.xy.tolist()) == ([2], [[0, 0], [9, 1]])
