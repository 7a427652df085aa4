"""Survey constructions: what they give, measured again, is what was put in."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from layers.errors import UserError
from layers.geometry.construction import (
    by_bearing,
    by_offset,
    by_two_distances,
    parallel,
    read_angle,
)
from layers.geometry.packed import Floats

X, Y = 538000.0, 3016000.0
metres = st.floats(0.5, 500)
LINE = np.array([(X, Y), (X + 60, Y), (X + 60, Y + 80)])


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("92.5", 92.5),
        ("92°30'", 92.5),
        ("92°30′36″", 92.51),
        ("92度30分36秒", 92.51),
        ("-90", 270.0),
        ("360", 0.0),
    ],
)
def test_angles_as_typed(text: str, degrees: float) -> None:
    assert read_angle(text) == pytest.approx(degrees)


@pytest.mark.parametrize("text", ["", "north", "92°75'", "9 2", "1e3"])
def test_what_is_no_angle(text: str) -> None:
    assert read_angle(text) is None


@given(metres, st.floats(0, 359.99))
def test_distance_and_bearing(distance: float, bearing: float) -> None:
    x, y = by_bearing((X, Y), distance, bearing)
    assert math.hypot(x - X, y - Y) == pytest.approx(distance)
    apart = (math.degrees(math.atan2(x - X, y - Y)) - bearing + 180) % 360 - 180
    assert apart == pytest.approx(0, abs=1e-5)


@given(metres, metres, metres, st.booleans())
def test_two_distances(apart: float, first: float, second: float, left: bool) -> None:
    assume(abs(first - second) < apart * 0.999 and apart < (first + second) * 0.999)
    a, b = (X, Y), (X + apart * 0.6, Y + apart * 0.8)
    place = by_two_distances(a, first, b, second, left=left)
    assert math.dist(place, a) == pytest.approx(first, abs=1e-6)
    assert math.dist(place, b) == pytest.approx(second, abs=1e-6)
    side = (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])
    assert (side > 0) == left


def test_distances_that_do_not_meet_are_said_so() -> None:
    with pytest.raises(UserError) as refused:
        by_two_distances((X, Y), 10, (X + 100, Y), 20, left=True)
    assert refused.value.title.parameters["apart"] == "100.000"
    with pytest.raises(UserError):
        by_two_distances((X, Y), 10, (X, Y), 10, left=True)


def station_of(line: Floats, place: tuple[float, float]) -> tuple[float, float]:
    """How far along ``line`` the place nearest to ``place`` is, and how far beside it that lies, right positive."""
    shape, point = shapely.LineString(line), shapely.Point(place)
    station = float(shape.project(point))
    foot = shape.interpolate(station)
    before, after = shape.interpolate(max(station - 0.01, 0.0)), shape.interpolate(station + 0.01)
    east, north = after.x - before.x, after.y - before.y
    side = east * (place[1] - foot.y) - north * (place[0] - foot.x)
    return station, math.copysign(foot.distance(point), -side)


@given(st.floats(1, 59).filter(lambda s: abs(s - 60) > 1), st.floats(-20, 20).filter(lambda o: abs(o) > 0.01))
def test_station_and_offset_are_measured_again(station: float, offset: float) -> None:
    place = by_offset(LINE[:2], station, offset)
    assert station_of(LINE[:2], place) == pytest.approx((station, offset), abs=1e-3)


def test_the_offset_is_to_the_right_and_the_line_must_be_long_enough() -> None:
    assert by_offset(LINE, 25, 10) == pytest.approx((X + 25, Y - 10))
    assert by_offset(LINE, 100, 10) == pytest.approx((X + 70, Y + 40))
    assert by_offset(LINE, 140, 0) == pytest.approx((X + 60, Y + 80))
    with pytest.raises(UserError):
        by_offset(LINE, 141, 0)


@pytest.mark.parametrize("offset", [2.0, -2.0])
def test_a_parallel_runs_the_same_way_at_its_distance(offset: float) -> None:
    moved = parallel(LINE, offset)
    assert moved[0] == pytest.approx((X, Y - offset))
    assert moved[-1] == pytest.approx((X + 60 + offset, Y + 80))
    assert shapely.LineString(moved).distance(shapely.LineString(LINE)) == pytest.approx(2.0)


def test_no_parallel_within_a_narrow_bend() -> None:
    ring = np.array([(X, Y), (X + 4, Y), (X + 4, Y + 4), (X, Y + 4), (X, Y + 0.5)])
    with pytest.raises(UserError):
        parallel(ring, -10)
