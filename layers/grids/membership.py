"""Which assets change their grid when boundaries change: only what stands on changed ground is looked at.

An asset with a place belongs to the grid of that place. One without keeps what was entered, unless it follows others:
a customer is where its meter is, else where its community is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.geometry.belonging import EDGE, standing
from layers.geometry.packed import Floats, Integers, pack_points
from layers.grids.followers import following_changes
from layers.grids.ground import GEOMETRY, NONE, Grids
from layers.grids.members import Members, linked, member_types
from layers.model.catalogue import AssetType
from layers.model.duty_words import GRID
from layers.model.query import Box, Query
from layers.register import Register

#: More assets than this are read by the worker.
_MANY = 20_000
#: Metres: ground narrower than this round changed ground is looked at as well.
_RIM = 2 * EDGE


@dataclass(frozen=True, eq=False)
class _Ground:
    """Where boundaries change: all of it, its box, and the grids before and after."""

    shape: BaseGeometry
    box: Box
    before: Grids
    after: Grids


def membership_changes(
    register: Register, before: Grids, after: Grids, feedback: Feedback | None = None
) -> dict[str, Members]:
    """The assets whose grid is another when the boundaries are those of ``after``, by type name.

    A grid that is still to be made has an id of -2 or less in ``after``. Types without a change are left out.
    """
    feedback = feedback or Feedback()
    shape = changed_ground(before, after)
    if shape is None:
        return {}
    shape = shapely.buffer(shape, _RIM, join_style="mitre")
    shapely.prepare(shape)
    ground = _Ground(shape, Box(*shape.bounds), before, after)
    changes: dict[str, Members] = {}
    located = [t for t in member_types(register.catalogue) if t.shape is not None]
    for number, asset_type in enumerate(located):
        feedback.progress(number / (len(located) + 1))
        feedback.check()
        found = _changes_of(register, asset_type, ground, feedback)
        if len(found.ids):
            changes[asset_type.name] = found
    changes |= following_changes(register, changes)
    feedback.progress(1.0)
    return changes


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


def _changes_of(register: Register, asset_type: AssetType, ground: _Ground, feedback: Feedback) -> Members:
    table = _read(register, asset_type, ground.box, feedback)
    ids = table.column("fid").to_numpy().astype(np.int64)
    xy = places_of(asset_type, table)
    near = np.flatnonzero(shapely.intersects_xy(ground.shape, xy[:, 0], xy[:, 1]))
    now = linked(table.column(GRID))[near]
    will = rightful(ground.after, xy[near], now, ground.before)
    differs = will != now
    return Members(ids[near][differs], will[differs])


def _read(register: Register, asset_type: AssetType, box: Box, feedback: Feedback) -> pa.Table:
    count = register.count(Query(asset_type.name, box=box))
    if count > _MANY:
        return register.columns(asset_type.name, [GRID], geometry=True, box=box, feedback=feedback)
    return register.rows_within(asset_type.name, box, [GRID])


def places_of(asset_type: AssetType, table: pa.Table) -> Floats:
    """Where the assets of a table with ``geom`` as WKB count as standing (n, 2); NaN without a place."""
    column = table.column(GEOMETRY)
    if asset_type.shape != "point":
        wkb = column.to_numpy(zero_copy_only=False)
        return standing(shapely.from_wkb(wkb, on_invalid="ignore"))
    points = pack_points(column)
    places = np.full((table.num_rows, 2), np.nan)
    places[points.row] = points.xy
    return places


def rightful(grids: Grids, xy: Floats, now: Integers, before: Grids | None = None) -> npt.NDArray[np.int64]:
    """The grid each place belongs to, -1 for none; for assets that say they are in ``now``. Where there is no place,
    or it lies in no grid and the grid entered was never drawn, what was entered stays."""
    will = grids.at(xy)
    drawn = {int(each.ids[at]) for each in (grids, before) if each is not None for at in each.lowest}
    entered = (now != NONE) & ~np.isin(now, np.array(sorted(drawn), np.int64))
    stays = ~np.isfinite(xy).all(axis=1) | ((will == NONE) & entered)
    result: npt.NDArray[np.int64] = np.where(stays, now, will)
    return result
