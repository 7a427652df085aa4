"""TilePlan: which tiles a view needs, and a lattice that says where each of their pixels goes on the screen.

The basemap's own system and the register's differ by more than an affine map; so the tiles are cut into cells
small enough that an affine map per cell is right to a quarter of a pixel. All cells share one lattice of
corners: neighbours meet exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layers.basemap.grid import Points, TileGrid, TileKey, TileLevel
from layers.geometry.crs import GCJ02, Crs, Transform, transformer
from layers.model.query import Box

#: The largest error of a cell's affine map, in pixels of the screen.
TOLERANCE = 0.25
#: More tiles than this are never asked for at once; a coarser level is taken instead.
MOST_TILES = 600
_FINEST_CELLS = 16
_SAMPLES = 9
_DEGREES = "EPSG:4326"


@dataclass(frozen=True)
class View:
    """What shall be seen: ``box`` in the register's system, metres; ``metres`` of it per pixel of the screen."""

    box: Box
    metres: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.x0 + self.box.x1) / 2, (self.box.y0 + self.box.y1) / 2

    def pixels(self, places: Points) -> Points:
        """Places (n, 2) as pixels from the upper left corner."""
        return (places - (self.box.x0, self.box.y1)) * (1 / self.metres, -1 / self.metres)


@dataclass(frozen=True)
class Ways:
    """The way from the register's system to a basemap's and back."""

    there: Transform
    back: Transform

    @classmethod
    def between(cls, register: Crs, grid: TileGrid) -> Ways:
        """Raises ``UserError`` when the register's system is local: it has no place on earth."""
        if not grid.shifted:
            return cls(transformer(register, grid.crs), transformer(grid.crs, register))
        # The provider drew shifted degrees as if they were true ones.
        shifted, degrees = Crs.parse(GCJ02), Crs.parse(_DEGREES)
        to_shifted, to_grid = transformer(register, shifted), transformer(degrees, grid.crs)
        to_degrees, to_register = transformer(grid.crs, degrees), transformer(shifted, register)
        return cls(lambda p: to_grid(to_shifted(p)), lambda p: to_register(to_degrees(p)))


@dataclass(frozen=True)
class TilePlan:
    """Tiles ``column0..column1`` by ``row0..row1`` (ends excluded) of one level.

    ``lattice`` (rows*cells+1, columns*cells+1, 2) holds the pixels on the screen of the cells' corners.
    """

    level: int
    column0: int
    row0: int
    column1: int
    row1: int
    cells: int
    lattice: Points

    @property
    def keys(self) -> list[TileKey]:
        """The tiles, those in the middle first."""
        middle_x, middle_y = (self.column0 + self.column1 - 1) / 2, (self.row0 + self.row1 - 1) / 2
        keys = [
            TileKey(self.level, column, row)
            for row in range(self.row0, self.row1)
            for column in range(self.column0, self.column1)
        ]
        return sorted(keys, key=lambda key: math.hypot(key.column - middle_x, key.row - middle_y))

    def corners(self, key: TileKey) -> Points:
        """The corners (cells+1, cells+1, 2) of a tile's cells, in pixels of the screen."""
        y, x = (key.row - self.row0) * self.cells, (key.column - self.column0) * self.cells
        return self.lattice[y : y + self.cells + 1, x : x + self.cells + 1]


#: Why nothing is drawn: the basemap lies elsewhere, or the view would need too many of its coarsest tiles.
NoPlan = Literal["outside", "too_far"]


def plan_tiles(grid: TileGrid, ways: Ways, view: View, ratio: float = 1.0) -> TilePlan | NoPlan:
    """The tiles of the level that fits ``view`` best on a screen of ``ratio`` device pixels, or why there are none."""
    sampled = ways.there(_samples(view))
    sampled = sampled[np.isfinite(sampled).all(axis=1)]
    if not len(sampled):
        return "outside"
    level = _fitting_level(grid, ways, view, ratio)
    while True:
        span = _span(grid.levels[level], sampled)
        if span is None:
            return "outside"
        column0, row0, column1, row1 = span
        if (column1 - column0) * (row1 - row0) <= MOST_TILES:
            break
        if level == 0:
            return "too_far"
        level -= 1
    cells, lattice = _lattice(grid.levels[level], span, ways, view)
    if not np.isfinite(lattice).any():
        return "outside"
    return TilePlan(level, column0, row0, column1, row1, cells, lattice)


def pixels_per_pixel(grid: TileGrid, ways: Ways, view: View) -> NDArray[np.float64]:
    """How many pixels of each level lie on one of the screen, in the middle of the view; NaN outside."""
    x, y = view.middle
    step = view.metres
    places = ways.there(np.array([[x, y], [x + step, y], [x, y + step]]))
    ratios = []
    for level in grid.levels:
        pixels = level.affine.backward(places)
        (ax, ay), (bx, by) = pixels[1] - pixels[0], pixels[2] - pixels[0]
        ratios.append(math.sqrt(abs(ax * by - ay * bx)))
    return np.array(ratios)


def _fitting_level(grid: TileGrid, ways: Ways, view: View, ratio: float) -> int:
    ratios = pixels_per_pixel(grid, ways, view) / ratio
    if not np.isfinite(ratios).all() or not (ratios > 0).all():
        return 0
    return int(np.argmin(np.abs(np.log2(ratios))))


def _samples(view: View) -> Points:
    box = view.box
    x, y = np.meshgrid(np.linspace(box.x0, box.x1, _SAMPLES), np.linspace(box.y0, box.y1, _SAMPLES))
    return np.column_stack((x.ravel(), y.ravel()))


def _span(level: TileLevel, places: Points) -> tuple[int, int, int, int] | None:
    """The columns and rows that ``places`` lie in, cut to what the level has."""
    tiles = level.affine.backward(places) / (level.tile_width, level.tile_height)
    (x0, y0), (x1, y1) = tiles.min(axis=0), tiles.max(axis=0)
    # The edge of a view is curved in the basemap's system: a hundredth of its size reaches over the samples.
    slack_x, slack_y = (x1 - x0) / 100, (y1 - y0) / 100
    column0, column1 = max(math.floor(x0 - slack_x), 0), min(math.floor(x1 + slack_x) + 1, level.columns)
    row0, row1 = max(math.floor(y0 - slack_y), 0), min(math.floor(y1 + slack_y) + 1, level.rows)
    if column0 >= column1 or row0 >= row1:
        return None
    return column0, row0, column1, row1


def _lattice(level: TileLevel, span: tuple[int, int, int, int], ways: Ways, view: View) -> tuple[int, Points]:
    """The coarsest lattice whose cells are affine to ``TOLERANCE``."""
    cells = 1
    while True:
        finer = _corners(level, span, cells * 2, ways, view)
        if cells >= _FINEST_CELLS or _error(finer) <= TOLERANCE:
            return cells, finer[::2, ::2]
        cells *= 2


def _corners(level: TileLevel, span: tuple[int, int, int, int], cells: int, ways: Ways, view: View) -> Points:
    column0, row0, column1, row1 = span
    x = np.linspace(column0, column1, (column1 - column0) * cells + 1) * level.tile_width
    y = np.linspace(row0, row1, (row1 - row0) * cells + 1) * level.tile_height
    columns, rows = np.meshgrid(x, y)
    places = level.affine.forward(np.column_stack((columns.ravel(), rows.ravel())))
    return view.pixels(ways.back(places)).reshape(len(y), len(x), 2)


def _error(finer: Points) -> float:
    """How far an affine map per cell (two steps of ``finer``) misses corners, middles of sides, and the middle."""
    a, b, c, d = finer[:-2:2, :-2:2], finer[:-2:2, 2::2], finer[2::2, :-2:2], finer[2::2, 2::2]
    middle = (a + b + c + d) / 4
    right, down = (b - a + d - c) / 4, (c - a + d - b) / 4
    misses = [
        finer[1::2, 1::2] - middle,
        a - (middle - right - down),
        b - (middle + right - down),
        c - (middle - right + down),
        d - (middle + right + down),
        finer[:-2:2, 1::2] - (middle - down),
        finer[2::2, 1::2] - (middle + down),
        finer[1::2, :-2:2] - (middle - right),
        finer[1::2, 2::2] - (middle + right),
    ]
    sizes = np.stack([np.hypot(miss[..., 0], miss[..., 1]) for miss in misses])
    return float(np.nanmax(sizes)) if np.isfinite(sizes).any() else 0.0
