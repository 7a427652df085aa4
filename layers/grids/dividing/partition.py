"""A division of units into n connected parts of nearly equal weight with short boundaries.

METIS (k-way, contiguous: Karypis and Kumar 1998) divides every connected part of the ground, several seeds are
tried, each result is balanced and smoothed (``balancing``), the best is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.dividing.annealing import HOT, WARM, even_out
from layers.grids.dividing.balancing import MANY, Balancing
from layers.grids.dividing.parts import STEP, Network
from layers.grids.dividing.units import Units, connected
from layers.grids.faces import Floats, Integers, Shapes, totals
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    import pymetis
else:
    pymetis = Later("pymetis")

TRIES = 6
"""Seeds of METIS that are tried."""

ANNEALED = 2
"""Of the results so many of the best are annealed."""

SMALLEST = 0.5
"""Of a grid's mean load: a separate piece of ground that holds less is joined to the nearest one."""

FEW = 500
"""So few units are annealed in any case: it is quick, and boundaries get shorter."""

FINE = 1_000_000
"""METIS counts in whole numbers: the total weight and the total cost are told in so many parts."""


@dataclass(frozen=True)
class Division:
    """The part of every unit (0..n-1) and how many pieces of ground had to be joined over a gap."""

    label: Integers
    bridges: int


def network_of(units: Units, parts: int) -> tuple[Network, int]:
    """The units as a network whose connected pieces can each hold a grid; how many bridges that took."""
    zone = units.zone_of_unit()
    pair, cost = units.borders.pair, units.borders.cost
    within = zone[pair[:, 0]] == zone[pair[:, 1]]
    pair, cost = pair[within], cost[within]
    mean = float(units.weight.sum()) / max(parts, 1)
    bridges = 0
    while True:
        piece = connected(units.count, pair)
        many = int(piece.max(initial=-1)) + 1
        load = np.bincount(piece, units.weight, many)
        small = np.flatnonzero(load < SMALLEST * mean)
        if many <= 1 or (not len(small) and many <= parts):
            return Network(units.weight, pair, cost), bridges
        least = int(small[np.argmin(load[small])]) if len(small) else int(np.argmin(load))
        pair = np.concatenate([pair, _bridge(units, piece == least, zone)[None]])
        cost = np.append(cost, 1.0)
        bridges += 1


def divide(units: Units, parts: int, limit: float, feedback: Feedback) -> Division:
    """The units in ``parts`` connected parts, none heavier than ``limit`` times the mean where possible."""
    if parts < 1 or parts > units.count:
        raise UserError(
            Message("grid_proposal.too_many_grids", {"grids": parts, "units": units.count}),
            Message("grid_proposal.too_many_grids_hint"),
        )
    network, bridges = network_of(units, parts)
    piece = connected(units.count, network.pair)
    shares = allotted(totals(piece, units.weight, int(piece.max()) + 1), np.bincount(piece), parts)
    piece_of_part = np.repeat(np.arange(len(shares)), shares)
    outer = _outer(units)

    def judged(balancing: Balancing) -> tuple[int, float, float]:
        return enclosed(network, balancing.label, outer), *balancing.judged

    tried: list[Balancing] = []
    for seed in range(TRIES):
        feedback.progress(0.6 * seed / TRIES)
        balancing = Balancing(network, _metis(network, piece, shares, seed), piece_of_part, limit)
        balancing.improve(feedback.part(0.6 * seed / TRIES, 0.6 * (seed + 1) / TRIES))
        tried.append(balancing)
    found = min(tried, key=judged).label
    least = min(judged(each) for each in tried)
    for number, balancing in enumerate(sorted(tried, key=judged)[:ANNEALED]):
        even_out_further(balancing, number, feedback.part(0.6 + 0.4 * number / ANNEALED, 1.0))
        if judged(balancing) < least:
            found, least = balancing.label, judged(balancing)
    return Division(found, bridges)


def even_out_further(balancing: Balancing, seed: int, feedback: Feedback, hot: float = HOT) -> None:
    """Anneal what is still above the limit, and what is of few units in any case: boundaries get shorter."""
    units = balancing.network.count
    is_uneven = balancing.worst > balancing.limit + (STEP if units > MANY else 0.0)
    if is_uneven or units <= FEW:
        even_out(balancing, seed, feedback.part(0.0, 0.9), min(hot, WARM) if units > MANY else hot)
        balancing.smooth(feedback.part(0.9, 1.0))


def enclosed(network: Network, label: Integers, outer: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many parts lie wholly within another one, which then would have a hole."""
    ends = np.sort(label[network.pair], axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    many = int(label.max(initial=-1)) + 1
    rim = np.unique(label[outer])
    ends = np.concatenate([ends, np.stack([rim, np.full(len(rim), many)], axis=1)])
    found = 0
    for part in range(many):
        others = ends[(ends != part).all(axis=1)]
        piece = connected(many + 1, others)
        found += int((piece != piece[many]).sum()) - 1
    return found


def _outer(units: Units) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each unit touches the edge of the ground."""
    around = shapely.length(units.blocks.faces)
    shared = np.zeros(len(around))
    for side in (0, 1):
        np.add.at(shared, units.blocks.touching.pair[:, side], units.blocks.touching.length)
    free = np.bincount(units.unit, np.maximum(around - shared, 0.0), units.count)
    rim: np.ndarray[tuple[int], np.dtype[np.bool_]] = free > 0.01
    return rim


def allotted(load: Floats, room: Integers, parts: int) -> Integers:
    """How many parts each piece gets: by its load, at least one, no more than it has units (largest remainder)."""
    share = load / max(float(load.sum()), 1e-12) * parts
    found = np.maximum(np.floor(share).astype(np.int64), 1)
    found = np.minimum(found, room)
    while found.sum() > parts:
        most = np.where(found > 1, found - share, -np.inf)
        found[int(np.argmax(most))] -= 1
    while found.sum() < parts:
        wanting = np.where(found < room, share - found, -np.inf)
        found[int(np.argmax(wanting))] += 1
    return found


def _bridge(units: Units, mine: np.ndarray[tuple[int], np.dtype[np.bool_]], zone: Integers) -> Integers:
    """The nearest pair of units, one in ``mine``, the other outside (of the same zone where there is one)."""
    here = mine[units.unit]
    home = zone[np.flatnonzero(mine)[0]]
    there = ~here & (zone[units.unit] == home)
    if not there.any():
        there = ~here
    near: Shapes = units.blocks.faces[here]
    far: Shapes = units.blocks.faces[there]
    (asked, found), _ = shapely.STRtree(far).query_nearest(near, return_distance=True, all_matches=False)
    gap = shapely.distance(near[asked], far[found])
    at = int(np.argmin(gap))
    pair = (units.unit[np.flatnonzero(here)[asked[at]]], units.unit[np.flatnonzero(there)[found[at]]])
    return np.sort(np.array(pair, dtype=np.int64))


def _metis(network: Network, piece: Integers, shares: Integers, seed: int) -> Integers:
    label = np.zeros(network.count, dtype=np.int64)
    first = 0
    for number, share in enumerate(shares):
        mine = np.flatnonzero(piece == number)
        if share > 1:
            label[mine] = first + _metis_piece(network, mine, int(share), seed)
        else:
            label[mine] = first
        first += int(share)
    return label


def split_in_two(network: Network, mine: Integers) -> Integers:
    """Two connected halves (0 and 1) of the units ``mine``, which are connected and at least two."""
    return _metis_piece(network, mine, 2, 0)


def _metis_piece(network: Network, mine: Integers, parts: int, seed: int) -> Integers:
    place = np.full(network.count, -1, dtype=np.int64)
    place[mine] = np.arange(len(mine))
    pair = place[network.pair]
    inside = (pair >= 0).all(axis=1)
    pair, cost = pair[inside], network.cost[inside]
    source = np.concatenate([pair[:, 0], pair[:, 1]])
    target = np.concatenate([pair[:, 1], pair[:, 0]])
    order = np.argsort(source, kind="stable")
    starts = np.searchsorted(source[order], np.arange(len(mine) + 1))
    weight = network.weight[mine]
    options = pymetis.Options(seed=seed, ufactor=20, ncuts=2, contig=1)
    found = pymetis.part_graph(
        parts,
        pymetis.CSRAdjacency(starts.tolist(), target[order].tolist()),
        vweights=_whole(weight).tolist(),
        eweights=np.maximum(_whole(np.concatenate([cost, cost])[order]), 1).tolist(),
        recursive=False,
        options=options,
    )
    label = np.asarray(found.vertex_part, dtype=np.int64)
    # A part that METIS left empty takes a unit of the heaviest; balancing does the rest.
    for empty in np.setdiff1d(np.arange(parts), label):
        heaviest = np.argmax(np.bincount(label, weight, parts) * (np.bincount(label, minlength=parts) > 1))
        members = np.flatnonzero(label == heaviest)
        label[members[0]] = empty
    return label


def _whole(values: Floats) -> Integers:
    total = float(values.sum())
    scaled: Integers = np.rint(values * (FINE / total if total > 0 else 0.0)).astype(np.int64)
    return scaled
