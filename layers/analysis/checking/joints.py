"""What is wrong where lines meet: sizes that do not go together, nodes that need not be, heights that disagree."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from layers.analysis.checking.book import Book, Flags, Lines
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded, where
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Floats, Integers
from layers.model.nominal import NOMINAL_MM

#: Cosine of the angle up to which a line runs straight on: 25 degrees.
_STRAIGHT = 0.906


def size_jump(book: Book, rule: Rule) -> Findings:
    """A line that runs on in another size, more than one step of the nominal sizes off, and no reducer there.

    Only lines that run straight on into each other: at a tee the branch may have any size, and a tee may be a reducing
    one, unless the main is as thick as before beyond the thin line. The thinner is reported.
    """
    lines = book.lines(rule.type)
    node, one, other = _straight_on(lines)
    asked = where(book, rule)[lines.rows]
    kept = asked[one] & asked[other]
    node, one, other = node[kept], one[kept], other[kept]
    size = book.numbers(rule.type, rule.parameters["size"])[lines.rows]
    steps = np.searchsorted(np.array(NOMINAL_MM), np.nan_to_num(size))
    jump = (np.abs(steps[one] - steps[other]) > 1) & ~np.isnan(size[one]) & ~np.isnan(size[other])
    node, one, other = node[jump], one[jump], other[jump]
    reducer = _points_of_kind(book, rule.parameters["reducers"])
    if len(reducer) and len(node):
        reach = float(book.setting(rule.parameters["point_setting"]))
        there = cKDTree(reducer).query(lines.network.node_xy[node], distance_upper_bound=reach)[0] <= reach
        node, one, other = node[~there], one[~there], other[~there]
    thin = np.where(size[one] < size[other], one, other)
    thick = np.where(size[one] < size[other], other, one)
    runs_on = lines.network.degree[node] == 2
    bottleneck = np.bincount(thin, minlength=len(size))[thin] > 1
    certain = runs_on | bottleneck
    node, thin, thick = node[certain], thin[certain], thick[certain]
    _, first = np.unique(thin, return_index=True)
    node, thin, thick = node[first], thin[first], thick[first]
    return findings_at(
        book,
        rule,
        lines.rows[thin],
        xy=lines.network.node_xy[node],
        others=(rule.type, lines.rows[thick]),
        size=rounded(size[thin], 0),
        other_size=rounded(size[thick], 0),
    )


def wider_than_feed(book: Book, rule: Rule) -> Findings:
    """A line wider than every line it meets at each of its connected ends: nothing can fill it."""
    lines = book.lines(rule.type)
    size = book.numbers(rule.type, rule.parameters["size"])[lines.rows]
    node, line = lines.network.meetings
    if not len(node):
        return findings_at(book, rule, np.zeros(0, np.int64))
    # The widest and the second widest of every node; a line's neighbours are the widest that is not itself.
    order = np.lexsort((-np.nan_to_num(size[line], nan=np.inf), node))
    starts = np.searchsorted(node[order], np.arange(len(lines.network.node_xy)))
    top = line[order[np.minimum(starts, len(order) - 1)]]
    more = np.diff(np.append(starts, len(order))) > 1
    second = line[order[np.minimum(starts + 1, len(order) - 1)]]
    ends = lines.network.ends
    widest = np.full(ends.shape, np.nan)
    for side in (0, 1):
        at = ends[:, side]
        neighbour = np.where(top[at] == np.arange(len(ends)), second[at], top[at])
        widest[:, side] = np.where(more[at], size[neighbour], np.nan)
    # An unknown size of a neighbour may be any: no finding. A free end has no neighbour.
    joined = more[ends]
    fed = ~joined | (widest < size[:, None])
    wide = np.flatnonzero(fed.all(axis=1) & joined.any(axis=1) & ~np.isnan(size))
    source = _at_points(book, lines, rule.parameters["sources"], 1.0)
    wide = wide[~source[ends[wide]].any(axis=1)]
    return findings_at(
        book,
        rule,
        lines.rows[wide],
        size=rounded(size[wide], 0),
        other_size=rounded(np.nanmax(widest[wide], axis=1) if len(wide) else np.zeros(0), 0),
    )


def thin_feed(book: Book, rule: Rule) -> Findings:
    """Points whose widest line is thinner than they need."""
    lines = book.lines(rule.parameters["of"])
    size = book.numbers(rule.parameters["of"], rule.parameters["size"])[lines.rows]
    points = book.points(rule.type)
    live = book.connected(rule.type)[points.row]
    rows, xy = points.row[live], points.xy[live]
    node, line = lines.network.meetings
    widest = np.full(len(lines.network.node_xy), -np.inf)
    np.maximum.at(widest, node, np.nan_to_num(size[line], nan=np.inf))
    limit = float(book.setting(rule.parameters["setting"]))
    if not len(widest) or not len(xy):
        return findings_at(book, rule, np.zeros(0, np.int64))
    nearest = cKDTree(lines.network.node_xy).query(xy, distance_upper_bound=3 * lines.network.tolerance)
    at = np.asarray(nearest[1], dtype=np.int64)
    found = np.flatnonzero(np.isfinite(nearest[0]))
    found = found[widest[at[found]] < limit]
    return findings_at(
        book,
        rule,
        rows[found],
        size=rounded(widest[at[found]], 0),
        limit=[f"{limit:g}"] * len(found),
    )


def pseudo_node(book: Book, rule: Rule) -> Findings:
    """Two lines alike in everything that run on into each other where nothing is: one would do."""
    lines = book.lines(rule.type)
    node, one, other = _runs_on(lines)
    alike = np.ones(len(node), dtype=bool)
    for name in rule.parameters["alike"]:
        column = book.table(rule.type).column(name).combine_chunks().dictionary_encode()
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)[lines.rows]
        alike &= codes[one] == codes[other]
    node, one, other = node[alike], one[alike], other[alike]
    xy = lines.network.node_xy[node]
    alone = ~book.near_points(xy, float(book.setting(rule.parameters["point_setting"])))
    one, other, xy = one[alone], other[alone], xy[alone]
    return findings_at(
        book,
        rule,
        lines.rows[one],
        xy=xy,
        others=(rule.type, lines.rows[other]),
    )


def heights_disagree(book: Book, rule: Rule) -> Findings:
    """Lines whose height and depth at an end do not add up to the ground there (domain rule 18)."""
    tolerance = float(book.setting(rule.parameters["setting"]))
    ground = _ground_by_number(book, rule.parameters["ground"], rule.parameters["number"])
    rows: list[int] = []
    differences: list[float] = []
    for end in ("start", "end"):
        depth = book.numbers(rule.type, rule.parameters[f"{end}_depth"])
        height = book.numbers(rule.type, rule.parameters[f"{end}_height"])
        numbers = book.texts(rule.type, rule.parameters[f"{end}_number"])
        for row in np.flatnonzero(~np.isnan(depth) & ~np.isnan(height)).tolist():
            level = ground.get(numbers[row])
            if level is not None and abs(depth[row] + height[row] - level) > tolerance:
                rows.append(row)
                differences.append(float(depth[row] + height[row] - level))
    every, first = np.unique(np.array(rows, dtype=np.int64), return_index=True)
    return findings_at(book, rule, every, difference=rounded(np.array(differences)[first], 3))


def _runs_on(lines: Lines) -> tuple[Integers, Integers, Integers]:
    """Nodes at which exactly two lines end and no third is joined: the node and the two lines."""
    node, line = lines.network.meetings
    count = np.bincount(node, minlength=len(lines.network.node_xy))
    joined = np.bincount(lines.network.join_node, minlength=len(count)) > 0
    ends = np.bincount(lines.network.ends.ravel(), minlength=len(count))
    through = np.flatnonzero((count == 2) & (ends == 2) & ~joined)
    begin = np.searchsorted(node, through)
    one, other = line[begin], line[begin + 1] if len(begin) else line[begin]
    differ = one != other
    return through[differ], one[differ], other[differ]


def _straight_on(lines: Lines) -> tuple[Integers, Integers, Integers]:
    """Pairs of lines that end at a node and go on there in nearly the same direction: node, line, line."""
    packed, network = lines.packed, lines.network
    count = len(network.ends)
    first, last = packed.offsets[:-1], packed.offsets[1:] - 1
    away = np.concatenate([packed.xy[first + 1] - packed.xy[first], packed.xy[last - 1] - packed.xy[last]])
    away /= np.maximum(np.hypot(*away.T), 1e-9)[:, None]
    node = network.ends.T.ravel()
    order = np.argsort(node, kind="stable")
    ordered = node[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    rank = np.arange(len(order)) - starts
    # Every end with each one before it at the same node.
    later = np.repeat(np.arange(len(order)), rank)
    earlier = starts[later] + np.arange(len(later)) - np.repeat(np.cumsum(rank) - rank, rank)
    one, other = order[earlier], order[later]
    on = (away[one] * away[other]).sum(axis=1) < -_STRAIGHT
    return ordered[later][on], one[on] % count, other[on] % count


def _points_of_kind(book: Book, where: dict[str, list[str]]) -> Floats:
    """Places of the assets with these values: ``{"type.field": [value, ...]}``."""
    found = []
    for name, values in where.items():
        type_name, _, field = name.partition(".")
        points = book.points(type_name)
        chosen = book.among(type_name, field, tuple(values))[points.row]
        found.append(points.xy[chosen])
    return np.concatenate(found) if found else np.zeros((0, 2))


def _at_points(book: Book, lines: Lines, types: list[str], reach: float) -> Flags:
    """Which nodes have an asset of these types near."""
    places = [book.points(name).xy for name in types]
    xy = np.concatenate(places) if places else np.zeros((0, 2))
    if not len(xy) or not len(lines.network.node_xy):
        return np.zeros(len(lines.network.node_xy), dtype=bool)
    distance = cKDTree(xy).query(lines.network.node_xy, distance_upper_bound=reach)[0]
    return np.asarray(distance <= reach)


def _ground_by_number(book: Book, field: str, number: str) -> dict[str, float]:
    """The height of the ground by survey number, from every type of point that has both."""
    levels: dict[str, float] = {}
    for asset_type in book.catalogue.of_group("network"):
        if field in asset_type and number in asset_type:
            height = book.numbers(asset_type.name, field)
            for name, level in zip(book.texts(asset_type.name, number), height.tolist(), strict=True):
                if name is not None and not np.isnan(level):
                    levels[name] = level
    return levels
