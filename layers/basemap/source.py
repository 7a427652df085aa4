"""TileSource: where the tiles of a basemap come from. Files and folders are read, services are asked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from layers.basemap.grid import TileGrid, TileKey
from layers.feedback import Feedback
from layers.model.problem import Problem

#: A tile as the file holds it (PNG, JPEG, WebP), as red, green, blue, opacity (height, width, 4), or not there.
Picture = bytes | NDArray[np.uint8] | None


class TileSource(Protocol):
    """Reads tiles from a file or folder. Safe to share between threads."""

    def read(self, keys: Sequence[TileKey], feedback: Feedback) -> dict[TileKey, Picture]:
        """The pictures of ``keys``; None for a tile that the source does not have."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass(frozen=True)
class Found:
    """What a file or folder says of itself: its grid, attribution, and what its user should know."""

    grid: TileGrid
    source: TileSource
    attribution: str = ""
    #: Up to this many pixels of the screen per pixel of the coarsest level it can be read fast enough.
    slowest: float | None = None
    findings: tuple[Problem, ...] = ()
