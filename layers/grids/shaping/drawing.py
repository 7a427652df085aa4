"""Drawing a new grid: it takes land that belongs to nobody yet, up to the borders of its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.coverage import service_ground
from layers.grids.ground import NONE, Grids, read_grids
from layers.grids.naming import next_code
from layers.grids.patchwork import holes_of, is_hair, parts_of, plain
from layers.grids.shaping.refusals import checked_code
from layers.grids.shaping.reshaping import NewGrid, check_area, plan_boundaries
from layers.grids.sizes import area_words
from layers.register import Register
from layers.text import Message


def plan_draw_grid(
    register: Register,
    type_name: str,
    geometry: BaseGeometry,
    values: Mapping[str, Any] | None = None,
    *,
    feedback: Feedback | None = None,
) -> EditPlan:
    """Add a grid of the lowest level; insert 0 of the plan. Land of its neighbours stays theirs, and what lies outside
    the service area is left out; it is part of the grid above in which most of it lies, unless ``values`` say.

    Raises ``UserError`` for a shape that crosses itself, lies outside, on land that is taken, or for a code that is.
    """
    grids = read_grids(register)
    values = {name: value for name, value in (values or {}).items() if value is not None}
    values.setdefault(
        "code", next_code(register, grids.codes[int(grids.lowest[-1])] if len(grids.lowest) else "G00")
    )
    values.setdefault("name", values["code"])
    code = str(values["code"])
    checked_code(register, code)
    check_area(geometry, code)
    ground = service_ground(register, grids, geometry)
    inside = geometry if ground is None else plain(shapely.intersection(geometry, ground))
    if is_hair(inside):
        names = {"code": code, "area": area_words(geometry.area)}
        raise UserError(Message("grid_ground.outside", names), Message("grid_ground.outside_hint"))
    taken = grids.shapes[grids.lowest[np.sort(grids.tree.query(inside, predicate="intersects"))]]
    free = plain(shapely.difference(inside, shapely.union_all(taken))) if len(taken) else inside
    if is_hair(free):
        raise UserError(Message("grid_ground.taken"), Message("grid_ground.taken_hint"))
    shape = max(parts_of(free), key=lambda part: part.area)
    if holes_of(shape):
        raise UserError(Message("grid_ground.hole", {"code": code}), Message("grid_ground.hole_hint"))
    parent = _parent_of(grids, shape)
    if parent != NONE:
        values.setdefault("parent", parent)
    level = _level_beside(grids, parent)
    if level is not None:
        values.setdefault("level", level)
    figures = [Message("grid_ground.new_has", {"code": code, "area": area_words(shape.area)})]
    lost = geometry.area - shape.area
    if lost > 1.0:
        figures.append(Message("grid_ground.left_out", {"area": area_words(lost)}))
    label = Message("grid_ground.drawn", {"code": code})
    new = (NewGrid(shape, None, values),)
    return plan_boundaries(register, grids, label, new=new, figures=figures, feedback=feedback)


def _parent_of(grids: Grids, shape: BaseGeometry) -> int:
    """The upper grid in which most of an area lies, the smallest if several; -1 for none."""
    half = shape.area / 2
    upper = [
        at
        for at in np.flatnonzero(~grids.is_lowest & grids.is_drawn)
        if shapely.intersection(grids.shapes[at], shape).area > half
    ]
    return int(grids.ids[min(upper, key=lambda at: float(grids.shapes[int(at)].area))]) if upper else NONE


def _level_beside(grids: Grids, parent: int) -> str | None:
    """The level of the grids that a new one lies among."""
    beside = [grids.levels[at] for at in grids.lowest if parent in (NONE, int(grids.parents[at]))]
    return max(set(beside), key=beside.count) if beside else None
