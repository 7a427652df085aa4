"""Points of one class as plain arrays, in the order in which a view reads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.geometry.index import BlockIndex
from layers.geometry.levels import LAST_LEVEL, counts_of, level_order, morton_codes
from layers.geometry.packed import Floats, Integers
from layers.model.query import Box

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint32]
Levels = npt.NDArray[np.uint8]
Angles = npt.NDArray[np.float32]


#: So few assets are looked for one by one: that is a single pass each.
_FEW = 8
#: Places of so many assets are remembered.
_REMEMBERED = 1000


@dataclass(frozen=True)
class PointRows:
    """Points in any order: place, asset, angle (degrees, clockwise on the screen) and state, where there are."""

    xy: Floats
    id: Integers
    rotation: Angles | None = None
    state: npt.NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.id)

    def take(self, chosen: Integers | Mask | slice) -> PointRows:
        """Some of them."""
        return PointRows(
            self.xy[chosen],
            self.id[chosen],
            None if self.rotation is None else self.rotation[chosen],
            None if self.state is None else self.state[chosen],
        )

    def joined(self, *others: PointRows) -> PointRows:
        """These and more."""
        every = (self, *others)
        turned = [each.rotation for each in every if each.rotation is not None]
        stated = [each.state for each in every if each.state is not None]
        return PointRows(
            np.concatenate([each.xy for each in every]),
            np.concatenate([each.id for each in every]),
            np.concatenate(turned) if self.rotation is not None else None,
            np.concatenate(stated) if self.state is not None else None,
        )


@dataclass(frozen=True)
class PointArrays:
    """Points ordered by (level, Morton code, id); ``level_ends[d]`` of them stand for cells of depth ``d``."""

    rows: PointRows
    code: Codes
    level_ends: Integers
    index: BlockIndex

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def of(cls, rows: PointRows, frame: Box) -> PointArrays:
        """All points of a class."""
        if len(rows) > 1 and (np.diff(rows.id) < 0).any():
            rows = rows.take(np.argsort(rows.id, kind="stable"))
        code = codes_of(rows.xy, frame)
        order, levels = level_order(code)
        return cls._ordered(rows.take(order), code[order], levels)

    @classmethod
    def sketch(cls, rows: PointRows, frame: Box) -> PointArrays:
        """All points in the order in which they came: none stands for another, and any view reads widely."""
        ends = np.full(LAST_LEVEL + 2, len(rows), np.int64)
        index = BlockIndex.over(np.concatenate([rows.xy, rows.xy], axis=1))
        return cls(rows, codes_of(rows.xy, frame), ends, index)

    @classmethod
    def of_levels(cls, rows: PointRows, code: Codes, levels: Levels) -> PointArrays:
        """Some points of a class, whose levels are known."""
        order = np.lexsort((rows.id, code, levels))
        return cls._ordered(rows.take(order), code[order], levels[order])

    @classmethod
    def _ordered(cls, rows: PointRows, code: Codes, levels: Levels) -> PointArrays:
        ends = np.searchsorted(levels, np.arange(LAST_LEVEL + 2), side="right").astype(np.int64)
        index = BlockIndex.over(np.concatenate([rows.xy, rows.xy], axis=1))
        return cls(rows, code, ends, index)

    @property
    def levels(self) -> Levels:
        """The level of every point."""
        counts = np.diff(np.concatenate([[0], self.level_ends]))
        return np.repeat(np.arange(len(counts), dtype=np.uint8), counts)

    def count_grid(self, depth: int) -> npt.NDArray[np.uint16 | np.int32]:
        """How many points there are in each cell of ``depth`` (see ``counts_of``); counted once."""
        if depth not in self._counted:
            counts = counts_of(self.code, depth)
            # Half as much memory; a house full of meters at one place is told as it is.
            small = int(counts.max(initial=0)) <= np.iinfo(np.uint16).max
            self._counted[depth] = counts.astype(np.uint16) if small else counts
        return self._counted[depth]

    @cached_property
    def _counted(self) -> dict[int, npt.NDArray[np.uint16 | np.int32]]:
        return {}

    def places(self, wanted: Integers) -> Integers:
        """Where the assets ``wanted`` stand. Of a few it is remembered: an edit asks three times for the same."""
        if len(wanted) > _FEW:
            return np.flatnonzero(np.isin(self.rows.id, wanted))
        found = [np.zeros(0, np.int64)]
        for number in wanted.tolist():
            at = self._placed.get(number)
            if at is None:
                at = np.flatnonzero(self.rows.id == number)
                if len(self._placed) >= _REMEMBERED:
                    self._placed.clear()
                self._placed[number] = at
            found.append(at)
        return np.concatenate(found)

    @cached_property
    def _placed(self) -> dict[int, Integers]:
        return {}

    def inside(self, box: Box, depth: int, alive: Mask | None) -> Integers:
        """Positions of the points in ``box`` that stand for cells of ``depth``."""
        end = int(self.level_ends[min(depth, LAST_LEVEL)])
        runs = [(a, min(b, end)) for a, b in self.index.runs(box) if a < end]
        if not runs:
            return np.zeros(0, np.int64)
        x, y = np.concatenate([self.rows.xy[a:b] for a, b in runs]).T
        met = (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)
        found = np.concatenate([np.arange(a, b) for a, b in runs])[met]
        return found if alive is None else np.asarray(found[alive[found]])


def codes_of(xy: Floats, frame: Box) -> Codes:
    """The Morton codes of points over a frame; what lies outside gets those of its edge."""
    return morton_codes(xy, frame).astype(np.uint32)
