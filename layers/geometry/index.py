"""Blocks of neighbours with their boxes, so that a view touches only what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers
from layers.model.query import Box

BLOCK = 256


@dataclass(frozen=True)
class BlockIndex:
    """Runs of at most ``BLOCK`` things; run ``b`` is ``starts[b]:starts[b + 1]``, all within ``boxes[b]``."""

    starts: Integers
    boxes: Floats

    @cached_property
    def extent(self) -> Box | None:
        """What all of them lie in; None when there is nothing."""
        if not len(self.boxes):
            return None
        return Box(*self.boxes[:, :2].min(axis=0).tolist(), *self.boxes[:, 2:].max(axis=0).tolist())

    def all_inside(self, box: Box) -> bool:
        """Whether nothing of any of them lies outside of a box."""
        e = self.extent
        return e is None or (e.x0 >= box.x0 and e.y0 >= box.y0 and e.x1 <= box.x1 and e.y1 <= box.y1)

    @classmethod
    def over(cls, item_boxes: Floats) -> BlockIndex:
        """The index of things in the order given, which should keep neighbours together."""
        count = len(item_boxes)
        starts = np.arange(0, count, BLOCK, dtype=np.int64)
        if not count:
            return cls(np.zeros(1, np.int64), np.zeros((0, 4)))
        low = np.minimum.reduceat(item_boxes[:, :2], starts, axis=0)
        high = np.maximum.reduceat(item_boxes[:, 2:], starts, axis=0)
        return cls(np.append(starts, count), np.concatenate([low, high], axis=1))

    def hits(self, box: Box, alive: npt.NDArray[np.bool_] | None = None) -> Integers:
        """The numbers of the runs that may reach into ``box``, of those that are ``alive``."""
        b = self.boxes
        met = (b[:, 0] <= box.x1) & (b[:, 2] >= box.x0) & (b[:, 1] <= box.y1) & (b[:, 3] >= box.y0)
        return np.flatnonzero(met if alive is None else met & alive)

    def runs(self, box: Box, alive: npt.NDArray[np.bool_] | None = None) -> list[tuple[int, int]]:
        """The runs that may reach into ``box``; neighbouring runs are joined."""
        return [(int(self.starts[a]), int(self.starts[b])) for a, b in joined(self.hits(box, alive))]


def joined(numbers: Integers) -> list[tuple[int, int]]:
    """Ascending numbers as ranges ``(from, to)``, the end not included."""
    if not len(numbers):
        return []
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    first = numbers[np.concatenate([[0], breaks + 1])]
    last = numbers[np.concatenate([breaks, [len(numbers) - 1]])]
    return [(int(f), int(t) + 1) for f, t in zip(first, last, strict=True)]
