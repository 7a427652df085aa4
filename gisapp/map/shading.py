"""Density as a calm wash of one colour: the more points to the hectare, the less the ground shines through."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gisapp.map.viewport import Viewport
from layers.scene.request import Density

#: Points per hectare that begin to show, and those from which on nothing changes.
SPARSE, DENSE = 1.0, 300.0
_DEEPEST = 0.38
#: Shades of the wash that are told apart.
_SHADES = 1024
#: Points per hectare of which no shade of 255 is to be seen.
_CLEAR = SPARSE * ((DENSE / SPARSE + 1.0) ** ((0.5 / 255.0 / _DEEPEST) ** (2 / 3)) - 1.0)
#: Px painted in one call, of all its rows.
_STRIP = 1_300_000


def _shade(per_hectare: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How dense, by the logarithm: twice as dense is a step, wherever. 0 is sparse, from 1 on nothing changes."""
    share = np.log1p(np.maximum(per_hectare, 0.0) / SPARSE)
    share *= 1.0 / np.log1p(DENSE / SPARSE)
    return np.minimum(share, 1.0, out=share)


def _opacity(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How much of the ground the wash covers."""
    return np.asarray(_DEEPEST * share * np.sqrt(share))


def paint_density(painter: QPainter, viewport: Viewport, density: Density, colour: QColor) -> Iterator[None]:
    """Paint the squares smoothly over each other's edges, strip by strip."""
    density = _worth_painting(density)
    image = washed(density.values[::-1], colour)
    box = density.box
    left, top = viewport.to_pixel(box.x0, box.y1)
    width, height = box.width / viewport.metres_per_pixel, box.height / viewport.metres_per_pixel
    across = max(min(left + width, viewport.width) - max(left, 0.0), 1.0)
    rows = max(int(_STRIP / across), 1)
    first, last = max(int(top), 0), math.ceil(min(top + height, viewport.height))
    for y in range(first, last, rows):
        painter.save()
        painter.setClipRect(QRectF(0, y, viewport.width, min(rows, last - y)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, width, height), image)
        painter.restore()
        yield


def _worth_painting(density: Density) -> Density:
    """The part of it that is seen, and the squares next to that, into which it fades: what is clear takes as long."""
    seen = density.values > _CLEAR
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return density
    low, left = max(rows[0] - 1, 0), max(columns[0] - 1, 0)
    values = density.values[low : rows[-1] + 2, left : columns[-1] + 2]
    return Density(density.x0 + left * density.side, density.y0 + low * density.side, density.side, values)


def washed(per_hectare: npt.NDArray[np.float64], colour: QColor) -> QImage:
    """A picture with a pixel for every square, the first row on top."""
    alpha = _opacity(np.linspace(0.0, 1.0, _SHADES))[:, None]
    # Blue, green, red, alpha is how 32 bits lie in memory; premultiplied.
    whole = np.array([colour.blue(), colour.green(), colour.red(), 255.0])
    shades = np.ascontiguousarray(np.rint(alpha * whole).astype(np.uint8)).view(np.uint32)[:, 0]
    share = _shade(per_hectare)
    share *= _SHADES - 1
    pixels = shades[(share + 0.5).astype(np.intp)]
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def paint_ramp(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """The wash from sparse to dense, from left to right: what a legend shows of it."""
    steps = max(round(rect.width()), 2)
    image = washed(np.geomspace(SPARSE, DENSE, steps)[None, :], colour)
    painter.drawImage(rect, image)
