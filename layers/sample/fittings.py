"""What sits on the mains: reducers, valves at crossings, hydrants along the road, air and blow-off valves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.ground import Floats
from layers.sample.mains import Flows, RoadMains
from layers.sample.net import HYDRANT, HYDRANT_BRANCH, JUNCTION, REDUCER, VALVE, Net
from layers.sample.size import CitySize
from layers.sample.streets import ACROSS, ALONG, Flags, Ints, StreetPlan

_REDUCER_AT, _VALVE_AT = 2.0, 4.0
_SHORT = 16.0
_LONG = 420.0
_CLEARANCE = 0.9
_HYDRANT_STEP = (100.0, 118.0)
_LARGEST_WITH_HYDRANTS = 600

SECTION, AIR, BLOW_OFF, BRANCH_VALVE, LINE = range(5)
"""What a valve is for."""


@dataclass(frozen=True)
class Fittings:
    """Nodes of valves with their purpose."""

    valve_node: Ints
    valve_purpose: Ints


def fit(
    plan: StreetPlan,
    size: CitySize,
    mains: RoadMains,
    net: Net,
    flows: Flows,
    valve_random: np.random.Generator,
    hydrant_random: np.random.Generator,
) -> Fittings:
    """Put fittings on the mains in the roads."""
    _reducers(net, flows)
    nodes, purposes = _valves(net, flows, valve_random)
    branch = _hydrants(plan, size, mains, net, flows, hydrant_random)
    return Fittings(
        np.concatenate([*nodes, branch]),
        np.concatenate([*purposes, np.full(len(branch), BRANCH_VALVE)]),
    )


class _Taken:
    """Where stations already are, so that fittings keep their distance."""

    def __init__(self, net: Net) -> None:
        stations = net.stations()
        self._keys = stations.path * 1e5 + stations.at + 5e4

    def free(self, path: Ints, at: Floats, clearance: float = _CLEARANCE) -> Flags:
        """Whether no station is nearer than that."""
        key = path * 1e5 + at + 5e4
        after = np.searchsorted(self._keys, key)
        before = np.maximum(after - 1, 0)
        after = np.minimum(after, len(self._keys) - 1)
        free: Flags = (
            np.minimum(np.abs(self._keys[before] - key), np.abs(self._keys[after] - key)) > clearance
        )
        return free


def _reducers(net: Net, flows: Flows) -> None:
    """Where a road's main goes on thinner beyond a crossing, the thinner side begins with a reducer.

    The node's owner is the size of the short piece between crossing and reducer.
    """
    same = flows.path[1:] == flows.path[:-1]
    left, right = flows.dn[:-1], flows.dn[1:]
    length = flows.end - flows.start
    thin_right = np.flatnonzero(same & (left > right) & (length[1:] > _SHORT))
    thin_left = np.flatnonzero(same & (left < right) & (length[:-1] > _SHORT))
    taken = _Taken(net)
    for at, path, dn in (
        (flows.start[1:][thin_right] + _REDUCER_AT, flows.path[1:][thin_right], left[thin_right]),
        (flows.end[:-1][thin_left] - _REDUCER_AT, flows.path[:-1][thin_left], right[thin_left]),
    ):
        free = taken.free(path, at)
        net.put(path[free], at[free], REDUCER, dn[free])


def _valves(net: Net, flows: Flows, random: np.random.Generator) -> tuple[list[Ints], list[Ints]]:
    """At a crossing of n mains n - 1 valves; one more in the middle of long stretches; air and blow-off valves."""
    taken = _Taken(net)
    length = flows.end - flows.start
    path = np.concatenate([flows.path, flows.path])
    at = np.concatenate([flows.start + _VALVE_AT, flows.end - _VALVE_AT])
    node = np.concatenate([flows.first, flows.last])
    wanted = np.tile(length > _SHORT, 2)
    # One arm of every crossing does without: the thickest ones rarely.
    chance = random.uniform(size=len(node)) - 0.3 * (np.tile(flows.dn, 2) >= 400)
    order = np.lexsort((chance, node))
    last = np.append(node[order][1:] != node[order][:-1], True)
    arms = np.bincount(node)
    without = np.zeros(len(node), dtype=bool)
    without[order[last]] = True
    wanted &= ~(without & (arms[node] > 1)) & (arms[node] > 1)
    wanted &= taken.free(path, at)
    nodes = [net.put(path[wanted], at[wanted], VALVE)]
    purposes = [np.full(int(wanted.sum()), SECTION)]
    middle = flows.start + length * random.uniform(0.4, 0.6, len(length))
    draw = random.uniform(size=len(length))
    for purpose, chosen, shift in (
        (LINE, length > _LONG, 0.0),
        (AIR, (flows.dn >= 300) & (draw < 0.13) & (length > 60), 7.0),
        (BLOW_OFF, (flows.dn >= 300) & (draw > 0.91) & (length > 60), -7.0),
    ):
        chosen = chosen & taken.free(flows.path, middle + shift)
        nodes.append(net.put(flows.path[chosen], (middle + shift)[chosen], VALVE))
        purposes.append(np.full(int(chosen.sum()), purpose))
    return nodes, purposes


def _hydrants(
    plan: StreetPlan, size: CitySize, mains: RoadMains, net: Net, flows: Flows, random: np.random.Generator
) -> Ints:
    """A hydrant at the kerb every hundred metres and more, each on its own branch; the nodes of their valves."""
    roads = np.flatnonzero(mains.exists)
    first, last = mains.first[roads] + random.uniform(18, 55, len(roads)), mains.last[roads] - 12.0
    step = random.uniform(*_HYDRANT_STEP, len(roads))
    count = np.maximum(0, np.floor((last - first) / step).astype(np.int64) + 1)
    road = np.repeat(roads, count)
    number = np.arange(len(road)) - np.repeat(np.cumsum(count) - count, count)
    at = np.repeat(first, count) + number * np.repeat(step, count) + random.uniform(-4, 4, len(road))
    path = mains.path[road]
    over_water = (plan.roads.direction[road] == ACROSS) & (np.abs(at) < size.river_width / 2 + 12)
    thin_enough = flows.dn_at(path, at) <= _LARGEST_WITH_HYDRANTS
    keep = _Taken(net).free(path, at, 1.5) & ~over_water & thin_enough
    road, at, path = road[keep], at[keep], path[keep]
    tee = net.put(path, at, JUNCTION)
    side = np.sign(mains.at[road] - plan.roads.at[road])
    reach = side * (0.45 * plan.roads.half_width[road] + 0.8)
    across = np.where(plan.roads.direction[road] == ALONG, ACROSS, ALONG)
    dn = np.where(flows.dn_at(path, at) >= 300, 150, 100)
    branch = net.add_paths(across, at, HYDRANT_BRANCH, dn=dn)
    start = mains.at[road]
    net.add_stations(branch, start, tee)
    valve = net.put(branch, start + side * _CLEARANCE, VALVE)
    net.put(branch, start + reach, HYDRANT)
    return valve
