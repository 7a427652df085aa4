"""Plain arithmetic between the world (metres, y to the north) and pixels (y down)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layers.model.query import Box
from layers.scene.style import METRES_PER_PIXEL

SMALLEST, LARGEST = 0.0005, 20000.0
"""Limits of metres per pixel: from half a millimetre to the globe."""

MARGIN, NAMES = 24.0, 64.0
"""Pixels around what is shown whole: at least, and as many as names beside it take where there is room for them."""
_NAMES_SHARE = 0.09
_FARTHEST = 1e12


@dataclass(frozen=True)
class Viewport:
    """A window of ``width`` by ``height`` device-independent pixels around ``x``, ``y``."""

    x: float
    y: float
    metres_per_pixel: float
    width: float
    height: float

    @property
    def box(self) -> Box:
        """What can be seen."""
        half_x, half_y = self.width * self.metres_per_pixel / 2, self.height * self.metres_per_pixel / 2
        return Box(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)

    @property
    def denominator(self) -> float:
        """N of the scale 1:N on a screen of 96 dots to the inch."""
        return self.metres_per_pixel / METRES_PER_PIXEL

    def covers(self, other: Viewport) -> bool:
        """Whether everything ``other`` shows is in view here too."""
        have, want = self.box, other.box
        return have.x0 <= want.x0 and have.y0 <= want.y0 and have.x1 >= want.x1 and have.y1 >= want.y1

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a place is in the window."""
        return (
            (x - self.x) / self.metres_per_pixel + self.width / 2,
            (self.y - y) / self.metres_per_pixel + self.height / 2,
        )

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """Which place a pixel shows."""
        return (
            self.x + (px - self.width / 2) * self.metres_per_pixel,
            self.y - (py - self.height / 2) * self.metres_per_pixel,
        )

    def pixels(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Places (n, 2) or straight pieces (n, 4) in pixels, as a new array."""
        scale = 1.0 / self.metres_per_pixel
        # Column by column: numpy takes ten times as long to go over a million short rows.
        found = np.asarray(np.ascontiguousarray(xy) * scale)
        found[:, 0::2] -= self.x * scale - self.width / 2
        np.subtract(self.y * scale + self.height / 2, found[:, 1::2], out=found[:, 1::2])
        return found

    def resized(self, width: float, height: float) -> Viewport:
        """The same place and scale in a window of another size."""
        return replace(self, width=width, height=height)

    def panned(self, dx: float, dy: float) -> Viewport:
        """Moved so that the map follows a drag by (dx, dy) pixels."""
        return replace(self, x=self.x - dx * self.metres_per_pixel, y=self.y + dy * self.metres_per_pixel)

    def zoomed(self, factor: float, px: float, py: float) -> Viewport:
        """``factor`` times larger (or smaller below 1); the place under the pixel stays where it is."""
        metres = min(max(self.metres_per_pixel / factor, SMALLEST), LARGEST)
        x, y = self.to_world(px, py)
        return replace(
            self,
            x=x - (px - self.width / 2) * metres,
            y=y + (py - self.height / 2) * metres,
            metres_per_pixel=metres,
        )

    def centred(self, x: float, y: float, metres_per_pixel: float | None = None) -> Viewport:
        """Around another place, at the same or another scale."""
        return replace(self, x=x, y=y, metres_per_pixel=metres_per_pixel or self.metres_per_pixel)

    @classmethod
    def fitting(cls, box: Box, width: float, height: float, margin: float | None = None) -> Viewport:
        """The largest scale that shows all of ``box`` with ``margin`` pixels around it; None: with room for names."""
        if margin is None:
            margin = min(max(_NAMES_SHARE * width, MARGIN), NAMES)
        # One asset far out of the world, as other programs may write it, must not end in infinity.
        box = Box(*(max(-_FARTHEST, min(_FARTHEST, edge)) for edge in box))
        room_x, room_y = max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0)
        metres = max(box.width / room_x, box.height / room_y)
        if metres <= 0:
            metres = 0.25
        return cls(
            (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, min(max(metres, SMALLEST), LARGEST), width, height
        )
