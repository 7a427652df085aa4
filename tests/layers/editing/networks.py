"""Small networks to work on, and what must hold of any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.analysis.network import Network, derive_network
from layers.editing.plan import Done, EditPlan
from layers.geometry.packed import pack_lines
from layers.model.asset import Asset, AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

EAST, NORTH = 500_000.0, 3_000_000.0


def at(x: float, y: float, *z: float) -> tuple[float, ...]:
    """A place of the test's own small plane in the register's."""
    return (EAST + x, NORTH + y, *z)


def line(*places: tuple[float, ...]) -> shapely.LineString:
    return shapely.LineString([at(*place) for place in places])


def point(*place: float) -> shapely.Point:
    return shapely.Point(at(*place))


def add(register: Register, type_name: str, geometry: Any, **values: Any) -> AssetKey:
    """An asset as it is given, tied to nothing."""
    with register.edit(Message("store.created")) as edit:
        id = edit.insert(type_name, {"geom": geometry, **values})
    return AssetKey(type_name, id)


def do(register: Register, plan: EditPlan) -> Done:
    """Carry a plan out as one act."""
    with register.edit(plan.label) as edit:
        done = plan.apply(edit)
    return done


def got(register: Register, key: AssetKey) -> Asset:
    asset = register.get(*key)
    assert asset is not None
    return asset


def places(register: Register, key: AssetKey) -> list[tuple[float, ...]]:
    """The vertices of an asset in the small plane, to the micrometre."""
    geometry = got(register, key).geometry
    found = shapely.get_coordinates(geometry, include_z=bool(shapely.has_z(geometry)))
    return [(round(x - EAST, 6), round(y - NORTH, 6), *z) for x, y, *z in found.tolist()]


def network(register: Register) -> Network:
    """The connectivity of the pipes in use."""
    gone = register.catalogue["pipe"].editing.gone
    pipes = [p for p in register.find(Query("pipe")) if p.geometry is not None and p["status"] not in gone]
    return derive_network(
        pack_lines(pa.array([shapely.to_wkb(p.geometry) for p in pipes], pa.binary())),
        register.setting("node_tolerance_m"),
    )


def parts(register: Register) -> int:
    """Into how many connected parts the pipes in use fall."""
    return len(set(network(register).line_component.tolist()))


def on_lines(register: Register, *types: str) -> dict[str, float]:
    """How far each point of these types is from the nearest pipe in use."""
    gone = register.catalogue["pipe"].editing.gone
    pipes = [p.geometry for p in register.find(Query("pipe")) if p["status"] not in gone]
    found: dict[str, float] = {}
    for name in types:
        for asset in register.find(Query(name)):
            found[f"{name}:{asset.id}"] = float(np.min(shapely.distance(pipes, asset.geometry)))
    return found


def content(register: Register) -> Mapping[str, dict[int, dict[str, Any]]]:
    """All of these types, without versions."""
    types = ("pipe", "valve", "hydrant", "meter", "meter_well", "network_point", "leak", "attachment")
    return {name: {a.id: _plain(a) for a in register.find(Query(name))} for name in types}


def _plain(asset: Asset) -> dict[str, Any]:
    values = dict(asset.values)
    geometry = values.pop("geom", None)
    return values | {
        "geom": None if geometry is None else shapely.to_wkb(geometry, output_dimension=3, hex=True)
    }
