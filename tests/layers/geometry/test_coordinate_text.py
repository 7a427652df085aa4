"""Coordinates as people write them are read as meant, in every form that we write ourselves too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import UserError
from layers.geometry.coordinate_forms import FORMS, all_forms, form_names, write_place
from layers.geometry.coordinate_reading import Reading, read_coordinates
from layers.geometry.coordinate_text import parse_pair
from layers.geometry.crs import Crs, transformer
from layers.model.query import Box

CRS = Crs.parse("EPSG:4546")
LOCAL = Crs.parse("local")
BOUNDS = Box(530_000, 3_010_000, 545_000, 3_025_000)
NORTH, EAST = 3_016_248.37, 538_604.12


def read(text: str, crs: Crs = CRS, bounds: Box | None = BOUNDS, system: str = "") -> tuple[Reading, ...]:
    return read_coordinates(text, crs, bounds, Crs.parse(system) if system else None)


def only(text: str, crs: Crs = CRS, bounds: Box | None = BOUNDS, system: str = "") -> Reading:
    readings = read(text, crs, bounds, system)
    assert len(readings) == 1, readings
    return readings[0]


def place(lon: float, lat: float, system: str = "EPSG:4326") -> tuple[float, float]:
    x, y = transformer(Crs.parse(system), CRS)(np.array([[lon, lat]]))[0]
    return float(x), float(y)


@pytest.mark.parametrize(
    "text",
    [
        "3016248.37 538604.12", "538604.12,3016248.37", "538604.12；3016248.37", "(538604.12, 3016248.37)",
        "X=3016248.37 Y=538604.12", "X 3 016 248.37  Y 538 604.12", "X\u2009 3\u2009016\u2009248.37 Y 538\u2009604.12",
        "3\u2009016\u2009248.37, 538\u2009604.12", "x：538604.12 y：3016248.37", "3,016,248.37, 538,604.12",
        "3016248.37N 538604.12E", "E538604.12N3016248.37", "北3016248.37 东538604.12",
        "横坐标538604.12 纵坐标3016248.37", "northing 3016248.37 easting 538604.12",
        "３０１６２４８．３７，５３８６０４．１２",
        "EPSG:4546 538604.12 3016248.37", "37538604.12 3016248.37", "X3016248.37 Y37538604.12",
    ],
)  # fmt: skip
def test_plane_coordinates_in_either_order(text: str) -> None:
    reading = only(text)
    assert (reading.x, reading.y) == pytest.approx((EAST, NORTH), abs=0.001)
    assert not reading.is_degrees


@pytest.mark.parametrize(
    "text",
    [
        "111.39 27.25", "27.25, 111.39", "111.39°E 27.25°N", "N27.25 E111.39", "经度：111.39，纬度：27.25",
        "东经111.39度，北纬27.25度", "lat 27.25 lon 111.39", "111°23'24\"E 27°15'00\"N", "111°23′24″ 27°15′0″",
        "东经111度23分24秒 北纬27度15分0秒", "27 15 0 N 111 23 24 E", "27:15:00, 111:23:24", "111°23.4'E27°15'N",
        "27°15’00”N，111°23’24”E", "WGS84 111.39,27.25", "WGS-84：27.25 111.39", "27 15.0 111 23.4",
        "111°23'24E 27°15'N",
        "EPSG:4326 27.25 111.39", "纬度27.25 经度111.39",
    ],
)  # fmt: skip
def test_degrees_in_every_writing(text: str) -> None:
    reading = only(text)
    assert (reading.x, reading.y) == pytest.approx(place(111.39, 27.25), abs=0.01)
    assert reading.is_degrees
    assert reading.crs.epsg == 4326
    assert (reading.east, reading.north) == pytest.approx((111.39, 27.25))


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("GCJ-02 111.39,27.25", "GCJ-02"), ("高德：111.39，27.25", "GCJ-02"), ("腾讯 27.25,111.39", "GCJ-02"),
        ("火星坐标(111.39,27.25)", "GCJ-02"), ("BD-09 111.39 27.25", "BD-09"), ("百度坐标：111.39，27.25", "BD-09"),
        ("111.39,27.25 (BD09)", "BD-09"), ("CGCS2000 111.39 27.25", "EPSG:4490"), ("西安80 111.39 27.25", "EPSG:4610"),
    ],
)  # fmt: skip
def test_the_system_named_beside_the_numbers_is_meant(text: str, system: str) -> None:
    reading = only(text)
    assert reading.crs.code == system
    assert (reading.x, reading.y) == pytest.approx(place(111.39, 27.25, system), abs=0.001)


def test_shifted_degrees_lie_some_hundred_metres_off_and_are_never_assumed() -> None:
    plain, gcj, bd = only("111.39,27.25"), only("GCJ-02 111.39,27.25"), only("BD-09 111.39,27.25")
    assert plain.crs.epsg == 4326
    assert 300 < np.hypot(plain.x - gcj.x, plain.y - gcj.y) < 800
    assert 600 < np.hypot(gcj.x - bd.x, gcj.y - bd.y) < 1500


def test_a_chosen_system_holds_unless_the_text_names_one() -> None:
    assert only("111.39,27.25", system="GCJ-02").crs.code == "GCJ-02"
    assert only("BD-09 111.39,27.25", system="GCJ-02").crs.code == "BD-09"
    assert only("3016248 538604", system="EPSG:4547", bounds=None).crs.epsg == 4547


def test_a_point_in_another_zone_is_brought_over_and_its_distance_told() -> None:
    reading = only("EPSG:4547 N3016248 E538604")
    assert reading.crs.epsg == 4547
    x, y = transformer(Crs.parse("EPSG:4547"), CRS)(np.array([[538604.0, 3016248.0]]))[0]
    assert (reading.x, reading.y) == pytest.approx((x, y), abs=0.001)
    assert reading.outside == pytest.approx(np.hypot(x - BOUNDS.x1, 0), rel=0.01)


def test_what_can_be_two_places_is_given_as_both() -> None:
    readings = read("12 34", bounds=None, crs=Crs.parse("EPSG:3857"))
    assert {(r.east, r.north) for r in readings} == {(12.0, 34.0), (34.0, 12.0)}
    square = Box(0, 0, 5000, 5000)
    readings = read("1200 3400", LOCAL, square)
    assert {(r.x, r.y) for r in readings} == {(1200.0, 3400.0), (3400.0, 1200.0)}
    # Letters leave nothing open.
    assert (only("X 1200 Y 3400", LOCAL, square).x) == 3400.0
    assert (only("E 1200 N 3400", LOCAL, square).x) == 1200.0


def test_where_the_register_lies_decides_between_two_orders() -> None:
    assert only("40.1, 88.2", Crs.parse("EPSG:4538"), None).east == 88.2
    long_strip = Box(0, 100_000, 1000, 200_000)
    reading = only("150000 500", LOCAL, long_strip)
    assert (reading.x, reading.y) == (500.0, 150_000.0)


def test_local_coordinates_have_no_degrees_but_small_numbers() -> None:
    assert only("12.5 30", LOCAL, Box(0, 25, 20, 500)).y == 30.0
    with pytest.raises(UserError) as caught:
        read("111°23'24\"E 27°15'N", LOCAL)
    assert caught.value.title.id == "crs.local_has_no_place"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("111°75'E 27°N", "coordinates.sixty"), ("27°15'61\"N 111°E", "coordinates.sixty"),
        ("N 26 N 27", "coordinates.same_axis"), ("东经111 西经27", "coordinates.same_axis"),
        ("N 111.39 E 27.25°", "coordinates.range"), ("EPSG:99999 1 2", "crs.unknown"),
        ("27.5°15'N 111°E", "coordinates.mixed"), ("EPSG:4546 27°N 111°E", "coordinates.not_degrees"),
    ],
)  # fmt: skip
def test_impossible_coordinates_say_why(text: str, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        read(text)
    assert caught.value.title.id == problem


@pytest.mark.parametrize(
    "text",
    ["", "大塘路", "DN100", "XHS-02147", "3016248", "1:2000", "SB-000001 777", "27.25 111.39 12", "12.5.3 4", "dtl",
     "阀门 12 13"],
)  # fmt: skip
def test_other_texts_are_no_coordinates(text: str) -> None:
    assert read(text) == ()


@given(st.floats(530_000, 545_000), st.floats(3_010_000, 3_025_000), st.sampled_from(FORMS))
def test_every_form_is_read_back_to_the_same_place(x: float, y: float, name: str) -> None:
    reading = only(write_place(x, y, CRS, name).text)
    assert np.hypot(reading.x - x, reading.y - y) < 0.01


@given(st.floats(-170, 170), st.floats(-79, 79), st.sampled_from(("seconds", "minutes")))
def test_degrees_are_read_back_anywhere_on_earth(lon: float, lat: float, name: str) -> None:
    text = write_place(lon, lat, Crs.parse("EPSG:4326"), name).text
    pair = parse_pair(text)
    assert pair is not None
    assert (pair.second.number, pair.first.number) == pytest.approx((lon, lat), abs=2e-8)
    assert (pair.first.axis, pair.second.axis) == ("north", "east")
    assert "60" not in text.partition("°")[2][:2]


@given(st.text(alphabet="0123456789.,:°'\"NESWXY 东经北纬度分秒-+", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        readings = read(text)
    except UserError:
        readings = ()
    assert all(np.isfinite([r.x, r.y]).all() for r in readings)


def test_local_coordinates_are_written_on_the_plane_only() -> None:
    assert form_names(LOCAL) == ("register", "east_north")
    assert [form.text for form in all_forms(12.5, 30.25, LOCAL)] == [
        "X 30.250  Y 12.500",
        "E 12.500  N 30.250",
    ]


def test_minutes_and_seconds_never_reach_sixty() -> None:
    form = write_place(111.9999999999, 27.0, Crs.parse("EPSG:4326"), "seconds")
    assert form.text == "27°00′00.0000″N 112°00′00.0000″E"
