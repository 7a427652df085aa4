"""Acts on one line: turn it round, lengthen, shorten, carry on, set and take away vertices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely

from layers.editing.course import (
    Foot,
    course_of,
    cut_at,
    distance,
    foot_on,
    length_of,
    line_of,
    same_width,
    with_vertex,
    without_needless,
)
from layers.editing.cutting import point_number
from layers.editing.draft import Draft, Item, box_around
from layers.editing.drawing import take_in, tie_end
from layers.editing.following import Following, Move
from layers.editing.plan import EditPlan
from layers.editing.tying import keep_node, tie
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.model.editing import EndFields, Way
from layers.register import Register
from layers.text import Message

End = Literal["start", "end"]
Place = tuple[float, ...]

#: Metres: no city's pipe runs straight on for longer to meet another.
_FARTHEST = 10_000.0


def plan_reverse(register: Register, lines: Sequence[AssetKey]) -> EditPlan:
    """Turn lines round: vertices in the other order, what is said of start and end exchanged.

    What has its direction from the line (a check valve) is listed to be looked at.
    """
    draft = Draft(register)
    items = [draft.line(key) for key in lines]
    for item in items:
        words = item.type.editing
        for one, other in zip(_fields(words.start), _fields(words.end), strict=True):
            if one is not None and other is not None:
                draft.set(item, **{one: item.values.get(other), other: item.values.get(one)})
        draft.shape(item, line_of(item.course[::-1]))
        for point in _points_on(draft, item.course):
            if point.kind in point.type.editing.directed:
                draft.recheck(point, Message("editing.recheck_direction", {"code": item.code}))
    names = {"type": items[0].type.title, "code": items[0].code, "count": len(items)}
    return draft.plan(Message("editing.reversed" if len(items) == 1 else "editing.several_reversed", names))


def plan_continue(
    register: Register,
    line: AssetKey,
    end: End,
    places: Sequence[Place] | Floats,
    *,
    reach: float = 0.0,
    way: Way | None = None,
) -> EditPlan:
    """Carry a line on through ``places``; its new end is tied to what lies within ``reach``."""
    draft = Draft(register)
    item = draft.line(line)
    _lengthen(draft, item, end, np.asarray(places, dtype=float))
    tie_end(draft, item, _vertex(end), reach, way)
    take_in(draft, item)
    return _lengthened(draft, item, "editing.continued")


def plan_extend(
    register: Register,
    line: AssetKey,
    end: End,
    *,
    target: AssetKey | None = None,
    metres: float | None = None,
    way: Way | None = None,
) -> EditPlan:
    """Lengthen a line straight on: until it meets the line ``target``, or by ``metres``.

    Raises ``UserError`` when it would never meet it, or when neither is given.
    """
    draft = Draft(register)
    item = draft.line(line)
    course = item.course if end == "end" else item.course[::-1]
    last = course[-1]
    # Some draw a vertex twice: the direction is that from the nearest other place.
    before = next(place for place in course[-2::-1] if distance(place, last) > 0.0)
    ahead = (last - before)[:2] / distance(last, before)
    met = None if target is None else draft.line(target)
    if met is not None:
        metres = _until(last, ahead, met)
    if metres is None or metres <= draft.tolerance:
        names = {"code": item.code, "other": "" if met is None else met.code}
        raise UserError(Message("editing.never_meets", names), Message("editing.never_meets_hint"))
    vertex = _lengthen(draft, item, end, (last[:2] + ahead * metres)[None, :])
    if met is not None:
        tied = tie(draft, item.course[_vertex(end)], 0.0, way or item.type.editing.on_line, [item], met)
        if tied is not None:
            course = item.course.copy()
            course[_vertex(end), :2] = tied.place[:2]
            draft.shape(item, line_of(course))
    if not _anything_at(draft, last, item):
        draft.shape(item, line_of(without_needless(item.course, vertex)))
    take_in(draft, item)
    return _lengthened(draft, item, "editing.extended")


def plan_trim(
    register: Register,
    line: AssetKey,
    place: Place,
    *,
    target: AssetKey | None = None,
    way: Way | None = None,
) -> EditPlan:
    """Cut away an end of a line: the part with ``place`` as far as ``target`` crosses it; without a target, the
    shorter part beyond ``place``.

    What ends or stands on the part that goes is listed. Raises ``UserError`` where nothing would be left or gone.
    """
    draft = Draft(register)
    item = draft.line(line)
    at = foot_on(item.course, np.asarray(place, dtype=float), draft.tolerance)
    met = None if target is None else draft.line(target)
    foot = at if met is None else _crossing(draft, item, met, at)
    if foot is None or foot.vertex in (0, len(item.course) - 1):
        raise UserError(Message("editing.nothing_to_trim", {"code": item.code}), Message("editing.trim_hint"))
    first, second = cut_at(item.course, foot)
    whole = length_of(item.course)
    keeps_first = at.along > foot.along if met is not None else foot.along > whole / 2
    kept, gone = (first, second) if keeps_first else (second, first)
    _list_hanging(draft, item, gone, foot.place)
    draft.shape(item, line_of(kept))
    fields = item.type.editing.end if keeps_first else item.type.editing.start
    _forget_end(draft, item, fields, foot.place)
    if met is not None:
        tie_end(draft, item, -1 if keeps_first else 0, 0.0, way)
    draft.figure(Message("editing.length_changes", _lengths(item, whole)))
    return draft.plan(Message("editing.trimmed", {"type": item.type.title, "code": item.code}))


def plan_insert_vertex(register: Register, line: AssetKey, place: Place) -> EditPlan:
    """A further vertex on a line, at the place on it nearest to ``place``. An empty plan where there is one."""
    draft = Draft(register)
    item = draft.line(line)
    foot = foot_on(item.course, np.asarray(place, dtype=float), draft.tolerance)
    draft.shape(item, line_of(with_vertex(item.course, foot)[0]))
    return draft.plan(Message("editing.vertex_inserted", {"type": item.type.title, "code": item.code}))


def plan_delete_vertex(register: Register, asset: AssetKey, index: int) -> EditPlan:
    """Take a vertex of a line or area away; what ends or stands there comes along to the straight line.

    Raises ``UserError`` for the end of a line, or when too few would be left.
    """
    draft = Draft(register)
    item = draft.located(asset)
    label = Message("editing.vertex_deleted", {"type": item.type.title, "code": item.code})
    course = item.course
    if item.type.shape == "polygon":
        _delete_corner(draft, item, index)
        return draft.plan(label)
    index %= len(course)
    if index in (0, len(course) - 1):
        raise UserError(Message("editing.is_an_end", {"code": item.code}), Message("editing.trim_hint"))
    old = course[index]
    chord = np.array([course[index - 1], course[index + 1]])
    if _anything_at(draft, old, item) or _anything_on(draft, item, index):
        Following(draft).move([Move(old, foot_on(chord, old, draft.tolerance).place)])
    if not _anything_at(draft, item.course[index], item):
        draft.shape(item, line_of(np.delete(item.course, index, axis=0)))
    return draft.plan(label)


# ---- parts of these


def _fields(words: EndFields) -> tuple[str | None, ...]:
    return words.number, words.depth, words.elevation


def _vertex(end: End) -> int:
    return 0 if end == "start" else -1


def _lengthen(draft: Draft, item: Item, end: End, places: Floats) -> int:
    """Add vertices beyond an end; the number that the former end has now."""
    course, more = same_width(item.course, places)
    length, former = length_of(course), course[_vertex(end)]
    more = more[::-1] if end == "start" else more
    draft.shape(item, line_of(np.concatenate([more, course] if end == "start" else [course, more])))
    fields = item.type.editing.start if end == "start" else item.type.editing.end
    for name in fields.names:
        draft.set(item, **{name: None})
    draft.figure(Message("editing.length_changes", _lengths(item, length)))
    keep_node(draft, former, item)
    return len(places) if end == "start" else len(course) - 1


def _lengthened(draft: Draft, item: Item, label: str) -> EditPlan:
    return draft.plan(Message(label, {"type": item.type.title, "code": item.code}))


def _lengths(item: Item, before: float) -> dict[str, str]:
    return {"code": item.code, "before": f"{before:,.2f}", "after": f"{length_of(item.course):,.2f}"}


def _until(last: Floats, ahead: Floats, met: Item) -> float | None:
    """Metres from a line's end straight ahead to another line; None when it never meets it."""
    far = last[:2] + ahead * _FARTHEST
    crossings = shapely.get_coordinates(
        shapely.intersection(line_of(np.array([last[:2], far])), shapely.force_2d(met.geometry))
    )
    away = (crossings - last[:2]) @ ahead
    away = away[away > 0]
    return float(away.min()) if len(away) else None


def _crossing(draft: Draft, item: Item, met: Item, at: Foot) -> Foot | None:
    """Where ``met`` crosses the line nearest to a place on it."""
    crossings = shapely.get_coordinates(
        shapely.intersection(shapely.force_2d(item.geometry), shapely.force_2d(met.geometry))
    )
    feet = [foot_on(item.course, place, draft.tolerance) for place in crossings]
    return min(feet, key=lambda foot: abs(foot.along - at.along), default=None)


def _points_on(draft: Draft, course: Floats) -> list[Item]:
    """The points that stand on a line."""
    near = draft.near(draft.point_types, box_around(course, draft.tolerance))
    return [p for p in near if p.sits_on_lines and foot_on(course, p.course[0], 0.0).away <= draft.tolerance]


def _list_hanging(draft: Draft, item: Item, gone: Floats, place: Floats) -> None:
    """List what ends or stands on a part that goes, but not where it is cut."""
    why = Message("editing.recheck_left", {"type": item.type.title, "code": item.code})
    for point in _points_on(draft, gone):
        if distance(point.course[0], place) > draft.tolerance:
            draft.recheck(point, why)
    for other in draft.near(draft.line_types, box_around(gone, draft.tolerance)):
        for end in (other.course[0], other.course[-1]):
            on = foot_on(gone, end, 0.0).away <= draft.tolerance
            if other is not item and on and distance(end, place) > draft.tolerance:
                draft.recheck(other, why)


def _forget_end(draft: Draft, item: Item, fields: EndFields, place: Floats) -> None:
    """What was said of the former end does not hold for the new one."""
    for name in fields.names:
        draft.set(item, **{name: point_number(draft, place) if name == fields.number else None})


def _anything_at(draft: Draft, place: Floats, besides: Item) -> bool:
    """Whether another line ends at a place, or a point stands there."""
    near = draft.near((*draft.line_types, *draft.point_types), box_around(place[None, :], draft.tolerance))
    return any(
        distance(end, place) <= draft.tolerance
        for item in near
        if item is not besides
        for end in (item.course[0], item.course[-1])
    )


def _anything_on(draft: Draft, item: Item, index: int) -> bool:
    """Whether anything ends or stands on the two straight pieces at a vertex."""
    part = item.course[index - 1 : index + 2]
    near = draft.near((*draft.line_types, *draft.point_types), box_around(part, draft.tolerance))
    return any(
        foot_on(part, end, 0.0).away <= draft.tolerance
        for other in near
        if other is not item
        for end in (other.course[0], other.course[-1])
    )


def _delete_corner(draft: Draft, item: Item, index: int) -> None:
    rings = shapely.get_rings(item.geometry)
    starts = np.cumsum([0, *(len(course_of(ring)) for ring in rings)])
    number = int(np.searchsorted(starts, index, side="right")) - 1
    ring = course_of(rings[number])
    if len(ring) <= 4 or len(shapely.get_parts(item.geometry)) > 1:
        raise UserError(
            Message("editing.too_few_corners", {"code": item.code}), Message("editing.area_crosses_hint")
        )
    left = np.delete(ring[:-1], (index - int(starts[number])) % (len(ring) - 1), axis=0)
    courses = [course_of(each) for each in rings]
    courses[number] = np.concatenate([left, left[:1]])
    draft.shape(item, shapely.Polygon(courses[0], courses[1:]))
