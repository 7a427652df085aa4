"""A region drawn on the map, and which of many packed points and lines it meets: quickly and exactly.

The rule: an asset is in a region when its shape *meets* it (OGC "intersects"): touching the edge is enough, a line
need not lie inside whole, and one that runs through without a vertex inside counts too. With a ``reach`` the
asset need only come that near (a radius is a point with a reach).

How: points are asked of the prepared shape at once. For lines the region's box is cut into cells; shapely tells
which cells lie wholly inside and which wholly outside, most lines are decided by the cells under their extent, and
only those at the edges are made and tested exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from layers.geometry.packed import Floats, Integers, spread
from layers.model.query import Box

Flags = npt.NDArray[np.bool_]
#: Cells along the longer side of a region's box; of a polygon's, for they are soon made.
CELLS, FINE_CELLS = 64, 96
#: Cells of a block along each side.
_BLOCK = 4
#: Kinds of cells; 0 is outside.
_INSIDE, _OPEN = 1, 2
#: An edge that is narrower than this share of a cell.
_UPRIGHT = 1e-3
#: Fewer shapes than this are tested one by one at once.
FEW = 256
#: From so many points on the cells help with points too.
MANY = 2_000


@dataclass(frozen=True)
class Region:
    """A polygon, line or point in the register's CRS; what comes within ``reach`` metres of it is in it."""

    shape: BaseGeometry
    reach: float = 0.0

    @classmethod
    def of_box(cls, box: Box) -> Region:
        """A rectangle."""
        return cls(shapely.box(*box))

    @classmethod
    def of_corners(cls, xy: Floats) -> Region:
        """A polygon drawn corner by corner; where its edge crosses itself, all that is enclosed counts."""
        drawn = shapely.Polygon(xy) if len(xy) > 2 else shapely.Polygon()
        parts = shapely.get_parts(shapely.make_valid(drawn))
        return cls(
            shapely.union_all([part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")])
        )

    @classmethod
    def around(cls, x: float, y: float, radius: float) -> Region:
        """A circle, exact: not a polygon of many corners."""
        return cls(shapely.Point(x, y), radius)

    @cached_property
    def box(self) -> Box:
        """The box outside of which nothing is met; of an empty shape one of no size."""
        if self.shape.is_empty:
            return Box(0.0, 0.0, 0.0, 0.0)
        x0, y0, x1, y1 = self.shape.bounds
        # A hair wider: sums of rounded numbers must not leave out what lies on the edge.
        room = self.reach + 1e-9 * max(abs(x0), abs(y0), abs(x1), abs(y1), 1.0)
        return Box(x0 - room, y0 - room, x1 + room, y1 + room)

    def meets_points(self, xy: Floats) -> Flags:
        """For every point (n, 2), whether it is in the region."""
        if self.shape.is_empty:
            return np.zeros(len(xy), bool)
        if not self.reach and len(xy) < MANY:
            # Nothing is quicker than a prepared polygon: 50 ns a point.
            return np.asarray(shapely.intersects_xy(self._prepared, xy[:, 0], xy[:, 1]))
        if isinstance(self.shape, shapely.Point):
            # As shapely reckons the distance of two points, to the last bit.
            dx, dy = xy[:, 0] - self.shape.x, xy[:, 1] - self.shape.y
            return np.asarray(np.sqrt(dx * dx + dy * dy) <= self.reach)
        inside, open_ = self._cells.sorted_out(xy)
        if self.reach:
            inside[open_] = self._meets(shapely.points(xy[open_]))
        else:
            inside[open_] = shapely.intersects_xy(self._prepared, xy[open_, 0], xy[open_, 1])
        return inside

    def meets_lines(self, xy: Floats, offsets: Integers, boxes: Floats) -> Flags:
        """For every line ``xy[offsets[i]:offsets[i + 1]]`` with its box (x0, y0, x1, y1), whether it is met."""
        if self.shape.is_empty:
            return np.zeros(len(boxes), bool)
        inside, open_ = self.decided(boxes)
        chosen = np.flatnonzero(open_)
        counts = np.diff(offsets)[chosen]
        lines = shapely.linestrings(
            xy[spread(offsets[chosen], counts)], indices=np.repeat(np.arange(len(chosen)), counts)
        )
        inside[chosen] = self._meets(lines)
        return inside

    def meets_areas(self, xy: Floats, offsets: Integers, ring_id: Integers) -> Integers:
        """The ids of the areas that meet the region; rings of one ``ring_id`` bound one area, holes included."""
        if self.shape.is_empty or not len(ring_id):
            return np.zeros(0, np.int64)
        counts = np.diff(offsets)
        rings = shapely.linestrings(xy, indices=np.repeat(np.arange(len(ring_id)), counts))
        met = set(ring_id[self._meets(rings)].tolist())
        # No edge is met, yet the region may lie inside: an odd number of rings around one of its points.
        closed = counts > 3
        corners, ring = shapely.get_coordinates(rings[closed], return_index=True)
        areas = shapely.polygons(shapely.linearrings(corners, indices=ring))
        within = shapely.contains_xy(areas, *shapely.get_coordinates(self.shape)[0])
        ids, times = np.unique(ring_id[closed][within], return_counts=True)
        met.update(ids[times % 2 == 1].tolist())
        return np.array(sorted(met), np.int64)

    def _meets(self, shapes: npt.NDArray[np.object_]) -> Flags:
        if self.reach:
            return np.asarray(shapely.dwithin(self._prepared, shapes, self.reach))
        return np.asarray(shapely.intersects(self._prepared, shapes))

    @cached_property
    def _prepared(self) -> BaseGeometry:
        shapely.prepare(self.shape)
        return self.shape

    def decided(self, boxes: Floats) -> tuple[Flags, Flags]:
        """For every box, whether all in it is inside for sure, and whether it must be looked at closer."""
        if self.shape.is_empty:
            return np.zeros(len(boxes), bool), np.zeros(len(boxes), bool)
        area = self.box
        reaching = (boxes[:, 0] <= area.x1) & (boxes[:, 2] >= area.x0)
        reaching &= (boxes[:, 1] <= area.y1) & (boxes[:, 3] >= area.y0)
        if len(boxes) < FEW:
            return np.zeros(len(boxes), bool), reaching
        grid = self._cells
        low = grid.columns_rows(boxes[:, :2])
        high = grid.columns_rows(boxes[:, 2:])
        size = (high[:, 0] - low[:, 0] + 1) * (high[:, 1] - low[:, 1] + 1)
        within = reaching & (boxes[:, 0] >= area.x0) & (boxes[:, 2] <= area.x1)
        within &= (boxes[:, 1] >= area.y0) & (boxes[:, 3] <= area.y1)
        inside = within & (grid.sum(grid.inside, low, high) == size)
        # Outside the area's box there is nothing of the region: the cells under the rest decide.
        outside = grid.sum(grid.outside, low, high) == size
        return inside, reaching & ~inside & ~outside

    @cached_property
    def _cells(self) -> _Cells:
        return _Cells.over(self)


@dataclass(frozen=True)
class _Cells:
    """Cells over a region's box, with running sums (rows + 1, columns + 1) of those wholly inside and outside."""

    box: Box
    columns: int
    rows: int
    inside: Integers
    outside: Integers

    @classmethod
    def over(cls, region: Region) -> _Cells:
        box = region.box
        is_polygon = not region.reach and region.shape.geom_type in ("Polygon", "MultiPolygon")
        side = max(box.width, box.height) / (FINE_CELLS if is_polygon else CELLS)
        columns, rows = max(1, round(box.width / side)), max(1, round(box.height / side))
        if is_polygon:
            inside, outside = _parted(region, columns, rows)
            return cls(box, columns, rows, _sums(inside, rows, columns), _sums(outside, rows, columns))
        x = np.linspace(box.x0, box.x1, columns + 1)
        y = np.linspace(box.y0, box.y1, rows + 1)
        # Blocks of cells first: most lie wholly on one side of the region's edge.
        left, low = np.arange(0, columns, _BLOCK), np.arange(0, rows, _BLOCK)
        first, last = (
            np.meshgrid(left, low),
            np.meshgrid(np.minimum(left + _BLOCK, columns), np.minimum(low + _BLOCK, rows)),
        )
        sides = _sides(region, x[first[0]], y[first[1]], x[last[0]], y[last[1]])
        inside, outside = (
            side.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)[:rows, :columns] for side in sides
        )
        at = np.nonzero(~inside & ~outside)
        inside[at], outside[at] = _sides(region, x[at[1]], y[at[0]], x[at[1] + 1], y[at[0] + 1])
        return cls(box, columns, rows, _sums(inside, rows, columns), _sums(outside, rows, columns))

    def columns_rows(self, xy: Floats) -> Integers:
        """The cell of every point; those outside are moved to the nearest one."""
        # Axis by axis: going over rows of two takes three times as long.
        cells = np.empty(xy.shape, np.int64)
        for axis, (begin, count, size) in enumerate(
            ((self.box.x0, self.columns, self.box.width), (self.box.y0, self.rows, self.box.height))
        ):
            share = xy[:, axis] - begin
            share *= count / size
            cells[:, axis] = np.clip(share, 0, count - 1, out=share)
        return cells

    def sorted_out(self, xy: Floats) -> tuple[Flags, Integers]:
        """For every point whether it lies in a cell wholly inside; and the places of those to be tested."""
        box = self.box
        row = _numbered(xy[:, 1], box.y0, self.rows, box.height)
        row *= self.columns + 2
        row += _numbered(xy[:, 0], box.x0, self.columns, box.width)
        kinds = self._kinds[row]
        return kinds == _INSIDE, np.flatnonzero(kinds == _OPEN)

    @cached_property
    def _kinds(self) -> npt.NDArray[np.uint8]:
        """What each cell is, row by row, in a frame of cells outside."""
        kinds = np.zeros((self.rows + 2, self.columns + 2), np.uint8)
        marked = np.diff(np.diff(self.inside - self.outside, axis=0), axis=1)
        kinds[1:-1, 1:-1] = np.where(marked == 0, _OPEN, np.where(marked > 0, _INSIDE, 0))
        return kinds.ravel()

    def sum(self, sums: Integers, low: Integers, high: Integers) -> Integers:
        """How many marked cells lie in the rectangle of cells ``low`` to ``high``, both included."""
        c0, r0, c1, r1 = low[:, 0], low[:, 1], high[:, 0] + 1, high[:, 1] + 1
        return np.asarray(sums[r1, c1] - sums[r0, c1] - sums[r1, c0] + sums[r0, c0])


def _numbered(along: Floats, begin: float, count: int, size: float) -> npt.NDArray[np.int32]:
    """The column (or row) of every place: 1 to ``count``, 0 before the first and one more behind the last."""
    share = along - begin
    share *= count / size
    share += 1.0
    return np.asarray(np.clip(share, 0, count + 1, out=share), dtype=np.int32)


def _parted(region: Region, columns: int, rows: int) -> tuple[Flags, Flags]:
    """The cells over a polygon's box wholly inside it, and those outside: the rest are crossed by its edge."""
    crossed = _crossed(region, columns, rows)
    # Cells that follow each other in a row lie on one side of the edge until it is crossed: one of them tells.
    begins = ~crossed
    begins[:, 1:] &= crossed[:, :-1]
    row, column = np.nonzero(begins)
    box = region.box
    x = box.x0 + (column + 0.5) * (box.width / columns)
    y = box.y0 + (row + 0.5) * (box.height / rows)
    within = np.concatenate([[False], shapely.intersects_xy(region._prepared, x, y)])
    inside = within[np.cumsum(begins).reshape(rows, columns)] & ~crossed
    return inside, ~inside & ~crossed


def _crossed(region: Region, columns: int, rows: int) -> Flags:
    """The cells (row, column) through which a polygon's edge runs, or by less than a hair's breadth past them."""
    box = region.box
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(region.shape)), return_index=True)
    scale = columns / box.width, rows / box.height
    xy = (xy - (box.x0, box.y0)) * scale
    hair = 1e-9 * (max(*map(abs, box), 1.0) * max(scale) + 1.0)
    going_on = ring[1:] == ring[:-1]
    one, other = xy[:-1][going_on], xy[1:][going_on]
    low, high = np.minimum(one, other), np.maximum(one, other)
    first = np.floor(low[:, 0] - hair).astype(np.int64).clip(0, columns - 1)
    counts = np.floor(high[:, 0] + hair).astype(np.int64).clip(0, columns - 1) - first + 1
    column, edge = spread(first, counts), np.repeat(np.arange(len(one)), counts)
    # What is upright is taken whole: where in a column it runs is not to be reckoned.
    across = other[:, 0] - one[:, 0]
    upright = np.abs(across) < _UPRIGHT
    slope = np.where(upright, 0.0, (other[:, 1] - one[:, 1]) / np.where(upright, 1.0, across))
    y = np.empty((2, len(edge)))
    for number, at in enumerate((column - hair, column + 1 + hair)):
        y[number] = one[edge, 1] + slope[edge] * (at.clip(low[edge, 0], high[edge, 0]) - one[edge, 0])
    whole = upright[edge]
    bottom = np.where(whole, low[edge, 1], y.min(axis=0)) - hair
    top = np.where(whole, high[edge, 1], y.max(axis=0)) + hair
    from_row = np.floor(bottom).astype(np.int64).clip(0, rows - 1)
    to_row = np.floor(top).astype(np.int64).clip(0, rows - 1) + 1
    size = (rows + 1) * columns
    running = np.bincount(from_row * columns + column, minlength=size)
    running -= np.bincount(to_row * columns + column, minlength=size)
    return np.asarray(running.reshape(rows + 1, columns).cumsum(axis=0)[:rows] > 0)


def _sides(region: Region, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> tuple[Flags, Flags]:
    """Of some rectangles those wholly inside a region, and those outside."""
    # A hair wider than they are, for the same reason as the box.
    room = 1e-9 * max(*map(abs, region.box), 1.0)
    x0, y0, x1, y1 = x0 - room, y0 - room, x1 + room, y1 + room
    shape = region._prepared
    # As rings of corners: ``shapely.box`` takes four times as long.
    cells = shapely.polygons(np.stack([x0, y0, x1, y0, x1, y1, x0, y1], axis=-1).reshape(*x0.shape, 4, 2))
    if region.reach:
        outside = ~shapely.dwithin(shape, cells, region.reach)
        inside = np.zeros(cells.shape, bool)
        if shape.geom_type == "Point":
            far_x = np.maximum(np.abs(x0 - shape.x), np.abs(x1 - shape.x))
            far_y = np.maximum(np.abs(y0 - shape.y), np.abs(y1 - shape.y))
            inside = np.hypot(far_x, far_y) < region.reach * (1 - 1e-12)
    else:
        outside = ~shapely.intersects(shape, cells)
        inside = shapely.covers(shape, cells)
    return np.asarray(inside), np.asarray(outside)


def _sums(marked: npt.NDArray[np.bool_], rows: int, columns: int) -> Integers:
    sums = np.zeros((rows + 1, columns + 1), np.int64)
    sums[1:, 1:] = marked.reshape(rows, columns).cumsum(axis=0).cumsum(axis=1)
    return sums
