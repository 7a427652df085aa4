"""Coordinate systems found by typing."""

from __future__ import annotations

import pytest

from layers.search.systems import find_systems


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
