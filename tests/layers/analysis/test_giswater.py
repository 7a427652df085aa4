"""Giswater's sample: the parts its shut-off valves make, and its states and types through import, edit and export."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from layers.analysis.network import Network, derive_network
from layers.exchange.export import ExportOptions, export_assets
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import plan_import, run_import
from layers.geometry.packed import pack_lines, pack_points
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message
from tests.layers.analysis.segments import nodes_at, segments

pytestmark = pytest.mark.keeps_running


def in_service(register: Register) -> Network:
    """The arcs in service, without the service links."""
    table = register.columns("pipe", ["status", "function"], geometry=True)
    status, function = table["status"].to_pylist(), table["function"].to_pylist()
    kept = [s == "in_service" and f != "service" for s, f in zip(status, function, strict=True)]
    packed = pack_lines(table.filter(pa.array(kept)).column("geom"))
    return derive_network(packed, float(register.setting("node_tolerance_m")))


def facts(register: Register) -> dict[str, Counter[Any]]:
    """How many assets of each state, type and kind there are."""
    found: dict[str, Counter[Any]] = {}
    for name in ("pipe", "valve", "hydrant", "facility", "network_point"):
        kind = register.catalogue[name].kind_field
        assets = register.find(Query(name))
        found[name] = Counter((asset.get("status"), asset.get(kind or "code")) for asset in assets)
    return found


def test_shut_off_valves_part_the_network_and_nothing_declared_is_lost(
    fixtures: Path, tmp_path: Path
) -> None:
    source = fixtures / "giswater-ws" / "giswater_ws.gpkg"
    with Worker() as worker:
        plan = plan_import(None, [source], ImportOptions(), worker=worker)
    with Register.create(tmp_path / "ws.gpkg", plan.register_crs, actor="li") as register:
        run_import(register, plan)
        states = pyogrio.read_dataframe(source, layer="arc", read_geometry=False)["state"]
        assert states.value_counts().to_dict() == {1: 261, 0: 5, 2: 3}
        network = in_service(register)
        valves = register.columns("valve", ["valve_type"], geometry=True)
        gates = valves.filter(np.array([kind == "gate" for kind in valves["valve_type"].to_pylist()]))
        assert gates.num_rows == 45

        def parts() -> tuple[int, float, int, int]:
            network = in_service(register)
            part = segments(network, nodes_at(network, pack_points(gates["geom"]).xy, 0.05))
            length = np.bincount(part, shapely.length(network.shapes))
            systems = len(np.unique(network.line_component))
            return len(length), round(float(length.max()), 1), round(float(length.sum())), systems

        assert len(network.ends) == 261
        assert parts() == (26, 1847.6, 12114, 2)
        before = facts(register)
        # An edit of one pipe leaves everything else as it was declared; so does its undo.
        pipe = register.find(Query("pipe", limit=1))[0]
        with register.edit(Message("action.import")) as edit:
            edit.update("pipe", pipe.id, pipe.version, {"dn": 300})
        assert facts(register) == before
        assert parts() == (26, 1847.6, 12114, 2)
        register.undo()
        types = tuple(before)
        export_assets(register, tmp_path / "out.gpkg", ExportOptions(types=types))
    with Worker() as worker:
        plan = plan_import(None, [tmp_path / "out.gpkg"], ImportOptions(), worker=worker)
    with Register.create(tmp_path / "again.gpkg", plan.register_crs, actor="li") as register:
        run_import(register, plan)
        assert facts(register) == before
        assert parts() == (26, 1847.6, 12114, 2)
