"""Drawing: a new line, point or area, its ends tied to the network; a point put on a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.course import course_of, foot_for, foot_on, line_of, put, with_vertex
from layers.editing.draft import GEOMETRY, Draft, Item, box_around
from layers.editing.plan import EditPlan
from layers.editing.tying import Tie, seek, tie, treat
from layers.model.editing import Way
from layers.register import Register
from layers.text import Message


def plan_draw(
    register: Register,
    type_name: str,
    geometry: BaseGeometry,
    values: Mapping[str, Any] | None = None,
    *,
    reach: float = 0.0,
    way: Way | None = None,
) -> EditPlan:
    """Add an asset of this shape. Insert 0 of the plan is the asset.

    Both ends of a line of the network (and a point that sits on lines) are put exactly on the line, end or vertex
    within ``reach`` metres (at least the register's node tolerance); ``way`` overrides what the catalogue says is
    done to the other line: ``cut`` in two, given a ``vertex``, or left alone (``beside``). Ends that lie on the new
    line get a vertex in it. Raises ``UserError`` for a shape that cannot be.
    """
    draft = Draft(register)
    item = draft.add(type_name, {**(values or {}), GEOMETRY: geometry})
    if item.type in (*draft.line_types, *draft.point_types):
        if item.type.shape == "line":
            for vertex in (0, -1):
                tie_end(draft, item, vertex, reach, way)
            take_in(draft, item)
        elif item.sits_on_lines:
            _sit(draft, item, reach, way)
    return draft.plan(Message("editing.drawn", {"type": item.type.title}))


def tie_end(draft: Draft, line: Item, vertex: int, reach: float, way: Way | None = None) -> Tie | None:
    """Put an end of a line (vertex 0 or -1) exactly on what lies within ``reach``; its number goes over."""
    words = line.type.editing
    tied = tie(draft, line.course[vertex], reach, way or words.on_line, besides=[line])
    if tied is not None:
        draft.shape(line, line_of(put(line.course, vertex, tied.place)))
        end = words.start if vertex == 0 else words.end
        if end.number is not None and tied.number is not None and not line.values.get(end.number):
            draft.set(line, **{end.number: tied.number})
    return tied


def take_in(draft: Draft, line: Item) -> None:
    """Give a line a vertex wherever another ends on it, or a point stands on it."""
    box = box_around(line.course, draft.tolerance)
    places = [
        other.course[vertex]
        for other in draft.near(draft.line_types, box)
        if other is not line
        for vertex in (0, -1)
    ]
    places += [point.course[0] for point in draft.near(draft.point_types, box) if point.sits_on_lines]
    for place in places:
        if foot_on(line.course, place, draft.tolerance).away <= draft.tolerance:
            foot = foot_for(line.course, place, place, draft.tolerance)
            if foot.vertex is None:
                draft.shape(line, line_of(with_vertex(line.course, foot)[0]))


def _sit(draft: Draft, item: Item, reach: float, way: Way | None) -> None:
    """Put a point on the nearest line within reach, if any; blank values come from that."""
    place = course_of(shapely.force_2d(item.geometry))[0]
    tied = seek(draft, place, reach, [item])
    if tied is None:
        return
    # The point stands where the line is; a height given for it stays its own.
    given = item.course[0]
    exact = tied.place if len(given) == 2 else np.append(tied.place[:2], given[2])
    draft.shape(item, shapely.points(exact))
    if tied.line is not None:
        foot = foot_for(tied.line.course, place, tied.place, draft.tolerance)
        treat(draft, tied.line, foot, way or item.type.editing.way(item.kind))
        for name in item.type.editing.from_line:
            if item.values.get(name) is None and tied.line.values.get(name) is not None:
                draft.set(item, **{name: tied.line.values[name]})
