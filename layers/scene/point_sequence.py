"""The points of a class while some of them change: who stands for whom is put right around each change.

In the order of the Morton curve the level of a point depends on the point before it alone. So a point that goes
or comes changes the level of the one behind it, and of no other.
"""

from __future__ import annotations

import numpy as np

from layers.geometry.levels import DEPTH, LAST_LEVEL
from layers.geometry.packed import Integers
from layers.scene.point_arrays import Codes, Levels, Mask, PointArrays, PointRows

_Key = tuple[int, int]


class PointSequence:
    """A working copy: the base keeps its arrays and loses points by mask, the delta is small and new."""

    def __init__(self, base: PointArrays, alive: Mask | None, delta: PointArrays | None) -> None:
        self._base = base
        self.alive: Mask = np.ones(len(base), bool) if alive is None else alive.copy()
        self._rows: PointRows = base.rows.take(slice(0, 0)) if delta is None else delta.rows
        self._code: Codes = np.zeros(0, np.uint32) if delta is None else delta.code
        self._level: Levels = np.zeros(0, np.uint8) if delta is None else delta.levels

    def remove(self, in_base: Integers, in_delta: Integers) -> None:
        """Take out the points at these positions."""
        gone = [(int(self._base.code[i]), int(self._base.rows.id[i])) for i in in_base]
        gone += [(int(self._code[i]), int(self._rows.id[i])) for i in in_delta]
        self.alive[in_base] = False
        kept = np.ones(len(self._code), bool)
        kept[in_delta] = False
        self._rows, self._code, self._level = self._rows.take(kept), self._code[kept], self._level[kept]
        for key in gone:
            self._set_right(self._after(key))

    def add(self, rows: PointRows, codes: Codes) -> None:
        """Put in new points."""
        for number in np.lexsort((rows.id, codes)).tolist():
            key = (int(codes[number]), int(rows.id[number]))
            self._append(
                rows.take(slice(number, number + 1)), key[0], self._level_after(self._before(key), key)
            )
            self._set_right(self._after(key))

    def delta(self) -> PointArrays | None:
        """The changed points."""
        return PointArrays.of_levels(self._rows, self._code, self._level) if len(self._code) else None

    def _append(self, row: PointRows, code: int, level: int) -> None:
        self._rows = self._rows.joined(row)
        self._code = np.append(self._code, np.uint32(code))
        self._level = np.append(self._level, np.uint8(level))

    def _set_right(self, key: _Key | None) -> None:
        """Give a point the level that follows from the one now before it."""
        if key is None:
            return
        level = self._level_after(self._before(key), key)
        in_delta = np.flatnonzero((self._code == key[0]) & (self._rows.id == key[1]))
        if len(in_delta):
            self._level[in_delta] = level
            return
        place = self._place_in_base(key)
        if int(np.searchsorted(self._base.level_ends, place, side="right")) != level:
            self.alive[place] = False
            self._append(self._base.rows.take(slice(place, place + 1)), key[0], level)

    @staticmethod
    def _level_after(before: _Key | None, key: _Key) -> int:
        if before is None:
            return 0
        differing = before[0] ^ key[0]
        return DEPTH - (differing.bit_length() - 1) // 2 if differing else LAST_LEVEL

    def _before(self, key: _Key) -> _Key | None:
        places = (self._alive_down(place - 1, begin) for begin, place in self._places(key))
        found = [self._key(place) for place in places if place is not None]
        less = np.flatnonzero((self._code < key[0]) | ((self._code == key[0]) & (self._rows.id < key[1])))
        if len(less):
            last = less[np.lexsort((self._rows.id[less], self._code[less]))[-1]]
            found.append((int(self._code[last]), int(self._rows.id[last])))
        return max(found, default=None)

    def _after(self, key: _Key) -> _Key | None:
        ends = self._base.level_ends.tolist()
        found = []
        for (_, place), end in zip(self._places(key), ends, strict=True):
            while place < end and (not self.alive[place] or self._key(place) == key):
                place += 1
            if place < end:
                found.append(self._key(place))
        more = np.flatnonzero((self._code > key[0]) | ((self._code == key[0]) & (self._rows.id > key[1])))
        if len(more):
            first = more[np.lexsort((self._rows.id[more], self._code[more]))[0]]
            found.append((int(self._code[first]), int(self._rows.id[first])))
        return min(found, default=None)

    def _key(self, place: int) -> _Key:
        return int(self._base.code[place]), int(self._base.rows.id[place])

    def _alive_down(self, place: int, begin: int) -> int | None:
        while place >= begin:
            if self.alive[place]:
                return place
            place -= 1
        return None

    def _places(self, key: _Key) -> list[tuple[int, int]]:
        """For every level of the base, where it begins and where ``key`` belongs in it."""
        code, id = self._base.code, self._base.rows.id
        places, begin = [], 0
        for end in self._base.level_ends.tolist():
            low = begin + int(np.searchsorted(code[begin:end], np.uint32(key[0]), side="left"))
            if low < end and code[low] == key[0]:
                high = begin + int(np.searchsorted(code[begin:end], np.uint32(key[0]), side="right"))
                low += int(np.searchsorted(id[low:high], key[1], side="left"))
            places.append((begin, low))
            begin = end
        return places

    def _place_in_base(self, key: _Key) -> int:
        for _, place in self._places(key):
            if place < len(self._base) and self.alive[place] and self._key(place) == key:
                return place
        raise KeyError(key)
