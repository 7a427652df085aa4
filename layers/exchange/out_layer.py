"""OutLayer: what a writer is given of one type."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from layers.geometry.crs import Crs


@dataclass(frozen=True)
class OutLayer:
    """One layer to write: attributes by file column name, and WKB beside the rows (None: no geometry).

    ``sizes`` (mm) and ``labels`` beside the rows are for drawings: what names the layer of an asset, and what is
    written beside it.
    """

    name: str
    table: pa.Table
    geometry: pa.Array | None
    crs: Crs
    sizes: pa.Array | None = None
    labels: pa.Array | None = None
