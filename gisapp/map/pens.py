"""Pens and widths: what a look is in pixels at a scale. Map, legend and sheet share them, so they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from layers.scene.style import LayerStyle, Look

Colours = Mapping[str, QColor]

#: (denominator, factor on the widths given at 1:5 000); between them in proportion to the logarithm.
_WIDTHS = (
    (500.0, 1.35),
    (1000.0, 1.25),
    (5000.0, 1.0),
    (7500.0, 0.85),
    (25000.0, 0.62),
    (60000.0, 0.5),
    (300000.0, 0.4),
)
#: (denominator, side of a symbol in px).
_SYMBOLS = ((500.0, 20.0), (1000.0, 18.0), (2000.0, 16.0), (5000.0, 14.0), (10000.0, 10.0))
#: (denominator, factor on the side of symbols of which there are many).
_SHRINKING = ((2000.0, 1.0), (5000.0, 0.66))
_SMALLEST_SYMBOL = 5
THINNEST = 0.7
_NEARLY_ONE = 1.4


def width_factor(denominator: float) -> float:
    """What to multiply the widths of mains by at 1:``denominator``."""
    return _between(_WIDTHS, denominator)


def symbol_side(look: Look, denominator: float) -> int:
    """The side in px of the symbol of a class at 1:``denominator``."""
    side = _between(_SYMBOLS, denominator) * look.width
    if look.shrinks:
        side *= _between(_SHRINKING, denominator)
    return max(round(side), _SMALLEST_SYMBOL)


def _between(steps: Sequence[tuple[float, float]], denominator: float) -> float:
    at, value = zip(*steps, strict=True)
    return float(np.interp(np.log(max(denominator, 1.0)), np.log(at), value))


def line_width(layer: LayerStyle, look: Look, metres_per_pixel: float, denominator: float) -> float:
    """Px of a line: a road has its width on the ground, a main the width of its class."""
    if look.ground_width:
        return min(max(look.ground_width / metres_per_pixel, THINNEST), 3.2 * look.width)
    if layer.drawing == "main":
        width = max(look.width * width_factor(denominator), THINNEST)
        # Qt draws lines of a pixel as lines and wider ones by their outline, which takes several times as long.
        return 1.0 if 1.0 < width < _NEARLY_ONE else width
    return look.width


def pen(colour: QColor, width: float, opacity: float = 1.0) -> QPen:
    """A round pen."""
    if opacity < 1.0:
        colour = QColor(colour)
        colour.setAlphaF(opacity)
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
