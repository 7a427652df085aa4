"""Moving the boundary of a grid: a stretch of it is drawn anew, and what lies between goes over to the other side."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers
from layers.grids.coverage import service_ground
from layers.grids.ground import EDGE, NONE, Grids, Shapes, read_grids
from layers.grids.patchwork import (
    faces_of,
    joined,
    new_places,
    owners,
    parts_of,
    rings_of,
    shared_edge,
    with_places,
)
from layers.grids.shaping.refusals import checked_inside, checked_whole, lowest_shape
from layers.grids.shaping.reshaping import plan_boundaries
from layers.grids.sizes import now_has
from layers.register import Register
from layers.text import Message

#: Metres from the border within which an end of the new stretch counts as on it.
REACH: Final = 1.0


def plan_move_boundary(
    register: Register,
    grid: int | None,
    line: BaseGeometry,
    *,
    reach: float = REACH,
    feedback: Feedback | None = None,
) -> EditPlan:
    """Let ``line`` be the boundary of a grid of the lowest level between the two places where it begins and ends on
    it; it moves for the neighbours too. Without ``grid`` the one on whose border the line ends.

    Of the two ways round, the one is replaced that changes less land. Raises ``UserError`` for a line that does not
    begin and end on the boundary, that crosses itself or it, or that leads out of the service area.
    """
    grids = read_grids(register)
    grid = _meant(grids, line, reach) if grid is None else grid
    before = lowest_shape(grids, grid)
    code = grids.codes[grids.position(grid)]
    wanted = redrawn(before, line, reach, code)
    checked_inside(service_ground(register, grids, wanted), shapely.difference(wanted, before), code)
    shapes = exchanged(grids, grid, wanted)
    for id, shape in shapes.items():
        position = grids.position(id)
        checked_whole(grids.shapes[position], shape, grids.codes[position])
    figures = tuple(
        now_has(grids.codes[grids.position(id)], grids.shapes[grids.position(id)].area, shape.area)
        for id, shape in shapes.items()
    )
    others = tuple(grids.codes[grids.position(id)] for id in shapes if id != grid)
    kind = "grid_ground.moved_between" if others else "grid_ground.moved"
    label = Message(kind, {"code": code, "others": others} if others else {"code": code})
    return plan_boundaries(register, grids, label, shapes, figures=figures, feedback=feedback)


def _meant(grids: Grids, line: BaseGeometry, reach: float) -> int:
    """The grid whose boundary a line redraws with the least change. Raises ``UserError`` when there is none."""
    near = grids.lowest[np.sort(grids.tree.query(line, predicate="dwithin", distance=reach))]
    changes: dict[int, float] = {}
    refused: UserError | None = None
    for at in near:
        try:
            wanted = redrawn(grids.shapes[at], line, reach, grids.codes[at])
        except UserError as error:
            refused = error
            continue
        # Of two sides of one edge the first is as good: what one gains the other loses.
        changes[int(grids.ids[at])] = round(shapely.symmetric_difference(grids.shapes[at], wanted).area, 3)
    if changes:
        return min(changes, key=lambda id: changes[id])
    raise refused or UserError(Message("grid_ground.no_boundary"), Message("grid_ground.no_boundary_hint"))


def redrawn(shape: BaseGeometry, line: BaseGeometry, reach: float, code: str) -> BaseGeometry:
    """An area with a stretch of one of its rings drawn anew. Raises ``UserError``."""
    parts = parts_of(shape)
    rings = [(n, m, ring) for n, part in enumerate(parts) for m, ring in enumerate(shapely.get_rings(part))]
    course = _distinct(shapely.get_coordinates(line))
    found: list[tuple[float, BaseGeometry]] = []
    for part, ring_number, ring in rings:
        ended = _ends_on(ring, course, reach)
        if ended is None:
            continue
        for stretch in _both_ways(ring, ended):
            all_rings = [shapely.get_coordinates(each) for each in shapely.get_rings(parts[part])]
            all_rings[ring_number] = stretch
            if len(_distinct(stretch)) < 4:
                continue
            made = shapely.Polygon(all_rings[0], all_rings[1:])
            if not made.is_valid:
                continue
            whole = shapely.MultiPolygon([made, *(p for p in parts if p is not parts[part])])
            changed = shapely.symmetric_difference(made, parts[part]).area
            found.append((changed, made if len(parts) == 1 else whole))
    if not found:
        ends = any(_ends_on(ring, course, reach) is not None for _, _, ring in rings)
        kind = "stretch_crosses" if ends else "stretch_ends"
        raise UserError(Message(f"grid_ground.{kind}", {"code": code}), Message(f"grid_ground.{kind}_hint"))
    return min(found, key=lambda each: each[0])[1]


def exchanged(grids: Grids, grid: int, wanted: BaseGeometry) -> dict[int, BaseGeometry]:
    """The new shapes, by id, when a grid of the lowest level gets the boundary ``wanted``: what it gains its
    neighbours lose; what it loses goes to the neighbour beside it along the longest edge, or to nobody."""
    own = grids.shapes[grids.position(grid)]
    changed = shapely.symmetric_difference(own, wanted)
    concerned = grids.tree.query(shapely.union(own, wanted), predicate="dwithin", distance=EDGE)
    beside = {int(grids.ids[at]): grids.shapes[at] for at in grids.lowest[np.sort(concerned)]}
    beside.pop(grid)
    touched = {id: s for id, s in beside.items() if shapely.dwithin(s, changed, EDGE)}
    # A corner set on an edge lies beside it by the last digit: all have it before the lines are noded together.
    places = new_places([own], [wanted])
    own = with_places(own, places)
    touched = {id: with_places(shape, places) for id, shape in touched.items()}
    faces = faces_of([*rings_of([own, *touched.values()]), *rings_of([wanted])])
    owner = owners(faces, {grid: own, **touched})
    inside = owners(faces, {grid: wanted}) == grid
    after = np.where(inside, grid, owner)
    for at in np.flatnonzero((owner == grid) & ~inside):
        after[at] = _heir(faces[at], faces, np.where(owner == grid, NONE, owner))
    found = {}
    for id in (grid, *touched):
        is_same = bool((owner[after == id] == id).all() and (after[owner == id] == id).all())
        if not is_same:
            found[id] = joined(faces[after == id])
    return found


def _heir(face: BaseGeometry, faces: Shapes, owner: Integers) -> int:
    """The owner along the longest edge of a piece of land; -1 when it borders on nobody's."""
    lengths: dict[int, float] = {}
    for at in np.flatnonzero(owner != NONE):
        if shapely.intersects(face, faces[at]):
            length = shared_edge(face, faces[at]).length
            lengths[int(owner[at])] = lengths.get(int(owner[at]), 0.0) + length
    best = max(lengths, key=lambda id: (lengths[id], -id), default=NONE)
    return best if best != NONE and lengths[best] > EDGE else NONE


def _ends_on(ring: BaseGeometry, course: Floats, reach: float) -> Floats | None:
    """A line cut or led to begin and end on a ring; None when it does not."""
    if len(course) < 2:
        return None
    trimmed = _end_on(ring, course[::-1], reach)
    if trimmed is None:
        return None
    trimmed = _end_on(ring, trimmed[::-1], reach)
    if trimmed is None or len(_distinct(trimmed)) < 2:
        return None
    # A loop from one place back to it is no stretch of the boundary, and most of what was drawn is meant.
    is_loop = bool(np.hypot(*(trimmed[0] - trimmed[-1])) <= EDGE)
    is_rest = shapely.LineString(trimmed).length < shapely.LineString(course).length / 2
    return None if is_loop or is_rest else trimmed


def _end_on(ring: BaseGeometry, course: Floats, reach: float) -> Floats | None:
    """A line whose last place is on the ring: put there from near by, else where the line crosses the ring last."""
    end = shapely.Point(course[-1])
    if ring.distance(end) <= reach:
        return np.concatenate([course[:-1], _on(ring, end, reach)])
    met = shapely.get_coordinates(shapely.intersection(ring, shapely.LineString(course)))
    if not len(met):
        return None
    line = shapely.LineString(course)
    along = shapely.line_locate_point(line, shapely.points(met))
    last = int(np.argmax(along))
    until = shapely.line_locate_point(line, shapely.points(course))
    return np.concatenate([course[until < along[last] - EDGE], _on(ring, shapely.Point(met[last]), EDGE)])


def _on(ring: BaseGeometry, place: shapely.Point, reach: float) -> Floats:
    """The place (1, 2) on a ring that one near by means: itself, a corner within ``reach``, or the nearest."""
    corners = shapely.get_coordinates(ring)
    foot = shapely.get_coordinates(ring.interpolate(ring.project(place)))
    on_it = ring.distance(place) <= EDGE
    away = np.hypot(*(corners - (foot if on_it else shapely.get_coordinates(place))).T)
    nearest = int(np.argmin(away))
    found: Floats = corners[nearest][None] if away[nearest] <= (EDGE if on_it else reach) else foot
    return found


def _both_ways(ring: BaseGeometry, course: Floats) -> list[Floats]:
    """The closed rings that a new stretch makes with either half of the old one."""
    corners = shapely.get_coordinates(ring)
    start = ring.project(shapely.Point(course[0]))
    end = ring.project(shapely.Point(course[-1]))
    at = shapely.line_locate_point(ring, shapely.points(corners[:-1]))
    order = np.argsort(at, kind="stable")
    corners, at = corners[:-1][order], at[order]
    first, last = min(start, end), max(start, end)
    between = corners[(at > first + EDGE) & (at < last - EDGE)]
    around = np.concatenate([corners[at > last + EDGE], corners[at < first - EDGE]])
    if start > end:
        course = course[::-1]
    # From the later place back to the earlier one, the short way or all round.
    return [
        np.concatenate([course, between[::-1], course[:1]]),
        np.concatenate([course, around, course[:1]]),
    ]


def _distinct(course: Floats) -> Floats:
    if len(course) < 2:
        return course
    same = np.hypot(*np.diff(course, axis=0).T) <= EDGE
    found: Floats = course[np.concatenate([[True], ~same])]
    return found
