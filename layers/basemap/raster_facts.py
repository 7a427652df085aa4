"""What the worker process tells of a GeoTIFF: it may be read where rasterio is not loaded."""

from __future__ import annotations

from dataclasses import dataclass

#: Pixels of a tile's side.
TILE = 512

#: Lowest and highest value that is shown, per band; None for bytes, which are shown as they are.
Stretch = tuple[tuple[float, float], ...] | None


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a file after opening: ``factors`` are the reductions it is read at, coarse first."""

    width: int
    height: int
    transform: tuple[float, float, float, float, float, float]
    wkt: str
    factors: tuple[int, ...]
    stretch: Stretch
    #: Coarser than its first factor it would take too long.
    is_cut: bool
