"""The points of one class of a layer: what was read, less what went since, and what came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layers.geometry.index import joined
from layers.geometry.levels import LAST_LEVEL, depth_for
from layers.geometry.packed import Integers
from layers.model.query import Box
from layers.scene.point_arrays import Mask, PointArrays, PointRows, codes_of
from layers.scene.point_sequence import PointSequence
from layers.scene.region import Region

#: Classes of fewer points are ordered anew at every change.
FEW = 4000
#: So many points changed at once are put in by ordering all anew.
MANY = 256
#: So many points beside the base are worth putting in their place.
WORN = 2000


@dataclass(frozen=True)
class ClassPoints:
    """``base`` without the points that are not ``alive`` any more, and ``delta``."""

    frame: Box
    base: PointArrays
    alive: Mask | None = None
    delta: PointArrays | None = None

    @classmethod
    def of(cls, rows: PointRows, frame: Box) -> ClassPoints:
        """All points of a class."""
        return cls(frame, PointArrays.of(rows, frame))

    def __len__(self) -> int:
        present = len(self.base) if self.alive is None else int(np.count_nonzero(self.alive))
        return present + (0 if self.delta is None else len(self.delta))

    @property
    def all(self) -> PointRows:
        """Every point."""
        rows = self.base.rows if self.alive is None else self.base.rows.take(self.alive)
        return rows if self.delta is None else rows.joined(self.delta.rows)

    def inside(self, box: Box, apart: float = 0.0) -> PointRows:
        """The points in ``box``; one at least for every square of ``apart`` metres."""
        depth = depth_for(self.frame, apart) if apart else LAST_LEVEL
        parts = [arrays.rows.take(arrays.inside(box, depth, alive)) for arrays, alive in self._parts()]
        return parts[0].joined(*parts[1:]) if len(parts) > 1 else parts[0]

    def of_ids(self, ids: Integers) -> PointRows:
        """The points of some assets."""
        in_base, in_delta = self._places(ids)
        found = self.base.rows.take(in_base)
        return found if self.delta is None else found.joined(self.delta.rows.take(in_delta))

    def ids_meeting(self, region: Region) -> Integers:
        """The assets in a region; points are looked at only where a block of neighbours is not wholly in it."""
        found = []
        for arrays, alive in self._parts():
            starts, rows = arrays.index.starts, arrays.rows
            inside, open_ = region.decided(arrays.index.boxes)
            for a, b in joined(np.flatnonzero(inside)):
                run = slice(int(starts[a]), int(starts[b]))
                found.append(rows.id[run] if alive is None else rows.id[run][alive[run]])
            # Run by run: picking point by point takes longer than the test.
            runs = [slice(int(starts[a]), int(starts[b])) for a, b in joined(np.flatnonzero(open_))]
            if runs:
                met = region.meets_points(np.concatenate([rows.xy[run] for run in runs]))
                if alive is not None:
                    met &= np.concatenate([alive[run] for run in runs])
                found.append(np.concatenate([rows.id[run] for run in runs])[met])
        return np.concatenate([np.zeros(0, np.int64), *found])

    def near(self, x: float, y: float, tolerance: float) -> list[tuple[int, float]]:
        """Assets within ``tolerance`` metres, with their distance. The blocks are index enough: a KD-tree of two
        million points takes half a second to build and answers no faster than anybody notices."""
        found = self.inside(Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance))
        distance = np.hypot(found.xy[:, 0] - x, found.xy[:, 1] - y)
        return [(int(i), float(d)) for i, d in zip(found.id, distance, strict=True) if d <= tolerance]

    def patched(self, gone: Integers, rows: PointRows) -> ClassPoints:
        """Without the assets ``gone``, with ``rows``; this one stays as it is."""
        in_base, in_delta = self._places(gone)
        if not len(in_base) and not len(in_delta) and not len(rows):
            return self
        if len(self) < FEW or len(in_base) + len(in_delta) + len(rows) > MANY:
            return self._anew(gone, rows)
        sequence = PointSequence(self.base, self.alive, self.delta)
        sequence.remove(in_base, in_delta)
        sequence.add(rows, codes_of(rows.xy, self.frame))
        return ClassPoints(self.frame, self.base, sequence.alive, sequence.delta())

    def compacted(self) -> ClassPoints:
        """The same in one piece."""
        return self if self.delta is None and self.alive is None else ClassPoints.of(self.all, self.frame)

    @property
    def is_worn(self) -> bool:
        """Whether so many points lie beside the base that the next change takes long."""
        return self.delta is not None and len(self.delta) > WORN

    def _anew(self, gone: Integers, rows: PointRows) -> ClassPoints:
        every = self.all
        kept = every.take(~np.isin(every.id, gone))
        return ClassPoints.of(kept.joined(rows), self.frame)

    def _parts(self) -> Iterator[tuple[PointArrays, Mask | None]]:
        yield self.base, self.alive
        if self.delta is not None:
            yield self.delta, None

    def _places(self, gone: Integers) -> tuple[Integers, Integers]:
        in_base = self.base.places(gone)
        if self.alive is not None:
            in_base = in_base[self.alive[in_base]]
        nothing = np.zeros(0, np.int64)
        return in_base, nothing if self.delta is None else places_of(self.delta.rows.id, gone)


def places_of(ids: Integers, wanted: Integers) -> Integers:
    """Where in ``ids`` any of ``wanted`` stands. A few are looked for one by one: that is a single pass each."""
    if len(wanted) <= 8:
        found = [np.flatnonzero(ids == number) for number in wanted]
        return np.concatenate(found) if found else np.zeros(0, np.int64)
    return np.flatnonzero(np.isin(ids, wanted))
