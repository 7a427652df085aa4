"""TileGrid: the pyramid of tiles of a basemap, and where each pixel of it lies in the basemap's own system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.geometry.crs import Crs

Points = NDArray[np.float64]

#: Half the side of the square world of EPSG:3857, in its metres.
MERCATOR_REACH = 20037508.342789244
WEB_MERCATOR = "EPSG:3857"
DEEPEST_ZOOM = 24


class TileKey(NamedTuple):
    """One tile: the index of its level in the grid, its column from the west, its row from the north."""

    level: int
    column: int
    row: int


class Affine(NamedTuple):
    """x = a*column + b*row + c, y = d*column + e*row + f: from pixels of a level to the basemap's system."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def forward(self, pixels: Points) -> Points:
        """Places of the pixel positions (n, 2); whole numbers are the pixels' upper left corners."""
        x, y = pixels[:, 0], pixels[:, 1]
        return np.column_stack((self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f))

    def backward(self, places: Points) -> Points:
        """Pixel positions of places (n, 2)."""
        determinant = self.a * self.e - self.b * self.d
        x, y = places[:, 0] - self.c, places[:, 1] - self.f
        return np.column_stack(
            ((self.e * x - self.b * y) / determinant, (self.a * y - self.d * x) / determinant)
        )

    def coarser(self, factor: float) -> Affine:
        """The same place in pixels ``factor`` times as large."""
        return Affine(self.a * factor, self.b * factor, self.c, self.d * factor, self.e * factor, self.f)


@dataclass(frozen=True)
class TileLevel:
    """One zoom level: ``name`` as the source calls it, its pixels, and how many tiles of which size it has."""

    name: str
    affine: Affine
    tile_width: int
    tile_height: int
    columns: int
    rows: int


@dataclass(frozen=True)
class TileGrid:
    """Levels from coarse to fine in one system. ``shifted``: the degrees behind it are GCJ-02."""

    crs: Crs
    levels: tuple[TileLevel, ...]
    shifted: bool = False


def mercator_grid(zooms: Sequence[int], *, tile_size: int = 256, shifted: bool = False) -> TileGrid:
    """The usual pyramid of web maps at these zoom levels (0..24), 2**z tiles wide and high."""
    return TileGrid(
        Crs.parse(WEB_MERCATOR), tuple(mercator_level(zoom, tile_size) for zoom in sorted(zooms)), shifted
    )


def mercator_level(zoom: int, tile_size: int = 256) -> TileLevel:
    """Zoom level ``zoom`` of the usual pyramid."""
    count = 1 << zoom
    pixel = 2 * MERCATOR_REACH / (count * tile_size)
    affine = Affine(pixel, 0.0, -MERCATOR_REACH, 0.0, -pixel, MERCATOR_REACH)
    return TileLevel(str(zoom), affine, tile_size, tile_size, count, count)
