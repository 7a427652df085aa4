"""Meridian convergence against a short step north, its sign, and how it is written."""

from __future__ import annotations

import math

import pytest
from pyproj import CRS, Proj

from layers.geometry.convergence import convergence, degrees_minutes
from layers.geometry.crs import Crs


@pytest.mark.parametrize("x", [380_000.0, 500_000.0, 538_000.0, 640_000.0])
@pytest.mark.parametrize("y", [2_500_000.0, 3_016_000.0, 4_900_000.0])
def test_it_is_how_far_a_step_to_true_north_leads_aside(x: float, y: float) -> None:
    projection = Proj(CRS.from_epsg(4546))
    longitude, latitude = projection(x, y, inverse=True)
    further = projection(longitude, latitude + 0.001)
    aside = -math.degrees(math.atan2(further[0] - x, further[1] - y))
    assert convergence(Crs.parse("EPSG:4546"), x, y) == pytest.approx(aside, abs=2e-4)


def test_east_of_the_central_meridian_it_is_positive_and_by_the_book() -> None:
    found = convergence(Crs.parse("EPSG:4546"), 600_000.0, 3_016_000.0)
    assert found is not None
    longitude, latitude = Proj(CRS.from_epsg(4546))(600_000.0, 3_016_000.0, inverse=True)
    assert found == pytest.approx((longitude - 111.0) * math.sin(math.radians(latitude)), abs=1e-3)
    assert found > 0


def test_a_local_system_has_none() -> None:
    assert convergence(Crs.parse("local"), 1000.0, 1000.0) is None


def test_far_outside_the_zone_nothing_is_made_up() -> None:
    assert convergence(Crs.parse("EPSG:4546"), 1e9, 1e9) is None


@pytest.mark.parametrize(
    ("angle", "text"),
    [(0.5361, "+0°32′"), (-1.0083, "-1°00′"), (0.001, "0°00′"), (-0.001, "0°00′"), (0.9999, "+1°00′")],
)
def test_degrees_and_minutes(angle: float, text: str) -> None:
    assert degrees_minutes(angle) == text
