"""Typed coordinates and coordinate systems."""

from __future__ import annotations

import pytest

from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.search.coordinates import read_place
from layers.search.systems import find_systems

CRS = Crs.parse("EPSG:4546")
BOUNDS = Box(530000, 3010000, 545000, 3025000)
EAST, NORTH = 538604.12, 3016248.37


@pytest.mark.parametrize(
    "typed",
    [
        "538604.12,3016248.37", "3016248.37 538604.12", "3016248.37，538604.12", "X 3016248.37 Y 538604.12",
        "X 3\u2009016\u2009248.37  Y 538\u2009604.12", "E 538604.12 N 3016248.37", "东 538604.12 北 3016248.37",
        "x=3016248.37; y=538604.12",
    ],
)  # fmt: skip
def test_plane_coordinates_in_either_order(typed: str) -> None:
    place = read_place(typed, CRS, BOUNDS)
    assert place is not None
    assert (place.x, place.y, place.reading) == (EAST, NORTH, "plane")


@pytest.mark.parametrize(
    "typed", ["111.39 27.25", "27.25, 111.39", "经度111.39 纬度27.25", "lat 27.25 lon 111.39"]
)
def test_degrees_in_either_order(typed: str) -> None:
    place = read_place(typed, CRS, BOUNDS)
    assert place is not None
    assert place.reading == "degrees"
    assert (place.x, place.y) == pytest.approx((538623.6, 3015391.9), abs=0.1)


def test_a_local_register_has_no_degrees() -> None:
    place = read_place("12.5 30", Crs.parse("local"), None)
    assert place is not None
    assert place.reading == "plane"


@pytest.mark.parametrize("typed", ["", "GD-000007", "100", "dn 100", "1 2 3", "X 5", "X 1 X 2", "大塘路 8"])
def test_other_texts_are_no_place(typed: str) -> None:
    assert read_place(typed, CRS, BOUNDS) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [("111", "EPSG:4546"), ("4547", "EPSG:4547"), ("地方", "local"), ("utm 36n", "EPSG:32636")],
)
def test_systems_are_found_by_meridian_number_and_name(typed: str, code: str) -> None:
    assert find_systems(typed)[0].code == code


def test_systems_offered_are_metric() -> None:
    offered = find_systems("") + find_systems("nad83")
    assert all(crs.is_metric for crs in offered)
    assert len({crs.code for crs in offered}) == len(offered)
