"""Corners of boundaries: moved, added or taken away in every grid that has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.packed import Floats
from layers.grids.coverage import service_ground
from layers.grids.ground import EDGE, Grids, Mask, read_grids
from layers.grids.patchwork import parts_of, with_places
from layers.grids.shaping.refusals import checked_inside, checked_whole, overlap
from layers.grids.shaping.reshaping import plan_boundaries
from layers.grids.sizes import now_has
from layers.register import Register
from layers.text import Message

Place = tuple[float, ...]
_FEWEST = 4  # places of a closed ring: a triangle
#: Metres from a boundary within which a place is meant to be on it, and from a corner to be that corner.
_NEAR, _PICKED = 1.0, 0.05


def plan_move_corner(
    register: Register, place: Place, to: Place, *, feedback: Feedback | None = None
) -> EditPlan:
    """Move a corner for all grids of the lowest level that meet there.

    Raises ``UserError`` when a boundary would cross another, or lead out of the service area.
    """
    grids = read_grids(register)
    place = corner_at(grids, place)
    before = _meeting(grids, place)
    goal = np.array(to[:2], dtype=np.float64)
    after = {id: _each_ring(shape, lambda ring: _put(ring, place, goal)) for id, shape in before.items()}
    _check(register, grids, before, after)
    figures = tuple(
        now_has(grids.codes[grids.position(id)], before[id].area, shape.area) for id, shape in after.items()
    )
    label = Message("grid_ground.corner_moved", {"codes": _codes(grids, after)})
    return plan_boundaries(register, grids, label, after, figures=figures, feedback=feedback)


def corner_at(grids: Grids, place: Place, reach: float = _PICKED) -> Place:
    """The corner of a lowest-level boundary nearest to a place within ``reach`` metres, else the place itself."""
    point = shapely.Point(place[:2])
    near = grids.lowest[grids.tree.query(point, predicate="dwithin", distance=reach)]
    corners = np.concatenate([np.empty((0, 2)), *(shapely.get_coordinates(grids.shapes[at]) for at in near)])
    away = np.hypot(*(corners - np.array(place[:2])).T)
    if not len(away) or away.min() > reach:
        return place[0], place[1]
    x, y = corners[int(np.argmin(away))].tolist()
    return x, y


def plan_add_corner(register: Register, place: Place) -> EditPlan:
    """Give all boundaries at a place a corner there, to be moved. Raises ``UserError`` when there is none."""
    grids = read_grids(register)
    found = _meeting(grids, place, reach=_NEAR)
    at = _foot(next(iter(found.values())), place)
    shapes = {id: with_places(shape, at[None]) for id, shape in found.items()}
    label = Message("grid_ground.corner_added", {"codes": _codes(grids, shapes)})
    return plan_boundaries(register, grids, label, shapes)


def plan_delete_corner(register: Register, place: Place) -> EditPlan:
    """Take a corner away for all grids that meet there; the boundary goes straight on.

    Raises ``UserError`` where more than two boundaries meet.
    """
    grids = read_grids(register)
    place = corner_at(grids, place)
    before = _meeting(grids, place)
    beside = {frozenset(pair) for shape in before.values() for pair in _neighbours(shape, place)}
    names = {"codes": _codes(grids, before)}
    if len(beside) > 1:
        raise UserError(Message("grid_ground.junction", names), Message("grid_ground.junction_hint"))
    after = {id: _each_ring(shape, lambda ring: _without(ring, place)) for id, shape in before.items()}
    _check(register, grids, before, after)
    return plan_boundaries(register, grids, Message("grid_ground.corner_gone", names), after)


def _meeting(grids: Grids, place: Place, reach: float = EDGE) -> dict[int, BaseGeometry]:
    """The lowest-level grids on whose outline a place lies, each with a corner there."""
    point = shapely.Point(place[:2])
    found = {}
    for at in grids.lowest[np.sort(grids.tree.query(point, predicate="dwithin", distance=reach))]:
        shape = grids.shapes[at]
        if shapely.dwithin(shapely.boundary(shape), point, reach):
            found[int(grids.ids[at])] = with_places(shape, np.array([place[:2]], dtype=np.float64))
    if not found:
        raise UserError(Message("grid_ground.no_boundary"), Message("grid_ground.no_boundary_hint"))
    return found


def _check(
    register: Register, grids: Grids, before: Mapping[int, BaseGeometry], after: Mapping[int, BaseGeometry]
) -> None:
    """Raises ``UserError`` for a boundary that crosses itself or another, or leads out of the service area."""
    ground = service_ground(register, grids, shapely.geometrycollections(list(after.values())))
    now = grids.with_shapes(after)
    for id, shape in after.items():
        checked_whole(before[id], shape, grids.codes[grids.position(id)])
    for id, shape in after.items():
        code = grids.codes[grids.position(id)]
        checked_inside(ground, shapely.difference(shape, before[id]), code)
        _check_others(now, id, shape, code)


def _check_others(grids: Grids, id: int, shape: BaseGeometry, code: str) -> None:
    for at in grids.lowest[grids.tree.query(shape, predicate="intersects")]:
        other = int(grids.ids[at])
        if other != id and overlap(shape, grids.shapes[at]):
            names = {"code": code, "other": grids.codes[at]}
            raise UserError(Message("grid_ground.runs_into", names), Message("grid_ground.runs_into_hint"))


def _each_ring(shape: BaseGeometry, change: Callable[[Floats], Floats]) -> BaseGeometry:
    polygons = []
    for part in parts_of(shape):
        rings = [change(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _at(ring: Floats, place: Place) -> Mask:
    found: Mask = np.hypot(*(ring - np.array(place[:2])).T) <= EDGE
    return found


def _put(ring: Floats, place: Place, goal: Floats) -> Floats:
    return np.where(_at(ring, place)[:, None], goal, ring)


def _without(ring: Floats, place: Place) -> Floats:
    kept = ring[:-1][~_at(ring[:-1], place)]
    if len(kept) < _FEWEST - 1:
        raise UserError(Message("grid_ground.few_corners"), Message("grid_ground.few_corners_hint"))
    return np.concatenate([kept, kept[:1]])


def _neighbours(shape: BaseGeometry, place: Place) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The corners before and after a place, of every ring that has it."""
    found = []
    for part in parts_of(shape):
        for ring in (part.exterior, *part.interiors):
            corners = shapely.get_coordinates(ring)[:-1]
            for at in np.flatnonzero(_at(corners, place)):
                before, after = corners[at - 1], corners[(at + 1) % len(corners)]
                found.append((tuple(before.tolist()), tuple(after.tolist())))
    return found


def _foot(shape: BaseGeometry, place: Place) -> Floats:
    edge = shapely.boundary(shape)
    foot: Floats = shapely.get_coordinates(edge.interpolate(edge.project(shapely.Point(place[:2]))))[0]
    return foot


def _codes(grids: Grids, shapes: dict[int, BaseGeometry]) -> tuple[str, ...]:
    return tuple(grids.codes[grids.position(id)] for id in shapes)
