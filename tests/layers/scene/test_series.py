"""A series covers its extent: every place is on a sheet, sheets meet edge to edge, numbers run through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UserError
from layers.model.query import Box
from layers.scene.series import MOST_SHEETS, sheets_needed, split

SIDES = st.floats(50.0, 3000.0)
LONG, SHEET = st.floats(0, 9000), st.floats(900, 3000)


def extent_of(x: float, y: float, width: float, height: float) -> Box:
    return Box(x, y, x + width, y + height)


@given(st.floats(-1e6, 1e6), st.floats(-1e7, 1e7), LONG, LONG, SHEET, SHEET)
def test_no_gap_and_no_overlap(x: float, y: float, w: float, h: float, width: float, height: float) -> None:
    extent = extent_of(x, y, w, h)
    series = split(extent, width, height)
    boxes = [place.box for place in series.places]
    assert len(boxes) == series.rows * series.columns
    # Edge to edge: the areas add up to that of the whole, so nothing is there twice and nothing is missing.
    whole = series.box
    assert sum(b.width * b.height for b in boxes) == pytest.approx(whole.width * whole.height, rel=1e-6)
    assert whole.x0 <= extent.x0 + 1e-5
    assert whole.x1 >= extent.x1 - 1e-5
    assert whole.y0 <= extent.y0 + 1e-5
    assert whole.y1 >= extent.y1 - 1e-5
    for place in series.places:
        east = series.at(place.row, place.column + 1)
        south = series.at(place.row + 1, place.column)
        assert east is None or east.box.x0 == pytest.approx(place.box.x1, abs=1e-5)
        assert south is None or south.box.y1 == pytest.approx(place.box.y0, abs=1e-5)
    assert [place.number for place in series.places] == list(range(1, len(boxes) + 1))


@given(SIDES, SIDES)
def test_no_sheet_too_many(width: float, height: float) -> None:
    assert sheets_needed(Box(0, 0, width * 3, height * 2), width, height) == (2, 3)
    assert sheets_needed(Box(0, 0, width * 3.01, height * 2.01), width, height) == (3, 4)
    assert sheets_needed(Box(5, 5, 5, 5), width, height) == (1, 1)


def test_sheets_with_nothing_are_left_out_and_the_rest_counted_through() -> None:
    series = split(Box(0, 0, 300, 200), 100, 100, lambda box: box.x0 != 100)
    assert [(p.number, p.row, p.column) for p in series.places] == [
        (1, 0, 0),
        (2, 0, 2),
        (3, 1, 0),
        (4, 1, 2),
    ]
    assert series.at(0, 1) is None
    assert series.box == Box(0, 0, 300, 200)


def test_where_nothing_lies_anywhere_all_sheets_stay() -> None:
    assert len(split(Box(0, 0, 300, 200), 100, 100, lambda box: False).places) == 6


def test_too_many_sheets_are_refused() -> None:
    with pytest.raises(UserError) as refused:
        split(Box(0, 0, 100 * (MOST_SHEETS + 1), 100), 100, 100)
    assert refused.value.title.parameters["count"] == MOST_SHEETS + 1
