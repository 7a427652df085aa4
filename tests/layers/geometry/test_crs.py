"""Coordinate systems: reading them, metric twins, zones, transforms and the offsets of consumer maps."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from layers.errors import UserError
from layers.geometry import gcj02
from layers.geometry.crs import Crs, fitting, metric_twin, transformer

WGS84 = Crs.parse("EPSG:4326")
CITIES = [
    # domain.md e.1: (longitude, latitude, zone, east, north)
    (111.47, 27.24, "EPSG:4546", 546550.66, 3014310.99),
    (112.94, 28.23, "EPSG:4547", 395955.33, 3124385.93),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:4546", "EPSG:4546"),
        ("epsg:4546", "EPSG:4546"),
        (" 4546 ", "EPSG:4546"),
        ("urn:ogc:def:crs:EPSG::4546", "EPSG:4546"),
        ("local", "local"),
        ("LOCAL", "local"),
        ("地方坐标系", "local"),
        ("gcj-02", "GCJ-02"),
        ("BD09", "BD-09"),
        ('LOCAL_CS["schematic",UNIT["metre",1]]', "local"),
    ],
)
def test_names_of_a_system_are_read(text: str, code: str) -> None:
    assert Crs.parse(text).code == code


def test_wkt_without_its_number_is_recognised_and_axis_order_does_not_matter() -> None:
    assert Crs.parse(CRS.from_epsg(4546).to_wkt("WKT1_ESRI")) == Crs.parse("EPSG:4546")
    assert Crs.parse(CRS.from_epsg(4326).to_wkt("WKT1_ESRI")) == WGS84


def test_a_compound_system_is_read_as_its_plane() -> None:
    assert Crs.parse("EPSG:7405").code == "EPSG:27700"


@pytest.mark.parametrize("text", ["", "EPSG:999999", "nonsense", "EPSG:5703", "EPSG:4978", 'PROJCS["broken'])
def test_what_is_no_plane_system_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UserError) as refused:
        Crs.parse(text)
    assert refused.value.title.id in ("crs.unknown", "crs.not_horizontal")
    assert refused.value.hint is not None


def test_equal_after_the_way_through_another_process() -> None:
    for text in ("EPSG:4326", "EPSG:4546", "local", "GCJ-02"):
        crs = Crs.parse(text)
        assert pickle.loads(pickle.dumps(crs)) == crs
        assert hash(pickle.loads(pickle.dumps(crs))) == hash(crs)


def test_titles_speak_the_trade() -> None:
    assert Crs.parse("EPSG:4546").title.zh == "CGCS2000 3度带 中央经线 111°E（EPSG:4546）"
    assert Crs.parse("EPSG:4525").title.zh == "CGCS2000 3度带 第37带（横坐标带带号）（EPSG:4525）"


@pytest.mark.parametrize(("lon", "lat", "code", "east", "north"), CITIES)
def test_cities_fall_into_their_zone(lon: float, lat: float, code: str, east: float, north: float) -> None:
    zone = fitting(lon, lat)
    assert zone.code == code
    for degrees in (WGS84, Crs.parse("EPSG:4490")):
        there = transformer(degrees, zone)(np.array([[lon, lat]]))
        np.testing.assert_allclose(there, [[east, north]], atol=0.006)
        np.testing.assert_allclose(transformer(zone, degrees)(there), [[lon, lat]], atol=1e-9)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (30.06, -1.94, "EPSG:32736"),
        (24.94, 60.17, "EPSG:32635"),
        (180.0, 10.0, "EPSG:32660"),
        (73.7, 39.0, "EPSG:4534"),
    ],
)
def test_elsewhere_the_utm_zone_fits(lon: float, lat: float, code: str) -> None:
    assert fitting(lon, lat).code == code


def test_metres_are_no_place_for_a_zone() -> None:
    with pytest.raises(UserError) as refused:
        fitting(546550.0, 3014310.0)
    assert refused.value.title.id == "crs.not_degrees"


@pytest.mark.parametrize(
    ("foot", "metric"), [("EPSG:3547", "EPSG:3546"), ("EPSG:3089", "EPSG:3088"), ("EPSG:2264", "EPSG:32119")]
)
def test_a_foot_system_has_its_metric_twin(foot: str, metric: str) -> None:
    source, target = Crs.parse(foot), metric_twin(Crs.parse(foot))
    assert target.code == metric
    feet = np.array([[5_000_000.0, 3_500_000.0], [5_001_000.0, 3_500_000.0]])
    metres = transformer(source, target)(feet)
    np.testing.assert_allclose(metres, feet * source.metres_per_unit, atol=0.001)


def test_a_foot_system_unknown_to_the_register_gets_a_twin_of_its_own() -> None:
    text = "+proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=us-ft +type=crs"
    foot = Crs.parse(text)
    twin = metric_twin(foot)
    assert (foot.code, twin.code, twin.is_metric) == ("", "", True)
    feet = np.array([[1_640_000.0, 9_800_000.0]])
    np.testing.assert_allclose(transformer(foot, twin)(feet), feet * foot.metres_per_unit, atol=0.001)


def test_metric_and_local_systems_are_their_own_twin_and_degrees_have_none() -> None:
    for text in ("EPSG:4546", "local"):
        assert metric_twin(Crs.parse(text)) == Crs.parse(text)
    with pytest.raises(UserError):
        metric_twin(WGS84)


def test_local_goes_nowhere_but_to_local() -> None:
    local = Crs.parse("local")
    points = np.array([[1.0, 2.0]])
    assert transformer(local, local)(points).tolist() == [[1.0, 2.0]]
    for source, target in ((local, WGS84), (WGS84, local)):
        with pytest.raises(UserError) as refused:
            transformer(source, target)
        assert refused.value.title.id == "crs.local_has_no_place"


def test_a_point_without_counterpart_is_nan_and_spoils_no_other() -> None:
    there = transformer(WGS84, Crs.parse("EPSG:4546"))(
        np.array([[111.0, 91.0], [111.47, 27.24], [np.nan, 1.0]])
    )
    assert np.isnan(there[[0, 2]]).all()
    assert np.isfinite(there[1]).all()


def test_known_points_of_consumer_maps() -> None:
    point = np.array([[116.404, 39.915]])
    np.testing.assert_allclose(
        gcj02.wgs84_to_gcj02(point), [[116.41024449916938, 39.91640428150164]], atol=1e-9
    )
    np.testing.assert_allclose(
        gcj02.gcj02_to_bd09(point), [[116.41036949371029, 39.92133699351021]], atol=1e-9
    )
    # The published way back is an approximation, ours is exact: they agree within 0.1 m.
    np.testing.assert_allclose(
        gcj02.bd09_to_gcj02(point), [[116.39762729119315, 39.90865673957631]], atol=1e-6
    )


@given(st.floats(73.7, 134.7), st.floats(3.0, 53.5))
def test_consumer_maps_and_back_within_a_millimetre(lon: float, lat: float) -> None:
    point = np.array([[lon, lat]])
    degree = 111_320.0
    there = gcj02.wgs84_to_gcj02(point)
    assert 10.0 < np.abs(there - point).max() * degree < 2_000.0
    assert np.abs(gcj02.gcj02_to_wgs84(there) - point).max() * degree < 0.001
    assert np.abs(gcj02.bd09_to_wgs84(gcj02.wgs84_to_bd09(point)) - point).max() * degree < 0.001


def test_outside_china_nothing_is_shifted() -> None:
    helsinki = np.array([[24.94, 60.17]])
    for function in (gcj02.wgs84_to_gcj02, gcj02.wgs84_to_bd09, gcj02.gcj02_to_wgs84, gcj02.bd09_to_wgs84):
        assert function(helsinki).tolist() == helsinki.tolist()


@pytest.mark.parametrize("code", ["GCJ-02", "BD-09"])
def test_shifted_degrees_pass_through_the_transformer_both_ways(code: str) -> None:
    zone, shifted = Crs.parse("EPSG:4546"), Crs.parse(code)
    points = np.array([[546550.66, 3014310.99]])
    there = transformer(zone, shifted)(points)
    plain = transformer(zone, WGS84)(points)
    assert 100.0 < np.abs(there - plain).max() * 111_320.0 < 1_500.0
    np.testing.assert_allclose(transformer(shifted, zone)(there), points, atol=0.001)


@pytest.mark.parametrize("code", ["GCJ-02", "BD-09"])
def test_a_file_in_shifted_degrees_says_so_in_its_definition(code: str) -> None:
    assert Crs.parse(Crs.parse(code).wkt) == Crs.parse(code)
    assert Crs.parse(CRS.from_wkt(Crs.parse(code).wkt).to_wkt("WKT1_ESRI")) == Crs.parse(code)
