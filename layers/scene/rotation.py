"""Symbols turn with the main they lie on."""

from __future__ import annotations

import numpy as np
import shapely

from layers.geometry.packed import Floats, Integers

#: A symbol on a pipe turns with it when it is no farther from it than this (metres).
ON_PIPE = 1.0
#: Pieces are equally near when they differ by less than this: the longest of them decides.
_SAME = 1e-3


def rotation_along(places: Floats, pieces: Floats) -> Floats:
    """For every place (n, 2) the direction on the screen (degrees, clockwise) of the piece it lies on; else 0."""
    rotation = np.zeros(len(places))
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
    tree = shapely.STRtree(shapely.points(places))
    low, high = np.minimum(pieces[:, :2], pieces[:, 2:]), np.maximum(pieces[:, :2], pieces[:, 2:])
    around = shapely.box(*(low - ON_PIPE).T, *(high + ON_PIPE).T)
    piece, place = tree.query(around)
    return place, piece


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
