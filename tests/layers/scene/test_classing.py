"""Classes made from a register: by value and by number, every asset in exactly one of them."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import LineString, Point

from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.scene.classes import UNCLASSED, class_indexes
from layers.scene.classing import (
    MOST_CLASSES,
    classed,
    field_to_class,
    fields_for,
    methods_for,
    range_title,
    usual_classing,
)
from layers.scene.restyling import layer_of
from layers.scene.style import Classing, LayerStyle
from layers.scene.styles import base_style
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.text import Message, Title

pytestmark = pytest.mark.keeps_running

OWNERS = ["自来水公司"] * 6 + ["开发区水务"] * 3 + ["物业"] * 2 + ["厂区"]
DNS = [50, 80, 100, 100, 150, 200, 200, 300, 400, 600, 900, None]
YEARS = [
    "1978",
    "1985-06-01",
    "198X",
    "1999",
    "2003",
    "2009-06",
    "2012",
    "2015",
    "2018",
    "2021",
    "XXXX",
    None,
]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path: Path = tmp_path_factory.mktemp("classing") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="林工") as register:
        with register.edit(Message("action.import")) as edit:
            grids = [edit.insert("grid", {"code": f"WG-{n}", "name": name}) for n, name in enumerate("东西")]
            for number, (owner, dn, year) in enumerate(zip(OWNERS, DNS, YEARS, strict=True)):
                edit.insert("pipe", {
                    "code": f"GD-{number}", "owner": owner, "dn": dn, "laid_date": year,
                    "status": "planned" if number == 4 else "in_service", "grid": grids[number % 2],
                    "recorded_length_m": 10.0 * number, "condition": str(1 + number % 3),
                    "geom": LineString([(number, 0), (number + 1, 0)]),
                })  # fmt: skip
            for number in range(6):
                edit.insert("valve", {
                    "code": f"FM-{number}", "operable": (True, False, None)[number % 3],
                    "present_state": ("open", "closed")[number % 2], "geom": Point(number, 0),
                })  # fmt: skip
        yield register


def layer_for(register: Register, name: str) -> LayerStyle:
    return layer_of(base_style(register, "diameter"), name)


def made(register: Register, layer: str, classing: Classing) -> LayerStyle:
    return classed(register, layer_for(register, layer), classing, Feedback())


def counted(register: Register, layer: LayerStyle) -> dict[str, int]:
    table = register.columns(
        layer.type, [name for name in layer.fields if name in register.catalogue[layer.type]]
    )
    indexes = class_indexes(table, layer)
    assert (indexes != UNCLASSED).all()
    found = Counter(layer.classes[index].title.zh for index in indexes)
    return dict(found)


def test_by_text_the_most_frequent_have_a_class_and_the_rest_one_together(register: Register) -> None:
    layer = made(register, "pipe", Classing("owner", "categories", "okabe_ito", 2))
    assert [each.title.zh for each in layer.classes if not each.is_state] == [
        "自来水公司", "开发区水务", "未填", "其他",
    ]  # fmt: skip
    assert counted(register, layer) == {"自来水公司": 5, "规划": 1, "开发区水务": 3, "其他": 3}


def test_by_link_classes_are_called_as_what_they_lead_to(register: Register) -> None:
    layer = made(register, "pipe", Classing("grid", "categories", "okabe_ito", 7))
    assert counted(register, layer) == {"东": 5, "西": 6, "规划": 1}


def test_a_link_that_leads_to_nothing_is_called_as_it_stands(empty_register: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(empty_register, tmp_path / "town.gpkg"))
    with Register.open(path, actor="林工") as register, register.edit(Message("action.import")) as edit:
        valve = edit.insert("valve", {"code": "FM-1", "geom": Point(0, 0)})
        for number in range(2):
            report = {
                "code": f"SB-{number}",
                "kind": "leak",
                "state": "open",
                "found_at": "2026-11-01T08:00:00.000Z",
            }
            edit.insert("field_report", {**report, "target": f"valve:{valve}", "geom": Point(number, 0)})
    with contextlib.closing(sqlite3.connect(path)) as raw:
        for name, function in GEOMETRY_FUNCTIONS.items():
            raw.create_function(name, 1, function)
        raw.execute("UPDATE field_report SET target = 'nope:1' WHERE fid = 2")
        raw.commit()
    with Register.open(path, actor="林工") as register:
        layer = made(register, "field_report", Classing("target", "categories", "okabe_ito", 7))
        assert counted(register, layer) == {"FM-1": 1, "nope:1": 1}


def test_by_choice_classes_stand_in_the_order_of_the_list(register: Register) -> None:
    layer = made(register, "pipe", Classing("condition", "categories", "okabe_ito", 7))
    titles = [each.title for each in layer.classes if not each.is_state]
    assert titles[:3] == [
        Title("完好", "Intact"),
        Title("轻微破损", titles[1].en),
        Title("一般破损", titles[2].en),
    ]


def test_points_by_yes_and_no_keep_their_symbol(register: Register) -> None:
    layer = made(register, "valve", Classing("operable", "categories", "okabe_ito", 7))
    own = [each for each in layer.classes if not each.is_state]
    assert [each.title.en for each in own] == ["yes", "no", "Not given", "Other"]
    assert {each.look.symbol for each in own} == {"valve_gate"}
    assert own[0].look.symbol_drawing == "valve_gate%okabe_ito:1/2"
    assert counted(register, layer) == {"是": 2, "否": 2, "未填": 2}


def test_by_size_in_equal_counts(register: Register) -> None:
    layer = made(register, "pipe", Classing("dn", "quantile", "cividis", 3))
    own = [each for each in layer.classes if not each.is_state]
    assert [each.title.zh for each in own] == ["≥ 400 mm", "150–399 mm", "< 150 mm", "未填"]
    assert counted(register, layer) == {"≥ 400 mm": 3, "150–399 mm": 3, "规划": 1, "< 150 mm": 4, "未填": 1}
    widths = [each.look.width for each in own[:3]]
    assert widths == sorted(widths, reverse=True)


def test_by_year_what_is_not_known_has_a_class(register: Register) -> None:
    layer = made(register, "pipe", Classing("laid_date", "equal", "brown_blue", 4))
    own = [each for each in layer.classes if not each.is_state]
    # 1978 to 2021 in four steps of 10.75 years, whole years from there on.
    assert [each.title.zh for each in own] == ["2011 年以后", "2000–2010", "1989–1999", "1989 年以前", "未填"]
    assert counted(register, layer) == {
        "2011 年以后": 4, "2000–2010": 1, "1989–1999": 1, "1989 年以前": 3, "未填": 2, "规划": 1,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["quantile", "equal", "natural"])
@pytest.mark.parametrize("field", ["dn", "laid_date", "recorded_length_m"])
@pytest.mark.parametrize("count", [2, 5, MOST_CLASSES])
def test_every_number_lies_in_one_class(register: Register, field: str, method: str, count: int) -> None:
    layer = made(register, "pipe", Classing(field, method, "viridis", count))  # type: ignore[arg-type]
    assert sum(counted(register, layer).values()) == len(OWNERS)
    # Exactly one: the ranges touch and do not overlap.
    rules = [each.rules[0] for each in layer.classes if not each.is_state and each.rules]
    assert all(low.upper == high.lower for high, low in pairwise(rules))


def test_every_field_offered_can_be_classed_and_leaves_nobody_out(register: Register) -> None:
    for layer in (layer_for(register, name) for name in ("pipe", "valve")):
        for field in fields_for(register.catalogue[layer.type]):
            classing = usual_classing(field)
            assert classing.method in methods_for(field)
            done = classed(register, layer, classing, Feedback())
            table = register.columns(
                layer.type, [name for name in done.fields if name in register.catalogue[layer.type]]
            )
            assert (class_indexes(table, done) != UNCLASSED).all(), (layer.id, field.name)


def test_fields_that_say_nothing_on_a_map_are_not_offered() -> None:
    names = {field.name for field in fields_for(load_catalogue()["pipe"])}
    assert {"dn", "material", "grid", "owner", "status", "service_area", "laid_date"} <= names
    assert names.isdisjoint({"code", "geom", "dn_origin", "dn_source"})


def test_a_field_that_is_gone_is_told(register: Register) -> None:
    with pytest.raises(UserError) as told:
        made(register, "pipe", Classing("colour_of_paint", "categories", "okabe_ito", 3))
    assert told.value.title.id == "styling.no_field"
    assert told.value.hint is not None
    with pytest.raises(UserError) as told:
        field_to_class(register.catalogue["pipe"], Classing("material", "equal", "cividis", 3))
    assert told.value.title.id == "styling.not_so"


def test_titles_of_ranges() -> None:
    pipe = load_catalogue()["pipe"]
    dn, length, year = (pipe.field_named(name) for name in ("dn", "recorded_length_m", "laid_date"))
    assert range_title(dn, 100, 101).zh == "100 mm"
    assert range_title(length, 12.5, 20).zh.startswith("12.5")
    assert range_title(year, None, 1980) == Title("1980 年以前", "before 1980")
    assert range_title(dn, None, None) == Title("有值", "Given")


def test_numbers_all_alike_are_one_class(register: Register) -> None:
    layer = layer_for(register, "valve")
    done = classed(register, layer, Classing("dn", "natural", "cividis", 5), Feedback())
    assert [each.title.en for each in done.classes if not each.is_state] == ["Given", "Not given"]
    assert np.all([each.look.symbol == "valve_gate" for each in done.classes if not each.is_state])
