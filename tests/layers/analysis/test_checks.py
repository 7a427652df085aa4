"""The checks: each rule by an example and its counter-example, then the sample city with its planted findings."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from layers.analysis.checking.book import Book
from layers.analysis.checking.gathering import CHECKS, check_book, check_register, rule_names
from layers.analysis.checking.rule_file import load_rules
from layers.analysis.mending.mends import MENDS
from layers.feedback import Feedback
from layers.model.catalogue_file import load_catalogue
from layers.register import Register
from layers.sample.write import create_sample
from layers.text import Message, Texts

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

X, Y = 500_000.0, 3_000_000.0
Asset = tuple[str, dict[str, Any]]


def pipe(code: str, *places: tuple[float, float], **values: Any) -> Asset:
    line = shapely.LineString([(X + x, Y + y) for x, y in places])
    return "pipe", {"code": code, "geom": line, "status": "in_service", "dn": 100, **values}


def point(type_name: str, code: str, x: float, y: float, **values: Any) -> Asset:
    return type_name, {"code": code, "geom": shapely.Point(X + x, Y + y), **values}


MAIN = pipe("M", (0, 0), (100, 0), dn=200, function="distribution")
AWAY = pipe("A", (0, 0), (0, 60), dn=200)
NORTH = pipe("N", (100, 0), (100, 60), dn=200, function="distribution")


def area(type_name: str, code: str, size: float, **values: Any) -> Asset:
    shape = shapely.box(X - size, Y - size, X + size, Y + size)
    return type_name, {"code": code, "name": code, "geom": shapely.MultiPolygon([shape]), **values}


#: rule: assets, and the codes that must be found
CASES: dict[str, tuple[list[Asset], list[str]]] = {
    "near_miss": ([MAIN, pipe("B", (50, 0.3), (50, 40))], ["B"]),
    "near_miss: joined": ([MAIN, pipe("B", (50, 0), (50, 40))], []),
    "near_miss: too far": ([MAIN, pipe("B", (50, 1.5), (50, 40))], []),
    "near_miss: ends at a hydrant": (
        [MAIN, pipe("B", (50, 0.3), (50, 40)), point("hydrant", "H", 50, 0.3)], []
    ),
    "near_miss: a short branch": ([MAIN, pipe("B", (50, 0), (50, 0.6))], []),
    "dangling_end": ([MAIN, pipe("B", (50, 0), (50, 40))], ["B", "M", "M"]),
    "dangling_end: capped": (
        [pipe("B", (0, 0), (50, 0)), point("network_point", "P", 0, 0), point("hydrant", "H", 50, 0)], []
    ),
    "isolated_pipe": ([MAIN, AWAY, pipe("B", (50, 20), (50, 40))], ["B"]),
    "isolated_pipe: planned": ([MAIN, AWAY, pipe("B", (50, 20), (50, 40), status="planned")], []),
    "island": ([MAIN, AWAY, pipe("B", (50, 20), (50, 40)), pipe("C", (50, 40), (70, 40))], ["B"]),
    "duplicate_pipe": ([MAIN, pipe("B", (100, 0), (0, 0))], ["B"]),
    "duplicate_pipe: another way": ([MAIN, pipe("B", (0, 0), (50, 20), (100, 0))], []),
    "overlap": ([MAIN, pipe("B", (0, 0), (60, 0))], ["B"]),
    "overlap: from between": ([MAIN, pipe("B", (20, 0), (60, 0))], ["B"]),
    "overlap: begins and ends in the midst of both": (
        [pipe("A", (0, 40), (20, 0), (60, 0), (80, 40)), pipe("B", (0, -40), (30, 0), (50, 0), (90, -40))], ["B"]
    ),
    "overlap: a bend touches": ([pipe("A", (0, 40), (20, 0), (60, 40)), pipe("B", (0, -9), (20, 0), (60, -9))], []),
    "overlap: a short first piece": ([MAIN, pipe("B", (50, 0), (50.03, 0.03), (50.03, 20))], []),
    "overlap: a branch": ([MAIN, pipe("B", (20, 0), (60, 20))], []),
    "crossing": ([MAIN, pipe("B", (50, -20), (50, 20))], ["B"]),
    "crossing: with a bend": ([MAIN, pipe("B", (50, -20), (52, 5), (70, -9))], ["B"]),
    "crossing: at bends": ([pipe("A", (0, 40), (20, 0), (60, 40)), pipe("B", (0, -9), (20, 0), (60, -9))], ["B"]),
    "crossing: with a point": (
        [MAIN, pipe("B", (50, -20), (50, 20)), point("network_point", "P", 50, 0, kind="cross")], []
    ),
    "crosses_itself": ([pipe("B", (0, 0), (40, 0), (40, 20), (20, -20))], ["B"]),
    "crosses_itself: a ring": ([pipe("B", (0, 0), (40, 0), (40, 20), (0, 0))], []),
    "too_short": ([MAIN, pipe("B", (50, 0), (50, 0.02))], ["B"]),
    "dn_jump": ([MAIN, pipe("B", (100, 0), (200, 0), dn=100, function="distribution")], ["B"]),
    "dn_jump: reducer": (
        [
            MAIN,
            pipe("B", (100, 0), (200, 0), dn=100, function="distribution"),
            point("network_point", "P", 100, 0, kind="reducer"),
        ],
        [],
    ),
    "dn_jump: one step": ([MAIN, pipe("B", (100, 0), (200, 0), dn=150, function="distribution")], []),
    "dn_jump: a tee": ([MAIN, NORTH, pipe("B", (100, 0), (200, 0), dn=100, function="distribution")], []),
    "dn_jump: unknown size": ([MAIN, pipe("B", (100, 0), (200, 0), dn=None, function="distribution")], []),
    "wider_than_feed": ([MAIN, pipe("B", (50, 0), (50, 40), dn=300)], ["B"]),
    "wider_than_feed: from a source": (
        [MAIN, pipe("B", (50, 0), (50, 40), dn=300), point("facility", "S", 50, 40, name="S")], []
    ),
    "pseudo_node": ([pipe("B", (0, 0), (50, 0)), pipe("C", (50, 0), (90, 0))], ["B"]),
    "pseudo_node: a valve": (
        [pipe("B", (0, 0), (50, 0)), pipe("C", (50, 0), (90, 0)), point("valve", "V", 50, 0)], []
    ),
    "pseudo_node: another material": (
        [pipe("B", (0, 0), (50, 0), material="PE"), pipe("C", (50, 0), (90, 0), material="DI")], []
    ),
    "depth_disagrees": (
        [
            pipe("B", (0, 0), (50, 0), start_point_no="P1", start_depth_m=1.0, start_elevation_m=50.0),
            point("network_point", "P", 0, 0, survey_no="P1", ground_elevation_m=52.0),
        ],
        ["B"],
    ),
    "depth_disagrees: adds up": (
        [
            pipe("B", (0, 0), (50, 0), start_point_no="P1", start_depth_m=1.0, start_elevation_m=51.02),
            point("network_point", "P", 0, 0, survey_no="P1", ground_elevation_m=52.0),
        ],
        [],
    ),
    "needless_vertices": ([pipe("B", (0, 0), (20, 0), (20, 0), (50, 0))], ["B"]),
    "needless_vertices: a spike": ([pipe("B", (0, 0), (20, 0), (20, 5), (20, 0), (50, 0))], ["B"]),
    "needless_vertices: a bend": ([pipe("B", (0, 0), (20, 0), (20, 5), (50, 0))], []),
    "missing_point": (
        [
            pipe("B", (0, 0), (50, 0), start_point_no="P1", end_point_no="P2"),
            point("valve", "V", 0, 0, survey_no="P1"),
        ],
        ["B"],
    ),
    "hangs_on_retired": (
        [MAIN, pipe("B", (100, 0), (150, 0)), pipe("C", (150, 0), (190, 0), status="abandoned", retired_date="2019")],
        ["B"],
    ),
    "meter_off_pipe": ([MAIN, point("meter", "T", 50, 3, role="check"), point("meter", "U", 50, 3)], ["T"]),
    "length_differs": ([pipe("B", (0, 0), (50, 0), recorded_length_m=54.0)], ["B"]),
    "length_differs: within": ([pipe("B", (0, 0), (50, 0), recorded_length_m=52.0)], []),
    "dn_unknown": ([pipe("B", (0, 0), (50, 0), dn=None)], ["B"]),
    "date_in_future": ([pipe("B", (0, 0), (50, 0), laid_date="2199")], ["B"]),
    "date_in_future: planned": ([pipe("B", (0, 0), (50, 0), laid_date="2199", status="planned")], []),
    "retired_without_date": ([pipe("B", (0, 0), (50, 0), status="abandoned")], ["B"]),
    "valve_off_pipe": ([MAIN, point("valve", "V", 50, 1.7)], ["V"]),
    "valve_off_pipe: on it": ([MAIN, point("valve", "V", 50, 0.3)], []),
    "hydrant_off_pipe": ([MAIN, point("hydrant", "H", 50, 4)], ["H"]),
    "valve_on_abandoned": (
        [
            MAIN,
            pipe("B", (0, 30), (50, 30), status="abandoned", retired_date="2019"),
            point("valve", "V", 20, 30, status="in_service"),
        ],
        ["V"],
    ),
    "thin_feed": ([MAIN, pipe("B", (50, 0), (50, 9), dn=65), point("hydrant", "H", 50, 9)], ["H"]),
    "thin_feed: enough": ([MAIN, pipe("B", (50, 0), (50, 9), dn=100), point("hydrant", "H", 50, 9)], []),
    "duplicate_point": ([point("hydrant", "H", 0, 0), point("hydrant", "I", 0.03, 0)], ["I"]),
    "duplicate_valve": ([point("valve", "V", 0, 0), point("valve", "W", 0.03, 0)], ["W"]),
    "duplicate_well": ([point("meter_well", "V", 0, 0), point("meter_well", "W", 0.03, 0)], ["W"]),
    "meter_without_well": ([point("meter", "T", 0, 0, role="household")], ["T"]),
    "meter_unlocated": ([("meter", {"code": "T"})], ["T"]),
    "serial_twice": (
        [point("meter", "T", 0, 0, meter_no="7"), point("meter", "U", 5, 0, meter_no="7")], ["U"]
    ),
    "meter_outside_grids": (
        [area("grid", "G", 20), point("meter", "T", 5, 5), point("meter", "U", 50, 5)], ["U"]
    ),
    "meter_outside_grids: the grid has ended": (
        [area("grid", "G", 20, valid_to="2020-01-01"), area("grid", "H", 9), point("meter", "U", 15, 0)], ["U"]
    ),
    "grid_differs": ([point("meter", "T", 5, 5), point("hydrant", "H", 50, 5), area("grid", "G", 20)], ["T"]),
    "grid_differs: drawn afterwards": ([area("grid", "G", 20), point("meter", "T", 5, 5)], []),
    "meter_outside_grids: no grids": ([point("meter", "U", 50, 5)], []),
    "hydrant_outlying": (
        [*(point("hydrant", f"H{n}", 40 * n, 0) for n in range(12)), point("hydrant", "I", 900_000, 0)], ["I"]
    ),
}  # fmt: skip


def found(register: Register, rule: str) -> list[str]:
    parts = check_register(register, rules=(rule,))
    return sorted(str(each.message.parameters["code"]) for part in parts for each in part)


@pytest.mark.parametrize("case", CASES)
def test_a_rule_finds_what_it_should_and_nothing_else(register: Register, case: str) -> None:
    assets, expected = CASES[case]
    with register.edit(Message("sample.places_made", {"seed": 0})) as edit:
        for type_name, values in assets:
            edit.insert(type_name, values)
    assert found(register, case.partition(":")[0]) == expected


def test_links_counts_and_dates_between_assets(register: Register) -> None:
    with register.edit(Message("sample.places_made", {"seed": 0})) as edit:
        well = edit.insert("meter_well", point("meter_well", "W", 0, 0, declared_meter_count=3)[1])
        for number in range(2):
            edit.insert("meter", point("meter", f"T{number}", 80.0 * number, 0, well=well)[1])
        old = edit.insert("pipe", pipe("B", (0, 0), (50, 0), laid_date="1990")[1])
        edit.insert("leak", {"code": "L1", "pipe": old, "found_date": "1987-05-01"})
        edit.insert("leak", {"code": "L2", "pipe": old, "found_date": "1990"})
    assert found(register, "meter_far_from_well") == ["T1"]
    assert found(register, "well_count_differs") == ["W"]
    assert found(register, "leak_before_pipe") == ["L1"]


def test_an_empty_register_is_clean(register: Register) -> None:
    assert check_register(register) == []


def test_a_line_of_one_vertex_is_told_and_stops_no_other_rule(register: Register) -> None:
    with register.edit(Message("sample.places_made", {"seed": 0})) as edit:
        for type_name, values in (MAIN, pipe("B", (50, 0.3), (50, 40))):
            edit.insert(type_name, values)
    whole = register.columns("pipe", geometry=True)
    broken = struct.pack("<BII2d", 1, 2, 1, X, Y)
    at = whole.column_names.index("geom")
    shapes = pa.array([broken, whole["geom"][1].as_py()], pa.binary())

    def read(name: str) -> pa.Table:
        if name == "pipe":
            return whole.set_column(at, "geom", shapes)
        return register.columns(name, geometry=register.catalogue[name].shape is not None)

    book = Book(register.catalogue, read, register.setting, ("in_service",), Feedback())
    parts = {
        part.rule: [each.message.parameters["code"] for each in part]
        for part in check_book(book, load_rules())
    }
    assert parts["pipe_broken"] == ["M"]
    assert set(parts["dangling_end"]) == {"B"}


def test_every_rule_has_a_case_a_check_and_words(register: Register) -> None:
    catalogue = load_catalogue()
    tried = {case.partition(":")[0] for case in CASES}
    # In test_belonging.py.
    tried |= {"customer_grid_differs"}
    tried |= {"meter_far_from_well", "well_count_differs", "leak_before_pipe"}
    # Other rules of the same check, on other types.
    siblings = {"pipe_outlying", "valve_outlying", "meter_outlying", "hydrant_on_abandoned"}
    areas = {"grid_crosses_itself", "community_crosses_itself"}
    # Written by other programs only: below.
    broken = {"pipe_broken", "valve_broken", "hydrant_broken"}
    # Their cases are in test_grid_coverage.py.
    broken |= {"grid_gap", "grid_overlap", "grid_outside"}
    for rule in load_rules().rules:
        assert rule.check in CHECKS
        assert rule.type in catalogue
        for name in rule.parameters:
            if name.endswith("setting"):
                assert rule.parameters[name] in catalogue.settings
        for language in ("zh", "en"):
            texts = Texts(language)
            for name in (f"check.{rule.id}.title", f"check.about.{rule.check}.why"):
                assert texts.render(Message(name)) != name
        assert rule.mend is None or rule.mend in MENDS
        assert rule.id in tried | siblings | areas | broken
    assert set(rule_names()) == {rule.id for rule in load_rules().rules} | {"field"}


def test_the_sample_city_has_the_planted_findings_and_what_follows_from_them(tmp_path: Path) -> None:
    register, planted = create_sample(tmp_path / "city.gpkg", "demo", 1, actor="li")
    with register:
        by_rule: dict[str, set[str]] = {}
        for part in check_register(register):
            by_rule.setdefault(part.rule, set()).update(str(each.message.parameters["code"]) for each in part)
    for finding in planted:
        assert by_rule.get(finding.rule, set()) & set(finding.codes), finding
    # A copied pipe kept the depths of its other direction; a meter without a well is missing from one;
    # a thin hydrant branch is a jump, too.
    following = {"depth_disagrees": 2, "well_count_differs": 4, "dn_jump": 1}
    for rule in {finding.rule for finding in planted}:
        codes = {code for finding in planted if finding.rule == rule for code in finding.codes}
        assert len(by_rule[rule] - codes) <= following.get(rule, 0), rule
