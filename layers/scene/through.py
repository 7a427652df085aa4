"""Lines that go on straight through a crossing, told apart from those that turn off or end there.

Merging joins lines where two meet. Where more do, it stops: a street with a service at every door comes out in as many
parts as it has doors. Here the lines that go on through a crossing are moved aside by less than a millimetre,
together, so that at their place there are two.
"""

from __future__ import annotations

import numpy as np

from layers.geometry.packed import Floats, Integers, PackedLines

#: What goes on deviates by less than about 37 degrees.
_STRAIGHT = -0.8
#: Metres between the ends at one crossing.
_APART = 1e-4
#: Where more lines meet than this, they stay as they are.
_MOST = 8


def parted(lines: PackedLines, group: Integers) -> Floats:
    """The vertices of lines with their ends at crossings moved aside, each pair that goes on to a place of its own.

    Lines of different ``group`` do not meet.
    """
    count = len(lines)
    if not count:
        return lines.xy
    first, last = lines.offsets[:-1], lines.offsets[1:] - 1
    at = np.concatenate([first, last])
    away = lines.xy[np.concatenate([first + 1, last - 1])] - lines.xy[at]
    away /= np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-12)[:, None]
    groups = np.concatenate([group, group])
    order = np.lexsort((lines.xy[at, 1], lines.xy[at, 0], groups))
    places, groups = lines.xy[at[order]], groups[order]
    begins = np.ones(2 * count, bool)
    begins[1:] = (places[1:] != places[:-1]).any(axis=1) | (groups[1:] != groups[:-1])
    starts = np.flatnonzero(begins)
    meeting = np.diff(np.append(starts, 2 * count))
    aside = np.zeros(2 * count)
    for many in range(3, _MOST + 1):
        chosen = starts[meeting == many]
        if len(chosen):
            ends = order[chosen[:, None] + np.arange(many)]
            aside[ends] = 1 + _ways(away[ends])
    xy = lines.xy.copy()
    xy[at, 0] += aside * _APART
    return xy


def _ways(away: Floats) -> Integers:
    """For crossings (n, k, 2) of k directions the number of each one's way: two that go on straight share one."""
    many = np.arange(away.shape[1])
    cosine = np.einsum("nik,njk->nij", away, away)
    cosine[:, many, many] = 2.0
    best = cosine.argmin(axis=2)
    mutual = np.take_along_axis(best, best, axis=1) == many
    straight = np.take_along_axis(cosine, best[:, :, None], axis=2)[:, :, 0] < _STRAIGHT
    return np.where(mutual & straight, np.minimum(best, many), many)
