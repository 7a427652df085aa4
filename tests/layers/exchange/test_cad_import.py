"""Drawings brought into a register and written from one, in both stores; the same drawing again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import UserError
from layers.exchange.cad import writer
from layers.exchange.export import ExportOptions, export_assets
from layers.exchange.formats import describe, read_layer
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import plan_import, run_import
from layers.exchange.kept_mappings import KeptMappings, used_in
from layers.exchange.out_layer import OutLayer
from layers.exchange.placement import PlacementWish
from layers.exchange.reference import place_of_reference, read_reference
from layers.exchange.report import ImportReport
from layers.exchange.writers import write_layers
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from tests.layers.exchange.drawings import EAST, NORTH, draw, street

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

ZONE = Crs.parse("EPSG:4546")


def bring(register: Register, path: Path, options: ImportOptions | None = None) -> ImportReport:
    return run_import(register, plan_import(register, [path], options))


def test_a_drawing_becomes_assets_and_the_same_again_changes_nothing(
    opened: Register, tmp_path: Path
) -> None:
    path = street(tmp_path / "给水.dxf", "R2000")
    plan = plan_import(opened, [path])
    types = {layer.survey.name: tuple(layer.mapping.types) for layer in plan.layers}
    assert types == {
        "JS_FM/point": ("valve",), "房屋/area": ("building",), "污水管线/line": (), "消火栓/point": ("hydrant",),
        "管径标注/text": (), "给水-阀门/point": ("valve",), "给水管线/line": ("pipe",),
    }  # fmt: skip
    assert {layer.mapping.native_id for layer in plan.imported} == {"handle"}
    report = run_import(opened, plan)
    assert (report.counts.accepted, report.counts.quarantined, report.counts.rejected) == (15, 0, 0)
    pipes = opened.find(Query("pipe"))
    assert [pipe.values["dn"] for pipe in pipes] == [200, 110, 300, 400, 150, None]
    assert [pipe.values["material"] for pipe in pipes] == [None, "PE", "CI", "DI", None, None]
    # Read off the drawing, not out of a column of it: that stays with the value.
    assert [pipe.values["dn_origin"] for pipe in pipes] == [*["digitised"] * 5, None]
    valve = next(v for v in opened.find(Query("valve")) if v.values["code"] == "FM-1")
    assert (valve.values["dn"], valve.values["dn_origin"]) == (200, "imported")

    again = bring(opened, path)
    assert (again.counts.accepted, again.counts.unchanged, again.change_set) == (0, 15, None)
    # A main that was drawn anew is known by its handle, and nothing is overwritten.
    moved = bring(opened, street(path, "R2000", moved=5.0))
    assert (moved.counts.unchanged, moved.counts.quarantined) == (14, 1)
    opened.undo()
    opened.undo()
    assert [opened.count(name) for name in ("pipe", "valve", "hydrant", "building")] == [0, 0, 0, 0]


def test_millimetres_are_metres_in_the_register(register: Register, tmp_path: Path) -> None:
    options = ImportOptions(coordinates=PlacementWish(source=ZONE))
    path = street(tmp_path / "a.dxf", unit=4, scale=1000.0)
    plan = plan_import(register, [path], options)
    assert {layer.placement.scale for layer in plan.layers if layer.placement} == {0.001}
    assert all("stated_unit" in [problem.rule for problem in layer.problems] for layer in plan.layers)
    run_import(register, plan)
    box = register.bounds()
    assert box is not None
    assert (box.x0, box.y0) == pytest.approx((538_200.0, 3_016_100.0))
    # A drawing whose coordinates can only be metres is one of metres, whatever its header says.
    plan = plan_import(register, [street(tmp_path / "b.dxf", unit=4)])
    assert {layer.placement.scale for layer in plan.layers if layer.placement} == {1.0}
    assert "cad_unit_doubted" in [problem.rule for _, problem in plan.problems]


def test_the_size_on_the_drawing_can_be_left_out_and_mappings_are_kept(
    register: Register, tmp_path: Path
) -> None:
    kept = KeptMappings(tmp_path / "kept", register.catalogue)
    path = street(tmp_path / "一期.dxf")
    plan = plan_import(register, [path])
    layer = next(layer for layer in plan.layers if "pipe" in layer.mapping.types)
    rule = layer.mapping.types["pipe"]
    without = layer.mapping.with_rule(type(rule)(rule.type, (), rule.constants))
    options = ImportOptions().with_mapping(layer.key, without)
    plan = plan_import(register, [path], options)
    kept.keep("设计院", plan)
    run_import(register, plan)
    assert {pipe.values["dn"] for pipe in register.find(Query("pipe"))} == {None}
    # The next drawing of the same office follows what was kept.
    later = plan_import(register, [street(tmp_path / "二期.dxf")], ImportOptions(templates=kept.all()[0]))
    assert used_in(later) == ("设计院",)
    assert [m.mapping.types["pipe"].columns for m in later.layers if "pipe" in m.mapping.types] == [()]


def test_a_layer_of_a_drawing_is_looked_at(register: Register, tmp_path: Path) -> None:
    plan = plan_import(register, [street(tmp_path / "a.dxf")])
    sewer = next(layer for layer in plan.references if layer.survey.called == "污水管线")
    shown = read_reference(register.worker, place_of_reference(sewer), register.crs)
    assert shown.row(0)["layer"] == "污水管线"
    assert shapely.from_wkb(shown.geometry[0].as_py()).length == pytest.approx(100.0)


# ---- and out again


def test_a_register_as_a_drawing_comes_back_as_it_was(opened: Register, tmp_path: Path) -> None:
    bring(opened, street(tmp_path / "a.dxf"))
    path = tmp_path / "图.dxf"
    done = export_assets(opened, path, ExportOptions())
    assert [remark.rule for remark in done.written.remarks] == ["cad_written_in", "cad_without_attributes"]
    found = {layer.name: layer.count for layer in describe(path).layers}
    assert found == {
        "建筑/area": 1, "建筑_标注/text": 1, "消火栓/point": 3, "消火栓_标注/text": 3, "管段/line": 1,
        "管段_DN110/line": 1, "管段_DN150/line": 1, "管段_DN200/line": 1, "管段_DN300/line": 1, "管段_DN400/line": 1,
        "管段_标注/text": 5,
        "阀门/point": 1, "阀门_DN200/point": 4, "阀门_标注/text": 5,
    }  # fmt: skip
    assert sorted(read_layer(path, "管段_标注/text").table.column("text").to_pylist()) == [
        "DN110 聚乙烯", "DN150", "DN200", "DN300 灰口铸铁", "DN400 球墨铸铁",
    ]  # fmt: skip
    plan = plan_import(opened, [path], ImportOptions(coordinates=PlacementWish(source=opened.crs)))
    by_type = {name for layer in plan.imported for name in layer.mapping.types}
    assert by_type == {"pipe", "valve", "hydrant", "building"}
    valves = read_layer(path, "阀门_DN200/point").table
    assert sorted(valves.column("阀门编号").to_pylist()) == ["FM-1", "FM-2", "FM-3", "FM-4"]


NUMBERS = st.floats(-1e7, 1e7, allow_nan=False, width=32).map(lambda value: round(value, 3))
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=6, unique=True)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(lines=st.lists(POINTS, min_size=1, max_size=4), names=st.lists(NAMES, min_size=1, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(
    lines: list[list[tuple[float, float]]], names: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.dxf"
    drawn = [shapely.LineString(line) for line in lines]
    places = shapely.points([line.coords[0] for line in drawn])
    texts = pa.array([names[number % len(names)] for number in range(len(lines))])
    layers = [
        OutLayer("管段", pa.table({"n": list(range(len(lines)))}), pa.array(shapely.to_wkb(drawn)), ZONE),
        OutLayer("点", pa.table({"名称": texts}), pa.array(shapely.to_wkb(places)), ZONE),
    ]
    write_layers(Feedback(), path, layers)
    back = shapely.from_wkb(read_layer(path, "管段/line").geometry.to_numpy(zero_copy_only=False))
    assert [list(line.coords) for line in back] == [list(line.coords) for line in drawn]
    assert read_layer(path, "点/point").table.column("名称").to_pylist() == texts.to_pylist()


def test_a_drawing_of_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_ENTITIES", 1)
    points = pa.array(shapely.to_wkb(shapely.points([(0, 0), (1, 1)])))
    layer = OutLayer("点", pa.table({"n": [1, 2]}), points, ZONE)
    with pytest.raises(UserError):
        write_layers(Feedback(), tmp_path / "a.dxf", [layer])
    assert list(tmp_path.iterdir()) == []


def test_drawings_in_an_archive(register: Register, tmp_path: Path) -> None:
    folder = tmp_path / "图纸"
    folder.mkdir()
    street(folder / "一.dxf")
    draw(folder / "二.DXF", lambda document, space: space.add_line((EAST, NORTH), (EAST + 9, NORTH)))
    names = [layer.survey.name for layer in plan_import(register, [folder]).layers]
    assert "一/给水管线/line" in names
    # A drawing of one layer names it too, and the kind of what it holds.
    assert "二/0/line" in names
    assert len(read_layer(folder, "二/0/line")) == 1
