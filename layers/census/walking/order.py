"""Walking order: in which order a team passes its targets along the streets, and how far it is from one to the next.

The way is the network of road centre lines, cut where roads cross; a target is reached from the nearest point of it.
The order is found by `fast_tsp` (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import fast_tsp
import numpy as np
import shapely

from layers.feedback import Feedback
from layers.geometry.belonging import Shapes
from layers.geometry.halving import halved
from layers.geometry.packed import Floats, Integers
from layers.later import Later

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = Later("scipy.sparse")
    csgraph = Later("scipy.sparse.csgraph")

#: Where no road leads, people walk across: so much longer than the straight line.
DETOUR = 1.4
#: More places than this are walked part by part, each of about so many: a matrix of all ways would take minutes.
MOST_AT_ONCE = 500
#: Metres around the targets within which roads are of use.
AROUND = 1000.0
#: Metres that are walked straight on.
NEAR = 50.0
#: How long the shortest way is looked for: after a third of a millisecond a stop it is within a percent of the end.
_LEAST_SECONDS, _MOST_SECONDS, _SECONDS_A_STOP = 0.02, 1.0, 0.0003
#: Legs are given to the search in decimetres, of far places in a coarser unit: it takes no number above the second.
_PER_METRE, _FAR_OFF = 10.0, 65_535


@dataclass(frozen=True)
class Walk:
    """``order``: positions of the targets as they are walked; ``legs``: metres from the one before, the first is 0.

    ``by_road`` is False where there were no roads to go by.
    """

    order: Integers
    legs: Floats
    by_road: bool

    @property
    def metres(self) -> float:
        """The whole way."""
        return float(self.legs.sum())


def walking_order(
    places: Floats,
    roads: Shapes,
    feedback: Feedback | None = None,
    *,
    start: tuple[float, float] | None = None,
) -> Walk:
    """The order in which to walk places (n, 2) in metres, along ``roads`` (lines), from ``start`` if that is given.

    May take a second for some hundred places. Raises ``Cancelled`` when it is stopped.
    """
    feedback = feedback or Feedback()
    if len(places) == 0:
        return Walk(np.zeros(0, np.int64), np.zeros(0), by_road=False)
    # What stands at one spot (the meters of a well) is one stop.
    spots, stop_of = np.unique(np.round(places, 1), axis=0, return_inverse=True)
    begun = None if start is None else np.asarray(start, dtype=np.float64)
    stops, legs, by_road = _stops(spots, roads, begun, feedback)
    rank = np.empty(len(stops), np.int64)
    rank[stops] = np.arange(len(stops))
    order = np.argsort(rank[stop_of.ravel()], kind="stable").astype(np.int64)
    at = rank[stop_of.ravel()[order]]
    is_first = np.concatenate([[True], at[1:] != at[:-1]])
    feedback.progress(1.0)
    return Walk(order, np.where(is_first, legs[at], 0.0), by_road)


def _stops(
    spots: Floats, roads: Shapes, start: Floats | None, feedback: Feedback
) -> tuple[Integers, Floats, bool]:
    """Spots as they are walked, the metres to each from the one before, and whether any road was of use."""
    parts = _parts(spots, start)
    order, legs, by_road = [], [], False
    for number, part in enumerate(parts):
        feedback.check()
        feedback.progress(number / len(parts))
        its = spots[part] if start is None else np.concatenate([start[None, :], spots[part]])
        ways = road_distances(its, roads)
        by_road |= ways is not None
        apart = _straight(its) if ways is None else ways
        way = _shortest_way(apart, from_first=start is not None)
        metres = np.concatenate([[0.0], apart[way[:-1], way[1:]]])
        # The start is where one comes from: it is no stop of this part.
        order.append(part[way] if start is None else part[way[1:] - 1])
        legs.append(metres if start is None else metres[1:])
        start = spots[order[-1][-1]]
    found = np.concatenate(legs)
    found[0] = 0.0
    return np.concatenate(order), found, by_road


def _parts(spots: Floats, start: Floats | None) -> list[Integers]:
    """Compact parts of the spots in the order in which one goes from one to the next."""
    members = np.arange(len(spots))
    if len(spots) <= MOST_AT_ONCE:
        return [members]
    parts = halved(members, spots, -(-len(spots) // MOST_AT_ONCE))
    middles = np.array([spots[part].mean(axis=0) for part in parts])
    if start is not None:
        middles = np.concatenate([start[None, :], middles])
    way = _shortest_way(_straight(middles), from_first=start is not None)
    return [parts[place] for place in (way if start is None else way[1:] - 1).tolist()]


def road_distances(spots: Floats, roads: Shapes) -> Floats | None:
    """Metres from each place to each along the roads; None where no road is near."""
    segments = _noded(spots, roads)
    if not len(segments):
        return None
    tree = shapely.STRtree(segments)
    points = shapely.points(spots)
    _, nearest = tree.query_nearest(points, all_matches=False)
    along = shapely.line_locate_point(segments[nearest], points)
    aside = shapely.distance(segments[nearest], points)
    graph, first = _graph(segments, nearest, along)
    ways = csgraph.dijkstra(graph, directed=False, indices=np.arange(first, first + len(spots)))[:, first:]
    across = _straight(spots)
    found = np.maximum(ways + aside[:, None] + aside[None, :], across)
    # Neighbours on one side of a street do not go to its middle and back; where no road leads, there is no other way.
    direct = (across <= NEAR) | ~np.isfinite(ways)
    found[direct] = np.minimum(found, across * DETOUR)[direct]
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def _straight(spots: Floats) -> Floats:
    return np.asarray(np.hypot(*(spots[:, None, :] - spots[None, :, :]).transpose(2, 0, 1)))


def _noded(spots: Floats, roads: Shapes) -> Shapes:
    """The roads around, cut where they cross."""
    low, high = spots.min(axis=0) - AROUND, spots.max(axis=0) + AROUND
    near = shapely.clip_by_rect(roads[~shapely.is_missing(roads)], *low, *high)
    near = near[~shapely.is_empty(near)]
    if not len(near):
        return np.zeros(0, dtype=object)
    parts = shapely.get_parts(shapely.node(shapely.geometrycollections(near)))
    found: Shapes = parts[shapely.length(parts) > 0]
    return found


def _graph(segments: Shapes, nearest: Integers, along: Floats) -> tuple[sparse.csr_array, int]:
    """The road network with a node for every place; places are the nodes from the number returned on."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(segments, n)) for n in (0, -1)])
    nodes, number = np.unique(np.round(ends, 2), axis=0, return_inverse=True)
    start, end = np.split(number.ravel(), 2)
    first = len(nodes)
    # On each segment: its start, the places in their order along it, its end.
    line = np.concatenate([np.arange(len(segments))] * 2 + [nearest])
    at = np.concatenate([np.zeros(len(segments)), shapely.length(segments), along])
    node = np.concatenate([start, end, first + np.arange(len(nearest))])
    order = np.lexsort((at, line))
    line, at, node = line[order], at[order], node[order]
    joined = line[1:] == line[:-1]
    one, other = node[:-1][joined], node[1:][joined]
    # A way of no length would be no way at all to the sparse matrix.
    metres = np.maximum(np.diff(at)[joined], 1e-6)
    size = first + len(nearest)
    return _shortest(one, other, metres, size), first


def _shortest(one: Integers, other: Integers, metres: Floats, size: int) -> sparse.csr_array:
    """A sparse matrix with the shortest of parallel ways."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((metres, high, low))
    low, high, metres = low[order], high[order], metres[order]
    is_first = np.ones(len(low), bool)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return sparse.csr_array((metres[is_first], (low[is_first], high[is_first])), shape=(size, size))


def _shortest_way(apart: Floats, *, from_first: bool = False) -> Integers:
    """The shortest way through all stops, from any (or the first) to any: a round trip over a place near to all."""
    if len(apart) < 2:
        return np.arange(len(apart))
    whole = np.zeros((len(apart) + 1,) * 2, np.int32)
    # What is far off is more than twice as far as anything else: no tour goes there twice.
    per_metre = min(_PER_METRE, _FAR_OFF / 2.1 / max(float(apart.max()), 1.0))
    whole[1:, 1:] = np.rint(apart * per_metre)
    if from_first:
        # The place near to all is far off for all but the first, so that one of its two ways leads there.
        whole[0, 2:] = whole[2:, 0] = _FAR_OFF
    seconds = min(_MOST_SECONDS, max(_LEAST_SECONDS, _SECONDS_A_STOP * len(apart)))
    tour = fast_tsp.find_tour(whole, duration_seconds=seconds, stop_when_converged=True)
    stops = np.asarray(tour, dtype=np.int64)
    way = np.roll(stops, -int(np.flatnonzero(stops == 0)[0]))[1:] - 1
    if not from_first or way[0] == 0:
        return way
    return way[::-1] if way[-1] == 0 else np.concatenate([[0], way[way != 0]])
