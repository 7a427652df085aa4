"""Repairs: each makes its finding go, touches nothing else, and is one step to undo. Then ky4, taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from scipy.spatial import cKDTree

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.gathering import check_register
from layers.analysis.mending.mends import plan_mending
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import plan_import, run_import
from layers.exchange.placement import PlacementWish
from layers.geometry.crs import Crs
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message
from tests.company_settings import set_setting
from tests.layers.analysis.test_checks import MAIN, Asset, X, Y, pipe, point

pytestmark = pytest.mark.keeps_running

LATER = {"function": "distribution", "recorded_length_m": 40.0}
#: rule: assets, what is repaired, and the courses or places afterwards by code (None: gone)
CASES: dict[str, tuple[list[Asset], int, dict[str, Any]]] = {
    "near_miss": ([MAIN, pipe("B", (50, 0.3), (50, 40))], 1, {
        "B": [(50, 0), (50, 40)], "M": [(0, 0), (50, 0), (100, 0)],
    }),
    "near_miss: end to end": ([MAIN, pipe("B", (100.4, 0.2), (150, 0))], 2, {
        "B": [(100.2, 0.1), (150, 0)], "M": [(0, 0), (100.2, 0.1)],
    }),
    "near_miss: three ends": ([MAIN, pipe("B", (100.6, 0), (150, 0)), pipe("C", (100.3, 0.3), (100, 50))], 3, {
        "B": [(100.3, 0.1), (150, 0)], "M": [(0, 0), (100.3, 0.1)], "C": [(100.3, 0.1), (100, 50)],
    }),
    "near_miss: runs over": ([MAIN, pipe("B", (50, -0.4), (50, 40))], 1, {
        "B": [(50, 0), (50, 40)], "M": [(0, 0), (50, 0), (100, 0)],
    }),
    "duplicate_pipe": ([MAIN, pipe("B", (100, 0), (0, 0))], 1, {"B": None}),
    "duplicate_valve": ([point("valve", "V", 0, 0), point("valve", "W", 0.03, 0)], 1, {"W": None}),
    "pseudo_node": ([pipe("B", (0, 0), (40, 0), **LATER), pipe("C", (80, 0), (40, 0), **LATER),
                     pipe("D", (80, 0), (120, 0), **LATER)], 2, {
        "B": [(0, 0), (40, 0), (80, 0), (120, 0)], "C": None, "D": None,
    }),
    "valve_off_pipe": ([MAIN, point("valve", "V", 50, 1.7)], 1, {
        "V": [(50, 0)], "M": [(0, 0), (50, 0), (100, 0)],
    }),
    "hydrant_off_pipe: too far to be sure": ([MAIN, point("hydrant", "H", 50, 17)], 0, {}),
    "needless_vertices": ([pipe("B", (0, 0), (20, 0), (20, 5), (20, 0), (20, 0), (50, 0))], 1, {
        "B": [(0, 0), (20, 0), (50, 0)],
    }),
    "too_short: has some length": ([MAIN, pipe("B", (50, 0), (50, 0.03))], 0, {}),
}  # fmt: skip


def findings(register: Register, rule: str) -> list[Finding]:
    return [each for part in check_register(register, rules=(rule,)) for each in part]


@pytest.mark.parametrize("case", CASES)
def test_a_repair_makes_its_finding_go(register: Register, case: str) -> None:
    assets, count, after = CASES[case]
    rule = case.partition(":")[0]
    types = {values["code"]: type_name for type_name, values in assets}
    with register.edit(Message("sample.places_made", {"seed": 0})) as edit:
        for type_name, values in assets:
            edit.insert(type_name, values)
    before = {code: register.by_code(name, code) for code, name in types.items()}
    found = findings(register, rule)
    mending = plan_mending(register, found)
    assert mending.count == count
    if not count:
        assert mending.plan.is_empty
        return
    with register.edit(mending.plan.label) as edit:
        mending.plan.apply(edit)
    for code, name in types.items():
        asset = register.by_code(name, code)
        if code not in after:
            assert asset == before[code]
        elif after[code] is None:
            assert asset is None
        else:
            assert asset is not None
            course = shapely.get_coordinates(asset.geometry) - (X, Y)
            np.testing.assert_allclose(course, np.array(after[code], float), atol=1e-6)
    assert findings(register, rule) == []
    register.undo()
    back = {code: register.by_code(name, code) for code, name in types.items()}
    assert {code: asset and asset.geometry for code, asset in back.items()} == {
        code: asset and asset.geometry for code, asset in before.items()
    }


def test_merging_adds_lengths_takes_the_far_end_and_links_go_over(register: Register) -> None:
    with register.edit(Message("sample.places_made", {"seed": 0})) as edit:
        edit.insert("pipe", pipe("B", (0, 0), (40, 0), recorded_length_m=40.0, end_point_no="P2")[1])
        other = edit.insert(
            "pipe", pipe("C", (90, 0), (40, 0), recorded_length_m=51.0, start_point_no="P3")[1]
        )
        edit.insert("leak", {"code": "L1", "pipe": other, "found_date": "2020"})
    mending = plan_mending(register, findings(register, "pseudo_node"))
    with register.edit(mending.plan.label) as edit:
        mending.plan.apply(edit)
    merged, leak = register.by_code("pipe", "B"), register.by_code("leak", "L1")
    assert merged
    assert leak
    assert (merged["recorded_length_m"], merged["end_point_no"], leak["pipe"]) == (91.0, "P3", merged.id)


#: How far apart ends may be: joined rightly and wrongly, of the 2,050 ends that meet others in ky4.
FIGURES = {1.0: (214, 120, 6), 10.0: (2038, 1990, 60)}


def test_ky4_taken_apart_is_put_together_again(fixtures: Path, tmp_path: Path) -> None:
    folder = fixtures / "ky4-gis"
    options = ImportOptions(coordinates=PlacementWish(Crs.parse("EPSG:3089")))
    intact, twin = folder / "ky4_pipes.geojson", folder / "ky4_disconnected_pipes.geojson"
    nodes = {}
    for row in pyogrio.read_dataframe(intact, read_geometry=False).to_dict("records"):
        nodes[row["name"]] = row["start_node_name"], row["end_node_name"]
    with Worker() as worker:
        plan = plan_import(None, [twin], options, worker=worker)
    with Register.create(tmp_path / "ky4.gpkg", plan.register_crs, actor="li") as register:
        run_import(register, plan)
        cut_off = [*findings(register, "isolated_pipe"), *findings(register, "island")]
        assert len(cut_off) == 887
        table = register.columns("pipe", ["code"], geometry=True)
        courses = dict(zip(table["fid"].to_pylist(), shapely.from_wkb(table["geom"].to_numpy()), strict=True))
        names = np.array([nodes[code] for code in table["code"].to_pylist()])
        meets = np.isin(
            names, [n for n, count in zip(*np.unique(names, return_counts=True), strict=True) if count > 1]
        )
        assert meets.sum() == 2050
        for reach, (expected, least_right, most_wrong) in FIGURES.items():
            set_setting(register, "near_miss_m", reach)
            found = findings(register, "near_miss")
            mending = plan_mending(register, found)
            assert (len(found), mending.count) == (expected, expected)
            now = courses | {update.id: update.values["geom"] for update in mending.plan.updates}
            ends = np.array([shapely.get_coordinates(line)[[0, -1]] for line in now.values()]).reshape(-1, 2)
            one, other = cKDTree(ends).query_pairs(0.02, output_type="ndarray").T
            same = names.ravel()[one] == names.ravel()[other]
            right = np.union1d(one[same], other[same])
            wrong = np.union1d(one[~same], other[~same])
            assert meets.ravel()[right].all()
            assert len(right) >= least_right
            assert len(wrong) <= most_wrong
        with register.edit(mending.plan.label) as edit:
            mending.plan.apply(edit)
        assert len(findings(register, "isolated_pipe")) <= 1
        register.undo()
        assert len(findings(register, "near_miss")) == expected


def test_ky4_as_it_was_has_no_breaks(fixtures: Path, tmp_path: Path) -> None:
    options = ImportOptions(coordinates=PlacementWish(Crs.parse("EPSG:3089")))
    with Worker() as worker:
        plan = plan_import(None, [fixtures / "ky4-gis" / "ky4_pipes.geojson"], options, worker=worker)
    with Register.create(tmp_path / "ky4.gpkg", plan.register_crs, actor="li") as register:
        run_import(register, plan)
        assert [len(findings(register, rule)) for rule in ("isolated_pipe", "island", "near_miss")] == [
            0,
            0,
            1,
        ]
