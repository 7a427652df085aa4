"""Re-balancing: from the grids there are to even ones, moving as little as possible."""

from __future__ import annotations

import numpy as np

from layers.feedback import Feedback
from layers.grids.dividing.annealing import HOT
from layers.grids.dividing.balancing import MANY, Balancing
from layers.grids.dividing.partition import Division, even_out_further, network_of, split_in_two
from layers.grids.dividing.parts import Network
from layers.grids.dividing.units import Units, connected
from layers.grids.faces import Borders, Integers, totals

STAY = 3.0
"""Taking a unit away from its grid costs as much as so many borders of mean length."""

TEPID = HOT / 3
WAYS = ((TEPID, 1.0), (TEPID, 0.3), (TEPID, 3.0))
"""Temperatures and costs of leaving that are tried; the best result is taken."""


def rebalanced(units: Units, known: int, grids: int, limit: float, feedback: Feedback) -> Division:
    """A division into ``grids`` that starts from the ``known`` present ones.

    The heaviest are split or the lightest joined until there are as many as wished, then load is moved. Labels below
    ``known`` are those of present grids, further ones new.
    """
    network, bridges = network_of(units, grids)
    start = filled(units.start_of_unit(), units.borders)
    names, label = np.unique(_as_many(network, start, known, grids), return_inverse=True)
    label = label.astype(np.int64)
    piece_of_part = np.zeros(len(names), dtype=np.int64)
    piece_of_part[label] = connected(units.count, network.pair)
    typical = float(network.cost.mean()) if len(network.cost) else 0.0
    best: tuple[tuple[float, float], Integers] | None = None
    ways = WAYS if units.count <= MANY else WAYS[:2]
    for number, (hot, stay) in enumerate(ways):
        balancing = Balancing(network, label, piece_of_part, limit, stay * typical)
        part = feedback.part(number / len(ways), (number + 1) / len(ways))
        balancing.improve(part.part(0.0, 0.5))
        even_out_further(balancing, number, part.part(0.5, 1.0), hot)
        # All are judged by the same measure of few moves.
        judged = (
            Balancing(network, label, piece_of_part, limit, STAY * typical).taking(balancing.label).judged
        )
        if best is None or judged < best[0]:
            best = (judged, balancing.label)
    assert best is not None
    return Division(names[best[1]], bridges)


def least_move(units: Units, limit: float) -> float:
    """The share of the load that must change hands in any case to bring every grid within the limit.

    What the heavy ones have above it; that neighbours pass load on to theirs comes on top.
    """
    start = filled(units.start_of_unit(), units.borders)
    load = totals(start, units.weight, int(start.max()) + 1)
    total = float(load.sum())
    return float(np.maximum(load - limit * load.mean(), 0.0).sum()) / total if total > 0 else 0.0


def filled(label: Integers, touching: Borders) -> Integers:
    """Members labelled -1 get the label with which they share the longest border, again and again."""
    found = label.copy()
    pair = np.concatenate([touching.pair, touching.pair[:, ::-1]])
    length = np.concatenate([touching.length, touching.length])
    while (found < 0).any():
        edge = (found[pair[:, 0]] < 0) & (found[pair[:, 1]] >= 0)
        if not edge.any():
            found[found < 0] = int(label.max(initial=0))
            break
        ends = np.stack([pair[edge, 0], found[pair[edge, 1]]], axis=1)
        many = int(ends.max()) + 1
        key, which = np.unique(ends[:, 0] * many + ends[:, 1], return_inverse=True)
        shared = np.bincount(which, length[edge])
        order = np.lexsort((-shared, key // many))
        members, first = np.unique(key[order] // many, return_index=True)
        found[members] = key[order][first] % many
    return found


def _as_many(network: Network, start: Integers, known: int, grids: int) -> Integers:
    label = start.copy()
    new = known
    while len(names := np.unique(label)) < grids:
        load, size = np.bincount(label, network.weight), np.bincount(label)
        heaviest = int(np.argmax(np.where(size > 1, load, -1.0)))
        mine = _main_piece(network, np.flatnonzero(label == heaviest))
        if len(mine) < 2:
            break
        label[mine[split_in_two(network, mine) == 1]] = new
        new += 1
    while len(names := np.unique(label)) > grids:
        load = np.bincount(label, network.weight)
        lightest = names[np.argmin(load[names])]
        ends = label[network.pair]
        near = np.unique(ends[(ends == lightest).any(axis=1)])
        near = near[near != lightest]
        others = near if len(near) else names[names != lightest]
        label[label == lightest] = others[np.argmin(load[others])]
    return label


def _main_piece(network: Network, mine: Integers) -> Integers:
    """The connected piece of most units among ``mine``."""
    place = np.full(network.count, -1, dtype=np.int64)
    place[mine] = np.arange(len(mine))
    pair = place[network.pair]
    piece = connected(len(mine), pair[(pair >= 0).all(axis=1)])
    found: Integers = mine[piece == np.argmax(np.bincount(piece))]
    return found
