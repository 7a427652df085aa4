"""What is wrong with the vertices of lines: one place twice in a row, a way out and straight back."""

from __future__ import annotations

import numpy as np

from layers.analysis.checking.book import Book, Flags
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Integers, PackedLines

#: Two vertices nearer to each other (m) are one that was entered twice.
SAME = 1e-3
#: Sine of the angle below which a line that turns back runs on itself.
_BACK = 1e-3


def needless_vertices(book: Book, rule: Rule) -> Findings:
    """Lines with a vertex twice in a row, or with a spike: out and straight back on itself."""
    every = book.packed(rule.type)
    doubled, spiked = vertex_faults(every)
    count = np.bincount(every_line(every)[doubled | spiked], minlength=len(every))
    found = np.flatnonzero(count)
    first = np.flatnonzero(doubled | spiked)
    _, at = np.unique(every_line(every)[first], return_index=True)
    return findings_at(book, rule, every.row[found], xy=every.xy[first[at]], count=count[found].tolist())


def every_line(lines: PackedLines) -> Integers:
    """The line of every vertex."""
    return np.repeat(np.arange(len(lines)), np.diff(lines.offsets))


def vertex_faults(lines: PackedLines) -> tuple[Flags, Flags]:
    """For every vertex whether it repeats the one before it, and whether the line turns straight back there."""
    total = len(lines.xy)
    doubled, spiked = np.zeros(total, dtype=bool), np.zeros(total, dtype=bool)
    if total < 2:
        return doubled, spiked
    step = np.diff(lines.xy, axis=0)
    length = np.hypot(*step.T)
    own = np.diff(every_line(lines)) == 0
    doubled[1:] = own & (length < SAME)
    one, other = step[:-1], step[1:]
    size = length[:-1] * length[1:]
    cross = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    ahead = (one * other).sum(axis=1)
    inside = own[:-1] & own[1:] & (length[:-1] >= SAME) & (length[1:] >= SAME)
    spiked[1:-1] = inside & (ahead < 0) & (cross <= _BACK * size)
    return doubled, spiked
