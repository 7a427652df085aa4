"""Colours for grids so that neighbours differ: few, and the same ones again after a small change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import shapely

from layers.grids.faces import segments_of
from layers.grids.ground import EDGE, NONE, Grids, Shapes
from layers.grids.patchwork import parts_of

#: So many colours are enough for every map of areas in one piece.
FEW: Final = 4
#: Metres of common border from which two grids are neighbours; less is a corner.
_LEAST_EDGE: Final = 1.0
_MOST_STEPS: Final = 5_000


def colours(grids: Grids, before: Mapping[int, int] | None = None) -> dict[int, int]:
    """A colour, from 0, for every drawn grid of the lowest level, by id; neighbours differ.

    Four do nearly always; ``before`` are those of an earlier time, kept where they still fit.
    """
    beside = neighbours(grids)
    wish = {id: (before or {}).get(id, NONE) for id in beside}
    # In the order in which the grids were made: a new one takes what its neighbours leave and changes none of them.
    oldest_first = {id: (id,) for id in beside}
    return (
        _searched(beside, wish, FEW, oldest_first)
        or _searched(beside, wish, FEW, None)
        or _greedy(beside, wish)
    )


def neighbours(grids: Grids) -> dict[int, list[int]]:
    """For every drawn grid of the lowest level, by id and in the order of the codes, those it has an edge with."""
    shapes = grids.shapes[grids.lowest]
    found: dict[int, list[int]] = {int(grids.ids[at]): [] for at in grids.lowest}
    if not len(shapes):
        return found
    ids = list(found)
    one, other = grids.tree.query(shapes, predicate="dwithin", distance=EDGE)
    shared = _shared(shapes)
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a < b and (shared.get((a, b), 0.0) >= _LEAST_EDGE or _touch(shapes[a], shapes[b])):
            found[ids[a]].append(ids[b])
            found[ids[b]].append(ids[a])
    return found


def _shared(shapes: Shapes) -> dict[tuple[int, int], float]:
    """For pairs of areas (positions, the lower first) the metres of edge they have vertex by vertex."""
    parts = [(part, number) for number, shape in enumerate(shapes) for part in parts_of(shape)]
    owner = np.array([number for _, number in parts], np.int64)
    edges, face = segments_of(np.array([part for part, _ in parts], dtype=object))
    order = np.lexsort(edges.reshape(-1, 4).T)
    edges, number = edges[order], owner[face[order]]
    twin = np.flatnonzero((edges[1:] == edges[:-1]).all(axis=(1, 2)))
    length = np.hypot(*(edges[twin, 1] - edges[twin, 0]).T)
    found: dict[tuple[int, int], float] = {}
    for a, b, metres in zip(number[twin].tolist(), number[twin + 1].tolist(), length.tolist(), strict=True):
        pair = (min(a, b), max(a, b))
        found[pair] = found.get(pair, 0.0) + metres
    return found


def _touch(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Whether areas drawn apart by a hair, or over each other, have an edge in common."""
    near = shapely.intersection(shapely.boundary(one), shapely.buffer(other, 10 * EDGE))
    return bool(near.length >= _LEAST_EDGE)


def _searched(
    beside: Mapping[int, list[int]],
    wish: Mapping[int, int],
    count: int,
    order: Mapping[int, tuple[int, ...]] | None,
) -> dict[int, int] | None:
    """Colours found in an order, or with the grid that has the fewest choices left next (DSATUR), with steps back;
    None when that takes too long."""
    found: dict[int, int] = {}
    trail: list[tuple[int, list[int]]] = []
    waiting = None if order is None else sorted(beside, key=lambda id: order[id])
    for _ in range(_MOST_STEPS):
        if len(found) == len(beside):
            return {id: found[id] for id in beside}
        next_ = _most_bound(beside, found) if waiting is None else waiting[len(found)]
        taken = {found[n] for n in beside[next_] if n in found}
        free = sorted(set(range(count)) - taken, key=lambda colour: (colour != wish[next_], colour))
        trail.append((next_, free))
        while trail and not trail[-1][1]:
            found.pop(trail.pop()[0], None)
        if not trail:
            return None
        id, choices = trail[-1]
        found[id] = choices.pop(0)
    return None


def _most_bound(beside: Mapping[int, list[int]], found: Mapping[int, int]) -> int:
    """The grid whose neighbours have the most colours already, then the one with the most neighbours."""
    left = (id for id in beside if id not in found)
    return max(left, key=lambda id: (len({found[n] for n in beside[id] if n in found}), len(beside[id]), -id))


def _greedy(beside: Mapping[int, list[int]], wish: Mapping[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for id in sorted(beside, key=lambda id: -len(beside[id])):
        taken = {found[n] for n in beside[id] if n in found}
        free = np.setdiff1d(np.arange(len(beside) + 1), list(taken))
        found[id] = wish[id] if wish[id] not in {NONE, *taken} else int(free[0])
    return {id: found[id] for id in beside}
