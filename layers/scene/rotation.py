"""Symbols turn with the main they lie on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from layers.geometry.packed import Floats, Integers

#: A symbol on a pipe turns with it when it is no farther from it than this (metres).
ON_PIPE = 1.0
#: Pieces are equally near when they differ by less than this: the longest of them decides.
_SAME = 1e-3
#: Squares along each side in which places are counted.
_SQUARES = 2000


def rotation_along(places: Floats, pieces: Floats, missing: float = 0.0) -> Floats:
    """For every place (n, 2) the direction on the screen (degrees, clockwise) of its piece; on none ``missing``."""
    rotation = np.full(len(places), missing)
    if not len(places) or not len(pieces):
        return rotation
    near = _near(places, pieces) if len(places) * len(pieces) > 200_000 else _each(places, pieces)
    place, piece = near
    distance, length = _distance(places[place], pieces[piece])
    close = distance <= ON_PIPE
    place, piece, distance, length = place[close], piece[close], distance[close], length[close]
    angle = -np.degrees(np.arctan2(pieces[piece, 3] - pieces[piece, 1], pieces[piece, 2] - pieces[piece, 0]))
    # The nearest; of several equally near ones the longest, and one and the same of equally long ones.
    order = np.lexsort((angle % 180.0, -np.round(length, 3), np.round(distance / _SAME), place))
    first = np.ones(len(order), bool)
    first[1:] = place[order][1:] != place[order][:-1]
    chosen = order[first]
    rotation[place[chosen]] = angle[chosen]
    return rotation


def _near(places: Floats, pieces: Floats) -> tuple[Integers, Integers]:
    """Pairs of places and pieces that may be near each other."""
    low = np.minimum(pieces[:, :2], pieces[:, 2:]) - ON_PIPE
    high = np.maximum(pieces[:, :2], pieces[:, 2:]) + ON_PIPE
    some = np.flatnonzero(_have_places(places, low, high))
    tree = shapely.STRtree(shapely.points(places))
    piece, place = tree.query(shapely.box(*low[some].T, *high[some].T))
    return place, some[piece]


def _have_places(places: Floats, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """Which boxes have a place in one of the squares they touch: most pieces of mains have none.

    Counted once as sums from a corner, so that each box takes four look-ups.
    """
    corner = places.min(axis=0)
    side = max(float((places.max(axis=0) - corner).max()) / _SQUARES, 1.0)
    last = _SQUARES + 1
    column, row = np.floor((places - corner) / side).astype(np.int64).T
    sums = np.zeros((last + 1, last + 1), np.int64)
    np.add.at(sums, (row + 1, column + 1), 1)
    sums = sums.cumsum(axis=0).cumsum(axis=1)
    x0, y0 = np.floor((low - corner) / side).clip(0, last).astype(np.int64).T
    x1, y1 = (np.floor((high - corner) / side) + 1).clip(0, last).astype(np.int64).T
    return np.asarray(sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] > 0)


def _each(places: Floats, pieces: Floats) -> tuple[Integers, Integers]:
    place, piece = np.divmod(np.arange(len(places) * len(pieces)), len(pieces))
    return place, piece


def _distance(places: Floats, pieces: Floats) -> tuple[Floats, Floats]:
    """How far each place is from its piece, and how long that piece is."""
    along = pieces[:, 2:] - pieces[:, :2]
    offset = places - pieces[:, :2]
    square = np.maximum((along**2).sum(axis=1), 1e-18)
    share = ((offset * along).sum(axis=1) / square).clip(0.0, 1.0)
    return np.hypot(*(offset - along * share[:, None]).T), np.sqrt(square)
