"""What a layer has of one class, as arrays to select and count in; and its assets without a place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers, PackedLines, boxes


@dataclass(frozen=True)
class PointPart:
    """Points of one class: ``xy`` (n, 2) and, for each, the asset ``id``."""

    class_number: int
    id: Integers
    xy: Floats


@dataclass(frozen=True)
class LinePart:
    """Lines of one class: line ``i`` is ``xy[offsets[i]:offsets[i + 1]]`` of asset ``id[i]``."""

    class_number: int
    id: Integers
    xy: Floats
    offsets: Integers

    @cached_property
    def boxes(self) -> Floats:
        """The bounding box (x0, y0, x1, y1) of every line."""
        return boxes(PackedLines(self.xy, self.offsets, self.id))


@dataclass(frozen=True)
class Nowhere:
    """Assets without a place, each with its class (``UNCLASSED`` for none)."""

    id: Integers
    class_number: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.id)

    def of_class(self, number: int) -> Integers:
        """Those of one class."""
        return np.asarray(self.id[self.class_number == number])

    def patched(self, gone: Integers, rows: Nowhere) -> Nowhere:
        """Without the assets ``gone``, with ``rows``."""
        kept = ~np.isin(self.id, gone)
        return Nowhere(
            np.concatenate([self.id[kept], rows.id]),
            np.concatenate([self.class_number[kept], rows.class_number]),
        )
