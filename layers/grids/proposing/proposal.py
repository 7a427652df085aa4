"""A proposal: how an area could be divided into grids, what moves from whom to whom, and how good that would be.

Pure: places, loads and lines in, a proposal out (``site`` reads them from a register, ``acceptance`` makes a plan).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.grids.dividing.quality import Quality, pieces_of, quality
from layers.grids.dividing.units import Blocks, connected
from layers.grids.dividing.wishes import Wishes
from layers.grids.faces import Borders, Floats, Integers, Shapes, totals
from layers.grids.proposing.dissolving import dissolved

CRUMB = 0.005
"""Of a mean load: what weighs less is no move of its own."""

NOBODY = -1
"""The grid of ground that belongs to none."""


@dataclass(frozen=True)
class Move:
    """Ground that changes hands as one piece. ``source`` and ``target`` are numbers of grids, -1 none.

    ``share`` is its load as a share of the mean load; ``communities`` are numbers of those that move with it.
    """

    number: int
    source: int
    target: int
    load: float
    share: float
    count: int
    shape: BaseGeometry
    communities: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One grid before and after: its load as a share of the mean; None where there is no grid."""

    grid: int
    share_before: float | None
    share_after: float | None
    count_before: int | None
    count_after: int | None
    compact_before: float | None
    compact_after: float | None


@dataclass(frozen=True, eq=False)
class Proposal:
    """A division of an area. Grids 0..known-1 are those that there are (in the order given), from ``known`` on new.

    ``before`` and ``after``: the grid of each face. ``least_move``: the share of all load that any
    re-balancing to the limit has to move, None for a new design. ``outside``: load (in things)
    that lies outside the area. ``cut_communities``: how many had to be cut. ``bridges``: pieces of ground joined
    over a gap because they are too light for a grid.
    """

    wishes: Wishes
    blocks: Blocks
    known: int
    known_shapes: Shapes
    area: BaseGeometry
    before: Integers
    after: Integers
    count_of_face: Integers
    least_move: float | None
    outside: int
    cut_communities: int
    bridges: int

    @property
    def grids(self) -> int:
        """How many grids there are and would be, ended ones included."""
        return max(self.known, int(self.after.max(initial=-1)) + 1)

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Connected pieces of ground that go from one grid to another, the heaviest first."""
        return _moves(self)

    @cached_property
    def _move_of_face(self) -> Integers:
        return _move_of_face(self)

    def accepted(self, moves: Collection[int] | None = None) -> Integers:
        """The grid of each face when only these moves (by number; None = all) are made."""
        if moves is None:
            return self.after
        taken = np.isin(self._move_of_face, list(moves))
        found: Integers = np.where(taken, self.after, self.before)
        return found

    def shapes_of(self, label: Integers) -> Shapes:
        """The area of every grid under this labelling of faces; None for a grid without ground."""
        known = np.concatenate([self.known_shapes, np.array([self.area], dtype=object)])
        return dissolved(self.blocks.faces, label, self.grids, known)

    @cached_property
    def shapes_before(self) -> Shapes:
        return self.shapes_of(self.before)

    def loads_of(self, label: Integers) -> Floats:
        """The load of every grid under this labelling."""
        held = label >= 0
        return totals(label[held], self.blocks.weight[held], self.grids)

    def broken(self, label: Integers) -> list[int]:
        """Grids that would be of more pieces than they are now, or than the ground itself is."""
        pair = self.blocks.touching.pair
        now = pieces_of(self.before, pair, self.grids)
        then = pieces_of(label, pair, self.grids)
        return np.flatnonzero((then > np.maximum(now, 1)) & (then > 1)).tolist() if not self.bridges else []

    def quality_of(self, label: Integers, shapes: Shapes | None = None) -> Quality:
        """How good this labelling is, over the grids that have ground."""
        shapes = self.shapes_of(label) if shapes is None else shapes
        there = np.flatnonzero(~shapely.is_missing(shapes))
        pieces = pieces_of(label, self.blocks.touching.pair, self.grids)[there]
        return quality(
            self.loads_of(label)[there], shapes[there], pieces, _along(self.blocks.touching, label)
        )

    def moved_share(self, label: Integers) -> float:
        """The share of all load that changes its grid."""
        total = float(self.blocks.weight.sum())
        return float(self.blocks.weight[label != self.before].sum()) / total if total > 0 else 0.0

    def rows(self, label: Integers, shapes: Shapes | None = None) -> tuple[Row, ...]:
        """The table of before and after, by number of the grid."""
        after = self.shapes_of(label) if shapes is None else shapes
        sides = [_side(self, self.before, self.shapes_before), _side(self, label, after)]
        rows = []
        for grid in range(self.grids):
            (share_0, count_0, compact_0), (share_1, count_1, compact_1) = (side[grid] for side in sides)
            rows.append(Row(grid, share_0, share_1, count_0, count_1, compact_0, compact_1))
        return tuple(rows)


_Side = tuple[float | None, int | None, float | None]


def _side(proposal: Proposal, label: Integers, shapes: Shapes) -> list[_Side]:
    load = proposal.loads_of(label)
    held = label >= 0
    count = np.bincount(label[held], proposal.count_of_face[held], proposal.grids)
    there = ~shapely.is_missing(shapes)
    mean = float(load[there].mean()) if there.any() else 0.0
    found: list[_Side] = []
    for grid, shape in enumerate(shapes):
        if shape is None:
            found.append((None, None, None))
            continue
        share = float(load[grid]) / mean if mean > 0 else None
        compact = 4 * np.pi * shape.area / max(shape.length, 1e-9) ** 2
        found.append((share, int(count[grid]), float(compact)))
    return found


def _along(touching: Borders, label: Integers) -> float:
    ends = label[touching.pair]
    inner = ends[:, 0] != ends[:, 1]
    length = touching.length[inner]
    drawn = touching.cost[inner] < 0.999 * length
    return float(length[drawn].sum() / length.sum()) if length.sum() > 0 else 1.0


def _pieces(proposal: Proposal) -> tuple[Integers, Integers]:
    """The connected piece of every face that moves (-1 for the others), and the first face of each piece."""
    pair = proposal.blocks.touching.pair
    moving = proposal.before != proposal.after
    same = (
        moving[pair].all(axis=1)
        & (proposal.before[pair[:, 0]] == proposal.before[pair[:, 1]])
        & (proposal.after[pair[:, 0]] == proposal.after[pair[:, 1]])
    )
    piece = np.where(moving, connected(len(moving), pair[same]), -1)
    names, first, which = np.unique(piece, return_index=True, return_inverse=True)
    if len(names) and names[0] == -1:
        return which - 1, first[1:]
    return which, first


def _move_of_face(proposal: Proposal) -> Integers:
    """The number of the move each face goes with, -1 for those that stay.

    What weighs next to nothing goes with the heaviest piece between the same two grids: nobody decides on it alone.
    """
    piece, first = _pieces(proposal)
    if not len(first):
        return piece
    moving = piece >= 0
    load = np.bincount(piece[moving], proposal.blocks.weight[moving], len(first))
    area = np.bincount(piece[moving], shapely.area(proposal.blocks.faces[moving]), len(first))
    crumb = load < CRUMB * float(proposal.blocks.weight.sum()) / max(proposal.wishes.grids, 1)
    ends = np.stack([proposal.before[first], proposal.after[first]], axis=1)
    order = np.lexsort((-area, -load, ends[:, 1], ends[:, 0]))
    new_pair = np.r_[True, (ends[order][1:] != ends[order][:-1]).any(axis=1)]
    heaviest = order[new_pair][np.cumsum(new_pair) - 1]
    joined = np.arange(len(first))
    joined[order] = np.where(crumb[order], heaviest, order)
    load, area = np.bincount(joined, load, len(first)), np.bincount(joined, area, len(first))
    kept = np.unique(joined)
    rank = np.full(len(first) + 1, -1, dtype=np.int64)
    rank[kept[np.lexsort((-area[kept], -load[kept]))]] = np.arange(len(kept))
    found: Integers = np.where(piece >= 0, rank[np.r_[joined, -1][piece]], -1)
    return found


def _moves(proposal: Proposal) -> tuple[Move, ...]:
    move = proposal._move_of_face
    many = int(move.max(initial=-1)) + 1
    blocks = proposal.blocks
    mean = float(blocks.weight.sum()) / max(proposal.wishes.grids, 1)
    order = np.argsort(move, kind="stable")
    starts = np.searchsorted(move[order], np.arange(many + 1))
    found = []
    for number in range(many):
        mine = order[starts[number] : starts[number + 1]]
        load = float(blocks.weight[mine].sum())
        communities = np.unique(blocks.community[mine])
        found.append(
            Move(
                number,
                int(proposal.before[mine[0]]),
                int(proposal.after[mine[0]]),
                load,
                load / mean if mean > 0 else 0.0,
                int(proposal.count_of_face[mine].sum()),
                shapely.coverage_union_all(blocks.faces[mine]),
                tuple(communities[communities >= 0].tolist()),
            )
        )
    return tuple(found)
