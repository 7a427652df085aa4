"""What is wrong with how lines run: entered twice, on top of each other, crossing, crossing themselves, too short."""

from __future__ import annotations

import numpy as np
import shapely

from layers.analysis.checking.book import Book, Lines
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.line_pairs import crossing_pairs, running_together
from layers.analysis.checking.make import findings_at, rounded
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Integers, lengths


def duplicate_line(book: Book, rule: Rule) -> Findings:
    """Lines with the same course, in the same direction or from the other end; the later one is reported."""
    lines = book.lines(rule.type)
    first, second = _same_course(lines)
    rows = lines.rows[second]
    return findings_at(
        book,
        rule,
        rows,
        others=(rule.type, lines.rows[first]),
    )


def overlapping_lines(book: Book, rule: Rule) -> Findings:
    """Lines that run on each other for a stretch, wherever it begins and ends."""
    lines = book.lines(rule.type)
    first, second, place = running_together(lines)
    twins = set(zip(*(part.tolist() for part in _same_course(lines)), strict=True))
    low, high = np.minimum(first, second), np.maximum(first, second)
    _, chosen = np.unique(np.stack([low, high]), axis=1, return_index=True)
    kept = [i for i in chosen.tolist() if (int(low[i]), int(high[i])) not in twins]
    pick = np.array(kept, dtype=np.int64)
    return findings_at(
        book,
        rule,
        lines.rows[high[pick]],
        xy=place[pick],
        others=(rule.type, lines.rows[low[pick]]),
    )


def crossing(book: Book, rule: Rule) -> Findings:
    """Lines that cross with nothing at the crossing: connected or one above the other, the book does not say."""
    lines = book.lines(rule.type)
    first, second = crossing_pairs(lines)
    meeting = shapely.intersection(lines.network.shapes[first], lines.network.shapes[second])
    xy, pair = shapely.get_coordinates(shapely.point_on_surface(meeting), return_index=True)
    first, second = first[pair], second[pair]
    alone = ~book.near_points(xy, float(book.setting(rule.parameters["point_setting"])))
    first, second, xy = first[alone], second[alone], xy[alone]
    return findings_at(
        book,
        rule,
        lines.rows[second],
        xy=xy,
        others=(rule.type, lines.rows[first]),
    )


def crosses_itself(book: Book, rule: Rule) -> Findings:
    """Lines that cross or touch themselves; a closed ring does not."""
    lines = book.lines(rule.type)
    bad = np.flatnonzero(~shapely.is_simple(lines.network.shapes))
    return findings_at(book, rule, lines.rows[bad])


def too_short(book: Book, rule: Rule) -> Findings:
    """Lines shorter than the shortest there can be."""
    every = book.packed(rule.type)
    limit = float(book.setting(rule.parameters["setting"]))
    length = lengths(every)
    short = np.flatnonzero(length < limit)
    return findings_at(book, rule, every.row[short], length=rounded(length[short], 3))


def _same_course(lines: Lines) -> tuple[Integers, Integers]:
    """Pairs (earlier, later) of lines with equal vertices in either order, within the tolerance."""
    network, packed = lines.network, lines.packed
    count = np.diff(packed.offsets)
    low, high = network.ends.min(axis=1), network.ends.max(axis=1)
    order = np.lexsort((np.arange(len(count)), count, high, low))
    same = (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0) & (np.diff(count[order]) == 0)
    bounds = np.concatenate([[0], np.flatnonzero(~same) + 1, [len(order)]])
    first: list[int] = []
    second: list[int] = []
    for number in np.flatnonzero(np.diff(bounds) > 1).tolist():
        members = order[bounds[number] : bounds[number + 1]].tolist()
        for position, later in enumerate(members):
            earlier = next((each for each in members[:position] if _alike(lines, each, later)), None)
            if earlier is not None:
                first.append(earlier)
                second.append(later)
    return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)


def _alike(lines: Lines, one: int, other: int) -> bool:
    offsets, xy, tolerance = lines.packed.offsets, lines.packed.xy, 2 * lines.network.tolerance
    a, b = xy[offsets[one] : offsets[one + 1]], xy[offsets[other] : offsets[other + 1]]
    return bool((np.abs(a - b) <= tolerance).all() or (np.abs(a - b[::-1]) <= tolerance).all())
