"""What belongs to grids: the types with a link to one, and assets with the grid each belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.geometry.packed import Integers
from layers.grids.ground import NONE
from layers.model.catalogue import AssetType, Catalogue
from layers.store.placing import belongs_to_grid


@dataclass(frozen=True, eq=False)
class Members:
    """Assets of one type and, alongside, the grid each belongs to from now on; -1 for none."""

    ids: Integers
    grids: Integers


def member_types(catalogue: Catalogue) -> list[AssetType]:
    """The types whose assets belong to a grid: those with a link named ``grid`` to one."""
    return [asset_type for asset_type in catalogue if belongs_to_grid(asset_type)]


def linked(column: pa.ChunkedArray | pa.Array) -> Integers:
    """The ids in a column of links, -1 where blank."""
    return np.asarray(pc.fill_null(column, NONE).to_numpy(), dtype=np.int64)
