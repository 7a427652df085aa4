"""How many points there are where single ones would say nothing: counts on a lattice of squares.

The lattice is that of the points' Morton codes, so counting is one pass over small numbers; it does not move with
the view. Counts of what was read are kept, and what changed since is added and taken off.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from layers.geometry.levels import counts_of
from layers.geometry.packed import Floats
from layers.model.query import Box
from layers.scene.class_points import ClassPoints
from layers.scene.request import Density

#: A square is about so many px wide at least, ...
CELL_PIXELS = 6.0
#: ... and so many metres: nearer by, the picture only grows.
CELL_METRES = 32.0
#: No finer than 2^11 by 2^11 squares.
_DEEPEST = 11
_HECTARE = 10_000.0
#: Each square and its neighbours: a wash, not a mosaic.
_SIDE, _MIDDLE = 0.25, 0.5


def density(classes: Iterable[ClassPoints], box: Box, metres_per_pixel: float) -> Density | None:
    """The density of all points of the ``classes`` in ``box``; None where there is none."""
    found: Density | None = None
    for points in classes:
        part = _of_class(points, box, metres_per_pixel)
        if part is not None and found is not None:
            # The classes of a layer share their frame.
            part = Density(part.x0, part.y0, part.side, part.values + found.values)
        found = part or found
    if found is None or not found.values.any():
        return None
    return Density(found.x0, found.y0, found.side, _blurred(found.values) * (_HECTARE / found.side**2))


def _of_class(points: ClassPoints, box: Box, metres_per_pixel: float) -> Density | None:
    frame = points.frame
    wanted = max(CELL_PIXELS * metres_per_pixel, CELL_METRES)
    depth = int(np.clip(np.floor(np.log2(max(frame.width / wanted, 1.0))), 0, _DEEPEST))
    side = frame.width / 2**depth
    first = np.floor((np.array([box.x0, box.y0]) - (frame.x0, frame.y0)) / side).astype(int) - 2
    last = np.ceil((np.array([box.x1, box.y1]) - (frame.x0, frame.y0)) / side).astype(int) + 2
    first, last = first.clip(0, 2**depth), last.clip(0, 2**depth)
    if (last <= first).any():
        return None
    part = (slice(first[1], last[1]), slice(first[0], last[0]))
    values = points.base.count_grid(depth)[part].astype(np.float64)
    if points.alive is not None:
        values -= counts_of(points.base.code[~points.alive], depth)[part]
    if points.delta is not None:
        values += points.delta.count_grid(depth)[part]
    return Density(frame.x0 + first[0] * side, frame.y0 + first[1] * side, side, values)


def _blurred(values: Floats) -> Floats:
    # Rows, then columns, as rows of what is turned over; beyond the edge there is what lies at it.
    for _ in range(2):
        values = values.T.copy()
        side = _SIDE * values
        values *= _MIDDLE
        values[1:] += side[:-1]
        values[:-1] += side[1:]
        values[0] += side[0]
        values[-1] += side[-1]
    return values
