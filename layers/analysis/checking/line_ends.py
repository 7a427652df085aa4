"""What is wrong at the ends of lines: ends that lead nowhere, that nearly meet, parts cut off from the network."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from layers.analysis.checking.book import Book, Flags, Lines
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded, where
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Floats, Integers

#: A free end is meant before the side of a line that is not so many times nearer.
_END_SHARE = 12.0
#: So many ends near a free end are looked at; its own line's other end may be among them.
_FREE_NEAR = 4


def near_miss(book: Book, rule: Rule) -> Findings:
    """Free ends that stop short of another line. The nearest within the set distance is named.

    Another free end is what was meant rather than the side of a line, unless that is very much nearer: of lines that
    run together at a sharp angle the end of one lies near the side of the other. ``meets`` tells which it is.
    """
    lines = book.lines(rule.type)
    line, node = free_ends(lines)
    reach = float(book.setting(rule.parameters["within_setting"]))
    end, other, distance = _nearest_other(lines, line, node, reach)
    # An appurtenance exactly there is where the line is meant to end.
    ended = book.near_points(lines.network.node_xy[node[end]], lines.network.tolerance)
    end, other, distance = end[~ended], other[~ended], distance[~ended]
    to_end, end_line = _nearest_free(lines, line, node, end, reach)
    by_end = to_end <= _END_SHARE * distance
    other, distance = np.where(by_end, end_line, other), np.where(by_end, to_end, distance)
    other_rows = lines.rows[other]
    return findings_at(
        book,
        rule,
        lines.rows[line[end]],
        xy=lines.network.node_xy[node[end]],
        others=(rule.type, other_rows),
        distance=rounded(distance, 3),
        meets=np.where(by_end, "end", "side").tolist(),
    )


def dangling_end(book: Book, rule: Rule) -> Findings:
    """Free ends with no point of the network and no other line near: neither connected nor closed."""
    lines = book.lines(rule.type)
    line, node = free_ends(lines)
    xy = lines.network.node_xy[node]
    alone = ~book.near_points(xy, float(book.setting(rule.parameters["point_setting"])))
    near, _, _ = _nearest_other(lines, line, node, float(book.setting(rule.parameters["within_setting"])))
    alone[near] = False
    alone &= where(book, rule)[lines.rows[line]]
    return findings_at(book, rule, lines.rows[line[alone]], xy=xy[alone])


def isolated(book: Book, rule: Rule) -> Findings:
    """Parts of the network cut off from its largest one: a single line, or one finding for several.

    Parts that nearly touch another are told as near misses already.
    """
    lines = book.lines(rule.type)
    component = lines.network.line_component
    if not len(component):
        return findings_at(book, rule, np.zeros(0, np.int64))
    length = lines.length
    total = np.bincount(component, length)
    count = np.bincount(component)
    asked = where(book, rule)[lines.rows]
    cut_off = np.flatnonzero(np.bincount(component, asked) > 0)
    cut_off = cut_off[cut_off != np.argmax(total)]
    line, node = free_ends(lines)
    near, other, _ = _nearest_other(lines, line, node, float(book.setting(rule.parameters["within_setting"])))
    explained = np.union1d(component[line[near]], component[other])
    cut_off = np.setdiff1d(cut_off, explained)
    single = bool(rule.parameters["single"])
    cut_off = cut_off[(count[cut_off] == 1) == single]
    longest = np.lexsort((-length, component))
    first = longest[np.searchsorted(component[longest], cut_off)]
    return findings_at(
        book,
        rule,
        lines.rows[first],
        count=count[cut_off].tolist(),
        length=rounded(total[cut_off], 1),
    )


def free_ends(lines: Lines) -> tuple[Integers, Integers]:
    """Ends at which nothing else is connected: the line and the node."""
    network = lines.network
    free = network.degree[network.ends] == 1
    line, side = np.nonzero(free)
    return line.astype(np.int64), network.ends[line, side]


def _nearest_other(
    lines: Lines, line: Integers, node: Integers, reach: float
) -> tuple[Integers, Integers, Floats]:
    """Of free ends, those within ``reach`` of another line: position of the end, that line, the distance.

    Lines that meet the same line at its other end are no near misses of a line shorter than the reach.
    """
    network = lines.network
    places = shapely.points(network.node_xy[node])
    end, other = network.tree.query(places, predicate="dwithin", distance=reach)
    far_end = np.where(network.ends[line, 0] == node, network.ends[line, 1], network.ends[line, 0])[end]
    related = (other == line[end]) | (network.ends[other] == far_end[:, None]).any(axis=1)
    related |= _pairs_in(far_end, other, network.join_node, network.join_line)
    end, other = end[~related], other[~related]
    distance = shapely.distance(places[end], network.shapes[other])
    order = np.lexsort((distance, end))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(end[order]) > 0
    chosen = order[first]
    return end[chosen], other[chosen], distance[chosen]


def _nearest_free(
    lines: Lines, line: Integers, node: Integers, end: Integers, reach: float
) -> tuple[Floats, Integers]:
    """For some of the free ends the nearest free end of another line: how far (infinity: none), which line."""
    places = lines.network.node_xy[node]
    known = min(_FREE_NEAR, len(places))
    if known < 2:
        return np.full(len(end), np.inf), np.zeros(len(end), np.int64)
    distance, at = cKDTree(places).query(places[end], k=known, distance_upper_bound=reach)
    there = line[np.minimum(at, len(line) - 1)]
    distance = np.where((at < len(line)) & (there != line[end][:, None]), distance, np.inf)
    first = np.argmin(distance, axis=1)
    rows = np.arange(len(end))
    return distance[rows, first], there[rows, first]


def _pairs_in(node: Integers, line: Integers, known_node: Integers, known_line: Integers) -> Flags:
    if not len(known_node):
        return np.zeros(len(node), dtype=bool)
    width = int(max(line.max(initial=0), known_line.max(initial=0))) + 1
    return np.isin(node * width + line, known_node * width + known_line)
