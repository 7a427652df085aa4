"""A draw request and its answer: both frozen, so that they may cross threads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers, PackedLines
from layers.model.query import Box
from layers.scene.style import METRES_PER_PIXEL, LayerStyle, Look


@dataclass(frozen=True)
class DrawRequest:
    """What a frame shows: ``box`` in the register's CRS at ``metres_per_pixel``, less the ``hidden`` classes.

    ``hidden`` holds ``layer/class`` ids. ``serial`` tells a stale answer from the one waited for.
    """

    serial: int
    box: Box
    metres_per_pixel: float
    hidden: frozenset[str] = frozenset()

    @property
    def denominator(self) -> float:
        """N of the scale 1:N on a screen of 96 dots to the inch."""
        return self.metres_per_pixel / METRES_PER_PIXEL


@dataclass(frozen=True)
class ClassBatch:
    """What is to be drawn of one class: straight pieces (n, 4), whole lines, or points (n, 2), in metres.

    Points may have a ``rotation`` (degrees, clockwise on the screen) and a ``state``: 0, or one more than the
    number of the layer's state they are in.
    """

    look: Look
    pieces: Floats | None = None
    lines: PackedLines | None = None
    points: Floats | None = None
    rotation: npt.NDArray[np.float32] | None = None
    state: npt.NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class LabelBatch:
    """Texts to place: where, along which direction (radians), how much room, and what to say.

    ``words`` holds, for each, the pieces of text or codes that the map puts together in the user's language.
    Of several candidates with the same ``slot`` one at most is written.
    """

    kind: str
    xy: Floats
    angle: Floats
    room: Floats
    words: tuple[tuple[object, ...], ...]
    slot: Integers


@dataclass(frozen=True)
class Density:
    """Points per hectare, ``values[row, column]``, the first row in the south, over squares of ``side`` metres."""

    x0: float
    y0: float
    side: float
    values: Floats

    @property
    def box(self) -> Box:
        """What the squares cover."""
        rows, columns = self.values.shape
        return Box(self.x0, self.y0, self.x0 + columns * self.side, self.y0 + rows * self.side)


@dataclass(frozen=True)
class DrawBatch:
    """One layer's answer: its classes in drawing order, and its labels."""

    layer: LayerStyle
    classes: tuple[ClassBatch, ...]
    labels: tuple[LabelBatch, ...] = ()
    #: Where single points would say nothing, how dense they lie.
    density: Density | None = None


@dataclass(frozen=True)
class ClassCount:
    """How many assets of a class there are, and how long together (metres; None for points)."""

    count: int
    metres: float | None = None


Counts = dict[str, ClassCount]


@dataclass(frozen=True)
class Hit:
    """An asset near a place: its id, and how far away its drawing is (metres)."""

    type: str
    id: int
    distance: float
    is_line: bool = field(default=False)
