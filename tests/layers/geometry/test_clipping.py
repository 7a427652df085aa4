"""Metres inside a rectangle: against figures worked out by hand, and against GEOS."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry.clipping import lengths_inside
from layers.geometry.packed import PackedLines, pack_lines
from layers.model.query import Box

BOX = Box(0.0, 0.0, 10.0, 10.0)


def packed(*lines: list[tuple[float, float]]) -> PackedLines:
    return pack_lines(pa.chunked_array([[shapely.to_wkb(shapely.LineString(line)) for line in lines]]))


def test_what_crosses_is_cut_and_what_misses_is_told_apart_from_what_touches() -> None:
    found = lengths_inside(
        packed(
            [(-5, 5), (15, 5)],
            [(2, 2), (5, 6)],
            [(20, 0), (20, 10)],
            [(-1, 11), (11, 30)],
            [(10, -5), (10, 5), (30, 5)],
            [(-5, 10), (0, 10)],
        ),
        BOX,
    )
    assert found.tolist() == [10.0, 5.0, -1.0, -1.0, 5.0, 0.0]


def test_nothing() -> None:
    assert (
        len(lengths_inside(PackedLines(np.zeros((0, 2)), np.zeros(1, np.int64), np.zeros(0, np.int64)), BOX))
        == 0
    )


# To the nanometre: GEOS and we differ about what lies 1e-200 m beside an edge.
PLACE = st.floats(-20, 30).map(lambda metres: round(metres, 9))
PLACES = st.tuples(PLACE, PLACE)


@given(st.lists(st.lists(PLACES, min_size=2, max_size=6), min_size=1, max_size=6))
def test_as_geos_cuts(lines: list[list[tuple[float, float]]]) -> None:
    found = lengths_inside(packed(*lines), BOX)
    window = shapely.box(*BOX)
    for line, metres in zip(lines, found, strict=True):
        # Piece by piece: GEOS unites what lies on itself, a main laid back and forth is twice as long.
        pieces = [shapely.LineString(piece) for piece in pairwise(line)]
        expected = sum(shapely.intersection(piece, window).length for piece in pieces)
        assert max(metres, 0.0) == pytest.approx(expected, abs=1e-6)
