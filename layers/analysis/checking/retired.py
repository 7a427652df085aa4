"""What is still connected to lines that were given up: live points that lie on them, live lines that end on them."""

from __future__ import annotations

import numpy as np
import shapely

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.line_ends import free_ends
from layers.analysis.checking.make import findings_at, where
from layers.analysis.checking.rule_file import Rule


def given_up_but_connected(book: Book, rule: Rule) -> Findings:
    """Live points that lie on a line given up, and on no other: what they serve or close hangs on nothing."""
    of = rule.parameters["of"]
    lines = book.lines(of)
    shapes = book.shapes(of)
    given_up = book.among(of, "status", tuple(rule.parameters["given_up"]))
    dead = np.flatnonzero(given_up & ~shapely.is_missing(shapes))
    points = book.points(rule.type)
    live = book.connected(rule.type)[points.row]
    rows, xy = points.row[live], points.xy[live]
    if not len(dead) or not len(rows):
        return findings_at(book, rule, np.zeros(0, np.int64))
    places, limit = shapely.points(xy), float(book.setting(rule.parameters["setting"]))
    point, line = shapely.STRtree(shapes[dead]).query(places, predicate="dwithin", distance=limit)
    fed = lines.network.tree.query(places, predicate="dwithin", distance=limit)[0]
    point, first = np.unique(point, return_index=True)
    line = line[first]
    alone = ~np.isin(point, fed)
    point, line = point[alone], line[alone]
    other = dead[line]
    return findings_at(book, rule, rows[point], xy=xy[point], others=(of, other))


def hangs_on_retired(book: Book, rule: Rule) -> Findings:
    """Live lines with an end that meets nothing but a line given up: what they carry comes from nowhere."""
    lines = book.lines(rule.type)
    shapes = book.shapes(rule.type)
    given_up = book.among(rule.type, "status", tuple(rule.parameters["given_up"]))
    dead = np.flatnonzero(given_up & ~shapely.is_missing(shapes))
    line, node = free_ends(lines)
    asked = where(book, rule)[lines.rows[line]]
    line, node = line[asked], node[asked]
    if not len(dead) or not len(line):
        return findings_at(book, rule, np.zeros(0, np.int64))
    xy = lines.network.node_xy[node]
    end, other = shapely.STRtree(shapes[dead]).query(
        shapely.points(xy), predicate="dwithin", distance=lines.network.tolerance
    )
    end, first = np.unique(end, return_index=True)
    return findings_at(
        book,
        rule,
        lines.rows[line[end]],
        xy=xy[end],
        others=(rule.type, dead[other[first]]),
    )
