"""Map styles that tell who looks after what: every grid in one class, neighbours told apart, as of the day."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.feedback import Feedback
from layers.register import Register
from layers.responsibility.oversight.overview import Overview
from layers.scene.classes import UNCLASSED, class_indexes
from layers.scene.computed import MOST_NAMED, by_grid
from layers.scene.style import LayerStyle, MapStyle
from layers.scene.styles import as_of, find_style, is_computed
from layers.text import Message
from tests.layers.responsibility.district import build_district, day

pytestmark = pytest.mark.keeps_running

STYLES = ("grid", "grid_person", "grid_load", "grid_alarm")


def area_layer(style: MapStyle) -> LayerStyle:
    return next(layer for layer in style.layers if layer.id == "grid_area")


def classes_of(register: Register, style: MapStyle) -> dict[str, str]:
    """By code the class of every grid."""
    layer = area_layer(style)
    table = register.values("grid", ["code", *(field for field in layer.fields if field != "code")])
    numbers = class_indexes(table, layer)
    codes = table.column("code").to_pylist()
    return {
        code: "" if number == UNCLASSED else layer.classes[number].id
        for code, number in zip(codes, numbers, strict=True)
    }


@pytest.fixture
def district(opened: Register) -> Register:
    build_district(opened)
    return opened


def test_every_grid_of_the_lowest_level_has_one_class_and_areas_none(district: Register) -> None:
    for name in STYLES:
        style = find_style(district, name)
        assert is_computed(style)
        found = classes_of(district, style)
        assert {code for code, each in found.items() if not each} == {"A1", "A2"}, name
        layer = area_layer(style)
        assert layer.shown
        # The mains lie on it.
        order = [each.id for each in style.layers]
        assert order.index("road") < order.index("grid_area") < order.index("pipe")


def test_neighbours_differ_and_people_have_one_colour(district: Register) -> None:
    layer = area_layer(find_style(district, "grid"))
    looks = {rule.values[0]: each.look.fill for each in layer.classes for rule in each.rules}
    shapes = {f"G{n + 1:02d}": shapely.box(n % 4, n // 4, n % 4 + 1, n // 4 + 1) for n in range(8)}
    for one, shape in shapes.items():
        for other, another in shapes.items():
            if shapely.length(shapely.intersection(shape, another)) > 0 and one != other:
                assert looks[one] != looks[other], (one, other)
    # One person takes over a second grid: both are of one class, and of nobody else's colour.
    with district.edit(Message("store.created")) as edit:
        edit.update("assignment", 3, 1, {"to_date": "2025-12-31"})
        edit.insert("assignment", {
            "person": 1, "role": "steward", "target": "grid:4", "rank": "primary", "from_date": "2026-01-01",
        })  # fmt: skip
    found = classes_of(district, find_style(district, "grid_person"))
    assert found["G01"] == found["G02"] == "p1"
    assert found["G03"] == "p3"
    # On a day before, the other one was.
    style = find_style(district, "grid_person")
    then = as_of(district, style, day("2025-06-01"), Feedback())
    assert classes_of(district, then)["G02"] == "p2"
    plain = find_style(district, "diameter")
    assert as_of(district, plain, day("2025-06-01"), Feedback()) is plain


def test_what_nobody_is_in_charge_of_stands_out(district: Register) -> None:
    with district.edit(Message("store.created")) as edit:
        edit.update("assignment", 3, 1, {"to_date": "2025-12-31"})
    person = area_layer(find_style(district, "grid_person"))
    assert person.classes[0].id == "nobody"
    assert person.classes[0].look.fill == "danger"
    assert classes_of(district, find_style(district, "grid_person"))["G02"] == "nobody"
    alarm = area_layer(find_style(district, "grid_alarm"))
    assert classes_of(district, find_style(district, "grid_alarm"))["G02"] == "expired"
    assert next(each for each in alarm.classes if each.id == "expired").title.zh == "已到期"


def test_of_many_grids_those_of_a_colour_share_a_class(district: Register) -> None:
    with district.edit(Message("store.created")) as edit:
        for number in range(MOST_NAMED):
            box = shapely.box(number * 10, 5000, number * 10 + 10, 5010)
            edit.insert("grid", {"code": f"M{number:02d}", "name": "小网格", "level": "grid", "geom": box})
    classes = area_layer(find_style(district, "grid")).classes
    assert len(classes) < 8
    assert sum(len(rule.values) for each in classes for rule in each.rules) == MOST_NAMED + 8


def test_a_register_without_grids_is_drawn_all_the_same() -> None:
    assert by_grid(Overview(datetime.date(2026, 1, 1), ())) == []
