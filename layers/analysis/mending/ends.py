"""Ends that nearly meet are brought together; what runs over the line it should end on is cut back to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.rule_file import Rule
from layers.analysis.mending.bench import Bench, Piece, nearest_on, with_vertex
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.text import Message

End = tuple[AssetKey, int]
#: An end of the other line is meant when it is hardly farther off than the line itself.
_END_SHARE = 1.6
_START, _LAST = 0, -1


class Joins:
    """Ends that shall be one node: sets of ends, and the line's inside that others end on."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.free: set[End] = set()
        self.inside: dict[End, AssetKey] = {}
        self._parent: dict[End, End] = {}

    def root(self, end: End) -> End:
        """The end that stands for all it is joined with."""
        self._parent.setdefault(end, end)
        while self._parent[end] != end:
            end = self._parent[end]
        return end

    def join(self, one: End, other: End) -> None:
        """Let these two be one node."""
        self._parent[self.root(one)] = self.root(other)

    def groups(self) -> list[list[End]]:
        """The ends of every node."""
        found: dict[End, list[End]] = {}
        for end in list(self._parent):
            found.setdefault(self.root(end), []).append(end)
        return list(found.values())


def join_ends(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Bring near misses together. Free ends meet in their middle, else they go to what stays where it is."""
    reach = float(bench.register.setting(rule.parameters["within_setting"]))
    joins = Joins(bench)
    told: list[Message | None] = []
    asked = [_end_of(bench, finding) for finding in findings]
    joins.free = {end for end in asked if end is not None}
    for finding, end in zip(findings, asked, strict=True):
        other = bench.line(finding.others[0]) if finding.others else None
        piece = None if end is None else bench.line(end[0])
        if end is None or piece is None or other is None:
            told.append(None)
            continue
        to_end = finding.message.parameters.get("meets") == "end"
        told.append(_decide(joins, piece, end, other, reach, to_end=to_end))
    _move(bench, joins)
    return told


def _end_of(bench: Bench, finding: Finding) -> End | None:
    """Which end of the line a near miss speaks of; None when the line has changed since."""
    piece = bench.line(finding.asset)
    if piece is None or finding.place is None:
        return None
    ends = piece.first_course[[_START, _LAST], :2]
    distance = np.hypot(*(ends - np.array(finding.place)).T)
    side = int(np.argmin(distance))
    return (piece.asset.key, -side) if distance[side] <= 2 * bench.tolerance else None


def _decide(
    joins: Joins, piece: Piece, end: End, other: Piece, reach: float, *, to_end: bool
) -> Message | None:
    bench, names = joins.bench, {"code": piece.code, "other": other.code}
    place = piece.first_course[end[1], :2]
    distance = np.hypot(*(other.first_course[[_START, _LAST], :2] - place).T)
    nearest = int(np.argmin(distance))
    to_line = float(shapely.distance(shapely.LineString(other.first_course), shapely.Point(place)))
    if to_line > reach * 1.01:
        return None
    if to_end or distance[nearest] <= max(to_line * _END_SHARE, bench.tolerance):
        joins.join(end, (other.asset.key, -nearest))
        return Message("mending.join", {**names, "distance": f"{distance[nearest]:,.3f}"})
    cut = _crossing(piece, end, other, reach)
    if cut is not None:
        return _trim(bench, piece, end, other, cut, names)
    joins.inside[end] = other.asset.key
    return Message("mending.join_inside", {**names, "distance": f"{to_line:,.3f}"})


def _move(bench: Bench, joins: Joins) -> None:
    for group in joins.groups():
        moved = [end for end in group if end in joins.free]
        fixed = [end for end in group if end not in joins.free]
        places = [_place(bench, end) for end in (fixed[:1] or moved)]
        known = [place for place in places if place is not None]
        if known:
            for end in moved:
                _bring(bench, end, np.mean(known, axis=0))
    for end, target in joins.inside.items():
        other, place = bench.line(target), _place(bench, end)
        if other is not None and place is not None:
            bench.set_course(
                other, with_vertex(other.course, nearest_on(other.course, place), bench.tolerance)
            )
            on = nearest_on(other.course, place)
            at = int(np.argmin(np.hypot(*(other.course[:, :2] - on).T)))
            _bring(bench, end, other.course[at, :2])


def _place(bench: Bench, end: End) -> Floats | None:
    piece = bench.line(end[0])
    return None if piece is None else piece.course[end[1], :2]


def _bring(bench: Bench, end: End, place: Floats) -> None:
    """Put the end of a line somewhere; one that would shrink to nothing stays."""
    piece = bench.line(end[0])
    if piece is None:
        return
    course = piece.course.copy()
    course[end[1], :2] = place
    if shapely.LineString(course[:, :2]).length > bench.tolerance:
        bench.set_course(piece, course)


def _crossing(piece: Piece, end: End, other: Piece, reach: float) -> Floats | None:
    """Where a line crosses the other just before its end."""
    course = piece.course if end[1] == _START else piece.course[::-1]
    line = shapely.LineString(course[:, :2])
    meeting = shapely.get_coordinates(shapely.intersection(line, shapely.LineString(other.course[:, :2])))
    if not len(meeting):
        return None
    along = shapely.line_locate_point(line, shapely.points(meeting))
    nearest = int(np.argmin(along))
    return meeting[nearest] if 0 < along[nearest] <= min(reach, line.length / 2) else None


def _trim(
    bench: Bench, piece: Piece, end: End, other: Piece, cut: Floats, names: dict[str, str]
) -> Message | None:
    course = piece.course if end[1] == _START else piece.course[::-1]
    line = shapely.LineString(course[:, :2])
    along = float(line.project(shapely.Point(cut)))
    passed = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(course[:, :2], axis=0).T))])
    kept = course[passed > along + bench.tolerance]
    if not len(kept):
        return None
    first = kept[:1].copy()
    first[0, :2] = cut
    course = np.concatenate([first, kept])
    bench.set_course(piece, course if end[1] == _START else course[::-1])
    bench.set_course(other, with_vertex(other.course, cut, bench.tolerance))
    return Message("mending.trim", {**names, "distance": f"{along:,.3f}"})
