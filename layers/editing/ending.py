"""The end of an asset: entered by mistake, retired, replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.copying import copied_values
from layers.editing.course import distance, foot_on
from layers.editing.draft import GEOMETRY, Draft, Item, box_around
from layers.editing.drawing import take_in, tie_end
from layers.editing.following import Following, Move
from layers.editing.plan import Answers, Born, Choice, EditPlan, Ghost
from layers.errors import UserError
from layers.model import edtf
from layers.model.asset import AssetKey
from layers.register import Register
from layers.text import Message


def plan_delete_mistake(
    register: Register, assets: Sequence[AssetKey], reason: str, *, answers: Answers | None = None
) -> EditPlan:
    """Take away assets that never were. The reason stands in the label; history brings them back.

    Asks what shall become of other assets that link to them (question ``linked``): ``clear`` takes the links away, and
    what cannot be without the link goes too (photos); ``keep`` leaves those that are linked to as they are. Lists what
    ends or stands on them. Raises ``UserError`` without a reason.
    """
    if not reason.strip():
        raise UserError(Message("editing.no_reason"), Message("editing.no_reason_hint"))
    draft = Draft(register, answers)
    items = list(dict.fromkeys(draft.get(key) for key in assets))
    linked = {item: [(o, name) for o, name in draft.linked_to(item) if o not in items] for item in items}
    if any(linked.values()) and _asked_links(draft, linked) == "keep":
        items = [item for item in items if not linked[item]]
        if not items and "linked" in draft.answers:
            raise UserError(Message("editing.all_linked"), Message("editing.all_linked_hint"))
    for item in items:
        for other, name in linked[item]:
            if other.type.field_named(name).required:
                draft.delete(other)
            else:
                draft.set(other, **{name: None})
        _list_hanging(draft, item, items)
        draft.delete(item)
    first, count = draft.get_any(assets[0]), len(items)
    names = {"type": first.type.title, "code": first.code, "count": count, "reason": reason.strip()}
    return draft.plan(Message("editing.deleted" if len(assets) == 1 else "editing.several_deleted", names))


def plan_retire(
    register: Register, assets: Sequence[AssetKey], date: str, *, status: str | None = None
) -> EditPlan:
    """Take assets out of the network on a date (EDTF); ``status`` default: what the catalogue says.

    Lists what still ends or stands on them. Raises ``UserError`` for one that is retired already.
    """
    draft = Draft(register)
    items = [_in_use(draft, key) for key in assets]
    _check_date(date)
    for item in items:
        retire(draft, item, date, status)
    for item in items:
        _list_hanging(draft, item, items)
    first = items[0]
    names = {"type": first.type.title, "code": first.code, "count": len(items), "date": date}
    plan = draft.plan(Message("editing.retire" if len(items) == 1 else "editing.several_retired", names))
    gone = [Ghost("gone", item.type.name, item.geometry) for item in items if item.geometry is not None]
    return replace(plan, ghosts=(*plan.ghosts, *gone))


def plan_replace(
    register: Register,
    asset: AssetKey,
    date: str,
    values: Mapping[str, Any] | None = None,
    geometry: BaseGeometry | None = None,
    *,
    reach: float = 0.0,
) -> EditPlan:
    """Retire an asset and put a new one in its place (insert 0), linked, with what hung on the old one.

    The new one has the old one's values but those of its own, then ``values``; and its place unless ``geometry``. The
    numbers of points and what stands in it go over; photos and leaks stay with the old one, whose they are.
    """
    draft = Draft(register)
    old = _in_use(draft, asset)
    _check_date(date)
    label = Message("editing.replaced", {"type": old.type.title, "code": old.code, "date": date})
    words = old.type.editing
    given = {name: v for name, v in copied_values(old.type, old.values).items() if v is not None}
    given |= {
        name: old.values.get(name) for name in (words.start.number, words.end.number) if name is not None
    }
    if words.status is not None:
        given[words.status] = old.values.get(words.status)
    if words.begun is not None:
        given[words.begun] = date
    # What is known of the old one's values says nothing of the new one's.
    given |= {f.name: None for f in old.type.columns if f.companion_of is not None}
    if words.point_number is not None and old.values.get(words.point_number) is not None:
        given[words.point_number] = old.values[words.point_number]
        draft.set(old, **{words.point_number: None})
    retire(draft, old, date)
    new = draft.add(old.type.name, {**given, **(values or {}), GEOMETRY: old.geometry})
    if words.successor is not None:
        draft.set(old, **{words.successor: Born(0)})
    for other, name in draft.linked_to(old):
        link = next(each for each in other.type.links if each.name == name)
        if link.goes_over:
            draft.set(other, **{name: Born(0)})
            draft.figure(
                Message(
                    "editing.goes_over", {"type": other.type.title, "code": other.code, "to": new.type.title}
                )
            )
    if geometry is not None and old.geometry is not None:
        _lay_elsewhere(draft, old, new, geometry, reach)
    elif geometry is not None:
        draft.shape(new, geometry)
    draft.figure(Message("editing.takes_place", {"type": old.type.title, "code": old.code}))
    return draft.plan(label)


def _in_use(draft: Draft, key: AssetKey) -> Item:
    item = draft.get(key)
    names = {"type": item.type.title, "code": item.code}
    if item.type.editing.status is None:
        raise UserError(Message("editing.never_retires", names), Message("editing.never_retires_hint"))
    if item.is_gone:
        raise UserError(Message("editing.retired", names), Message("editing.retired_hint"))
    return item


def _check_date(date: str) -> None:
    if not edtf.is_valid(date):
        raise UserError(Message("editing.no_date", {"date": date}), Message("editing.no_date_hint"))


def retire(draft: Draft, item: Item, date: str, status: str | None = None) -> None:
    """Take an asset out of the network on a date (EDTF). Raises ``UserError`` for a date before its beginning."""
    words = item.type.editing
    begun = item.values.get(words.begun) if words.begun is not None else None
    first, last = edtf.earliest(begun), edtf.latest(date)
    if first is not None and last is not None and last < first:
        names = {"code": item.code, "date": date, "begun": begun}
        raise UserError(Message("editing.retired_before", names), Message("editing.no_date_hint"))
    if words.status is not None:
        draft.set(item, **{words.status: status or words.retired})
    if words.retired_date is not None:
        draft.set(item, **{words.retired_date: date})


def _asked_links(draft: Draft, linked: Mapping[Item, list[tuple[Item, str]]]) -> str:
    counts: dict[str, int] = {}
    titles: dict[str, Any] = {}
    for other, _ in (each for found in linked.values() for each in found):
        counts[other.type.name] = counts.get(other.type.name, 0) + 1
        titles[other.type.name] = other.type.title
    kinds = tuple(
        Message("editing.count_of", {"count": count, "type": titles[name]}) for name, count in counts.items()
    )
    choices = (
        Choice("clear", Message("editing.linked_clear")),
        Choice("keep", Message("editing.linked_keep")),
    )
    return draft.ask("linked", Message("editing.linked", {"kinds": kinds}), choices, "keep")


def _list_hanging(draft: Draft, item: Item, going: Sequence[Item]) -> None:
    """List the lines that end on an asset, and the points that stand on it with no line beyond it there."""
    if item.geometry is None or item.type.shape == "polygon":
        return
    why = Message("editing.recheck_left", {"type": item.type.title, "code": item.code})
    for other in draft.near(
        (*draft.line_types, *draft.point_types), box_around(item.course, draft.tolerance)
    ):
        if other in going or (other.type.shape == "point" and not other.sits_on_lines):
            continue
        for end in (other.course[0], other.course[-1]):
            if _is_on(draft, item, end) and not _goes_on(draft, other, end, (*going, other)):
                draft.recheck(other, why)


def _goes_on(draft: Draft, other: Item, place: Any, besides: Sequence[Item]) -> bool:
    """Whether the network still leads on from a place; both ways where what stands there parts two lines."""
    near = draft.near(draft.line_types, box_around(place[None, :], draft.tolerance))
    ways = 0
    for line in near:
        if line not in besides and _is_on(draft, line, place):
            ends = [distance(end, place) <= draft.tolerance for end in (line.course[0], line.course[-1])]
            ways += 1 if any(ends) else 2
    return ways >= (2 if _parts_lines(other) else 1)


def _parts_lines(item: Item) -> bool:
    """Whether it stands between two lines, as a valve does."""
    return item.type.shape == "point" and item.type.editing.way(item.kind) == "cut"


def _is_on(draft: Draft, item: Item, place: Any) -> bool:
    if item.type.shape == "point":
        return distance(item.course[0], place) <= draft.tolerance
    return foot_on(item.course, place, draft.tolerance).away <= draft.tolerance


def _others_at(draft: Draft, place: Any, besides: Sequence[Item]) -> bool:
    """Whether a line that stays runs through a place or ends there."""
    near = draft.near(draft.line_types, box_around(place[None, :], draft.tolerance))
    return any(_is_on(draft, line, place) for line in near if line not in besides)


def _lay_elsewhere(draft: Draft, old: Item, new: Item, geometry: BaseGeometry, reach: float) -> None:
    """Give the new asset another place than the old one's, and bring along what hung on that."""
    if old.type.shape == "point":
        to = shapely.get_coordinates(geometry)[0]
        # The new one stands where the old one stood, and moves with all that meets there; the old one stays.
        Following(draft).move([Move(old.course[0], to)])
        return
    if old.type not in draft.line_types:
        draft.shape(new, geometry)
        return
    hanging = []
    near = draft.near((*draft.line_types, *draft.point_types), box_around(old.course, draft.tolerance))
    for other in near:
        if other in (old, new) or (other.type.shape == "point" and not other.sits_on_lines):
            continue
        for vertex in {0, len(other.course) - 1}:
            place = other.course[vertex]
            if _is_on(draft, old, place) and not _others_at(draft, place, (old, new, other)):
                hanging.append((other, place))
    draft.shape(new, geometry)
    for vertex in (0, -1):
        tie_end(draft, new, vertex, reach)
    slack = float(draft.register.setting("near_miss_m"))
    moves = []
    for other, place in hanging:
        foot = foot_on(new.course, place, draft.tolerance)
        if foot.away <= draft.tolerance:
            continue
        if foot.away <= max(reach, slack):
            moves.append(Move(place, foot.place, frozenset({id(new)})))
        else:
            why = Message("editing.recheck_left", {"type": old.type.title, "code": old.code})
            draft.recheck(other, why)
    if moves:
        Following(draft).move(moves)
    take_in(draft, new)
