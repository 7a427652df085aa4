"""What becomes of a line's values when it is cut in two: codes, lengths, ends, links of others to it."""

from __future__ import annotations

import re
from typing import Any

import shapely

from layers.editing.course import Foot, cut_at, distance, length_of, line_of
from layers.editing.draft import CODE, GEOMETRY, Draft, Item, box_around
from layers.errors import UserError
from layers.geometry.packed import Floats
from layers.model.fields import TextField
from layers.text import Message

#: Decimals of lengths and heights that are reckoned.
_MILLIMETRES = 3
_MICROMETRES = 6
#: What adding two numbers may be wrong by.
_NOTHING = 1e-9
_HALF = re.compile(r"(.+)-(\d+)")
_PAIRS = 50


def cut(draft: Draft, line: Item, foot: Foot) -> Item:
    """Cut ``line`` at the foot: it stays the first half; the new second half is returned.

    Values are the same in both but codes, lengths and what is said of the ends. Raises ``UserError`` at an end.
    """
    whole = line.course
    if foot.vertex in (0, len(whole) - 1):
        raise UserError(
            Message("editing.cut_at_end", {"type": line.type.title, "code": line.code}),
            Message("editing.cut_at_end_hint"),
        )
    first, second = cut_at(whole, foot)
    share = length_of(first) / (length_of(first) + length_of(second))
    values = {f.name: line.values.get(f.name) for f in line.type.columns}
    changes: dict[str, Any] = {}
    _divide_ends(draft, line, share, foot.place, changes, values)
    for name in line.type.editing.shared_out:
        total = line.values.get(name)
        if total is not None:
            changes[name], values[name] = shared_out(total, share)
    old_code = line.code
    changes[CODE], values[CODE] = half_codes(draft, line)
    values[GEOMETRY] = line_of(second)
    other = draft.add(line.type.name, values)
    _divide_links(draft, line, other, line_of(first))
    draft.set(line, **changes)
    draft.shape(line, line_of(first))
    draft.figure(
        Message(
            "editing.is_cut",
            {
                "type": line.type.title,
                "code": old_code,
                "first": line.code,
                "second": other.code or Message("editing.new_code"),
                "first_m": f"{length_of(first):,.2f}",
                "second_m": f"{length_of(second):,.2f}",
            },
        )
    )
    return other


def shared_out(total: float, share: float) -> tuple[float, float]:
    """A length in two parts whose sum is the length again."""
    larger = round(total * max(share, 1.0 - share), _MILLIMETRES)
    larger = min(larger, total)
    smaller = round(total - larger, 9)
    if larger + smaller != total:
        smaller = total - larger
    return (larger, smaller) if share >= 0.5 else (smaller, larger)


def added(one: float | None, other: float | None) -> float | None:
    """The length of two lines together, unknown when one is."""
    if one is None or other is None:
        return None
    total = one + other
    tidy = round(total, _MICROMETRES)
    return tidy if abs(total - tidy) < _NOTHING else total


def half_codes(draft: Draft, line: Item) -> tuple[str, str | None]:
    """The codes of two halves: ``X-1`` and ``X-2``. None, a new one, for what would be too long."""
    code = str(line.values.get(CODE) or "")
    field = line.type.field_named(CODE)
    longest = field.length if isinstance(field, TextField) else 0
    for number in range(1, 2 * _PAIRS, 2):
        pair = (f"{code}-{number}", f"{code}-{number + 1}")
        if not code or len(pair[1]) > longest:
            break
        if all(draft.register.by_code(line.type.name, each) is None for each in pair):
            return pair
    return code, None


def whole_code(draft: Draft, one: Item, other: Item) -> str | None:
    """The code that two halves had before they were cut, when they are such and it is free."""
    halves = [_HALF.fullmatch(str(item.values.get(CODE) or "")) for item in (one, other)]
    if halves[0] is None or halves[1] is None or halves[0][1] != halves[1][1]:
        return None
    numbers = sorted(int(half[2]) for half in halves if half is not None)
    base = halves[0][1]
    if numbers[0] % 2 != 1 or numbers[1] != numbers[0] + 1:
        return None
    return base if draft.register.by_code(one.type.name, base) is None else None


def _divide_ends(
    draft: Draft, line: Item, share: float, place: Floats, first: dict[str, Any], second: dict[str, Any]
) -> None:
    start, end = line.type.editing.start, line.type.editing.end
    if end.number is not None:
        first[end.number] = point_number(draft, place)
    if start.number is not None:
        second[start.number] = point_number(draft, place)
    for one, other in ((start.depth, end.depth), (start.elevation, end.elevation)):
        if one is None or other is None:
            continue
        low, high = line.values.get(one), line.values.get(other)
        between = None if low is None or high is None else round(low + (high - low) * share, _MILLIMETRES)
        first[other] = second[one] = between


def _divide_links(draft: Draft, line: Item, other: Item, first: Any) -> None:
    """What links to the line follows its place: to the half it is nearer to. What has no place stays."""
    for linking, name in draft.linked_to(line):
        if linking.geometry is None or linking is line:
            continue
        middle = shapely.centroid(linking.geometry)
        if shapely.distance(middle, other.geometry) < shapely.distance(middle, first):
            draft.set(linking, **{name: other.link})
            draft.figure(
                Message(
                    "editing.goes_over",
                    {
                        "type": linking.type.title,
                        "code": linking.code,
                        "to": other.code or Message("editing.new_code"),
                    },
                )
            )


def point_number(draft: Draft, place: Floats) -> str | None:
    """The number of the point that stands at a place."""
    for item in draft.near(draft.point_types, box_around(place[None, :], draft.tolerance)):
        name = item.type.editing.point_number
        if name is not None and item.values.get(name) and distance(item.course[0], place) <= draft.tolerance:
            return str(item.values[name])
    return None
