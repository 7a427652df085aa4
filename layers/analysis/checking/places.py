"""What is wrong with where assets are: off the line they belong on, twice in one place, far from their well."""

from __future__ import annotations

import datetime

import numpy as np
import shapely
from scipy.spatial import cKDTree

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded, where
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Floats, Integers
from layers.model.validity import is_valid_on

#: A place farther out than so many times the spread of all others is no place of this register.
_OUTLYING = 5.0


def off_line(book: Book, rule: Rule) -> Findings:
    """Points farther from every line than an appurtenance may be; of given-up points nothing is asked."""
    lines = book.lines(rule.parameters["of"])
    points = book.points(rule.type)
    live = (book.connected(rule.type) & where(book, rule))[points.row]
    rows, xy = points.row[live], points.xy[live]
    if not len(rows) or not len(lines.rows):
        return findings_at(book, rule, np.zeros(0, np.int64))
    limit = float(book.setting(rule.parameters["setting"]))
    places = shapely.points(xy)
    near = lines.network.tree.query(places, predicate="dwithin", distance=limit)[0]
    off = np.setdiff1d(np.arange(len(rows)), near)
    nearest, distance = lines.network.tree.query_nearest(places[off], return_distance=True, all_matches=False)
    off = off[nearest[0]]
    other = lines.rows[nearest[1]]
    return findings_at(
        book,
        rule,
        rows[off],
        xy=xy[off],
        others=(rule.parameters["of"], other),
        distance=rounded(distance, 2),
    )


def duplicate_point(book: Book, rule: Rule) -> Findings:
    """Assets of one type nearer to each other than two can be; the later one is reported."""
    points = book.points(rule.type)
    live = book.connected(rule.type)[points.row]
    rows, xy = points.row[live], points.xy[live]
    if len(rows) < 2:
        return findings_at(book, rule, np.zeros(0, np.int64))
    limit = float(book.setting(rule.parameters["setting"]))
    pairs = cKDTree(xy).query_pairs(limit, output_type="ndarray")
    pairs = np.sort(pairs, axis=1)
    # Of three in one place the second and the third are reported, each once.
    later, first = np.unique(pairs[:, 1], return_index=True)
    earlier = pairs[first, 0]
    return findings_at(
        book,
        rule,
        rows[later],
        xy=xy[later],
        others=(rule.type, rows[earlier]),
        distance=rounded(np.hypot(*(xy[later] - xy[earlier]).T), 3),
    )


def far_from_linked(book: Book, rule: Rule) -> Findings:
    """Assets drawn far from the one they are said to be in."""
    target = rule.parameters["to"]
    link = book.numbers(rule.type, rule.parameters["link"])
    own, there = book.places(rule.type), book.places(target)
    linked = np.flatnonzero(~np.isnan(link))
    at = _rows_of(book.ids(target), link[linked].astype(np.int64))
    linked, at = linked[at >= 0], at[at >= 0]
    distance = np.hypot(*(own[linked] - there[at]).T)
    limit = float(book.setting(rule.parameters["setting"]))
    far = np.flatnonzero(np.nan_to_num(distance) > limit)
    return findings_at(
        book,
        rule,
        linked[far],
        others=(target, at[far]),
        distance=rounded(distance[far], 1),
    )


def unlocated(book: Book, rule: Rule) -> Findings:
    """Assets in the book but on no map."""
    nowhere = np.isnan(book.places(rule.type)[:, 0]) & book.connected(rule.type)
    return findings_at(book, rule, np.flatnonzero(nowhere))


def invalid_area(book: Book, rule: Rule) -> Findings:
    """Areas whose border crosses itself."""
    shapes = book.shapes(rule.type)
    bad = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    return findings_at(book, rule, bad, xy=_corners(shapes[bad]))


def outlying(book: Book, rule: Rule) -> Findings:
    """Places so far from all others of the network that the coordinates must be wrong."""
    own, spread = book.places(rule.type), book.spread
    if spread is None:
        return findings_at(book, rule, np.zeros(0, np.int64))
    low, high, middle = spread
    room = np.maximum(high - low, 1000.0) * _OUTLYING
    with np.errstate(invalid="ignore"):
        out = ((own < low - room) | (own > high + room)).any(axis=1)
    found = np.flatnonzero(out)
    return findings_at(book, rule, found, distance=rounded(np.hypot(*(own[found] - middle).T) / 1000, 1))


def outside_areas(book: Book, rule: Rule) -> Findings:
    """Located assets in none of the areas; nothing is asked where there are no areas."""
    areas = _valid_today(book, rule.parameters["of"])
    points = book.points(rule.type)
    live = book.connected(rule.type)[points.row]
    rows, xy = points.row[live], points.xy[live]
    if not len(areas) or not len(rows):
        return findings_at(book, rule, np.zeros(0, np.int64))
    inside = np.zeros(len(rows), dtype=bool)
    # From west to east: an area is asked only for the points of its own strip.
    order = np.argsort(xy[:, 0])
    x = xy[order, 0]
    for area in areas:
        x0, y0, x1, y1 = area.bounds
        strip = order[np.searchsorted(x, x0, side="left") : np.searchsorted(x, x1, side="right")]
        y = xy[strip, 1]
        near = strip[(y >= y0) & (y <= y1) & ~inside[strip]]
        shapely.prepare(area)
        inside[near] = shapely.intersects_xy(area, *xy[near].T)
    out = np.flatnonzero(~inside)
    return findings_at(book, rule, rows[out], xy=xy[out])


def _valid_today(book: Book, type_name: str) -> np.ndarray:
    """The shapes of a type, without those that have ended or are still to come."""
    areas = book.shapes(type_name)
    ends = ("valid_from", "valid_to")
    keep = ~shapely.is_missing(areas)
    if all(name in book.catalogue[type_name] for name in ends):
        rows = book.table(type_name).select(ends).to_pylist()
        keep &= np.array([is_valid_on(row, datetime.date.today()) for row in rows], dtype=bool)
    valid: np.ndarray = areas[keep]
    return valid


def _corners(shapes: np.ndarray) -> Floats:
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2).reshape(-1, 2)


def _rows_of(ids: Integers, wanted: Integers) -> Integers:
    """The row of every wanted id, -1 where there is none."""
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)
    rows = order[place]
    return np.where(ids[rows] == wanted, rows, -1)
