"""Where what is to be imported lies, in the register's coordinates."""

from __future__ import annotations

import numpy as np
import shapely

from layers.exchange.checking import Checked
from layers.model.query import Box

_GEOMETRY = "geom"


def extent_of(checked: Checked) -> Box | None:
    """The box around every new asset of an import; None when none of them has a place."""
    boxes = [
        shapely.total_bounds(shapely.from_wkb(np.asarray(table.column(_GEOMETRY).to_pylist(), dtype=object)))
        for tables in checked.rows.values()
        for table in tables
        if _GEOMETRY in table.column_names and table.num_rows
    ]
    known = [box for box in boxes if np.isfinite(box).all()]
    if not known:
        return None
    edges = np.array(known)
    low, high = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
