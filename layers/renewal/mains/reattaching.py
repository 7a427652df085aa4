"""What hung on mains that go is hung on those that come: branches, valves, hydrants, meters, chambers.

Every place where something in use met an old main goes to the nearest new one, with all that meets there; nothing is
done where the new mains are joined already.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from layers.editing.course import distance, foot_on, line_of, put
from layers.editing.draft import Draft, Item, box_around
from layers.editing.drawing import take_in, tie_end
from layers.editing.following import Following, Move
from layers.editing.tying import keep_node
from layers.geometry.packed import Floats
from layers.text import Message


@dataclass
class Reattached:
    """What came over, and what found no new main within reach."""

    lines: list[Item] = field(default_factory=list)
    points: list[Item] = field(default_factory=list)
    left: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """A place on an old main where others meet it: lines in use there, and what stands there."""

    at: Floats
    lines: tuple[Item, ...]
    points: tuple[Item, ...]

    def is_node(self, tolerance: float) -> bool:
        """Whether lines hold each other here; where one alone ends, it is cut off without a main."""
        return len(self.lines) > 1 or (len(self.lines) == 1 and self.runs_through(tolerance))

    def runs_through(self, tolerance: float) -> bool:
        """Whether no line ends here."""
        ends = [line.course[vertex] for line in self.lines for vertex in (0, -1)]
        return all(distance(end, self.at) > tolerance for end in ends)


def is_planned(item: Item) -> bool:
    """Whether it is not in the ground yet."""
    words = item.type.lifetime
    return words.status is not None and item.values.get(words.status) in words.not_yet


def stands_on(draft: Draft, point: Item, lines: Iterable[Item]) -> bool:
    """Whether a point stands on one of these lines."""
    place = point.course[0]
    return any(foot_on(line.course, place, draft.tolerance).away <= draft.tolerance for line in lines)


def reattach(draft: Draft, old: Sequence[Item], new: Sequence[Item], reach: float) -> Reattached:
    """Hang on ``new`` mains (in use already) what hung on ``old`` ones (retired already), within ``reach`` metres.

    Fittings that are nothing without their main (types without a successor) are the caller's to retire first. The
    ends of the new mains are tied to what they lie on, and get a vertex where something meets them.
    """
    for line in new:
        for vertex in (0, -1):
            tie_end(draft, line, vertex, 0.0)
    result = Reattached()
    moves: list[Move] = []
    crossings: list[tuple[Item, Floats]] = []
    for place in list(_places(draft, old, new)):
        if _is_joined(draft, place, new):
            continue
        found = _way_over(draft, place, new, reach)
        if found is None:
            result.left += place.lines if place.is_node(draft.tolerance) else (*place.lines, *place.points)
            continue
        moves += [found] if isinstance(found, Move) else []
        crossings += [found] if isinstance(found, tuple) else []
        result.lines += place.lines
        result.points += place.points if isinstance(found, Move) else ()
    if moves:
        Following(draft).move(moves)
    for line in new:
        take_in(draft, line)
    for line, at in crossings:
        keep_node(draft, at, line)
    for name in ("lines", "points", "left"):
        setattr(result, name, list(dict.fromkeys(getattr(result, name))))
    return result


def _places(draft: Draft, old: Sequence[Item], new: Sequence[Item]) -> Iterator[_Place]:
    """Every place once, with the lines and points that meet there."""
    seen: list[Floats] = []
    for line in old:
        for at in _meeting(draft, line, new):
            if all(distance(at, other) > draft.tolerance for other in seen):
                seen.append(at)
                yield _Place(at, tuple(_lines_at(draft, at, new)), tuple(_points_at(draft, at, new)))


def _meeting(draft: Draft, line: Item, new: Sequence[Item]) -> Iterator[Floats]:
    """The places on one old main where something in use meets it."""
    course, box = line.course, box_around(line.course, _slack(draft))
    for other in _in_use(draft, box, new):
        for vertex, at in enumerate(other.course):
            is_end = vertex in (0, len(other.course) - 1)
            foot = foot_on(course, at, draft.tolerance)
            if foot.away <= draft.tolerance and (is_end or foot.vertex is not None):
                yield at
        for end in (course[0], course[-1]):
            if foot_on(other.course, end, draft.tolerance).away <= draft.tolerance:
                yield end
    for point in draft.near(draft.point_types, box):
        if not point.sits_on_lines or is_planned(point):
            continue
        away = foot_on(course, point.course[0], draft.tolerance).away
        if away <= draft.tolerance or (
            away <= _slack(draft) and away <= _nearest(draft, point, new) + draft.tolerance
        ):
            yield point.course[0]


def _nearest(draft: Draft, point: Item, new: Sequence[Item]) -> float:
    """How far a point is from what stays and what comes."""
    near = draft.near(draft.line_types, box_around(point.course, _slack(draft)))
    away = [
        foot_on(line.course, point.course[0], 0.0).away
        for line in near
        if line in new or not is_planned(line)
    ]
    return min(away, default=np.inf)


def _slack(draft: Draft) -> float:
    return max(float(draft.register.setting("point_pipe_distance_m")), draft.tolerance)


def _in_use(draft: Draft, box: object, new: Sequence[Item]) -> list[Item]:
    near = draft.near(draft.line_types, box)  # type: ignore[arg-type]
    return [item for item in near if item not in new and not is_planned(item)]


def _lines_at(draft: Draft, at: Floats, new: Sequence[Item]) -> Iterator[Item]:
    for item in _in_use(draft, box_around(at[None, :], draft.tolerance), new):
        if foot_on(item.course, at, draft.tolerance).away <= draft.tolerance:
            yield item


def _points_at(draft: Draft, at: Floats, new: Sequence[Item]) -> Iterator[Item]:
    for item in draft.near(draft.point_types, box_around(at[None, :], draft.tolerance)):
        if item.sits_on_lines and not is_planned(item) and distance(item.course[0], at) <= draft.tolerance:
            yield item


def _is_joined(draft: Draft, place: _Place, new: Sequence[Item]) -> bool:
    """Whether what meets here is joined to a new main already, here or a little further on."""
    if any(foot_on(line.course, place.at, draft.tolerance).away <= draft.tolerance for line in new):
        return True
    return any(_touch(draft, line, other) for line in place.lines for other in new)


def _touch(draft: Draft, one: Item, other: Item) -> bool:
    """Whether one of two lines ends on the other."""
    if shapely.distance(one.geometry, other.geometry) > draft.tolerance:
        return False
    ends = [(a, b.course[vertex]) for a, b in ((one, other), (other, one)) for vertex in (0, -1)]
    return any(foot_on(a.course, end, draft.tolerance).away <= draft.tolerance for a, end in ends)


def _move(draft: Draft, place: _Place, new: Sequence[Item], reach: float) -> Move | None:
    """Where the place goes: where a line that ends here meets a new main, else to the nearest place on one."""
    here = shapely.Point(place.at[:2])
    best: tuple[float, Floats] | None = None
    for main in new:
        if shapely.distance(main.geometry, here) > reach:
            continue
        to = _crossing(place, main, reach, draft.tolerance)
        if to is None:
            to = foot_on(main.course, place.at, draft.tolerance).place
        away = distance(place.at, to)
        if away <= reach and (best is None or away < best[0]) and _stays_simple(draft, place, to):
            best = (away, to)
    if best is None:
        return None
    return Move(place.at, best[1][:2], frozenset(id(line) for line in new))


def _way_over(
    draft: Draft, place: _Place, new: Sequence[Item], reach: float
) -> Move | tuple[Item, Floats] | None:
    """How what meets here comes to a new main: by a move, or by being cut where it crosses one."""
    if any(_stays(point) for point in place.points):
        # A pump house or works stays where it is.
        return None
    if place.is_node(draft.tolerance):
        crossed = _crossed(draft, place, new, reach)
        if crossed is None or place.runs_through(draft.tolerance):
            return crossed
    return _move(draft, place, new, reach)


def _stays(point: Item) -> bool:
    return point.type.editing.successor is None and not point.type.editing.fitting


def _crossed(draft: Draft, place: _Place, new: Sequence[Item], reach: float) -> tuple[Item, Floats] | None:
    """The new main that crosses what meets here, and where."""
    crossings = ((main, _crossing(place, main, reach, draft.tolerance)) for main in new)
    found = [(main, at) for main, at in crossings if at is not None]
    return min(found, key=lambda each: distance(each[1], place.at), default=None)


def _crossing(place: _Place, main: Item, reach: float, tolerance: float) -> Floats | None:
    """The nearest place where a straight piece of a line that begins or lies here crosses a new main."""
    found: list[Floats] = []
    course = shapely.force_2d(main.geometry)
    for line in place.lines:
        for first, last in itertools.pairwise(line.course[:, :2]):
            piece = line_of(np.array([first, last]))
            if shapely.distance(piece, shapely.Point(place.at[:2])) > tolerance:
                continue
            crossing = shapely.get_coordinates(shapely.intersection(piece, course))
            # At the far end of the piece others may meet: the end cannot be drawn there.
            far = [end for end in (first, last) if distance(end, place.at) > tolerance]
            found += [at for at in crossing if all(distance(at, end) > tolerance for end in far)]
    near = [at for at in found if distance(at, place.at) <= reach]
    return min(near, key=lambda at: distance(at, place.at), default=None)


def _stays_simple(draft: Draft, place: _Place, to: Floats) -> bool:
    """Whether the lines that end here stay lines when the end is elsewhere."""
    for line in place.lines:
        course = line.course
        for vertex in range(len(course)):
            if distance(course[vertex], place.at) <= draft.tolerance:
                course = put(course, vertex, to[:2])
        moved = line_of(course)
        if moved.length <= draft.tolerance or not moved.is_simple or moved.is_ring:
            return False
    return True


def tell(draft: Draft, done: Reattached, project: str) -> None:
    """Say what came over and what must be looked at."""
    if done.lines or done.points:
        draft.figure(Message("completion.comes_over", {"lines": len(done.lines), "points": len(done.points)}))
    for item in done.points:
        draft.recheck(item, Message("completion.recheck_place"))
    for item in done.left:
        draft.recheck(item, Message("completion.recheck_left", {"project": project}))
