"""Designing: from places, loads and lines to a proposal, anew or with as few moves as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.dividing.partition import Division, divide
from layers.grids.dividing.parts import STEP
from layers.grids.dividing.rebalancing import filled, least_move, rebalanced
from layers.grids.dividing.units import Blocks, Ground, Loads, Units, cut_blocks, joined
from layers.grids.dividing.wishes import Wishes
from layers.grids.faces import Cuts, Integers, Shapes, as_lines
from layers.grids.proposing.proposal import Proposal
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = Later("scipy.optimize")

UNIT = 1 / 16
"""The heaviest unit, in mean loads of a grid: fine enough to balance, coarse enough to keep blocks."""

WHOLE = (1 / 3, 1 / 8, UNIT / 2)
"""How heavy a community may be (in mean loads) to stay whole; tried from the first until the limit is kept."""

PRICES = {"water": 0.3, "grid": 0.35, "area": 0.3, "road": 0.5, "community": 0.7}
"""What a metre of boundary costs along each kind of line; 1 across open ground."""


@dataclass(frozen=True, eq=False)
class Site:
    """What is to be divided: see ``Ground`` for the area; ``counted``: which loads are counted as things (meters).

    ``grids``: the present lowest-level grids; ``area_of_grid``: the number of the area each belongs to, -1 none.
    """

    area: BaseGeometry
    loads: Loads
    counted: npt.NDArray[np.bool_]
    grids: Shapes
    area_of_grid: Integers
    roads: Shapes
    waters: Shapes
    communities: Shapes


def propose(site: Site, wishes: Wishes, feedback: Feedback | None = None) -> Proposal:
    """A division of the site as wished.

    Raises ``UserError`` when there is nothing to share out or more grids are wanted than there are blocks,
    ``Cancelled`` when the user stops it.
    """
    feedback = feedback or Feedback()
    total = float(site.loads.weight.sum())
    if wishes.grids < 1 or total <= 0:
        raise UserError(Message("grid_proposal.nothing"), Message("grid_proposal.nothing_hint"))
    if wishes.is_rebalance and not len(site.grids):
        raise UserError(Message("grid_proposal.no_grids"), Message("grid_proposal.no_grids_hint"))
    mean = total / wishes.grids
    feedback.progress(0.0, Message("grid_proposal.cutting"))
    blocks = cut_blocks(_ground(site, wishes), site.loads, UNIT * mean, wishes.grids, feedback.part(0.0, 0.6))
    blocks = _every_face_with_zone(blocks)
    feedback.progress(0.6, Message("grid_proposal.dividing"))
    units, division = _best(blocks, wishes, len(site.grids), mean, feedback.part(0.6, 0.95))
    label = division.label[units.unit]
    after = label if wishes.is_rebalance else _named(blocks, label, len(site.grids), wishes.grids)
    counted = blocks.face_of_load[site.counted]
    least = None
    if wishes.is_rebalance and wishes.grids == len(site.grids):
        least = least_move(units, wishes.limit)
    proposal = Proposal(
        wishes,
        blocks,
        len(site.grids),
        site.grids,
        site.area,
        blocks.start,
        after,
        np.bincount(counted[counted >= 0], minlength=len(blocks.faces)),
        least,
        int((blocks.face_of_load < 0).sum()),
        _cut_communities(blocks, after),
        division.bridges,
    )
    feedback.progress(1.0)
    return proposal


def _ground(site: Site, wishes: Wishes) -> Ground:
    none = np.empty(0, dtype=object)
    cuts = []
    if wishes.roads:
        cuts.append(Cuts(as_lines(site.roads), PRICES["road"]))
    if wishes.waters:
        cuts.append(Cuts(as_lines(site.waters), PRICES["water"]))
    if wishes.communities:
        cuts.append(Cuts(as_lines(site.communities), PRICES["community"]))
    if len(site.grids) and (wishes.boundaries or wishes.is_rebalance):
        cuts.append(Cuts(as_lines(site.grids), PRICES["grid"]))
    zones = none
    if wishes.areas and len(site.grids) and (site.area_of_grid >= 0).all():
        areas = [
            shapely.union_all(site.grids[site.area_of_grid == area]) for area in np.unique(site.area_of_grid)
        ]
        zones = np.array(areas, dtype=object)
        cuts.append(Cuts(as_lines(zones), PRICES["area"]))
    if len(site.grids) and not (wishes.boundaries or wishes.is_rebalance):
        # Present boundaries are cut along all the same, for the table of moves, but laying one there saves nothing.
        cuts.append(Cuts(as_lines(site.grids), 1.0))
    communities = site.communities if wishes.communities else none
    return Ground(site.area, tuple(cuts), site.grids, zones, communities, wishes.is_rebalance)


def _every_face_with_zone(blocks: Blocks) -> Blocks:
    """Ground outside all zones counts to the zone it touches most, so that no piece is left over."""
    if not (blocks.zone >= 0).any():
        return blocks
    return replace(blocks, zone=filled(blocks.zone, blocks.touching))


def _best(
    blocks: Blocks, wishes: Wishes, known: int, mean: float, feedback: Feedback
) -> tuple[Units, Division]:
    """The division with the heaviest communities kept whole that keeps the limit; else the best balanced one."""
    found: list[tuple[float, int, Units, Division]] = []
    steps = WHOLE if wishes.communities and (blocks.community >= 0).any() else WHOLE[-1:]
    for number, whole in enumerate(steps):
        part = feedback.part(number / len(steps), (number + 1) / len(steps))
        units = joined(blocks, whole * mean)
        if units.count < wishes.grids and number + 1 < len(steps):
            continue
        if wishes.is_rebalance:
            division = rebalanced(units, known, wishes.grids, wishes.limit, part)
        else:
            division = divide(units, wishes.grids, wishes.limit, part)
        load = np.bincount(division.label, units.weight)
        worst = float(load.max()) / mean
        found.append((max(worst, wishes.limit + 1e-9), number, units, division))
        # Two percent of balance are less than a community cut in two.
        if worst <= wishes.limit + STEP:
            break
    _, _, units, division = min(found, key=lambda each: each[:2])
    return units, division


def _named(blocks: Blocks, label: Integers, known: int, parts: int) -> Integers:
    """Parts under the numbers of the present grids they have most in common with; the others get new numbers."""
    common = np.zeros((known, parts))
    held = blocks.start >= 0
    area = shapely.area(blocks.faces)
    value = blocks.weight + 1e-9 * area * (blocks.weight.sum() / area.sum())
    np.add.at(common, (blocks.start[held], label[held]), value[held])
    name = np.full(parts, -1, dtype=np.int64)
    if known:
        grid, part = optimize.linear_sum_assignment(common, maximize=True)
        alike = common[grid, part] > 0
        name[part[alike]] = grid[alike]
    new = np.flatnonzero(name < 0)
    name[new] = known + np.arange(len(new))
    return name[label]


def _cut_communities(blocks: Blocks, after: Integers) -> int:
    """How many communities with load lie in more than one grid."""
    held = (blocks.community >= 0) & (blocks.weight > 0)
    pairs = np.unique(np.stack([blocks.community[held], after[held]], axis=1), axis=0)
    return int((np.bincount(pairs[:, 0]) > 1).sum()) if len(pairs) else 0
