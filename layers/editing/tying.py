"""Tying a place to the network: exactly onto what lies near, and what becomes of the line it is tied to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from layers.editing.course import Foot, distance, foot_for, foot_on, line_of, with_vertex
from layers.editing.cutting import cut, point_number
from layers.editing.draft import Draft, Item, box_around
from layers.geometry.packed import Floats
from layers.model.editing import Way
from layers.text import Message


@dataclass(frozen=True)
class Tie:
    """Where a place came to lie: its exact coordinates, the line there, the number of the point that stands there."""

    place: Floats
    line: Item | None
    number: str | None = None


@dataclass(frozen=True)
class _Candidate:
    rank: int
    away: float
    place: Floats
    item: Item
    foot: Foot | None


def tie(
    draft: Draft,
    place: Floats,
    reach: float,
    way: Way | None,
    besides: Collection[Item] = (),
    only: Item | None = None,
) -> Tie | None:
    """Put ``place`` exactly onto the node, vertex or line within ``reach``; None when nothing is near.

    What lies within the node tolerance goes before all else. The line met (``only``, or the nearest) is treated in the
    ``way``; nothing is done to it where it ends.
    """
    found = seek(draft, place, reach, besides, only)
    if found is None:
        return None
    if found.line is not None:
        treat(draft, found.line, foot_for(found.line.course, place, found.place, draft.tolerance), way)
    return Tie(found.place, found.line, point_number(draft, found.place))


def seek(
    draft: Draft, place: Floats, reach: float, besides: Collection[Item] = (), only: Item | None = None
) -> Tie | None:
    """Where ``tie`` would put a place, with nothing done to the line yet."""
    for radius in (draft.tolerance, max(reach, draft.tolerance)):
        found = min(
            _candidates(draft, place, radius, besides, only), key=lambda c: (c.rank, c.away), default=None
        )
        if found is not None:
            line = found.item if found.foot is not None else _line_under(draft, found.place, besides)
            return Tie(found.place, line)
    return None


def treat(draft: Draft, line: Item, foot: Foot, way: Way | None) -> None:
    """Cut the line at the foot, or give it a vertex there; where it ends it stays as it is."""
    last = len(line.course) - 1
    if foot.vertex in (0, last) or way not in ("cut", "vertex"):
        return
    if way == "cut":
        cut(draft, line, foot)
    elif foot.vertex is None:
        draft.shape(line, line_of(with_vertex(line.course, foot)[0]))
        draft.figure(Message("editing.gets_vertex", {"type": line.type.title, "code": line.code}))


def keep_node(draft: Draft, place: Floats, line: Item) -> None:
    """Where ``line`` ended on others and now runs through: one that runs through too is cut, or they would be apart.

    Nothing is done where any line still ends.
    """
    near = draft.near(draft.line_types, box_around(place[None, :], draft.tolerance))
    feet = [(other, foot_on(other.course, place, draft.tolerance)) for other in near]
    here = [(other, foot) for other, foot in feet if foot.away <= draft.tolerance]
    if any(foot.vertex in (0, len(other.course) - 1) for other, foot in here):
        return
    for other, _ in here:
        if other is not line:
            cut(draft, other, foot_for(other.course, place, place, draft.tolerance))
            return


def _candidates(
    draft: Draft, place: Floats, radius: float, besides: Collection[Item], only: Item | None
) -> Iterator[_Candidate]:
    box = box_around(place[None, :], radius)
    if only is None:
        for item in draft.near(draft.point_types, box):
            away = distance(item.course[0], place)
            if item.sits_on_lines and item not in besides and away <= radius:
                yield _Candidate(0, away, item.course[0], item, None)
    for item in draft.near(draft.line_types, box) if only is None else (only,):
        if item in besides:
            continue
        course = item.course
        away = np.hypot(*(course[:, :2] - place[:2]).T)
        for vertex in np.flatnonzero(away <= radius).tolist():
            is_end = vertex in (0, len(course) - 1)
            foot = foot_on(course, course[vertex], draft.tolerance)
            yield _Candidate(0 if is_end else 1, float(away[vertex]), course[vertex], item, foot)
        foot = foot_on(course, place, draft.tolerance)
        if foot.away <= radius or only is not None:
            yield _Candidate(2, foot.away, foot.place, item, foot)


def _line_under(draft: Draft, place: Floats, besides: Collection[Item]) -> Item | None:
    """The line that runs through a place without ending there, if there is one and nothing ends there."""
    under = None
    for item in draft.near(draft.line_types, box_around(place[None, :], draft.tolerance)):
        foot = foot_on(item.course, place, draft.tolerance)
        if item in besides or foot.away > draft.tolerance:
            continue
        if foot.vertex in (0, len(item.course) - 1):
            return None
        under = item
    return under
