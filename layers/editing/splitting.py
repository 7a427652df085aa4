"""Cutting a line in two, and making one line of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from layers.editing.course import distance, foot_on, line_of, same_width, without_needless
from layers.editing.cutting import added, cut, whole_code
from layers.editing.draft import CODE, GEOMETRY, Draft, Item, box_around
from layers.editing.plan import Answers, Choice, EditPlan
from layers.editing.tying import keep_node
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.model.editing import EndFields
from layers.register import Register
from layers.text import Message

#: What the answers are called that take the value of the line that stays, and of the next one.
_ANSWERS = ("first", "second")


def plan_split(register: Register, line: AssetKey, place: tuple[float, ...]) -> EditPlan:
    """Cut a line at the place on it nearest to ``place``. The first half stays the asset, insert 0 is the second.

    Raises ``UserError`` at an end of the line, or when it is no longer in the network.
    """
    draft = Draft(register)
    item = draft.line(line)
    label = Message("editing.split", {"type": item.type.title, "code": item.code})
    cut(draft, item, foot_on(item.course, np.asarray(place, dtype=float), draft.tolerance))
    return draft.plan(label)


def plan_merge(
    register: Register, first: AssetKey, *others: AssetKey, answers: Answers | None = None
) -> EditPlan:
    """Make one line of two or more that follow each other; ``first`` stays, the others go and what was linked to them
    goes over.

    Asks where values differ that the catalogue wants alike. Raises ``UserError`` for lines that do not meet.
    """
    draft = Draft(register, answers)
    one, *rest = (draft.line(key) for key in (first, *others))
    if (
        not rest
        or len({id(item) for item in (one, *rest)}) <= len(rest)
        or any(r.type is not one.type for r in rest)
    ):
        names = {"one": one.code, "other": _codes(rest)}
        raise UserError(Message("editing.not_two", names), Message("editing.not_two_hint"))
    label = Message("editing.merged", {"type": one.type.title, "one": one.code, "other": _codes(rest)})
    asked = _alike(draft, one, rest)
    for other in rest:
        _note_differences(draft, one, other, asked)
    draft.set(one, **asked)
    code = one.code
    while rest:
        met = next(
            (each for each in ((other, _meeting(draft, one, other)) for other in rest) if each[1]), None
        )
        if met is None or met[1] is None:
            names = {"one": code, "other": _codes(rest)}
            raise UserError(Message("editing.do_not_meet", names), Message("editing.do_not_meet_hint"))
        rest.remove(met[0])
        _take_in(draft, one, met[0], at_start=met[1][0], backwards=met[1][1])
        draft.figure(Message("editing.becomes_one", {"one": code, "other": met[0].code, "code": one.code}))
    return draft.plan(label)


def _codes(items: Sequence[Item]) -> str | tuple[str, ...]:
    codes = tuple(item.code for item in items)
    return codes[0] if len(codes) == 1 else codes


def _take_in(draft: Draft, one: Item, other: Item, *, at_start: bool, backwards: bool) -> None:
    """Let ``one`` go on as ``other``, which goes."""
    changes: dict[str, Any] = {
        GEOMETRY: line_of(_joined(draft, one, other, at_start=at_start, backwards=backwards))
    }
    changes |= _far_end(one, other, at_start=at_start, backwards=backwards)
    for name in one.type.editing.shared_out:
        changes[name] = added(one.values.get(name), other.values.get(name))
    changes[CODE] = whole_code(draft, one, other) or one.values.get(CODE)
    for linking, name in draft.linked_to(other):
        if linking is not one:
            draft.set(linking, **{name: _as_linked(linking, name, one)})
            draft.figure(
                Message(
                    "editing.goes_over",
                    {"type": linking.type.title, "code": linking.code, "to": changes[CODE]},
                )
            )
    draft.delete(other)
    joint = one.course[0 if at_start else -1]
    draft.set(one, **changes)
    keep_node(draft, joint, one)


def _as_linked(linking: Item, name: str, target: Item) -> Any:
    link = next(each for each in linking.type.links if each.name == name)
    return f"{target.type.name}:{target.link}" if link.several else target.link


def _meeting(draft: Draft, one: Item, other: Item) -> tuple[bool, bool] | None:
    """Whether they meet at the start of ``one``, and whether ``other`` must be turned round."""
    for at_start, backwards, mine, theirs in (
        (False, False, -1, 0),
        (False, True, -1, -1),
        (True, False, 0, -1),
        (True, True, 0, 0),
    ):
        if distance(one.course[mine], other.course[theirs]) <= draft.tolerance:
            return at_start, backwards
    return None


def _joined(draft: Draft, one: Item, other: Item, *, at_start: bool, backwards: bool) -> Floats:
    mine, theirs = same_width(one.course, other.course)
    if backwards:
        theirs = theirs[::-1]
    before, after = (theirs, mine) if at_start else (mine, theirs)
    whole = np.concatenate([before[:-1], after] if at_start else [before, after[1:]])
    joint = len(before) - 1
    place = whole[joint]
    return whole if _is_needed(draft, place, (one, other)) else without_needless(whole, joint)


def _is_needed(draft: Draft, place: Floats, besides: tuple[Item, ...]) -> bool:
    """Whether anything else ends or stands at a place."""
    box = box_around(place[None, :], draft.tolerance)
    for item in draft.near((*draft.line_types, *draft.point_types), box):
        if item not in besides and any(
            distance(end, place) <= draft.tolerance for end in (item.course[0], item.course[-1])
        ):
            return True
    return False


def _far_end(one: Item, other: Item, *, at_start: bool, backwards: bool) -> dict[str, Any]:
    """What is said of the end that ``one`` gets from ``other``."""
    words = one.type.editing
    mine = words.start if at_start else words.end
    theirs: EndFields = (words.end if at_start else words.start) if backwards else mine
    pairs = zip(
        (mine.number, mine.depth, mine.elevation),
        (theirs.number, theirs.depth, theirs.elevation),
        strict=True,
    )
    return {to: other.values.get(source) for to, source in pairs if to is not None and source is not None}


def _alike(draft: Draft, one: Item, others: Sequence[Item]) -> dict[str, Any]:
    """The values that all must share: asked for where they differ."""
    chosen: dict[str, Any] = {}
    lines = (one, *others)
    for name in one.type.editing.alike:
        given: dict[str, Any] = {}
        for number, line in enumerate(lines):
            value = line.values.get(name)
            if all(value != known for known in given.values()):
                given[_ANSWERS[number] if number < len(_ANSWERS) else str(number + 1)] = value
        if len(given) == 1:
            continue
        field = one.type.field_named(name)
        names = {"field": field.title, "one": one.code, "other": _codes(others)}
        blank = Message("editing.blank")
        choices = tuple(
            Choice(key, blank if v is None else Message("editing.value", {"value": _shown(one, name, v)}))
            for key, v in given.items()
        )
        preferred = next(key for key, value in given.items() if value is not None)
        chosen[name] = given[draft.ask(name, Message("editing.which_value", names), choices, preferred)]
    return chosen


def _shown(item: Item, name: str, value: Any) -> Any:
    field = item.type.field_named(name)
    code_list = getattr(field, "code_list", None)
    entry = None if code_list is None else code_list.get(value)
    if entry is not None:
        return entry.title
    return f"{value} {field.unit}" if field.unit else value


def _note_differences(draft: Draft, one: Item, other: Item, asked: dict[str, Any]) -> None:
    """Say which values of the line that goes are lost."""
    words = one.type.editing
    silent = {CODE, *asked, *words.alike, *words.shared_out, *words.start.names, *words.end.names}
    lost = tuple(
        field.title
        for field in one.type.columns
        if field.name not in silent
        and other.values.get(field.name) is not None
        and other.values.get(field.name) != one.values.get(field.name)
    )
    if lost:
        draft.figure(Message("editing.keeps_of_first", {"fields": lost, "code": one.code}))
