"""Where the water comes from: intakes in the river, water works, their trunk mains, high tanks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.mains import RoadMains
from layers.sample.net import FACILITY, TRUNK, VALVE, Net, Stations
from layers.sample.size import CitySize
from layers.sample.streets import ACROSS, ALONG, ARTERIAL, Ints, StreetPlan

SOURCE, PLANT, OUTLET, TANK, BOOSTER = range(5)
KIND_CODES = np.array(["source", "plant", "plant_outlet", "tank", "booster"])


@dataclass(frozen=True)
class Sources:
    """Facilities outside the estates: node, kind, which plant or tank they belong to; and where trunks join."""

    node: Ints
    kind: Ints
    number: Ints
    supply: Ints
    raw_paths: Ints


def make_sources(
    plan: StreetPlan, size: CitySize, mains: RoadMains, net: Net, random: np.random.Generator
) -> Sources:
    """Water works at the ends of the roads along the river, tanks at the far ends of roads across it."""
    tips = _Tips(net.stations())
    roads = plan.roads
    usable = mains.exists & (roads.road_class == ARTERIAL)
    found: list[tuple[Ints, int, int]] = []
    supply, raw = [], []
    bank_north, bank_south = plan.lines_v[plan.lines_v > 0].min(), plan.lines_v[plan.lines_v < 0].max()
    places = [(bank_north, -1), (bank_south, 1), (bank_south, -1), (bank_north, 1)]
    for number, (bank, toward) in enumerate(places[: size.plants]):
        banks = np.flatnonzero(usable & (roads.direction == ALONG) & (roads.at == bank))
        ends = mains.first[banks] if toward < 0 else mains.last[banks]
        road = int(banks[(toward * ends).argmax()])
        join = tips.node(mains.path[road], toward)
        end = float(tips.at(mains.path[road], toward))
        away = random.uniform(0.16, 0.26) * size.radius
        trunk = net.add_paths(ALONG, mains.at[[road]], TRUNK, dn=1000)
        net.add_stations(trunk, np.array([end]), np.array([join]))
        net.put(trunk, np.array([end + toward * 5.0]), VALVE)
        outlet = net.put(trunk, np.array([end + toward * away]), FACILITY)
        works = end + toward * (away + 85.0)
        plant = net.put(trunk, np.array([works]), FACILITY)
        intake = net.add_paths(ACROSS, np.array([works]), TRUNK, dn=1000)
        raw.append(intake)
        net.add_stations(intake, mains.at[[road]], plant)
        water = np.sign(bank) * (size.river_width / 2 - 12.0)
        source = net.put(intake, np.array([water]), FACILITY)
        found += [(outlet, OUTLET, number), (plant, PLANT, number), (source, SOURCE, number)]
        supply.append(join)
    for number in range(size.tanks):
        toward = 1 if number % 2 == 0 else -1
        across = np.flatnonzero(usable & (roads.direction == ACROSS))
        reach = toward * (mains.last[across] if toward > 0 else mains.first[across])
        road = int(across[reach.argmax()])
        join = tips.node(mains.path[road], toward)
        end = float(tips.at(mains.path[road], toward))
        trunk = net.add_paths(ACROSS, mains.at[[road]], TRUNK, dn=400)
        net.add_stations(trunk, np.array([end]), np.array([join]))
        net.put(trunk, np.array([end + toward * 5.0]), VALVE)
        booster = net.put(trunk, np.array([end + toward * 60.0]), FACILITY)
        tank = net.put(trunk, np.array([end + toward * random.uniform(350, 600)]), FACILITY)
        found += [(booster, BOOSTER, number), (tank, TANK, number)]
    return Sources(
        np.concatenate([f[0] for f in found]),
        np.array([f[1] for f in found]),
        np.array([f[2] for f in found]),
        np.array(supply),
        np.concatenate(raw),
    )


class _Tips:
    """The first and last station of every path."""

    def __init__(self, stations: Stations) -> None:
        self._path, self._at, self._node = stations.path, stations.at, stations.node

    def _station(self, path: int, toward: int) -> int:
        if toward < 0:
            return int(np.searchsorted(self._path, path, side="left"))
        return int(np.searchsorted(self._path, path, side="right")) - 1

    def node(self, path: int, toward: int) -> int:
        return int(self._node[self._station(path, toward)])

    def at(self, path: int, toward: int) -> float:
        return float(self._at[self._station(path, toward)])
