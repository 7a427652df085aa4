"""Pairs of lines that cross, or that run on each other for a stretch: found by numbers, made sure of by shapely.

All pairs whose boxes meet are looked at; what plain reckoning can tell of most of them is not asked of shapely.
"""

from __future__ import annotations

import numpy as np
import shapely

from layers.analysis.checking.book import Flags, Lines
from layers.geometry.packed import Floats, Integers, spread

#: Two lines that are still together after this many metres lie on each other.
_ALONG = 0.5


def crossing_pairs(lines: Lines) -> tuple[Integers, Integers]:
    """Pairs of lines (the earlier first) whose insides cross."""
    first, second = lines.pairs
    straight = np.diff(lines.packed.offsets) == 2
    plain = straight[first] & straight[second]
    cross = np.zeros(len(first), dtype=bool)
    cross[plain] = _straight_cross(lines, first[plain], second[plain])
    bent = np.flatnonzero(~plain)
    shapes, ends = lines.network.shapes, lines.network.ends
    # What has no node in common mostly does not touch at all, and that is quickly told.
    apart = ~(ends[first[bent], :, None] == ends[second[bent], None, :]).any(axis=(1, 2))
    touching = np.ones(len(bent), dtype=bool)
    touching[apart] = shapely.intersects(shapes[first[bent[apart]]], shapes[second[bent[apart]]])
    bent = bent[touching]
    cross[bent] = shapely.crosses(shapes[first[bent]], shapes[second[bent]])
    return first[cross], second[cross]


def running_together(lines: Lines) -> tuple[Integers, Integers, Floats]:
    """Pairs of lines, in no order, that lie on each other for a stretch, and a place on it.

    Two lines part where one of them has a vertex: from every vertex of a line that lies on another one looks a little
    ahead and back along the line, whether that is on the other as well.
    """
    line, vertex, other = _vertices_on(lines)
    found: list[tuple[Integers, Integers, Floats]] = []
    for step in (1, -1):
        there = _has_next(lines, line, vertex, step)
        at, beside = line[there], other[there]
        ahead = _ahead(lines, at, vertex[there], step)
        near = _within(lines, ahead, beside)
        at, beside, ahead = at[near], beside[near], ahead[near]
        reach = 2 * lines.network.tolerance
        close = shapely.dwithin(shapely.points(ahead), lines.network.shapes[beside], reach)
        found.append((at[close], beside[close], ahead[close]))
    one, two, place = zip(*found, strict=True)
    return np.concatenate(one), np.concatenate(two), np.concatenate(place)


def _straight_cross(lines: Lines, first: Integers, second: Integers) -> Flags:
    """Whether two straight lines cross: each has its ends on either side of the other."""
    start = lines.packed.offsets[:-1]
    a, b = lines.packed.xy[start[first]], lines.packed.xy[start[first] + 1]
    c, d = lines.packed.xy[start[second]], lines.packed.xy[start[second] + 1]
    return np.asarray((_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0))


def _side(a: Floats, b: Floats, p: Floats) -> Floats:
    """Left of the line from ``a`` to ``b`` (1), right of it (-1), or on it (0)."""
    along, off = b - a, p - a
    return np.sign(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0])


def _vertices_on(lines: Lines) -> tuple[Integers, Integers, Integers]:
    """Vertices that lie on another line: the line of the vertex, the vertex, the other line.

    Of ends the network knows it; the vertices between them are asked of the lines whose boxes they lie in.
    """
    offsets, network = lines.packed.offsets, lines.network
    meeting_node, meeting_line = network.meetings
    line = np.tile(np.arange(len(network.ends)), 2)
    vertex = np.concatenate([offsets[:-1], offsets[1:] - 1])
    node = network.ends.T.ravel()
    begin = np.searchsorted(meeting_node, node, side="left")
    count = np.searchsorted(meeting_node, node, side="right") - begin
    end = np.repeat(np.arange(len(node)), count)
    other = meeting_line[spread(begin, count)]
    differs = other != line[end]
    end, other = end[differs], other[differs]
    inner = _inner_vertices_on(lines)
    return (
        np.concatenate([line[end], inner[0]]),
        np.concatenate([vertex[end], inner[1]]),
        np.concatenate([other, inner[2]]),
    )


def _inner_vertices_on(lines: Lines) -> tuple[Integers, Integers, Integers]:
    offsets = lines.packed.offsets
    first, second = lines.pairs
    one, two = np.concatenate([first, second]), np.concatenate([second, first])
    count = np.diff(offsets)[one] - 2
    pair = np.repeat(np.arange(len(one)), count)
    vertex = spread(offsets[one] + 1, count)
    near = _within(lines, lines.packed.xy[vertex], two[pair])
    pair, vertex = pair[near], vertex[near]
    places = shapely.points(lines.packed.xy[vertex])
    on = shapely.dwithin(places, lines.network.shapes[two[pair]], lines.network.tolerance)
    return one[pair[on]], vertex[on], two[pair[on]]


def _within(lines: Lines, places: Floats, line: Integers) -> Flags:
    """Which places lie in the box of a line, or within reach of it."""
    box, reach = lines.boxes[line], 2 * lines.network.tolerance
    return np.asarray(((places >= box[:, :2] - reach) & (places <= box[:, 2:] + reach)).all(axis=1))


def _has_next(lines: Lines, line: Integers, vertex: Integers, step: int) -> Flags:
    last = lines.packed.offsets[1:][line] - 1 if step > 0 else lines.packed.offsets[:-1][line]
    return np.asarray(vertex != last)


def _ahead(lines: Lines, line: Integers, vertex: Integers, step: int) -> Floats:
    """The place a little way along the line from a vertex: forth (``step`` 1) or back (-1)."""
    xy = lines.packed.xy
    way = xy[vertex + step] - xy[vertex]
    length = np.hypot(*way.T)
    far = np.minimum(_ALONG, lines.length[line] / 2)
    place = xy[vertex] + way * (far / np.maximum(length, 1e-12))[:, None]
    # Where the next vertex is nearer than that, the way has a bend.
    bent = np.flatnonzero(length < far)
    along = shapely.line_locate_point(lines.network.shapes[line[bent]], shapely.points(xy[vertex[bent]]))
    shapes = lines.network.shapes[line[bent]]
    place[bent] = shapely.get_coordinates(shapely.line_interpolate_point(shapes, along + step * far[bent]))
    return np.asarray(place)
