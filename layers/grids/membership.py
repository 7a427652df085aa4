"""Which assets change their grid when boundaries change: only what stands on changed ground is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.grids.ground import GRID, Grids
from layers.model.catalogue import AssetType, Catalogue
from layers.register import Register


@dataclass(frozen=True, eq=False)
class Members:
    """Assets of one type and, alongside, the grid each belongs to from now on; -1 for none."""

    ids: Integers
    grids: Integers


def member_types(catalogue: Catalogue) -> list[AssetType]:
    """The types whose assets belong to a grid: those with a link to one under the name ``grid``."""
    return [t for t in catalogue if any(link.name == GRID and link.targets == (GRID,) for link in t.links)]


def membership_changes(
    register: Register, before: Grids, after: Grids, feedback: Feedback | None = None
) -> dict[str, Members]:
    """The assets whose grid is another when the boundaries are those of ``after``, by type name.

    A grid that is still to be made has an id of -2 or less in ``after``. Types without a change are left out.
    """
    raise NotImplementedError


def changed_ground(before: Grids, after: Grids) -> BaseGeometry | None:
    """Where a place may belong to another grid than before; None when it is nowhere."""
    was = {int(before.ids[at]): before.shapes[at] for at in before.lowest}
    will = {int(after.ids[at]): after.shapes[at] for at in after.lowest}
    parts = [
        shapely.symmetric_difference(_or_empty(was, id), _or_empty(will, id))
        for id in {**was, **will}
        if was.get(id) is not will.get(id)
    ]
    ground = shapely.union_all(parts)
    return None if ground.is_empty else ground


def _or_empty(shapes: Mapping[int, BaseGeometry], id: int) -> BaseGeometry:
    return shapes.get(id, shapely.Polygon())

