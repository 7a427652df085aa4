"""Paints the tiles of a plan: every cell of a tile by an affine map of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from gisapp.map.viewport import Viewport
from layers.basemap.grid import Points, TileGrid, TileKey
from layers.basemap.plan import TilePlan, View

PictureOf = Callable[[TileKey], QImage | None]
#: A cell reaches this far over its edges, in its own pixels, so that rounding leaves no gap to the next.
_OVERLAP = 0.5
#: Levels that are looked through for a coarser picture where one is not there.
_COARSER = 4


def view_of(viewport: Viewport) -> View:
    """What a plan needs to know of a viewport."""
    return View(viewport.box, viewport.metres_per_pixel)


def paint_steps(
    painter: QPainter,
    plan: TilePlan,
    grid: TileGrid,
    picture_of: PictureOf,
    keys: Sequence[TileKey] | None = None,
) -> Iterator[None]:
    """Paint tile after tile (all of the plan's, or ``keys``); the caller decides how many at a time.

    The painter's picture is the layer's own: tiles replace what lies there, so that overlaps are no seams.
    """
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    base = painter.worldTransform()
    for key in plan.keys if keys is None else keys:
        image = picture_of(key)
        rectangle = None if image is None else _inner(image)
        if image is None:
            image, rectangle = _coarser(grid, key, picture_of)
        if image is not None and rectangle is not None:
            _paint_tile(painter, base, image, rectangle, plan.corners(key))
            yield
    painter.setWorldTransform(base)


def _inner(image: QImage) -> QRectF:
    """The picture without its rim."""
    return QRectF(1.0, 1.0, image.width() - 2.0, image.height() - 2.0)


def _coarser(grid: TileGrid, key: TileKey, picture_of: PictureOf) -> tuple[QImage | None, QRectF | None]:
    """A picture of a coarser level that shows the tile too, and the part of it that does."""
    own = grid.levels[key.level]
    corners = np.array([[key.column, key.row], [key.column + 1, key.row + 1]], dtype=np.float64)
    places = own.affine.forward(corners * (own.tile_width, own.tile_height))
    for number in range(key.level - 1, max(key.level - 1 - _COARSER, -1), -1):
        level = grid.levels[number]
        tiles = level.affine.backward(places) / (level.tile_width, level.tile_height)
        column, row = (math.floor(value) for value in tiles.mean(axis=0))
        image = picture_of(TileKey(number, column, row))
        if image is None:
            continue
        inside = tiles - (column, row)
        if inside.min() < -1e-6 or inside.max() > 1 + 1e-6:
            continue
        whole = _inner(image)
        (x0, y0), (x1, y1) = inside
        return image, QRectF(
            whole.x() + x0 * whole.width(),
            whole.y() + y0 * whole.height(),
            (x1 - x0) * whole.width(),
            (y1 - y0) * whole.height(),
        )
    return None, None


def _paint_tile(
    painter: QPainter, base: QTransform, image: QImage, rectangle: QRectF, corners: Points
) -> None:
    cells = len(corners) - 1
    width, height = rectangle.width() / cells, rectangle.height() / cells
    over_x, over_y = min(_OVERLAP, width / 2), min(_OVERLAP, height / 2)
    for row in range(cells):
        for column in range(cells):
            four = corners[row : row + 2, column : column + 2]
            if not np.isfinite(four).all():
                continue
            (a, b), (c, d) = four
            middle = (a + b + c + d) / 4
            right, down = (b - a + d - c) / 2, (c - a + d - b) / 2
            x, y = rectangle.x() + column * width, rectangle.y() + row * height
            # From pixels of the picture to pixels of the screen.
            m11, m12 = right / width
            m21, m22 = down / height
            centre_x, centre_y = x + width / 2, y + height / 2
            dx = middle[0] - m11 * centre_x - m21 * centre_y
            dy = middle[1] - m12 * centre_x - m22 * centre_y
            painter.setWorldTransform(QTransform(m11, m12, m21, m22, dx, dy) * base)
            part = QRectF(x - over_x, y - over_y, width + 2 * over_x, height + 2 * over_y)
            painter.drawImage(part, image, part)
