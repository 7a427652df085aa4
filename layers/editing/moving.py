"""Moving: what hangs on a place comes along."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import shapely

from layers.editing.course import distance, put, shifted
from layers.editing.draft import Draft, Item, box_around
from layers.editing.following import Following, Move
from layers.editing.plan import EditPlan
from layers.editing.tying import tie
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.model.editing import Way
from layers.register import Register
from layers.text import Message

Place = tuple[float, ...]


def plan_move_vertex(
    register: Register, asset: AssetKey, index: int, to: Place, *, reach: float = 0.0
) -> EditPlan:
    """Move vertex ``index`` of a line or area (as ``shapely.get_coordinates`` counts).

    Lines that end or have a vertex there, points that stand there, and what hangs on the straight pieces beside it
    move too; so do corners of other areas of the type. An end that comes within ``reach`` of another line is tied to
    it. Raises ``UserError`` for what would have no length.
    """
    draft = Draft(register)
    item = draft.located(asset)
    label = Message("editing.vertex_moved", {"type": item.type.title, "code": item.code})
    old = item.course[index]
    if item.type.shape == "polygon":
        _move_corner(draft, item, old, np.asarray(to))
    else:
        _move_place(draft, old, np.asarray(to), reach)
    return draft.plan(label)


def plan_move_node(register: Register, place: Place, to: Place, *, reach: float = 0.0) -> EditPlan:
    """Move everything that meets at ``place``: line ends and vertices, points, what stands in the same chamber.

    Raises ``UserError`` when nothing is there.
    """
    draft = Draft(register)
    old = np.asarray(place)
    if not _met(draft, old):
        raise UserError(Message("editing.nothing_here"), Message("editing.nothing_here_hint"))
    _move_place(draft, old, np.asarray(to), reach)
    return draft.plan(Message("editing.node_moved"))


def plan_move_assets(
    register: Register,
    assets: Sequence[AssetKey],
    dx: float,
    dy: float,
    *,
    reach: float = 0.0,
    alone: bool = False,
) -> EditPlan:
    """Move whole assets by (dx, dy) metres; lines that end on them are stretched, what stands on them comes along.

    A single point that comes within ``reach`` of a line is tied to it. ``alone``: what it stood on stays, and is
    listed to be looked at.
    """
    draft = Draft(register)
    items = [draft.located(key) for key in assets]
    by = np.array([dx, dy])
    points = [item for item in items if item.type.shape == "point"]
    if alone:
        for item in items:
            _move_alone(draft, item, by, reach)
    elif len(items) == len(points) == 1 and points[0].sits_on_lines:
        old = points[0].course[0]
        _move_place(draft, old, shifted(old, by), reach)
    else:
        moves = []
        for item in items:
            if item.type in draft.line_types or item.type in draft.point_types:
                moves += [Move(place, shifted(place, by)) for place in item.course]
            else:
                _shift_whole(draft, item, by)
        Following(draft).move(moves)
    first = items[0]
    names = {"type": first.type.title, "code": first.code, "count": len(items)}
    return draft.plan(Message("editing.asset_moved" if len(items) == 1 else "editing.assets_moved", names))


def _move_place(draft: Draft, old: Floats, to: Floats, reach: float) -> None:
    met = _met(draft, old)
    if any(_is_node(draft, item, old) for item in met):
        ways: list[Way | None] = [item.type.editing.on_line for item in met if item.type in draft.line_types]
        way = ways[0] if ways else "vertex"
        tied = tie(draft, to, reach, way, besides=met)
        if tied is not None:
            to = tied.place
    Following(draft).move([Move(old, to)])


def _met(draft: Draft, place: Floats) -> list[Item]:
    """Lines with a vertex at a place, and points that stand there."""
    box = box_around(place[None, :], draft.tolerance)
    return [
        item
        for item in draft.near((*draft.line_types, *draft.point_types), box)
        if (np.hypot(*(item.course[:, :2] - place[:2]).T) <= draft.tolerance).any()
    ]


def _is_node(draft: Draft, item: Item, place: Floats) -> bool:
    if item.type.shape == "point":
        return item.sits_on_lines
    return any(distance(end, place) <= draft.tolerance for end in (item.course[0], item.course[-1]))


def _move_corner(draft: Draft, item: Item, old: Floats, to: Floats) -> None:
    """Move a corner of an area, and the same corner of its neighbours of the type."""
    count = 0
    for area in draft.near((item.type,), box_around(old[None, :], draft.tolerance)):
        course = area.course
        hit = np.hypot(*(course[:, :2] - old[:2]).T) <= draft.tolerance
        if hit.any():
            moved = course.copy()
            moved[hit, :2] = to[:2]
            draft.shape(area, shapely.set_coordinates(area.geometry, moved))
            count += 1
    draft.figure(Message("editing.corners_move", {"count": count}))


def _shift_whole(draft: Draft, item: Item, by: Floats) -> None:
    course = item.course
    wide = np.append(by, 0.0) if course.shape[1] > 2 else by
    draft.shape(item, shapely.set_coordinates(item.geometry, course + wide))


def _move_alone(draft: Draft, item: Item, by: Floats, reach: float) -> None:
    neighbours: Collection[Item] = [
        other for place in item.course for other in _met(draft, place) if other is not item
    ]
    for other in neighbours:
        draft.recheck(other, Message("editing.recheck_left", {"type": item.type.title, "code": item.code}))
    if item.type.shape != "point":
        _shift_whole(draft, item, by)
        return
    to = shifted(item.course[0], by)
    if item.sits_on_lines:
        tied = tie(draft, to, reach, item.type.editing.way(item.kind), besides=[item])
        to = to if tied is None else tied.place
    draft.shape(item, shapely.points(put(item.course, 0, to)[0]))
