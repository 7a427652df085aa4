"""EPANET models: every fixture, the lengths that must hold, units, encodings, what the engine refuses."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import shapely
from wntr.network import WaterNetworkModel

from layers.errors import UserError
from layers.exchange.foreign import ForeignTable
from layers.exchange.formats import describe, read_layer
from layers.exchange.units import coordinate_unit, length_ratio
from layers.geometry.crs import Crs, metric_twin, transformer
from layers.text import Texts

COUNTS = {
    # pipes, valves, pumps, junctions, tanks, reservoirs
    "epanet-wntr/Anytown.inp": (43, 0, 3, 22, 2, 1),
    "epanet-wntr/CCWI17-HermanMahmoud.inp": (8, 0, 0, 6, 0, 1),
    "epanet-wntr/Net1.inp": (12, 0, 1, 9, 1, 1),
    "epanet-wntr/Net2.inp": (40, 0, 0, 35, 1, 0),
    "epanet-wntr/Net3.inp": (117, 0, 2, 92, 3, 2),
    "epanet-wntr/Net6.inp": (3829, 2, 61, 3323, 32, 1),
    "epanet-wntr/cv_controls.inp": (1, 0, 0, 0, 2, 0),
    "epanet-wntr/io.inp": (1, 3, 2, 4, 1, 0),
    "epanet-wntr/ky4.inp": (1156, 0, 2, 959, 4, 1),
    "epanet-wntr/skeletonize.inp": (42, 0, 0, 34, 0, 1),
    "epanet-epyt/BWSN_Network_1.inp": (168, 8, 2, 126, 2, 1),
    "epanet-epyt/Balerma.inp": (454, 0, 0, 443, 0, 4),
    "epanet-epyt/Jilin including water quality.inp": (34, 0, 0, 27, 0, 1),
    "epanet-epyt/L-TOWN.inp": (905, 3, 1, 782, 1, 2),
    "epanet-epyt/MICROPOLIS_v1.inp": (1415, 196, 8, 1574, 1, 2),
    "epanet-epyt/Richmond_standard.inp": (949, 1, 7, 865, 6, 1),
    "epanet-epyt/ZJ.inp": (164, 0, 0, 113, 0, 1),
    "epanet-epyt/foss_poly_1.inp": (58, 0, 0, 36, 0, 1),
    "epanet-epyt/ky1.inp": (984, 0, 1, 856, 2, 1),
    "epanet-epyt/ky2.inp": (1124, 0, 1, 811, 3, 1),
    "epanet-epyt/ky5.inp": (496, 0, 9, 420, 3, 4),
    "epanet-bad/Net1broken.inp": (12, 0, 1, 9, 1, 3),
    "epanet-bad/bad_syntax.inp": (2, 0, 0, 2, 0, 1),
    "epanet-bad/bad_times.inp": (2, 0, 0, 2, 0, 1),
    "epanet-bad/bad_values.inp": (2, 0, 0, 2, 0, 1),
    "epanet-bad/latin1.inp": (12, 0, 1, 9, 1, 1),
}
# EPANET's error number and line of the first reason.
REFUSED = {
    "epanet-bad/Net1broken.inp": (215, 23),
    "epanet-bad/bad_syntax.inp": (201, 330),
    "epanet-bad/bad_times.inp": (213, 324),
    "epanet-bad/bad_values.inp": (203, 56),
    "epanet-epyt/BWSN_Network_1.inp": (213, 509),
    "epanet-epyt/MICROPOLIS_v1.inp": (201, 3507),
    "epanet-epyt/foss_poly_1.inp": (205, 184),
    "epanet-wntr/cv_controls.inp": (223, None),
}
# EPANET's own library refuses these, WNTR's reader does not look.
NOT_BY_WNTR = {"epanet-bad/Net1broken.inp", "epanet-wntr/cv_controls.inp"}
UNITS = {
    "epanet-epyt/ky1.inp": "ft",
    "epanet-epyt/ky2.inp": "ft",
    "epanet-epyt/ky5.inp": "ft",
    "epanet-wntr/ky4.inp": "ft",
    "epanet-wntr/skeletonize.inp": "ft",
    "epanet-epyt/MICROPOLIS_v1.inp": "ft",
    "epanet-epyt/Richmond_standard.inp": "mm",
    "epanet-epyt/L-TOWN.inp": "m",
    "epanet-epyt/ZJ.inp": "unknown",
    "epanet-epyt/Balerma.inp": "unknown",
    "epanet-wntr/Net1.inp": "unknown",
    "epanet-wntr/Net2.inp": "unknown",
    "epanet-wntr/Net3.inp": "unknown",
}
LAYERS = ("pipes", "valves", "pumps", "junctions", "tanks", "reservoirs")
FOOT = 0.3048


def lengths(table: ForeignTable) -> np.ndarray:
    """Recorded lengths in metres."""
    (name,) = [name for name in table.table.column_names if name.startswith("length")]
    return np.array(table.table.column(name).to_pylist(), dtype=float) * (FOOT if "(ft)" in name else 1.0)


def lines(table: ForeignTable) -> np.ndarray:
    assert table.geometry is not None
    return shapely.from_wkb(table.geometry.to_numpy(zero_copy_only=False))


@pytest.mark.parametrize("name", COUNTS)
def test_every_model_is_read_whole(fixtures: Path, name: str) -> None:
    found = describe(fixtures / name)
    counts = {layer.name: layer.count for layer in found.layers}
    assert tuple(counts.get(layer, 0) for layer in LAYERS) == COUNTS[name]
    assert found.format == "epanet"
    for layer in found.layers:
        table = read_layer(fixtures / name, layer.name)
        assert len(table) == layer.count
        assert layer.shape == ("line" if layer.name == "pipes" else "point")
        ids = table.table.column("id").to_pylist()
        assert all(ids)


@pytest.mark.parametrize("name", COUNTS)
def test_what_the_engine_would_refuse_is_said_with_its_line(fixtures: Path, name: str) -> None:
    reasons = [remark for remark in describe(fixtures / name).remarks if remark.rule == "engine_refuses"]
    first = (reasons[0].value, reasons[0].message.parameters.get("line")) if reasons else None
    assert first == REFUSED.get(name)
    for reason in reasons:
        assert "水力计算引擎" in Texts("zh").render(reason.message)
        assert str(reason.value) in Texts("en").render(reason.message)


@pytest.mark.filterwarnings("ignore::UserWarning")  # WNTR warns of unused curves and the headloss formula
@pytest.mark.parametrize("name", sorted(COUNTS))
def test_wntr_agrees_on_what_it_reads_and_what_it_refuses(
    fixtures: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("wntr"), "disabled", True)
    monkeypatch.setattr(logging.getLogger("wntr.epanet.io"), "disabled", True)
    refused = name in REFUSED and name not in NOT_BY_WNTR
    if refused:
        with pytest.raises(Exception):  # noqa: B017, PT011  WNTR raises whatever its parser stumbles over
            WaterNetworkModel(str(fixtures / name))
        return
    model = WaterNetworkModel(str(fixtures / name))
    pipes = read_layer(fixtures / name, "pipes")
    assert lengths(pipes).sum() == pytest.approx(sum(pipe.length for _, pipe in model.pipes()), rel=1e-9)
    junctions = read_layer(fixtures / name, "junctions").table
    if len(junctions) and "base_demand_l_s" in junctions.column_names:
        ours = sum(value or 0.0 for value in junctions.column("base_demand_l_s").to_pylist())
        theirs = sum(
            sum(entry.base_value for entry in node.demand_timeseries_list) for _, node in model.junctions()
        )
        assert ours == pytest.approx(theirs * 1000.0, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("name", UNITS)
def test_lengths_tell_the_unit_of_the_coordinates(fixtures: Path, name: str) -> None:
    table = read_layer(fixtures / name, "pipes")
    ratio = length_ratio(lengths(table), shapely.length(lines(table)))
    assert ratio is not None
    assert coordinate_unit(ratio) == UNITS[name]


def test_ky2_in_metres(fixtures: Path) -> None:
    table = read_layer(fixtures / "epanet-epyt" / "ky2.inp", "pipes")
    source = Crs.parse("EPSG:3547")
    metric = shapely.transform(lines(table), transformer(source, metric_twin(source)))
    assert len(table) == 1124
    assert lengths(table).sum() / 1000 == pytest.approx(152.248, abs=0.0005)
    assert shapely.length(metric).sum() / 1000 == pytest.approx(152.251, abs=0.0005)


def test_l_town_is_local(fixtures: Path) -> None:
    table = read_layer(fixtures / "epanet-epyt" / "L-TOWN.inp", "pipes")
    assert len(table) == 905
    assert lengths(table).sum() / 1000 == pytest.approx(43.163, abs=0.0005)
    assert shapely.length(lines(table)).sum() / 1000 == pytest.approx(43.107, abs=0.0005)


def test_columns_are_named_with_the_units_of_the_file(fixtures: Path) -> None:
    american = read_layer(fixtures / "epanet-wntr" / "Net1.inp", "pipes").table
    metric = read_layer(fixtures / "epanet-epyt" / "L-TOWN.inp", "pipes").table
    assert {"length (ft)", "diameter (in)"} <= set(american.column_names)
    assert {"length (m)", "diameter (mm)"} <= set(metric.column_names)
    tank = read_layer(fixtures / "epanet-wntr" / "Net1.inp", "tanks").table
    assert tank.column("elevation (ft)").to_pylist() == [850.0]
    assert tank.column("diameter (ft)").to_pylist() == [50.5]


def test_a_valve_stands_between_its_nodes_and_keeps_them(fixtures: Path) -> None:
    path = fixtures / "epanet-epyt" / "L-TOWN.inp"
    valves = read_layer(path, "valves")
    junctions = read_layer(path, "junctions")
    places = dict(zip(junctions.table.column("id").to_pylist(), lines(junctions), strict=True))
    row = valves.table.to_pylist()[0]
    assert (row["id"], row["node_1"], row["node_2"], row["type"]) == ("PRV-1", "n303", "n300", "PRV")
    assert (row["diameter (mm)"], row["setting"]) == (200.0, 40.0)
    middle = shapely.LineString([places["n303"], places["n300"]]).interpolate(0.5, normalized=True)
    assert lines(valves)[0].equals_exact(middle, 1e-9)


def test_bends_comments_tags_statuses_and_demands_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "model.inp"
    path.write_text(
        "[TITLE]\n测试\n[JUNCTIONS]\n;ID Elev\n J1 12 3 ;东门\n J2 10 4\n[RESERVOIRS]\n R1 60\n"
        "[PIPES]\n P1 R1 J1 120 300 110 0 Open ;主干管\n P2 J1 J2 80 200 110 0 CV\n"
        "[VALVES]\n V1 J1 J2 150 GPV C1 0\n"
        "[TAGS]\n LINK P1 球墨铸铁\n NODE J2 末端\n[STATUS]\n P1 Closed\n[DEMANDS]\n J2 1.5 ;a\n J2 2.5\n"
        "[CURVES]\n C1 0 0\n[OPTIONS]\n Units CMH\n"
        "[COORDINATES]\n R1 0 0\n J1 100 0\n J2 100 80\n[VERTICES]\n P1 50 10\n P1 60 10\n"
        "[END]\nrubbish here\n",
        encoding="utf-8",
    )
    pipes = read_layer(path, "pipes")
    one, two = pipes.table.to_pylist()
    assert (one["comment"], one["tag"], one["initial_status"]) == ("主干管", "球墨铸铁", "Closed")
    assert (two["comment"], two["tag"], two["initial_status"]) == (None, None, "CV")
    assert list(lines(pipes)[0].coords) == [(0, 0), (50, 10), (60, 10), (100, 0)]
    assert one["__row"] == 10
    junctions = read_layer(path, "junctions").table.to_pylist()
    assert [row["base_demand_l_s"] for row in junctions] == pytest.approx([3 / 3.6, 4 / 3.6])
    assert [(row["comment"], row["tag"]) for row in junctions] == [("东门", None), (None, "末端")]
    valve = read_layer(path, "valves").table.to_pylist()[0]
    assert (valve["curve"], valve["setting"]) == ("C1", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_chinese_comments_in_any_encoding(fixtures: Path, tmp_path: Path, encoding: str) -> None:
    text = (fixtures / "epanet-wntr" / "Net1.inp").read_text(encoding="utf-8")
    text = text.replace(" 10              \t10              \t11 ", " 主干管10      \t10              \t11 ")
    text = text.replace("[PIPES]", "[PIPES]\n;邵阳市西湖路给水管，二〇一八年改造")
    assert "主干管10" in text
    path = tmp_path / "net1_cn.inp"
    path.write_bytes(text.encode(encoding))
    pipes = read_layer(path, "pipes")
    assert pipes.table.column("id")[0].as_py() == "主干管10"
    assert len(pipes) == 12
    remarks = [remark.rule for remark in describe(path).remarks]
    assert ("encoding_detected" in remarks) == (encoding in ("gbk", "utf-16"))


def test_nodes_without_coordinates_are_unlocated_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.inp"
    path.write_text(
        "[JUNCTIONS]\nA 1\nB 2\nC 3\n[PIPES]\nP A B 10 100 100\nQ B C 10 100 100\nshort\n"
        "[COORDINATES]\nA 0 0\nB x 5\nC 7 7\n",
        encoding="utf-8",
    )
    pipes, junctions = read_layer(path, "pipes"), read_layer(path, "junctions")
    assert pipes.geometry is not None
    assert (len(pipes), pipes.geometry.null_count, len(junctions)) == (2, 2, 3)
    found = sorted((entry.row, entry.problem.rule) for entry in pipes.problems)
    assert found == [
        (6, "unlocated"),
        (7, "unlocated"),
        (8, "link_incomplete"),
        (11, "coordinate_unreadable"),
    ]
    assert [(entry.row, entry.problem.rule) for entry in junctions.problems] == [(3, "unlocated")]


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("[JUNCTIONS]\n A x", 202),
        ("[JUNCTIONS]\n A 1\n A 2", 215),
        (f"[JUNCTIONS]\n {'A' * 40} 1", 252),
        ("[PIPES]\n P A A 1 1 1", 222),
        ("[PIPES]\n P A R 0 1 1", 211),
        ("[PIPES]\n P A Z 1 1 1", 203),
        ("[DEMANDS]\n A 1 nowhere", 205),
        ("[OPTIONS]\n Units FURLONGS", 213),
        ("[TIMES]\n Duration never", 213),
        ("[NONSENSE]\n 1", 201),
    ],
)
def test_each_rule_of_the_engine(tmp_path: Path, section: str, code: int) -> None:
    path = tmp_path / "a.inp"
    path.write_text(f"[JUNCTIONS]\n A 1\n[RESERVOIRS]\n R 1\n{section}\n", encoding="utf-8")
    codes = {remark.value for remark in describe(path).remarks if remark.rule == "engine_refuses"}
    assert code in codes


@pytest.mark.parametrize("content", ["[TITLE]\nnothing\n", "[PIPES]\n", "hello\n", "\x00\x01\x02"])
def test_what_holds_no_network_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.inp"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError):
        describe(path)


def test_a_layer_that_is_not_there_is_refused_by_name(fixtures: Path) -> None:
    with pytest.raises(UserError) as refused:
        read_layer(fixtures / "epanet-wntr" / "Net1.inp", "hydrants")
    assert refused.value.title.id == "format.no_such_layer"
