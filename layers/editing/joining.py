"""Joining two near ends, or a near end and the line or point it should meet."""

from __future__ import annotations

from layers.editing.course import distance, foot_on
from layers.editing.cutting import point_number
from layers.editing.draft import Draft, Item
from layers.editing.following import Following, Move
from layers.editing.lines import End
from layers.editing.plan import EditPlan
from layers.editing.tying import tie, treat
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.model.editing import Way
from layers.register import Register
from layers.text import Message


def plan_join(
    register: Register,
    line: AssetKey,
    end: End,
    target: AssetKey,
    target_end: End | None = None,
    *,
    way: Way | None = None,
) -> EditPlan:
    """Bring the end of ``line`` (and all that meets it) onto ``target``: its end, or the nearest place on it.

    A target of type point is met where it stands, and the line that runs through there gets a vertex. ``way``: what
    is done to a target line between its ends. Raises ``UserError`` when they are joined already.
    """
    draft = Draft(register)
    item, other = draft.line(line), draft.located(target)
    old = item.course[_vertex(end)]
    way = way or item.type.editing.on_line
    names = {"code": item.code, "other": other.code}
    place = _place(draft, old, other, target_end)
    if distance(old, place) <= draft.tolerance or other is item:
        raise UserError(Message("editing.joined_already", names), Message("editing.joined_already_hint"))
    if other.type.shape == "line":
        treat(draft, other, foot_on(other.course, place, draft.tolerance), way or "vertex")
    else:
        tie(draft, place, 0.0, way, besides=[item])
    Following(draft).move([Move(old, place)])
    number = point_number(draft, place)
    fields = item.type.editing.start if end == "start" else item.type.editing.end
    if fields.number is not None and number is not None:
        draft.set(item, **{fields.number: number})
    draft.figure(Message("editing.joins_over", {**names, "metres": f"{distance(old, place):,.3f}"}))
    return draft.plan(Message("editing.joined", names))


def _place(draft: Draft, old: Floats, other: Item, target_end: End | None) -> Floats:
    place: Floats
    if other.type.shape == "point":
        place = other.course[0]
    elif target_end is not None:
        place = other.course[_vertex(target_end)]
    else:
        place = foot_on(other.course, old, draft.tolerance).place
    return place


def _vertex(end: End) -> int:
    return 0 if end == "start" else -1
