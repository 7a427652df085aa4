"""Which new main takes the place of an old one: the one that runs along most of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layers.editing.draft import Item

#: Metres between the places of an old main that are asked for the nearest new one.
_STEP = 5.0
_FEWEST, _MOST = 5, 400
#: So much of an old main must have a new one within reach.
_SHARE = 0.5


def successors(old: Sequence[Item], new: Sequence[Item], reach: float) -> dict[int, Item]:
    """For each old main, by its place in ``old``, the new one that most of it lies nearest to, within ``reach``."""
    if not new:
        return {}
    lines = [item.geometry for item in new]
    tree = shapely.STRtree(lines)
    found: dict[int, Item] = {}
    for number, item in enumerate(old):
        line = item.geometry
        if line is None:
            continue
        count = int(np.clip(line.length / _STEP, _FEWEST, _MOST))
        along = shapely.line_interpolate_point(line, (np.arange(count) + 0.5) / count, normalized=True)
        near = tree.query_nearest(along, max_distance=reach, all_matches=False)
        if near.shape[1] < count * _SHARE:
            continue
        votes = np.bincount(near[1], minlength=len(lines))
        found[number] = new[int(np.argmax(votes))]
    return found
