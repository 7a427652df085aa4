"""To which grid everything belongs: that of its place, by the rule of the whole program; customers are where their
meter is. On roads that lead out of the city there is no grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import shapely

from layers.geometry.belonging import areas_at, standing
from layers.sample.tables import NONE

_GRID, _PLACE = "grid", "geom"


def in_their_grids(tables: Mapping[str, pa.Table], count: int) -> dict[str, pa.Table]:
    """The tables whose assets say their grid, with the grid of their place; the first ``count`` grids are meant."""
    shapes = shapely.from_wkb(tables[_GRID][_PLACE].to_numpy(zero_copy_only=False)[:count])
    tree = shapely.STRtree(list(shapes))
    changed: dict[str, pa.Table] = {}
    for name, table in tables.items():
        if name == _GRID or _GRID not in table.column_names or _PLACE not in table.column_names:
            continue
        places = standing(shapely.from_wkb(table[_PLACE].to_numpy(zero_copy_only=False)))
        found = areas_at(places, shapes, tree)
        changed[name] = _with_grid(table, np.where(found < 0, NONE, found + 1))
    meters, customers = changed["meter"], tables["customer"]
    named = meters["customer"].fill_null(0).to_numpy()
    # The first meter that names a customer tells.
    last_first = np.flatnonzero(named > 0)[::-1]
    grid = np.full(customers.num_rows + 1, NONE)
    grid[named[last_first]] = meters[_GRID].fill_null(NONE).to_numpy()[last_first]
    changed["customer"] = _with_grid(customers, grid[1:])
    return changed


def _with_grid(table: pa.Table, grid: np.ndarray) -> pa.Table:
    at = table.column_names.index(_GRID)
    column = pa.array(grid, table.schema.field(_GRID).type, mask=grid == NONE)
    return table.set_column(at, _GRID, column)
