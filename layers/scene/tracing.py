"""Tracing: the way along mains that are there already, from one place on them to another."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from layers.geometry.packed import Floats, Integers, PackedLines, segments
from layers.model.query import Box
from layers.scene.scene import Scene
from layers.scene.snapping import Place, mains_inside

#: How far around the two places a way is looked for, in distances between them, and metres at least.
_ROOM = (0.5, 2.0)
_LEAST_ROOM = 60.0
#: More straight pieces than this are not searched while the mouse waits.
_MOST = 60_000


def trace(
    scene: Scene,
    start: Place,
    end: Place,
    tolerance: float = 0.01,
    hidden: frozenset[str] = frozenset(),
    *,
    outlines: bool = False,
) -> Floats | None:
    """The shortest way (n, 2) along mains from ``start`` to ``end``, both included; None when there is none.

    Both places lie on mains (within ``tolerance`` metres), with ``outlines`` on roads and borders of areas instead.
    Ways that lead far around are not found.
    """
    distance = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    if distance <= tolerance:
        return None
    for share in _ROOM:
        room = max(_LEAST_ROOM, distance * share)
        box = Box(
            min(start[0], end[0]) - room, min(start[1], end[1]) - room,
            max(start[0], end[0]) + room, max(start[1], end[1]) + room,
        )  # fmt: skip
        pieces, ends = _pieces(scene, box, hidden, outlines)
        if len(pieces) > _MOST:
            return None
        found = _way(pieces, ends, np.array(start), np.array(end), tolerance) if len(pieces) else None
        if found is not None:
            return found
    return None


def _pieces(scene: Scene, box: Box, hidden: frozenset[str], outlines: bool) -> tuple[Floats, Floats]:
    """The straight pieces of the lines that reach into ``box``, and the ends of these lines."""
    pieces, ends = [np.empty((0, 4))], [np.empty((0, 2))]
    for part in mains_inside(scene, box, hidden, outlines=outlines):
        pieces.append(segments(PackedLines(part.xy, part.offsets, part.id))[0])
        ends += [part.xy[part.offsets[:-1]], part.xy[part.offsets[1:] - 1]]
    return np.concatenate(pieces), np.concatenate(ends)


def _way(pieces: Floats, ends: Floats, start: Floats, end: Floats, tolerance: float) -> Floats | None:
    cuts = np.concatenate([start[None], end[None], ends])
    pieces = _cut(pieces, cuts, tolerance)
    places = np.concatenate([pieces[:, :2], pieces[:, 2:], start[None], end[None]])
    node = _clusters(places, tolerance)
    count = len(pieces)
    first, last, begin, goal = node[:count], node[count : 2 * count], node[-2], node[-1]
    metres = np.hypot(*(pieces[:, 2:] - pieces[:, :2]).T)
    # Zero would mean no connection at all; of pieces side by side coo_array would add the lengths.
    order = np.argsort(metres, kind="stable")
    low, high = np.minimum(first, last)[order], np.maximum(first, last)[order]
    _, kept = np.unique(np.stack([low, high], axis=1), axis=0, return_index=True)
    low, high, weight = low[kept], high[kept], np.maximum(metres[order][kept], 1e-9)
    size = int(node.max()) + 1
    graph = coo_array((weight, (low, high)), shape=(size, size)).tocsr()
    away, before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True)
    if not np.isfinite(away[goal]):
        return None
    way = [int(goal)]
    while way[-1] != begin:
        way.append(int(before[way[-1]]))
    place_of = np.zeros(size, np.int64)
    place_of[node[::-1]] = np.arange(len(places))[::-1]
    found = places[place_of[way[::-1]]]
    found[0], found[-1] = start, end
    return np.asarray(found)


def _cut(pieces: Floats, places: Floats, tolerance: float) -> Floats:
    """The pieces cut where one of ``places`` lies on them between their ends."""
    tree = shapely.STRtree(shapely.linestrings(pieces.reshape(-1, 2, 2)))
    place, piece = tree.query(shapely.points(places), predicate="dwithin", distance=tolerance)
    inner = np.ones(len(place), bool)
    for side in (slice(0, 2), slice(2, 4)):
        inner &= np.hypot(*(pieces[piece, side] - places[place]).T) > tolerance
    place, piece = place[inner], piece[inner]
    if not len(place):
        return pieces
    along = pieces[piece, 2:] - pieces[piece, :2]
    share = ((places[place] - pieces[piece, :2]) * along).sum(axis=1) / (along**2).sum(axis=1)
    order = np.lexsort((share, piece))
    made: list[Floats] = []
    for number in np.unique(piece):
        cuts = order[piece[order] == number]
        stops = np.concatenate([pieces[number, None, :2], places[place[cuts]], pieces[number, None, 2:]])
        made.append(np.concatenate([stops[:-1], stops[1:]], axis=1))
    whole = np.ones(len(pieces), bool)
    whole[piece] = False
    return np.concatenate([pieces[whole], *made])


def _clusters(places: Floats, tolerance: float) -> Integers:
    pairs = cKDTree(places).query_pairs(tolerance, output_type="ndarray")
    links = coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(places), len(places))
    )
    return np.asarray(connected_components(links, directed=False)[1], np.int64)
