"""What is wrong at the ends of lines: ends that lead nowhere, that nearly meet, parts cut off from the network."""

from __future__ import annotations

import numpy as np
import shapely

from layers.analysis.checking.book import Book, Flags, Lines
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded, where
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Floats, Integers


def near_miss(book: Book, rule: Rule) -> Findings:
    """Free ends that stop short of another line. The nearest line within the set distance is named."""
    lines = book.lines(rule.type)
    line, node = _free_ends(lines)
    reach = float(book.setting(rule.parameters["within_setting"]))
    end, other, distance = _nearest_other(lines, line, node, reach)
    # An appurtenance exactly there is where the line is meant to end.
    ended = book.near_points(lines.network.node_xy[node[end]], lines.network.tolerance)
    end, other, distance = end[~ended], other[~ended], distance[~ended]
    other_rows = lines.rows[other]
    return findings_at(
        book,
        rule,
        lines.rows[line[end]],
        xy=lines.network.node_xy[node[end]],
        others=(rule.type, other_rows),
        distance=rounded(distance, 3),
    )


def dangling_end(book: Book, rule: Rule) -> Findings:
    """Free ends with no point of the network and no other line near: neither connected nor closed."""
    lines = book.lines(rule.type)
    line, node = _free_ends(lines)
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
    length = shapely.length(lines.network.shapes)
    total = np.bincount(component, length)
    count = np.bincount(component)
    asked = where(book, rule)[lines.rows]
    cut_off = np.flatnonzero(np.bincount(component, asked) > 0)
    cut_off = cut_off[cut_off != np.argmax(total)]
    line, node = _free_ends(lines)
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


def _free_ends(lines: Lines) -> tuple[Integers, Integers]:
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


def _pairs_in(node: Integers, line: Integers, known_node: Integers, known_line: Integers) -> Flags:
    if not len(known_node):
        return np.zeros(len(node), dtype=bool)
    width = int(max(line.max(initial=0), known_line.max(initial=0))) + 1
    return np.isin(node * width + line, known_node * width + known_line)
