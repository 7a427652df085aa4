"""Areas of the city: blocks joined to grids of equal load, supply areas and metered districts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from layers.sample.ground import Floats, Ground
from layers.sample.streets import Ints, StreetPlan

_STEP = 50.0
"""Outlines are bent at every multiple of this, so that neighbours share every vertex."""


@dataclass(frozen=True)
class Areas:
    """Which area each block belongs to."""

    of_block: Ints
    count: int

    def of(self, plan: StreetPlan, u: Floats, v: Floats) -> Ints:
        """The area (from 0) of each place."""
        found: Ints = self.of_block[plan.block_of(u, v)]
        return found

    def polygons(self, plan: StreetPlan, ground: Ground) -> list[shapely.Geometry]:
        """The outline of every area on the map; the banks meet in the middle of the river."""
        box = _meeting_in_the_river(plan)
        stops_u, stops_v = np.unique(box[:, [0, 2]]), np.unique(box[:, [1, 3]])
        found = []
        for area in range(self.count):
            joined = shapely.union_all(shapely.box(*box[self.of_block == area].T))
            found.append(bent(joined, ground, stops_u, stops_v))
        return found


def divide(plan: StreetPlan, weight: Floats, parts: int) -> Areas:
    """Split the blocks into ``parts`` areas of about equal weight, again and again across the longer side."""
    middle = (plan.blocks.box[:, :2] + plan.blocks.box[:, 2:]) / 2
    owner = np.zeros(len(middle), dtype=np.int64)

    def split(members: Ints, first: int, count: int) -> None:
        if count == 1 or len(members) < 2:
            owner[members] = first
            return
        spread = np.ptp(middle[members], axis=0)
        order = members[np.argsort(middle[members, int(spread[1] > spread[0])], kind="stable")]
        share = np.cumsum(weight[order] + 1.0)
        left = count // 2
        cut = int(np.searchsorted(share, share[-1] * left / count)) + 1
        # Enough blocks on both sides for the areas to come.
        cut = min(max(cut, left), len(order) - (count - left))
        split(order[:cut], first, left)
        split(order[cut:], first + left, count - left)

    split(np.arange(len(middle)), 0, parts)
    _join_islands(plan, owner)
    return Areas(owner, parts)


def _meeting_in_the_river(plan: StreetPlan) -> Floats:
    """The blocks' boxes; those on the banks reach to the middle of the river."""
    box = plan.blocks.box.copy()
    banks = plan.lines_v[plan.lines_v > 0].min(), plan.lines_v[plan.lines_v < 0].max()
    box[box[:, 1] == banks[0], 1] = 0.0
    box[box[:, 3] == banks[1], 3] = 0.0
    return box


def _join_islands(plan: StreetPlan, owner: Ints) -> None:
    """Give blocks cut off from the rest of their area to the area beside them."""
    boxes = shapely.box(*_meeting_in_the_river(plan).T)
    one, other = shapely.STRtree(boxes).query(boxes, predicate="touches")
    edge = shapely.length(shapely.intersection(boxes[one], boxes[other]))
    one, other, edge = one[edge > 1], other[edge > 1], edge[edge > 1]
    same = owner[one] == owner[other]
    links = coo_matrix((np.ones(same.sum()), (one[same], other[same])), shape=(len(owner), len(owner)))
    _count, part = connected_components(links, directed=False)
    size = np.bincount(part)
    largest = {area: size[part[owner == area]].max() for area in np.unique(owner)}
    before = owner.copy()
    for number in np.unique(part):
        members = np.flatnonzero(part == number)
        beside = np.isin(one, members) & (part[other] != number)
        if size[number] < largest[before[members[0]]] and beside.any():
            owner[members] = np.bincount(before[other[beside]], edge[beside]).argmax()


def bent(
    outline: shapely.Geometry, ground: Ground, stops_u: Floats | None = None, stops_v: Floats | None = None
) -> shapely.Geometry:
    """An outline of the plan on the map, with a vertex at every stop and every 50 m."""

    def along(low: float, high: float, stops: Floats | None) -> Floats:
        near, far = min(low, high), max(low, high)
        regular = np.arange(np.ceil(near / _STEP), np.floor(far / _STEP) + 1) * _STEP
        every = regular if stops is None else np.concatenate([regular, stops])
        inside = np.unique(every[(every > near) & (every < far)])
        return inside if high >= low else inside[::-1]

    def ring(coordinates: Floats) -> Floats:
        pieces = []
        for (u0, v0), (u1, v1) in itertools.pairwise(coordinates):
            pieces.append(np.array([[u0, v0]]))
            if u0 == u1:
                v = along(v0, v1, stops_v)
                pieces.append(np.column_stack([np.full_like(v, u0), v]))
            else:
                u = along(u0, u1, stops_u)
                pieces.append(np.column_stack([u, np.full_like(u, v0)]))
        plan = np.concatenate([*pieces, coordinates[-1:]])
        return ground.place(plan[:, 0], plan[:, 1])

    def polygon(part: shapely.Geometry) -> shapely.Geometry:
        rings = [
            ring(shapely.get_coordinates(shapely.get_interior_ring(part, n)))
            for n in range(shapely.get_num_interior_rings(part))
        ]
        return shapely.Polygon(ring(shapely.get_coordinates(shapely.get_exterior_ring(part))), rings)

    parts = [polygon(part) for part in shapely.get_parts(outline)]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
