"""Dividing a grid by a line: the larger part stays the grid, the other becomes a new one with the same people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.packed import Floats
from layers.grids.ground import Grids, read_grids
from layers.grids.naming import next_code, next_name
from layers.grids.patchwork import faces_of, is_hair, joined, parts_of, rings_of, shared_edge
from layers.grids.shaping.refusals import checked_code, lowest_shape
from layers.grids.shaping.reshaping import NewGrid, plan_boundaries
from layers.grids.sizes import area_words, now_has
from layers.register import Register
from layers.text import Message

#: Metres by which a line that ends within the grid goes on beyond the border it is led to.
_BEYOND: Final = 0.01


def plan_split(
    register: Register,
    grid: int,
    line: BaseGeometry,
    values: Mapping[str, Any] | None = None,
    *,
    feedback: Feedback | None = None,
) -> EditPlan:
    """Divide a grid of the lowest level along ``line``; insert 0 of the plan is the new grid, the smaller part.

    An end within the grid is led on straight to its border. ``values`` for the fields of the new grid. Raises
    ``UserError`` for a line that does not make two parts, or a code that is taken.
    """
    grids = read_grids(register)
    shape = lowest_shape(grids, grid)
    position = grids.position(grid)
    kept, given = split(shape, line, grids.codes[position])
    values = dict(values or {})
    values.setdefault("code", next_code(register, grids.codes[position]))
    values.setdefault("name", next_name(grids, grids.names[position]))
    checked_code(register, values["code"])
    label = Message("grid_ground.split", {"code": grids.codes[position], "new": values["code"]})
    figures = (
        now_has(grids.codes[position], shape.area, kept.area),
        Message("grid_ground.new_has", {"code": values["code"], "area": area_words(given.area, shape.area)}),
    )
    new = NewGrid(given, grid, values)
    return plan_boundaries(
        register, grids, label, {grid: kept}, new=(new,), figures=figures, feedback=feedback
    )


def grid_of_line(grids: Grids, line: BaseGeometry) -> int:
    """The grid of the lowest level in which most of a line lies. Raises ``UserError`` when it lies in none."""
    near = grids.lowest[np.sort(grids.tree.query(line, predicate="intersects"))]
    inside = shapely.length(shapely.intersection(grids.shapes[near], line))
    if not len(near) or not inside.max() > 0:
        raise UserError(Message("grid_ground.no_grid"), Message("grid_ground.no_grid_hint"))
    return int(grids.ids[near[int(np.argmax(inside))]])


def split(shape: BaseGeometry, line: BaseGeometry, code: str) -> tuple[BaseGeometry, BaseGeometry]:
    """The larger and the smaller part into which a line divides an area. Raises ``UserError`` for none or more."""
    faces = faces_of([*rings_of([shape]), led_on(shape, line)])
    shapely.prepare(shape)
    inside = [face for face in faces if shape.intersects(face.point_on_surface())]
    pieces = _without_hairs(inside)
    before = len(parts_of(shape))
    if len(pieces) <= before:
        raise UserError(
            Message("grid_ground.cuts_nothing", {"code": code}), Message("grid_ground.cuts_nothing_hint")
        )
    if len(pieces) > before + 1:
        raise UserError(
            Message("grid_ground.cuts_too_often", {"code": code, "count": len(pieces)}),
            Message("grid_ground.cuts_too_often_hint"),
        )
    if any(part.interiors for part in pieces) and not any(part.interiors for part in parts_of(shape)):
        raise UserError(Message("grid_ground.hole", {"code": code}), Message("grid_ground.hole_hint"))
    cut = [piece for piece in pieces if not any(piece.equals(part) for part in parts_of(shape))]
    smaller = min(cut, key=lambda piece: piece.area)
    return joined([piece for piece in pieces if piece is not smaller]), smaller


def _without_hairs(faces: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """The pieces; hairs, where the line runs along the border, go to the piece beside."""
    pieces = [face for face in faces if not is_hair(face)]
    for hair in (face for face in faces if is_hair(face)):
        beside = [shared_edge(piece, hair).length for piece in pieces]
        if pieces and max(beside) > 0:
            at = int(np.argmax(beside))
            pieces[at] = joined([pieces[at], hair])
    return pieces


def led_on(shape: BaseGeometry, line: BaseGeometry) -> BaseGeometry:
    """A line whose ends within an area are led on straight to its border; a closed one stays as it is."""
    course = shapely.get_coordinates(line)
    course = course[np.concatenate([[True], np.any(np.diff(course, axis=0) != 0, axis=1)])]
    if len(course) < 2 or (course[0] == course[-1]).all():
        return line
    for _ in range(2):
        course = np.concatenate([course, _onward(shape, course[-2], course[-1])])[::-1]
    return shapely.LineString(course)


def _onward(shape: BaseGeometry, before: Floats, end: Floats) -> Floats:
    """The place (1, 2) just beyond the border straight ahead; none (0, 2) when the end lies outside already."""
    if not shapely.contains_xy(shape, *end):
        return np.empty((0, 2))
    ahead = (end - before) / np.hypot(*(end - before))
    x0, y0, x1, y1 = shape.bounds
    ray = shapely.LineString([end, end + ahead * (x1 - x0 + y1 - y0)])
    met = shapely.get_coordinates(shapely.intersection(ray, shapely.boundary(shape)))
    away = float(np.hypot(*(met - end).T).min())
    beyond: Floats = (end + ahead * (away + _BEYOND))[None]
    return beyond
