"""Units: the blocks that a division of the ground moves as a whole, with what they weigh and whom they touch.

Blocks are cut by roads, rivers, communities and the boundaries that there are; a block too heavy to be balanced is
cut further, slivers join their longest neighbour, communities that are light enough stay whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.grids.dividing.unit_cutting import halving_cuts
from layers.grids.faces import (
    Borders,
    Cuts,
    Floats,
    Integers,
    Shapes,
    any_shapes,
    borders,
    cut_faces,
    faces_at,
    places_tree,
    summed,
    totals,
)
from layers.later import Later

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = Later("scipy.sparse")
    csgraph = Later("scipy.sparse.csgraph")

THINNEST = 1.0
"""Metres: a face whose mean width is below is a sliver between two nearly equal lines."""

ROOM = 0.05
"""Of the area that a grid has on average: no block is larger, so that empty ground can be shared out too."""


@dataclass(frozen=True)
class Loads:
    """What is to be shared out: places float64[n, 2] and weights float64[n]."""

    xy: Floats
    weight: Floats


@dataclass(frozen=True)
class Ground:
    """What is to be divided. ``start``: the area as it is divided now (may be empty), ``zones``: never crossed.

    ``communities`` stay whole where they are light enough (``joined``); ``keep_start``: the present boundaries matter.
    """

    area: BaseGeometry
    cuts: tuple[Cuts, ...]
    start: Shapes
    zones: Shapes
    communities: Shapes
    keep_start: bool


@dataclass(frozen=True)
class Blocks:
    """The ground cut into faces, with everything by which they are joined to units.

    ``faces``: polygons that cover the area. Of each face ``start`` (the present grid), ``zone``, ``community``
    (-1 none) and ``weight``; ``face_of_load`` is -1 for a load outside the area; ``touching`` is between faces.
    """

    faces: Shapes
    start: Integers
    zone: Integers
    community: Integers
    weight: Floats
    face_of_load: Integers
    touching: Borders
    keep_start: bool


@dataclass(frozen=True)
class Units:
    """Blocks joined to what is moved as a whole: ``unit`` of each face; ``weight`` and ``borders`` of units."""

    blocks: Blocks
    unit: Integers
    weight: Floats
    borders: Borders

    @property
    def count(self) -> int:
        return len(self.weight)

    def start_of_unit(self) -> Integers:
        """The present grid of each unit: that of the most load in it (of the most ground where there is none)."""
        return self._most(self.blocks.start)

    def zone_of_unit(self) -> Integers:
        """The zone of each unit, found likewise."""
        return self._most(self.blocks.zone)

    def _most(self, label: Integers) -> Integers:
        area = shapely.area(self.blocks.faces)
        share = self.blocks.weight / max(float(self.blocks.weight.sum()), 1e-9)
        value = share + 1e-6 * area / max(float(area.sum()), 1e-9)
        many = int(label.max(initial=-1)) + 2
        key, which = np.unique(self.unit * many + label + 1, return_inverse=True)
        order = np.lexsort((-np.bincount(which, value), key // many))
        first = np.unique(key[order] // many, return_index=True)[1]
        found: Integers = key[order][first] % many - 1
        return found


def cut_blocks(ground: Ground, loads: Loads, heaviest: float, grids: int, feedback: Feedback) -> Blocks:
    """The ground cut along all lines, and further where a face is heavier than ``heaviest`` or too large."""
    lines = any_shapes(*(cut.lines for cut in ground.cuts))
    places = places_tree(loads.xy, feedback.part(0.0, 0.1))
    faces = cut_faces(ground.area, lines, feedback.part(0.1, 0.2))
    face_of_load = faces_at(faces, places, feedback.part(0.2, 0.35))
    largest = max(ROOM * ground.area.area / max(grids, 1), 1.0)
    further = halving_cuts(
        faces,
        face_of_load,
        loads.xy,
        loads.weight,
        heaviest=heaviest,
        largest=largest,
        feedback=feedback.part(0.35, 0.6),
    )
    if len(further):
        faces = cut_faces(ground.area, any_shapes(lines, further), feedback.part(0.6, 0.7))
        face_of_load = faces_at(faces, places, feedback.part(0.7, 0.95))
    feedback.progress(0.95)
    inside = shapely.point_on_surface(faces)
    placed = face_of_load >= 0
    return Blocks(
        faces,
        first_around(inside, ground.start),
        first_around(inside, ground.zones),
        first_around(inside, ground.communities),
        totals(face_of_load[placed], loads.weight[placed], len(faces)),
        face_of_load,
        borders(faces, ground.cuts),
        ground.keep_start,
    )


def joined(blocks: Blocks, whole: float) -> Units:
    """Slivers go to their longest neighbour; a community that weighs at most ``whole`` stays in one piece."""
    unit = connected(
        len(blocks.faces), np.concatenate([_sliver_ties(blocks), _community_ties(blocks, whole)])
    )
    pair = np.sort(unit[blocks.touching.pair], axis=1)
    between = pair[:, 0] != pair[:, 1]
    borders_of_units = summed(pair[between], blocks.touching.length[between], blocks.touching.cost[between])
    return Units(blocks, unit, totals(unit, blocks.weight, int(unit.max(initial=-1)) + 1), borders_of_units)


def first_around(points: Shapes, areas: Shapes) -> Integers:
    """The lowest number of an area around each point, -1 where there is none."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(areas) and len(points):
        point, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.argsort(-area, kind="stable")
        found[point[order]] = area[order]
    return found


def _allowed(blocks: Blocks) -> tuple[Integers, Floats]:
    """Pairs of faces that may be joined: of one zone and, where boundaries are to be kept, of one present grid."""
    pair = blocks.touching.pair
    alike = blocks.zone[pair[:, 0]] == blocks.zone[pair[:, 1]]
    if blocks.keep_start:
        alike &= blocks.start[pair[:, 0]] == blocks.start[pair[:, 1]]
    return pair[alike], blocks.touching.length[alike]


def _sliver_ties(blocks: Blocks) -> Integers:
    """Each sliver with the neighbour it shares the longest border with."""
    pair, length = _allowed(blocks)
    thin = 2 * shapely.area(blocks.faces) / shapely.length(blocks.faces) < THINNEST
    ways, lengths = np.concatenate([pair, pair[:, ::-1]]), np.concatenate([length, length])
    of_thin = thin[ways[:, 0]]
    ways, lengths = ways[of_thin], lengths[of_thin]
    lengths = np.where(thin[ways[:, 1]], lengths * 1e-6, lengths)
    best = ways[np.lexsort((-lengths, ways[:, 0]))]
    found: Integers = best[np.unique(best[:, 0], return_index=True)[1]]
    return found


def _community_ties(blocks: Blocks, whole: float) -> Integers:
    """The pairs of faces within communities that are light enough to stay whole."""
    pair, _ = _allowed(blocks)
    of = blocks.community
    load = np.bincount(of[of >= 0], blocks.weight[of >= 0], int(of.max(initial=-1)) + 1)
    same = (of[pair[:, 0]] >= 0) & (of[pair[:, 0]] == of[pair[:, 1]])
    same[same] = load[of[pair[same, 0]]] <= whole
    found: Integers = pair[same]
    return found


def connected(count: int, pair: Integers) -> Integers:
    """The connected part of each of ``count`` members under the pairs, numbered from 0."""
    graph = sparse.coo_array((np.ones(len(pair), dtype=np.int8), (pair[:, 0], pair[:, 1])), (count, count))
    found = csgraph.connected_components(graph, directed=False)[1]
    parts: Integers = np.asarray(found, dtype=np.int64)
    return parts
