"""Whether the lowest level covers the service area: what belongs to nobody, and what belongs to two grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.grids.ground import Grids, Shapes, read_grids
from layers.grids.patchwork import is_hair, parts_of
from layers.model.query import Query
from layers.register import Register

SERVICE_AREA: Final = "service_area"
TOLERANCE: Final = "grid_gap_tolerance_m2"

Fault = Literal["gap", "overlap", "outside"]


@dataclass(frozen=True, eq=False)
class Flaw:
    """A piece of land that belongs to nobody (``gap``), to two ``grids`` (``overlap``), or that a grid has
    ``outside`` the service area. ``grids``: ids of those concerned; of a gap those beside it, the longest edge
    first."""

    fault: Fault
    shape: shapely.Polygon
    grids: tuple[int, ...]

    @property
    def area(self) -> float:
        """Square metres."""
        return float(self.shape.area)


@dataclass(frozen=True, eq=False)
class Coverage:
    """What is wrong with the lowest level of ``grids``; largest first. ``ground`` is the land to be covered, None
    when nobody said which."""

    grids: Grids
    ground: BaseGeometry | None
    flaws: tuple[Flaw, ...]

    def of(self, fault: Fault) -> tuple[Flaw, ...]:
        """The flaws of a kind."""
        return tuple(flaw for flaw in self.flaws if flaw.fault == fault)

    @cached_property
    def gaps(self) -> tuple[Flaw, ...]:
        return self.of("gap")

    @cached_property
    def overlaps(self) -> tuple[Flaw, ...]:
        return self.of("overlap")

    @property
    def area_gaps(self) -> float:
        """Square metres that belong to nobody."""
        return sum(flaw.area for flaw in self.gaps)

    @property
    def area_overlaps(self) -> float:
        """Square metres that belong to two grids."""
        return sum(flaw.area for flaw in self.overlaps)


def find_coverage(
    register: Register, grids: Grids | None = None, feedback: Feedback | None = None
) -> Coverage:
    """What is wrong with the lowest level today. Flaws below the setting ``grid_gap_tolerance_m2`` do not count."""
    grids = grids or read_grids(register)
    ground = service_ground(register, grids)
    return Coverage(grids, ground, flaws_of(grids, ground, float(register.setting(TOLERANCE)), feedback))


def service_ground(register: Register, grids: Grids, near: BaseGeometry | None = None) -> BaseGeometry | None:
    """The land that grids must cover: the service areas, else the outlines of the grids above the lowest level;
    None when there are neither. With ``near`` only as much of it as lies about there."""
    areas = [each.geometry for each in register.find(Query(SERVICE_AREA, located=True))]
    return ground_of([area for area in areas if area is not None], grids, near)


def ground_of(
    areas: Sequence[BaseGeometry], grids: Grids, near: BaseGeometry | None = None
) -> BaseGeometry | None:
    """The same from what is at hand: ``areas`` are the shapes of the service areas."""
    shapes = list(areas) or list(grids.shapes[~grids.is_lowest & grids.is_drawn])
    if not shapes:
        return None
    if near is not None:
        around = shapely.box(*near.bounds)
        shapes = [shape for shape in shapes if shape.intersects(around)]
    return shapely.union_all([shapely.make_valid(shapely.force_2d(shape)) for shape in shapes])


def flaws_of(
    grids: Grids, ground: BaseGeometry | None, tolerance: float, feedback: Feedback | None = None
) -> tuple[Flaw, ...]:
    """The flaws of the lowest level, largest first; ``tolerance`` in square metres."""
    feedback = feedback or Feedback()
    found = list(_overlaps(grids, feedback))
    if ground is not None and len(grids.lowest):
        covered = shapely.union_all(_valid(grids.shapes[grids.lowest]))
        feedback.check()
        found += [
            Flaw("gap", part, _beside(grids, part)) for part in parts_of(shapely.difference(ground, covered))
        ]
        if shapely.difference(covered, ground).area > tolerance:
            found += list(_outside(grids, ground))
    kept = [flaw for flaw in found if flaw.area > tolerance and not is_hair(flaw.shape)]
    return tuple(sorted(kept, key=lambda flaw: (-flaw.area, flaw.grids)))


def _overlaps(grids: Grids, feedback: Feedback) -> list[Flaw]:
    shapes = _valid(grids.shapes[grids.lowest])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        feedback.check()
        ids = (int(grids.ids[grids.lowest[a]]), int(grids.ids[grids.lowest[b]]))
        shared = shapely.intersection(shapes[a], shapes[b])
        found += [Flaw("overlap", part, ids) for part in parts_of(shared)]
    return found


def _outside(grids: Grids, ground: BaseGeometry) -> list[Flaw]:
    return [
        Flaw("outside", part, (int(grids.ids[at]),))
        for at in grids.lowest
        for part in parts_of(shapely.difference(_valid(grids.shapes[[at]])[0], ground))
    ]


def _beside(grids: Grids, gap: BaseGeometry) -> tuple[int, ...]:
    """The grids along the edge of a gap, the longest edge first; of equals the smallest code."""
    near = grids.lowest[np.sort(grids.tree.query(gap, predicate="dwithin", distance=_NEAR))]
    edge = shapely.boundary(gap)
    lengths = {
        int(grids.ids[at]): shapely.intersection(edge, shapely.buffer(grids.shapes[at], _NEAR)).length
        for at in near
    }
    # A corner touches too, and gives no edge.
    along = [id for id in lengths if lengths[id] > 4 * _NEAR]
    return tuple(sorted(along, key=lambda id: -round(lengths[id], 3)))


#: Metres within which two drawings of an edge are one.
_NEAR: Final = 0.01


def _valid(shapes: Shapes) -> Shapes:
    return np.array(
        [shape if shape.is_valid else shapely.make_valid(shape) for shape in shapes], dtype=object
    )
