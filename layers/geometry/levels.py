"""What is worth drawing at so many metres per pixel: points in an order of which a view reads a prefix.

Points are sorted by (level, Morton code). A point's level is the coarsest quadtree depth at which its cell
is not the cell of the point before it on the Morton curve: the points of level <= d are one for each
occupied cell of depth d.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers
from layers.model.query import Box

DEPTH = 16
#: Levels go from 0 to this: equal codes come last.
LAST_LEVEL = DEPTH + 1
#: How much wider than what most of the points take a frame is.
_ROOM = 1.4
#: Metres; a frame is at least so wide, for there may come more than there is yet.
_SMALLEST = 2.0**15


def frame_of(xy: Floats) -> Box:
    """A square over most of the points, on a coarse lattice: neither a stray one nor an edit moves it."""
    if not len(xy):
        return Box(0.0, 0.0, _SMALLEST, _SMALLEST)
    low, high = np.quantile(xy[:: len(xy) // 20_000 + 1], (0.01, 0.99), axis=0)
    side = 2.0 ** math.ceil(math.log2(max(float((high - low).max()) * _ROOM, _SMALLEST)))
    x0, y0 = (np.floor(((low + high) / 2 - side / 2) / (side / 8)) * (side / 8)).tolist()
    return Box(x0, y0, x0 + side, y0 + side)


def morton_codes(xy: Floats, box: Box) -> npt.NDArray[np.uint64]:
    """Interleaved bits of the cell (2^16 by 2^16 over ``box``) of every point."""
    side = max(box.width, box.height, 1e-9)
    cells = ((xy - (box.x0, box.y0)) * ((2**DEPTH - 1) / side)).clip(0, 2**DEPTH - 1).astype(np.uint64)
    return _spread_bits(cells[:, 0]) | (_spread_bits(cells[:, 1]) << np.uint64(1))


def _spread_bits(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


def level_order(codes: npt.NDArray[np.unsignedinteger[Any]]) -> tuple[Integers, npt.NDArray[np.uint8]]:
    """The order of points by (level, Morton code), and their levels in that order."""
    along = np.argsort(codes, kind="stable")
    levels = levels_along(codes[along])
    by_level = np.argsort(levels, kind="stable")
    return along[by_level], levels[by_level]


def levels_along(codes: npt.NDArray[np.unsignedinteger[Any]]) -> npt.NDArray[np.uint8]:
    """The level of every point of a sequence in the order of its ``codes``."""
    levels = np.zeros(len(codes), dtype=np.uint8)
    if len(codes) > 1:
        differing = codes[1:] ^ codes[:-1]
        # The highest differing bit pair tells the depth at which the two cells part; equal codes come last.
        bits = np.zeros(len(differing), dtype=np.int64)
        some = differing > 0
        bits[some] = np.floor(np.log2(differing[some].astype(np.float64))).astype(np.int64)
        levels[1:] = np.where(some, DEPTH - bits // 2, LAST_LEVEL)
    return levels


def depth_for(box: Box, metres: float) -> int:
    """The quadtree depth over ``box`` whose cells are about ``metres`` wide or finer."""
    side = max(box.width, box.height, 1e-9)
    return int(np.clip(np.ceil(np.log2(max(side / metres, 1.0))), 0, DEPTH + 1))


def counts_of(codes: npt.NDArray[np.unsignedinteger[Any]], depth: int) -> npt.NDArray[np.int32]:
    """How many of the Morton ``codes`` fall into each of 2^depth by 2^depth cells: (row, column), south-west first."""
    along = np.bincount(codes >> np.uint32(2 * (DEPTH - depth)), minlength=4**depth).astype(np.int32)
    place = _spread_bits(np.arange(2**depth, dtype=np.uint64))
    return np.asarray(along[(place[:, None] << np.uint64(1)) | place[None, :]])
