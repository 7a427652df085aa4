"""Real files of the trade, with the figures that must come out of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layers.exchange.import_plan import ImportOptions, ImportPlan
from layers.exchange.importer import plan_import, run_import
from layers.exchange.placement import PlacementWish
from layers.exchange.report import ImportReport
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker

# One worker serves all of them.
pytestmark = pytest.mark.keeps_running


@dataclass(frozen=True)
class Outcome:
    plan: ImportPlan
    report: ImportReport
    again: ImportReport
    values: dict[str, list[dict[str, Any]]]
    lengths_km: tuple[float, float] | None
    crs: str


def bring(worker: Worker, folder: Path, *files: Path, options: ImportOptions | None = None) -> Outcome:
    """Import into a new register, twice, take it back, and see that nothing is left."""
    plan = plan_import(None, files, options, worker=worker)
    with Register.create(folder / "r.gpkg", plan.register_crs, actor="test") as register:
        register.worker = worker
        report = run_import(register, plan)
        values = {name: [dict(a.values) for a in register.find(Query(name))] for name in report.by_type}
        lengths = None
        if "pipe" in report.by_type:
            found = register.summary().types["pipe"].lengths
            assert found is not None
            lengths = found.recorded_m / 1000, found.drawn_m / 1000
        again = run_import(register, plan_import(register, files, options))
        assert again.change_set is None
        assert again.counts.accepted == 0
        counts = report.counts
        assert counts.read == counts.accepted + counts.unchanged + counts.quarantined + counts.rejected
        assert again.counts.unchanged == counts.accepted
        register.undo()
        assert all(register.count(name) == 0 for name in (*report.by_type, "quarantined_row"))
        return Outcome(plan, report, again, values, lengths, register.crs.code)


def said(crs: str) -> ImportOptions:
    return ImportOptions(coordinates=PlacementWish(source=Crs.parse(crs)))


def rules(plan: ImportPlan) -> set[str]:
    return {problem.rule for layer in plan.layers for problem in layer.problems}


def test_ky2_in_feet_lies_in_the_metric_twin(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    done = bring(worker, tmp_path, fixtures / "epanet-epyt/ky2.inp", options=said("EPSG:3547"))
    assert done.crs == "EPSG:3546"
    assert done.report.by_type["pipe"].counts.accepted == 1124
    assert done.lengths_km == (pytest.approx(152.248, abs=0.001), pytest.approx(152.251, abs=0.015))
    assert {row["dn"] for row in done.values["pipe"]} <= {50, 80, 100, 150, 200, 250, 300, 350, 400}
    assert done.report.counts.accepted == 1940


def test_l_town_is_local_in_metres(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    done = bring(worker, tmp_path, fixtures / "epanet-epyt/L-TOWN.inp")
    assert done.crs == "local"
    assert len(done.values["pipe"]) == 905
    assert done.lengths_km == (pytest.approx(43.163, abs=0.001), pytest.approx(43.107, abs=0.001))
    assert {layer.placement.scale for layer in done.plan.layers if layer.placement} == {1.0}


def test_narok_meters(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    done = bring(worker, tmp_path, fixtures / "narok-meters/meter_no_names.geojson")
    assert done.report.counts.accepted == 8076
    found = done.report.rules()
    assert found["warning", "blank_name"] == 565
    assert found["warning", "repeated_name"] == 49
    serials = Counter(row["meter_no"] for row in done.values["meter"] if row["meter_no"])
    assert sum(1 for times in serials.values() if times > 1) == 24
    assert len(done.values["community"]) == 40
    assert sum(row["community"] is None for row in done.values["meter"]) == 84


def test_osm_hydrants(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    done = bring(worker, tmp_path, fixtures / "osm-hydrants/ennepe_ruhr_hydrants.geojson")
    assert done.report.counts.accepted == len(done.values["hydrant"]) == 1949
    kinds = Counter(row["hydrant_type"] for row in done.values["hydrant"])
    assert kinds == {"below": 1916, "above": 28, None: 5}
    assert sum(row["feed_dn"] is None for row in done.values["hydrant"]) == 708


def test_kitchener_mains_and_breaks(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    folder = fixtures / "kitchener-mains"
    done = bring(worker, tmp_path, folder / "Water_Main_Breaks.csv", folder / "Water_Mains.csv")
    assert len(done.values["pipe"]) == 15903
    assert all(row["geom"] is None for row in done.values["pipe"])
    assert len(done.values["leak"]) == 2766
    unknown = [
        f
        for layer in done.report.layers
        for f in layer.findings
        if f.rule == "unknown_link" and f.field == "pipe"
    ]
    assert sum(len(finding.rows) for finding in unknown) == 427
    lost = [row for row in done.values["leak"] if row["not_located"]]
    assert len(lost) == 427
    assert all(row["pipe"] is None and "漏水管段" in row["remark"] for row in lost)
    assert "guessed_crs" in rules(done.plan)
    assert done.crs == "EPSG:32617"
    assert sum(row["dn"] is None for row in done.values["pipe"]) == 49  # written as 0


def test_giswater_with_its_types_and_states(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    done = bring(worker, tmp_path, fixtures / "giswater-ws/giswater_ws.gpkg")
    by_type = {name: outcome.written for name, outcome in done.report.by_type.items()}
    assert by_type == {
        "pipe": 269 + 478, "valve": 52, "hydrant": 6, "facility": 9, "network_point": 171, "meter": 477,
        "service_area": 16,
    }  # fmt: skip
    assert done.report.counts.quarantined == 0
    arcs = [row for row in done.values["pipe"] if row["function"] != "service"]
    assert Counter(row["status"] for row in arcs) == {"in_service": 261, "abandoned": 5, "planned": 3}
    assert Counter(row["material"] for row in arcs) == {"PVC": 138, "PE": 55, "AC": 52, "DI": 24}
    assert Counter(row["valve_type"] for row in done.values["valve"])["gate"] == 45
    assert done.report.references == ("giswater_ws.gpkg/exploitation",)


def test_ky4_geojson_has_metres_on_foot_coordinates(worker: Worker, fixtures: Path, tmp_path: Path) -> None:
    names = ("pipes", "pumps", "junctions", "tanks", "reservoirs")
    done = bring(worker, tmp_path, *(fixtures / f"ky4-gis/ky4_{name}.geojson" for name in names))
    assert done.crs == "EPSG:3546"
    pipes = next(layer for layer in done.plan.layers if layer.survey.name == "ky4_pipes")
    assert pipes.ratio is not None
    assert pipes.ratio.median == pytest.approx(1.0, abs=0.01)
    units = {column.field: column.unit for column in pipes.mapping.types["pipe"].columns}
    assert (units["dn"], units["recorded_length_m"]) == ("m", None)
    assert "guessed_unit" in rules(done.plan)
    assert {row["dn"] for row in done.values["pipe"]} <= {
        50,
        80,
        100,
        150,
        200,
        250,
        300,
        350,
        400,
        450,
        500,
        600,
    }
    assert {row["dn_source"] for row in done.values["pipe"]} >= {"0.1524", "0.2032"}
    assert done.lengths_km is not None
    assert done.lengths_km[0] == pytest.approx(done.lengths_km[1], rel=0.01)


def test_wasac_layers_that_say_nothing_are_not_imported(
    worker: Worker, fixtures: Path, tmp_path: Path
) -> None:
    done = bring(worker, tmp_path, fixtures / "wasac-rwanda/wasac-rwasom-2-data.gpkg")
    assert done.crs == "EPSG:32736"
    assert set(done.report.by_type) <= {"building", "facility"}
    assert set(done.report.references) >= {
        f"wasac-rwasom-2-data.gpkg/{name}" for name in ("ECD", "ECD_point", "School_point", "Office_point")
    }
    assert done.report.counts.quarantined == 0


EPANET = {
    "epanet-wntr/Anytown.inp": (71, 43), "epanet-wntr/CCWI17-HermanMahmoud.inp": (15, 8),
    "epanet-wntr/Net1.inp": (24, 12), "epanet-wntr/Net2.inp": (76, 40), "epanet-wntr/Net3.inp": (216, 117),
    "epanet-wntr/Net6.inp": (7248, 3829), "epanet-wntr/ky4.inp": (2122, 1156),
    "epanet-epyt/Balerma.inp": (901, 454), "epanet-epyt/BWSN_Network_1.inp": (307, 168),
    "epanet-epyt/MICROPOLIS_v1.inp": (3196, 1415), "epanet-epyt/Richmond_standard.inp": (1829, 949),
    "epanet-epyt/ZJ.inp": (278, 164), "epanet-epyt/foss_poly_1.inp": (95, 58), "epanet-epyt/ky1.inp": (1844, 984),
    "epanet-epyt/ky5.inp": (932, 496), "epanet-epyt/Jilin including water quality.inp": (62, 34),
    "epanet-bad/Net1broken.inp": (25, 12),  # one of its reservoirs stands there twice
    "epanet-bad/latin1.inp": (24, 12),
}  # fmt: skip


@pytest.mark.parametrize("name", EPANET)
def test_epanet_models_come_in_whole(worker: Worker, fixtures: Path, tmp_path: Path, name: str) -> None:
    done = bring(worker, tmp_path, fixtures / name)
    elements, pipes = EPANET[name]
    assert done.report.counts.accepted == elements
    assert len(done.values["pipe"]) == pipes
    assert done.crs == "local"


@pytest.mark.parametrize(
    ("name", "scale", "rule"),
    [
        ("epanet-epyt/Richmond_standard.inp", 0.001, "guessed_scale"),
        ("epanet-epyt/ky1.inp", 0.3048, "guessed_scale"),
        ("epanet-epyt/ZJ.inp", 1.0, "schematic"),
        ("epanet-epyt/Balerma.inp", 1.0, "schematic"),
        ("epanet-wntr/Net1.inp", 1.0, "schematic"),
    ],
)
def test_units_of_drawings_are_told(
    worker: Worker, fixtures: Path, name: str, scale: float, rule: str
) -> None:
    plan = plan_import(None, [fixtures / name], worker=worker)
    assert {layer.placement.scale for layer in plan.layers if layer.placement} == {scale}
    assert rule in rules(plan)
