"""The mains in the roads: which road has one, where it crosses others, how thick it must be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from layers.sample.ground import Floats
from layers.sample.net import CAP, JUNCTION, MAIN, Net
from layers.sample.streets import BRANCH, LANE, Flags, Ints, StreetPlan

NOMINAL = np.array([100, 150, 200, 300, 400, 500, 600, 800, 1000])
_LEAST = np.array([300, 200, 150, 100])
"""The smallest main of each road class."""
_DETOUR = np.array([1.0, 1.7, 3.2, 5.0])
"""Water takes the wide roads: how much longer a metre counts in each class."""
_DEAD_END = 25.0
_NEAR = 6.0


@dataclass
class RoadMains:
    """Per road: whether it has a main, its path, where that lies and from where to where it runs."""

    exists: Flags
    path: Ints
    at: Floats
    first: Floats
    last: Floats
    road_class: Ints
    crossing: Ints


def lay_mains(plan: StreetPlan, net: Net, random: np.random.Generator) -> RoadMains:
    """Put mains into the roads, beside the middle, and join them where roads meet. One connected network."""
    roads = plan.roads
    chance = np.where(roads.road_class == LANE, 0.85, np.where(roads.road_class == BRANCH, 0.95, 1.0))
    exists = random.uniform(size=len(roads)) < chance
    side = np.where(random.uniform(size=len(roads)) < 0.5, -1.0, 1.0)
    at = roads.at + side * 0.55 * roads.half_width
    exists = _connected(exists, plan.crossings)
    _meet_opposite(plan, exists, at)
    path = np.full(len(roads), -1)
    path[exists] = net.add_paths(roads.direction[exists], at[exists], MAIN, road=np.flatnonzero(exists))
    crossing = plan.crossings[exists[plan.crossings].all(axis=1)]
    along, across = crossing.T
    place, which = np.unique(np.column_stack([at[across], at[along]]), axis=0, return_inverse=True)
    node = net.add_nodes(place[:, 0], place[:, 1], JUNCTION)[which.ravel()]
    for roads_of, along_at in ((along, at[across]), (across, at[along])):
        # Roads that meet from both sides share a node: it stands once on the road they meet.
        pairs, chosen = np.unique(np.column_stack([path[roads_of], node]), axis=0, return_index=True)
        net.add_stations(pairs[:, 0], along_at[chosen], pairs[:, 1])
    mains = RoadMains(
        exists,
        path,
        at,
        np.full(len(roads), np.inf),
        np.full(len(roads), -np.inf),
        roads.road_class,
        crossing,
    )
    for road, place in ((along, at[across]), (across, at[along])):
        np.minimum.at(mains.first, road, place)
        np.maximum.at(mains.last, road, place)
    _dead_ends(plan, net, mains)
    return mains


def _meet_opposite(plan: StreetPlan, exists: Flags, at: Floats) -> None:
    """Roads that end at a third road from both sides, nearly opposite: their mains then meet in one place."""
    crossings = plan.crossings[exists[plan.crossings].all(axis=1)]
    for _round in range(4):
        for on, meeting in ((crossings[:, 0], crossings[:, 1]), (crossings[:, 1], crossings[:, 0])):
            order = np.lexsort((at[meeting], on))
            near = (on[order][1:] == on[order][:-1]) & (np.diff(at[meeting[order]]) < _NEAR)
            for position in np.flatnonzero(near):
                at[meeting[order[position + 1]]] = at[meeting[order[position]]]


def _connected(exists: Flags, crossings: Ints) -> Flags:
    """Leave only the mains of the largest network."""
    both = crossings[exists[crossings].all(axis=1)]
    graph = coo_matrix((np.ones(len(both)), both.T), shape=(len(exists), len(exists)))
    _count, part = connected_components(graph, directed=False)
    largest: Flags = part == np.bincount(part[exists]).argmax()
    return exists & largest


def _dead_ends(plan: StreetPlan, net: Net, mains: RoadMains) -> None:
    """Carry mains on to the end of a road where no other main meets them."""
    roads = plan.roads
    for end, tip, step in ((mains.first, roads.start, 6.0), (mains.last, roads.end, -6.0)):
        open_end = np.flatnonzero(mains.exists & (np.abs(end - tip) > _DEAD_END))
        place = tip[open_end] + step
        net.put(mains.path[open_end], place, CAP)
        end[open_end] = place


@dataclass(frozen=True)
class Flows:
    """Stretches of main between crossings, in station order, with their nominal size."""

    path: Ints
    start: Floats
    end: Floats
    dn: Ints
    first: Ints
    last: Ints

    def dn_at(self, path: Ints, place: Floats) -> Ints:
        """The size of the main of each path at a coordinate; 0 for paths that are no mains in roads."""
        order = np.searchsorted(self._key(self.path, self.start), self._key(path, place), side="right") - 1
        order = np.maximum(order, 0)
        return np.where(self.path[order] == path, self.dn[order], 0)

    @staticmethod
    def _key(path: Ints, place: Floats) -> Floats:
        # Coordinates stay within +-50 km: path and place fit into one sortable number.
        return path * 1e5 + place + 5e4


def size_mains(
    net: Net, mains: RoadMains, supply: Ints, demand: Floats, random: np.random.Generator
) -> Flows:
    """Choose the sizes: water runs from the nodes ``supply`` over the wide roads to where it is used.

    ``demand`` is per node of ``net``. Thickest at the supply, never thinner than the road class asks.
    """
    spans = net.spans()
    road = net.paths().road
    used = np.flatnonzero(road[spans.path] >= 0)
    first, last, path = spans.first[used], spans.last[used], spans.path[used]
    road_class = mains.road_class[road[path]]
    length = spans.end[used] - spans.start[used]
    cost = length * _DETOUR[road_class]
    count = net.node_count
    graph = coo_matrix((cost, (first, last)), shape=(count, count)).tocsr()
    far, before, _source = dijkstra(
        graph, directed=False, indices=supply, min_only=True, return_predecessors=True
    )
    flow = demand.copy()
    for node in np.argsort(np.where(np.isfinite(far), far, -1.0))[::-1]:
        if before[node] >= 0:
            flow[before[node]] += flow[node]
    carries = np.where(before[last] == first, flow[last], np.where(before[first] == last, flow[first], 0.0))
    return _stretches(net, spans.start[used], spans.end[used], first, last, path, road_class, carries, random)


def _stretches(
    net: Net,
    start: Floats,
    end: Floats,
    first: Ints,
    last: Ints,
    path: Ints,
    road_class: Ints,
    carries: Floats,
    random: np.random.Generator,
) -> Flows:
    """One size from crossing to crossing, where crossings are nodes on two roads."""
    on_roads = np.bincount(np.concatenate([first, last]), minlength=net.node_count) > 2
    breaks = np.concatenate([[True], (path[1:] != path[:-1]) | on_roads[first[1:]]])
    group = np.cumsum(breaks) - 1
    most = np.zeros(group[-1] + 1)
    np.maximum.at(most, group, carries)
    least = _LEAST[road_class[breaks]]
    wanted = 1000.0 * (most / most.max()) ** 0.34
    dn = NOMINAL[np.searchsorted(NOMINAL * 0.93, np.maximum(wanted, 1), side="right").clip(1) - 1]
    loops = (most <= 0) & (random.uniform(size=len(most)) < 0.35)
    dn = np.maximum(dn, np.where(loops, NOMINAL[np.searchsorted(NOMINAL, least) + 1], least))
    stop = np.append(np.flatnonzero(breaks)[1:], len(path)) - 1
    return Flows(path[breaks], start[breaks], end[stop], dn, first[breaks], last[stop])
