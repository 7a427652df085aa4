"""Files become rows of a register: once, whole, with reasons, and back again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import mapping as as_geojson

from layers.errors import Cancelled, UserError
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import (
    check_import,
    plan_import,
    run_import,
    write_import,
)
from layers.exchange.mapping import ColumnRule
from layers.exchange.placement import PlacementWish
from layers.exchange.report import ImportReport
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from layers.text import Message, Texts

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

ZONE = Crs.parse("EPSG:4546")


def geojson(path: Path, features: list[tuple[Any, dict[str, Any]]], crs: str | None = "EPSG:4546") -> Path:
    data: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": None if g is None else as_geojson(g), "properties": p}
            for g, p in features
        ],
    }
    if crs is not None:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(500_000 + x, 3_000_000 + y) for x, y in points])


def pipes(path: Path, *changes: dict[str, Any]) -> Path:
    rows: list[dict[str, Any]] = [
        {"管段编号": "G1", "管径": 200, "材质": "球铁", "长度": 100.0, "建设年代": "2009.6"},
        {"管段编号": "G2", "管径": 110, "材质": "PE", "长度": 50.0, "建设年代": "199X"},
    ]
    for number, change in enumerate(changes):
        if number < len(rows):
            rows[number] |= change
        else:
            rows.append(change)
    shapes = [line((0, 200 * n), (100 - 50 * (n == 1), 200 * n)) for n in range(len(rows))]
    return geojson(path, list(zip(shapes, rows, strict=True)))


def bring(opened: Register, *paths: Path, options: ImportOptions | None = None) -> ImportReport:
    return run_import(opened, plan_import(opened, paths, options))


def contents(opened: Register) -> dict[str, list[dict[str, Any]]]:
    """Every row of every type but the ids of code lists, as plain values."""
    return {
        t.name: [
            {k: v.wkt if hasattr(v, "wkt") else v for k, v in asset.values.items()} | {"fid": asset.id}
            for asset in opened.find(Query(t.name))
        ]
        for t in opened.catalogue
        if not t.name.startswith("c_")
    }


def summary(report: ImportReport) -> tuple[int, int, int, int, int]:
    c = report.counts
    assert c.read == c.accepted + c.unchanged + c.quarantined + c.rejected
    return c.read, c.accepted, c.unchanged, c.quarantined, c.rejected


# ---- the way in


def test_values_are_read_by_the_fields_and_the_source_keeps_its_words(
    opened: Register, tmp_path: Path
) -> None:
    report = bring(opened, pipes(tmp_path / "线表.geojson"))
    assert summary(report) == (2, 2, 0, 0, 0)
    first, second = opened.find(Query("pipe"))
    assert (first["code"], first["dn"], first["material"], first["laid_date"]) == ("G1", 200, "DI", "2009-06")
    assert first["material_source"] == "球铁"
    assert first["dn_origin"] == "imported"
    assert (second["dn"], second["dn_source"], second["laid_date"]) == (110, None, "199X")
    assert first.geometry is not None
    assert first.geometry.length == pytest.approx(100.0)
    texts = Texts("zh")
    assert [
        texts.render(r.problem.message) for r in report.problems() if r.problem.rule == "unusual_size"
    ] == ["公称直径 110 不在公称尺寸 6% 以内，取整写入。"]


def test_one_import_is_one_change_set_and_its_undo_restores_exactly(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "p.geojson", {}, {"管径": 99999})
    bring(opened, pipes(tmp_path / "before.geojson", {"管段编号": "A"}, {"管段编号": "B"}))
    before = contents(opened)
    sets = len(opened.change_sets())
    report = bring(opened, path)
    assert summary(report) == (2, 1, 0, 1, 0)
    assert len(opened.change_sets()) == sets + 1
    assert report.change_set == opened.change_sets()[0].id
    after = contents(opened)
    assert after != before
    opened.undo()
    assert contents(opened) == before
    opened.redo()
    assert contents(opened) == after
    opened.undo_change_set(opened.change_sets()[0].id)
    assert contents(opened) == before


def test_the_same_file_again_changes_nothing_quarantine_included(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "p.geojson", {}, {"管径": 99999})
    bring(opened, path)
    before, version = contents(opened), opened.data_version
    again = bring(opened, path)
    assert summary(again) == (2, 0, 1, 1, 0)
    assert again.change_set is None
    assert opened.data_version == version
    assert contents(opened) == before


def test_a_corrected_row_of_the_same_file_differs_from_the_book_and_overwrites_nothing(
    opened: Register, tmp_path: Path
) -> None:
    bring(opened, pipes(tmp_path / "p.geojson"))
    report = bring(opened, pipes(tmp_path / "p.geojson", {"管径": 300, "长度": 100.0}))
    assert summary(report) == (2, 0, 1, 1, 0)
    (problem,) = [r.problem for r in report.problems() if r.problem.rule == "differs"]
    assert Texts("zh").render(problem.message) == "与台账不一致：公称直径。"
    assert opened.find(Query("pipe"))[0]["dn"] == 200


def test_an_edit_of_the_book_is_not_undone_by_the_old_file(opened: Register, tmp_path: Path) -> None:
    bring(opened, pipes(tmp_path / "p.geojson"))
    asset = opened.find(Query("pipe"))[0]
    with opened.edit(Message("import.label", {"files": (), "count": 1})) as edit:
        edit.update("pipe", asset.id, asset.version, {"dn": 250})
    report = bring(opened, pipes(tmp_path / "p.geojson"))
    assert summary(report) == (2, 0, 2, 0, 0)
    assert opened.find(Query("pipe"))[0]["dn"] == 250
    # Another column changes in the file: only what differs from the book is told.
    report = bring(opened, pipes(tmp_path / "p.geojson", {"管径": 250, "长度": 100.0}))
    assert summary(report) == (2, 0, 2, 0, 0)


def test_a_code_of_another_data_set_is_kept_out_and_repeats_too(opened: Register, tmp_path: Path) -> None:
    bring(opened, pipes(tmp_path / "a.geojson"))
    report = bring(
        opened, pipes(tmp_path / "b.geojson", {"管段编号": "g1"}, {"管段编号": "X"}, {"管段编号": "x"})
    )
    assert summary(report) == (3, 1, 0, 2, 0)
    assert {r.problem.rule for r in report.problems() if r.problem.severity == "error"} == {
        "code_taken",
        "repeated_code",
    }


def test_missing_codes_are_given_by_the_pattern(opened: Register, tmp_path: Path) -> None:
    bring(opened, pipes(tmp_path / "a.geojson", {"管段编号": None}, {"管段编号": ""}))
    assert [a["code"] for a in opened.find(Query("pipe"))] == ["GD-000001", "GD-000002"]


def test_parts_become_rows_and_share_the_stated_length(opened: Register, tmp_path: Path) -> None:
    parts = shapely.MultiLineString([line((0, 0), (30, 0)), line((0, 10), (10, 10))])
    path = geojson(tmp_path / "管线.geojson", [(parts, {"管段编号": "G9", "长度": 80.0})])
    report = bring(opened, path)
    assert summary(report) == (1, 1, 0, 0, 0)
    assert report.counts.warned == 1
    assert report.by_type["pipe"].written == 2
    assert [(a["code"], a["recorded_length_m"]) for a in opened.find(Query("pipe"))] == [
        ("G9-1", 60.0),
        ("G9-2", 20.0),
    ]
    assert summary(bring(opened, path)) == (1, 0, 1, 0, 0)


def test_unlocated_rows_are_normal_and_wrong_shapes_are_kept_out(opened: Register, tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "管线.geojson",
        [
            (None, {"管段编号": "A"}),
            (shapely.Point(500_000, 3_000_000), {"管段编号": "B"}),
            (line((0, 0), (0, 0)), {"管段编号": "C"}),
            (line((0, 0), (9, 9)), {"管段编号": "D"}),
            (line((0, 0), (9, 9)), {"管段编号": "E"}),
        ],
    )
    report = bring(opened, path, options=ImportOptions(as_types=("pipe",)))
    assert summary(report) == (5, 3, 0, 2, 0)
    rules = {r.line: r.problem.rule for r in report.problems() if r.problem.severity == "error"}
    assert rules == {2: "wrong_shape", 3: "no_length"}
    assert [a.geometry is None for a in opened.find(Query("pipe"))] == [True, False, False]


def test_a_table_without_recognised_coordinates_says_so_before_it_is_imported(
    opened: Register, tmp_path: Path
) -> None:
    path = tmp_path / "消火栓.csv"
    path.write_text("消火栓编号,甲列,乙列\nX1,500000,3000000\n", encoding="utf-8")
    without = plan_import(opened, [path], ImportOptions(as_types=("hydrant",))).layers[0]
    assert ("warning", "no_place") in {(p.severity, p.rule) for p in without.problems}
    path.write_text("消火栓编号,Y,X\nX1,500000,3000000\n", encoding="utf-8")
    located = plan_import(opened, [path], ImportOptions(as_types=("hydrant",))).layers[0]
    assert "no_place" not in {p.rule for p in located.problems}


def test_unknown_words_are_kept_beside_the_field_or_taught(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "p.geojson", {"材质": "甲种料"}, {"材质": "PE"})
    plan = plan_import(opened, [path])
    checked = check_import(opened, plan)
    assert checked.report.counts.accepted == 2
    assert ("warning", "not_in_list") in checked.report.rules()
    layer = plan.layers[0]
    rule = layer.mapping.types["pipe"]
    taught = tuple(
        ColumnRule(c.column, c.field, c.confidence, c.unit, {"甲种料": "ST"}) if c.field == "material" else c
        for c in rule.columns
    )
    mapping = layer.mapping.with_rule(type(rule)(rule.type, taught, rule.constants))
    options = plan.options.with_mapping(layer.key, mapping)
    report = bring(opened, path, options=options)
    assert ("warning", "not_in_list") not in report.rules()
    first = opened.find(Query("pipe"))[0]
    assert (first["material"], first["material_source"]) == ("ST", "甲种料")
    strict = ImportOptions(unknown_words="quarantine")
    report = check_import(
        opened,
        plan_import(opened, [pipes(tmp_path / "q.geojson", {"材质": "乙种料", "管段编号": "Q"})], strict),
    ).report
    assert ("error", "not_in_list") in report.rules()


def test_links_find_rows_of_the_register_and_of_the_same_import(opened: Register, tmp_path: Path) -> None:
    bring(opened, pipes(tmp_path / "a.geojson"))
    more = pipes(tmp_path / "管线b.geojson", {"管段编号": "N1"}, {"管段编号": "N2"})
    point = shapely.Point(500_000, 3_000_000)
    leaks = geojson(
        tmp_path / "leaks.geojson",
        [(point, {"id": f"L{n}", "ASSETID": code}) for n, code in enumerate(["g2", "N2", "nobody", None])],
    )
    report = bring(opened, leaks, more)
    assert summary(report) == (6, 6, 0, 0, 0)
    by_code = {a["code"]: a.id for a in opened.find(Query("pipe"))}
    found = {a["code"]: a for a in opened.find(Query("leak"))}
    assert found["L0"]["pipe"] == by_code["G2"]
    assert found["L1"]["pipe"] == by_code["N2"]
    assert found["L2"]["pipe"] is None
    assert found["L2"]["not_located"] is True
    assert "nobody" in found["L2"]["remark"]
    assert not found["L3"]["not_located"]


def test_places_that_rows_name_are_made_once(opened: Register, tmp_path: Path) -> None:
    point = shapely.Point(500_000, 3_000_000)
    rows = [
        (point, {"表号": f"S{n}", "小区": name})
        for n, name in enumerate(["甲村", "乙村", "甲村", None, " 乙村 "])
    ]
    path = geojson(tmp_path / "水表.geojson", rows)
    report = bring(opened, path)
    assert report.by_type["community"].written == 2
    names = {a.id: a["name"] for a in opened.find(Query("community"))}
    assert [names.get(a["community"]) for a in opened.find(Query("meter"))] == [
        "甲村",
        "乙村",
        "甲村",
        None,
        "乙村",
    ]
    assert bring(opened, path).change_set is None
    more = geojson(tmp_path / "水表2.geojson", [(point, {"表号": "T", "小区": "甲村"})])
    assert "community" not in bring(opened, more).by_type


def test_links_within_one_type(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "管线.geojson", {"替代管段": "G2"}, {"替代管段": None})
    bring(opened, path)
    first, second = opened.find(Query("pipe"))
    assert first["replaced_by"] == second.id


# ---- places and units


def test_a_file_without_a_system_is_guessed_aloud_and_said_otherwise(
    opened: Register, tmp_path: Path
) -> None:
    table = tmp_path / "消火栓.csv"
    table.write_text("编号,X,Y\nH1,111.47,27.24\nH2,111.48,27.25\n", encoding="utf-8")
    plan = plan_import(opened, [table])
    assert "guessed_crs" in {problem.rule for layer in plan.layers for problem in layer.problems}
    said = ImportOptions(coordinates=PlacementWish(source=Crs.parse("EPSG:4490")))
    plan = plan_import(opened, [table], said)
    assert not {problem.rule for layer in plan.layers for problem in layer.problems} & {
        "guessed_crs",
        "no_crs",
    }
    run_import(opened, plan)
    where = opened.find(Query("hydrant"))[0].geometry
    assert where is not None
    assert (where.x, where.y) == pytest.approx((546550.66, 3014310.99), abs=0.01)


def test_scale_and_offset_come_before_the_projection(opened: Register, tmp_path: Path) -> None:
    path = geojson(tmp_path / "消火栓.geojson", [(shapely.Point(1000, 2000), {"编号": "H"})], None)
    wish = PlacementWish(source=ZONE, scale=0.001, offset=(500_000.0, 3_000_000.0))
    bring(opened, path, options=ImportOptions(coordinates=wish))
    place = opened.find(Query("hydrant"))[0].geometry
    assert place is not None
    assert place.equals_exact(shapely.Point(500_001, 3_000_002), 1e-6)


def test_local_coordinates_do_not_reach_a_register_on_earth(opened: Register, tmp_path: Path) -> None:
    path = geojson(tmp_path / "消火栓.geojson", [(shapely.Point(10, 20), {"编号": "H"})], None)
    wish = PlacementWish(source=Crs.parse("local"))
    with pytest.raises(UserError) as raised:
        plan_import(opened, [path], ImportOptions(coordinates=wish))
    assert raised.value.hint is not None
    assert opened.count("hydrant") == 0


# ---- what must not happen


def test_the_register_itself_by_any_name_is_refused(register: Register, tmp_path: Path) -> None:
    own = Path(register.target)
    link = tmp_path / "link.gpkg"
    link.symlink_to(own)
    for path in (own, link, own.with_name(own.name + "-wal")):
        if path.exists():
            with pytest.raises(UserError) as raised:
                plan_import(register, [path])
            assert raised.value.title.id == "import.own_register"


class _Impatient:
    """Cancels its feedback after some reports."""

    def __init__(self, patience: int) -> None:
        self.left = patience
        self.feedback = Feedback(self.report, interval=0.0)

    def report(self, fraction: float | None, what: Message | None) -> None:
        self.left -= 1
        if self.left < 0:
            self.feedback.cancel()


def test_cancelling_at_any_moment_leaves_nothing(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "p.geojson", {}, {}, *({"管段编号": f"M{n}", "管径": 100} for n in range(50)))
    before, version = contents(opened), opened.data_version
    plan = plan_import(opened, [path])
    cancelled = 0
    for patience in range(0, 40, 3):
        try:
            report = run_import(opened, plan, _Impatient(patience).feedback)
        except Cancelled:
            cancelled += 1
            assert contents(opened) == before
            assert opened.data_version == version
        else:
            assert report.counts.accepted == opened.count("pipe") == 52
            break
    assert cancelled >= 2


def test_a_check_made_before_somebody_edited_is_made_again(opened: Register, tmp_path: Path) -> None:
    path = pipes(tmp_path / "p.geojson")
    checked = check_import(opened, plan_import(opened, [path]))
    with opened.edit(Message("import.label", {"files": (), "count": 1})) as edit:
        edit.insert("pipe", {"code": "G1"})
    report = write_import(opened, checked)
    assert summary(report) == (2, 1, 0, 1, 0)


def test_a_file_that_cannot_be_read_among_others_is_told_and_the_others_come_in(
    opened: Register, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.shp"
    bad.write_bytes(b"not a shapefile at all, sorry")
    report = bring(opened, bad, pipes(tmp_path / "p.geojson"))
    assert report.counts.accepted == 2
    assert any(r.file == "bad.shp" and r.problem.severity == "error" for r in report.problems())
    with pytest.raises(UserError):
        plan_import(opened, [bad])


def test_a_row_with_half_a_place_says_which_half_is_missing(opened: Register, tmp_path: Path) -> None:
    table = tmp_path / "消火栓.csv"
    table.write_text(
        "消火栓编号,X,Y\nH1,3000000,500000\nH2,3000010,\nH3,一百,500020\nH4,,\n", encoding="utf-8"
    )
    report = bring(opened, table, options=ImportOptions(as_types=("hydrant",)))
    told = {(r.line, r.column, r.problem.rule) for r in report.problems() if r.line is not None}
    assert told >= {(3, "Y", "coordinate_missing"), (4, "X", "coordinate_unreadable")}
    assert not [each for each in told if each[0] == 5]
    assert "一百" in {r.problem.value for r in report.problems()}
    # What is warned of is counted once, and written without a place as rows with none at all are.
    assert (summary(report), report.counts.warned) == ((4, 4, 0, 0, 0), 2)
    assert report.rules()["warning", "coordinate_missing"] == 1
    assert [a.geometry is None for a in opened.find(Query("hydrant"))] == [False, True, True, True]


def test_columns_swapped_wrongly_are_told_and_kept_out(opened: Register, tmp_path: Path) -> None:
    table = tmp_path / "消火栓.csv"
    table.write_text("消火栓编号,X,Y\nH1,3000000,500000\nH2,3000010,500010\n", encoding="utf-8")
    as_hydrants = ImportOptions(as_types=("hydrant",))
    for swapped, sentence in ((None, "import.crs.guessed"), (True, "import.crs.order_said")):
        plan = plan_import(opened, [table], replace(as_hydrants, coordinates=PlacementWish(swapped=swapped)))
        told = {problem.message.id for layer in plan.layers for problem in layer.problems}
        assert {each for each in told if each.startswith("import.crs.")} == {sentence}
    report = run_import(opened, plan)
    assert summary(report) == (2, 0, 0, 2, 0)
    assert {r.problem.rule for r in report.problems() if r.line is not None} == {"outside_area"}
    assert opened.count("hydrant") == 0
    bring(opened, table, options=as_hydrants)
    # Within the area of the system, and yet two hundred kilometres from all that is held.
    away = tmp_path / "远处.csv"
    away.write_text("消火栓编号,X,Y\nF1,3200000,500000\nF2,3000020,500020\n", encoding="utf-8")
    report = bring(opened, away, options=as_hydrants)
    assert summary(report) == (2, 1, 0, 1, 0)
    assert {r.line: r.problem.rule for r in report.problems() if r.problem.severity == "error"} == {
        2: "far_out"
    }
