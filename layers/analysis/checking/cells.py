"""Millions of points, asked which of some thousand places they are near: sorted into cells, no tree is built."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers, spread

Flags = npt.NDArray[np.bool_]
#: The side of a cell (m): wider than what an end of a line may be off its fitting.
_SIDE = 8.0
#: A column of cells has fewer cells than this: the earth is smaller.
_TALL = 1 << 31


class PointCells:
    """Points ``xy`` (n, 2) by the square they lie in."""

    def __init__(self, xy: Floats) -> None:
        keys = _keys(_cells(xy))
        order = np.argsort(keys)
        self._keys, self._xy = keys[order], xy[order]

    def near(self, places: Floats, distance: float) -> Flags:
        """At which ``places`` (m, 2) one of the points lies within ``distance`` metres."""
        found = np.zeros(len(places), dtype=bool)
        if not len(places) or not len(self._xy):
            return found
        around = int(np.ceil(distance / _SIDE))
        cell = _cells(places)
        for across in range(-around, around + 1):
            # Cells above each other have keys that follow each other: a column is one run of points.
            low = _keys(cell + np.array((across, -around)))
            begin = np.searchsorted(self._keys, low, side="left")
            count = np.searchsorted(self._keys, low + 2 * around, side="right") - begin
            place = np.repeat(np.arange(len(places)), count)
            off = self._xy[spread(begin, count)] - places[place]
            found[place[(off**2).sum(axis=1) <= distance**2]] = True
        return found


def _cells(xy: Floats) -> Integers:
    return np.floor(xy / _SIDE).astype(np.int64)


def _keys(cells: Integers) -> Integers:
    return np.asarray(cells[:, 0] * _TALL + cells[:, 1], np.int64)
