"""Lengths, areas and bearings agree with published figures and with each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from layers.geometry.crs import Crs
from layers.geometry.measuring import area, bearing, crosses_itself, lengths

CRS = Crs.parse("EPSG:4546")
LOCAL = Crs.parse("local")
CORNERS = np.array(
    [[538000.0, 3016000.0], [539000.0, 3016000.0], [539000.0, 3017000.0], [538000.0, 3017000.0]]
)


def test_the_published_line_of_vincenty() -> None:
    """Flinders Peak to Buninyong, Geoscience Australia's worked example: GDA94 zone 55 (EPSG:28355)."""
    crs = Crs.parse("EPSG:28355")
    flinders, buninyong = (273741.297, 5796489.777), (228854.051, 5828259.038)
    found = bearing(flinders, buninyong, crs)
    assert found.length.ellipsoid_total == pytest.approx(54972.271, abs=0.002)
    # Azimuth 306 52 05.37; grid bearing of the arc 305 17 01.72, of its chord on the plane 19.47 seconds more.
    assert found.true == pytest.approx(306 + 52 / 60 + 5.37 / 3600, abs=0.02 / 3600)
    assert found.grid == pytest.approx(305 + 17 / 60 + (1.72 + 19.47) / 3600, abs=0.05 / 3600)
    # They print -1 35 03.65, what to add to an azimuth to have the grid bearing; ours is the other way round.
    assert found.convergence == pytest.approx(1 + 35 / 60 + 3.65 / 3600, abs=0.05 / 3600)
    assert found.length.plane_total == pytest.approx(54992.279, abs=0.002)


def test_the_scale_on_the_central_meridian_is_one_and_grows_sideways() -> None:
    middle = lengths(np.array([[500000.0, 3016000.0], [500000.0, 3017000.0]]), CRS)
    assert middle.ellipsoid_total == pytest.approx(1000.0, abs=1e-5)
    beside = lengths(np.array([[600000.0, 3016000.0], [600000.0, 3017000.0]]), CRS)
    # 1 + y^2 / 2R^2 at 100 km from the meridian.
    assert beside.ellipsoid_total == pytest.approx(1000.0 / (1 + 100_000**2 / (2 * 6_360_000**2)), abs=0.003)


def test_area_on_plane_and_ellipsoid() -> None:
    found = area(CORNERS, CRS)
    assert found.plane == pytest.approx(1_000_000.0, abs=1e-6)
    to_degrees = Transformer.from_crs(4546, 4490, always_xy=True)
    lon, lat = to_degrees.transform(CORNERS[:, 0], CORNERS[:, 1])
    expected, around = Geod(ellps="GRS80").polygon_area_perimeter(lon, lat)
    # CGCS2000 and GRS80 differ in the flattening's ninth digit.
    assert found.ellipsoid == pytest.approx(abs(expected), rel=1e-8)
    assert found.around.ellipsoid_total == pytest.approx(around, rel=1e-8)
    assert found.around.plane_total == pytest.approx(4000.0)


def test_bearing_on_grid_and_true_north() -> None:
    found = bearing((538000.0, 3016000.0), (538000.0, 3017000.0), CRS)
    assert found.grid == 0.0
    assert found.convergence is not None
    assert found.true == pytest.approx(found.convergence, abs=2 / 3600)
    # East of the meridian grid north points east of true north: (lon - 111) * sin(lat).
    lon, lat = Transformer.from_crs(4546, 4490, always_xy=True).transform(538000.0, 3016000.0)
    assert found.convergence == pytest.approx((lon - 111.0) * np.sin(np.radians(lat)), abs=1e-5)
    assert bearing((0, 0), (-1, 0), LOCAL).grid == 270.0


def test_local_coordinates_have_plane_figures_only() -> None:
    assert lengths(np.array([[0.0, 0.0], [3.0, 4.0]]), LOCAL).ellipsoid is None
    assert area(CORNERS, LOCAL).ellipsoid is None
    found = bearing((0, 0), (1, 1), LOCAL)
    assert (found.grid, found.true, found.convergence) == (45.0, None, None)


def test_nothing_drawn_yet_measures_nothing() -> None:
    assert lengths(np.empty((0, 2)), CRS).plane_total == 0.0
    assert lengths(np.array([[538000.0, 3016000.0]]), CRS).ellipsoid_total == 0.0


def test_a_crossing_ring_is_noticed() -> None:
    assert not crosses_itself(CORNERS)
    assert crosses_itself(CORNERS[[0, 2, 1, 3]])
    assert not crosses_itself(CORNERS[:3])


@given(
    st.lists(st.tuples(st.floats(530_000, 545_000), st.floats(3_010_000, 3_025_000)), min_size=2, max_size=6)
)
def test_near_the_meridian_plane_and_ellipsoid_agree_to_a_few_centimetres_per_kilometre(
    points: list[tuple[float, float]],
) -> None:
    found = lengths(np.array(points), CRS)
    assert found.ellipsoid is not None
    assert len(found.plane) == len(found.ellipsoid) == len(points) - 1
    for plane, curved in zip(found.plane, found.ellipsoid, strict=True):
        assert curved == pytest.approx(plane, rel=3e-5, abs=1e-6)
