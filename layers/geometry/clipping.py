"""How much of a line lies inside a rectangle."""

from __future__ import annotations

import numpy as np

from layers.geometry.packed import Floats, PackedLines, segments
from layers.model.query import Box


def lengths_inside(lines: PackedLines, box: Box) -> Floats:
    """For every line the metres of it inside ``box``; -1 for one that does not reach in at all.

    Pieces are cut by the parameters at which they enter and leave (Liang and Barsky 1984).
    """
    pieces, first = segments(lines)
    if not len(lines):
        return np.zeros(0)
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    enter, leave = np.zeros(len(pieces)), np.ones(len(pieces))
    meets = np.ones(len(pieces), dtype=bool)
    for axis, low, high in ((0, box.x0, box.x1), (1, box.y0, box.y1)):
        step, at = along[:, axis], start[:, axis]
        still = step == 0.0
        meets &= ~still | ((at >= low) & (at <= high))
        divisor = np.where(still, 1.0, step)
        with np.errstate(over="ignore"):
            # A step next to nothing leads nowhere within the piece: infinity is right.
            one, other = (low - at) / divisor, (high - at) / divisor
        enter = np.where(still, enter, np.maximum(enter, np.minimum(one, other)))
        leave = np.where(still, leave, np.minimum(leave, np.maximum(one, other)))
    meets &= enter <= leave
    length = np.where(meets, np.hypot(along[:, 0], along[:, 1]) * (leave - enter), 0.0)
    ends = np.concatenate([[0.0], np.cumsum(length)])
    hits = np.concatenate([[0], np.cumsum(meets)])
    return np.asarray(np.where(hits[first[1:]] > hits[first[:-1]], ends[first[1:]] - ends[first[:-1]], -1.0))
