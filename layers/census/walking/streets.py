"""The roads of a register, found by where they are: walks of many lots ask for those around again and again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from layers.census.walking.order import AROUND
from layers.geometry.belonging import Shapes
from layers.geometry.packed import Floats
from layers.register import Register

_ROAD = "road"


class Streets:
    """Road centre lines with an index of them."""

    def __init__(self, lines: Shapes) -> None:
        self._lines = lines
        self._tree = shapely.STRtree(lines)

    @classmethod
    def read(cls, register: Register) -> Streets:
        """Those of a register; none where its catalogue knows no roads."""
        if _ROAD not in register.catalogue:
            return cls(np.zeros(0, dtype=object))
        table: pa.Table = register.columns(_ROAD, [], geometry=True)
        placed = [wkb for wkb in table["geom"].to_pylist() if wkb is not None]
        return cls(np.asarray(shapely.from_wkb(placed), dtype=object).reshape(-1))

    def near(self, places: Floats) -> Shapes:
        """The roads of use to somebody who walks these places (n, 2)."""
        if not len(places):
            return np.zeros(0, dtype=object)
        low, high = places.min(axis=0) - AROUND, places.max(axis=0) + AROUND
        found: Shapes = self._lines[np.sort(self._tree.query(shapely.box(*low, *high)))]
        return found
