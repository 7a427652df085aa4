"""Following: when places of the network move, what hangs there moves too, and what hangs on that.

Two things hold: whatever met at a place before still meets there, and whatever hung on a straight piece of a line
hangs at the same share of it. Retired assets stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from layers.editing.course import Foot, distance, foot_on, line_of, put, shifted
from layers.editing.draft import Draft, Item, box_around
from layers.geometry.packed import Floats
from layers.text import Message

#: Metres: a displacement below is none.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Move:
    """Everything at ``old`` goes to ``new``. ``carriers`` are lines that run through and need no vertex for it.

    ``with_lines`` is False for a chamber beside the network: a line that happens to end there stays.
    """

    old: Floats
    new: Floats
    carriers: frozenset[int] = frozenset()
    with_lines: bool = True


@dataclass(eq=False)
class _Line:
    """A line on the move: vertices before and after, number by number."""

    item: Item
    before: Floats
    after: Floats
    moved: npt.NDArray[np.bool_]
    done: set[bytes] = field(default_factory=set)

    def put(self, vertex: int, place: Floats) -> None:
        if not self.moved[vertex]:
            self.after = put(self.after, vertex, place)
            self.moved[vertex] = True

    def insert(self, foot: Foot) -> int:
        """A vertex at the foot, which does not change the course; its number."""
        vertex = foot.piece + 1
        self.before = np.insert(self.before, vertex, foot.place, axis=0)
        self.after = np.insert(self.after, vertex, foot.place, axis=0)
        self.moved = np.insert(self.moved, vertex, False)
        return vertex

    def changed_pieces(self) -> Iterator[int]:
        """The straight pieces that moved since this was asked last."""
        for piece in np.flatnonzero(self.moved[:-1] | self.moved[1:]).tolist():
            key = self.before[piece : piece + 2].tobytes()
            if key not in self.done:
                self.done.add(key)
                yield piece


class Following:
    """Carries moves out on a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._slack = max(float(draft.register.setting("point_pipe_distance_m")), draft.tolerance)
        self._lines: dict[int, _Line] = {}
        self._points: dict[int, tuple[Item, Floats]] = {}

    def move(self, moves: Iterable[Move]) -> None:
        """Move places and all that follows them, and write it into the draft."""
        waiting = list(moves)
        while waiting:
            for each in waiting:
                self._at(each)
            waiting = list(self._carried())
            waiting += self._in_chambers() if not waiting else []
        self._write()

    # ---- what is at a place

    def _at(self, move: Move) -> None:
        draft = self.draft
        box = box_around(move.old[None, :], draft.tolerance)
        points = [p for p in draft.near(draft.point_types, box) if self._stands(p, move.old)]
        near = draft.near(draft.line_types, box) if move.with_lines else ()
        lines = [self._line(item) for item in near]
        is_node = any(p.sits_on_lines for p in points) or any(self._ends_at(e, move.old) for e in lines)
        for line in lines:
            away = np.hypot(*(line.before[:, :2] - move.old[:2]).T)
            vertices = np.flatnonzero(away <= draft.tolerance).tolist()
            if not vertices and is_node and id(line.item) not in move.carriers:
                foot = foot_on(line.before, move.old, draft.tolerance)
                vertices = [line.insert(foot)] if foot.away <= draft.tolerance else []
            for vertex in vertices:
                line.put(vertex, move.new)
        for item in points:
            self._take(item, move.new)

    def _stands(self, point: Item, place: Floats) -> bool:
        return distance(point.course[0], place) <= self.draft.tolerance

    def _ends_at(self, line: _Line, place: Floats) -> bool:
        ends = (line.before[0], line.before[-1])
        return any(distance(end, place) <= self.draft.tolerance for end in ends)

    def _take(self, item: Item, new: Floats) -> None:
        if id(item) not in self._points:
            self._points[id(item)] = (item, put(item.course, 0, new)[0])

    def _line(self, item: Item) -> _Line:
        if id(item) not in self._lines:
            course = item.course
            self._lines[id(item)] = _Line(item, course, course, np.zeros(len(course), dtype=np.bool_))
        return self._lines[id(item)]

    # ---- what hangs on moved pieces

    def _carried(self) -> Iterator[Move]:
        for line in list(self._lines.values()):
            for piece in list(line.changed_pieces()):
                yield from self._hanging(line, piece)

    def _hanging(self, line: _Line, piece: int) -> Iterator[Move]:
        draft = self.draft
        before, after = line.before[piece : piece + 2], line.after[piece : piece + 2]
        box = box_around(before, self._slack)
        near = [item for item in draft.near(draft.line_types, box) if item is not line.item]
        for item in near:
            other = self._line(item)
            for vertex in (0, len(other.before) - 1):
                end = other.before[vertex]
                foot = foot_on(before, end, draft.tolerance)
                if not other.moved[vertex] and foot.vertex is None and foot.away <= draft.tolerance:
                    yield from self._shifted(end, foot, before, after, line.item)
        for item in draft.near(draft.point_types, box):
            if not item.sits_on_lines or id(item) in self._points:
                continue
            place = item.course[0]
            foot = foot_on(before, place, draft.tolerance)
            if foot.away <= self._slack and self._is_nearest(line, foot, place, near):
                yield from self._shifted(place, foot, before, after, line.item)

    def _is_nearest(self, line: _Line, foot: Foot, place: Floats, near: Iterable[Item]) -> bool:
        """Whether a point stands on this piece, and not rather on another line or another piece."""
        own = foot_on(line.before, place, 0.0).away
        others = [foot_on(item.course, place, 0.0).away for item in near]
        return foot.away <= own + _NOTHING and foot.away <= min(others, default=np.inf) + self.draft.tolerance

    def _shifted(
        self, place: Floats, foot: Foot, before: Floats, after: Floats, carrier: Item
    ) -> Iterator[Move]:
        shift = after[:, :2] - before[:, :2]
        by = shift[0] + (shift[1] - shift[0]) * foot.share
        if foot.vertex is None:
            # What stands beside the line turns with it, and so stays at the same share of it.
            beside = place[:2] - foot.place[:2]
            by = by + _turned(beside, before, after) - beside
        if np.hypot(*by) > _NOTHING:
            yield Move(place, shifted(place, by), frozenset({id(carrier)}))

    # ---- chambers and what stands in them

    def _in_chambers(self) -> Iterator[Move]:
        """What stands in a moved chamber; and the chamber of which all that stands in it moved."""
        for item, new in list(self._points.values()):
            by = new[:2] - item.course[0, :2]
            for content in self._contents(item):
                if id(content) not in self._points:
                    place = content.course[0]
                    yield Move(place, shifted(place, by))
            for chamber in self._chambers(item):
                if id(chamber) in self._points:
                    continue
                if all(self._moved_by(content, by) for content in self._contents(chamber)):
                    place = chamber.course[0]
                    yield Move(place, shifted(place, by), with_lines=chamber.sits_on_lines)
                else:
                    why = Message("editing.recheck_chamber", {"type": item.type.title, "code": item.code})
                    self.draft.recheck(chamber, why)

    def _contents(self, chamber: Item) -> list[Item]:
        standing = (item for item, _ in self.draft.linked_to(chamber, inside=True))
        return [item for item in standing if item.geometry is not None and not item.is_gone]

    def _chambers(self, item: Item) -> Iterator[Item]:
        for link in item.type.links:
            chamber = self.draft.target(item, link.name) if link.inside else None
            if chamber is not None and chamber.geometry is not None:
                yield chamber

    def _moved_by(self, item: Item, by: Floats) -> bool:
        if id(item) not in self._points:
            return False
        own = self._points[id(item)][1][:2] - item.course[0, :2]
        return distance(own, by) <= self.draft.tolerance

    # ---- the end

    def _write(self) -> None:
        lines = [line for line in self._lines.values() if line.moved.any()]
        points = [(item, new) for item, new in self._points.values()]
        for line in lines:
            self.draft.shape(line.item, line_of(_without_doubles(line)))
        for item, new in points:
            self.draft.shape(item, shapely.points(new))
        self.draft.figure(Message("editing.moves", {"lines": len(lines), "points": len(points)}))


def _turned(beside: Floats, before: Floats, after: Floats) -> Floats:
    """What stands beside a straight piece, turned as the piece turned."""
    was, now = (before[1] - before[0])[:2], (after[1] - after[0])[:2]
    size = np.hypot(*was) * np.hypot(*now)
    if size == 0.0:
        return beside
    cosine, sine = (was @ now) / size, (was[0] * now[1] - was[1] * now[0]) / size
    x, y = beside
    return np.array([cosine * x - sine * y, sine * x + cosine * y])


def _without_doubles(line: _Line) -> Floats:
    """The vertices after, without those that came to lie upon the one before them."""
    away = np.hypot(*np.diff(line.after[:, :2], axis=0).T)
    was = np.hypot(*np.diff(line.before[:, :2], axis=0).T)
    keep = np.append(True, ~((away <= _NOTHING) & (was > _NOTHING)))
    if not keep[-1] and keep.sum() > 1:
        # The end stays, to the last bit.
        keep[-1], keep[np.flatnonzero(keep[:-1])[-1]] = True, keep[:-1].sum() == 1
    kept: Floats = line.after[keep]
    return kept
