"""Points of one layer: ordered so that a view reads about one point for every few pixels."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.index import BlockIndex
from layers.geometry.levels import depth_for, level_order
from layers.geometry.packed import Floats, Integers, pack_points
from layers.model.query import Box
from layers.scene.classes import class_indexes
from layers.scene.labels import PointNames
from layers.scene.request import ClassBatch, ClassCount, Counts, DrawBatch, DrawRequest, Hit
from layers.scene.style import LayerStyle, Look


class _ClassPoints:
    def __init__(self, xy: Floats, row: Integers, rotation: Floats | None, whole: Box) -> None:
        order, levels = level_order(xy, whole)
        self.xy = np.ascontiguousarray(xy[order])
        self.row = row[order]
        self.rotation = None if rotation is None else rotation[order]
        self.level_ends = np.searchsorted(levels, np.arange(19), side="right")
        self.index = BlockIndex.over(np.concatenate([self.xy, self.xy], axis=1))
        self._whole = whole

    def inside(self, box: Box, apart: float = 0.0) -> Integers:
        """Positions of the points in ``box``; one at least for every square of ``apart`` metres."""
        depth = depth_for(self._whole, apart) if apart else 18
        end = int(self.level_ends[min(depth, 18)])
        parts = [np.arange(a, min(b, end)) for a, b in self.index.runs(box) if a < end]
        if not parts:
            return np.zeros(0, np.int64)
        found = np.concatenate(parts)
        x, y = self.xy[found, 0], self.xy[found, 1]
        return np.asarray(found[(x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)])

    def near(self, x: float, y: float, tolerance: float) -> list[tuple[int, float]]:
        """Rows within ``tolerance`` metres, with their distance. The blocks are index enough: a KD-tree of two
        million points takes half a second to build and answers no faster than anybody notices."""
        found = self.inside(Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance))
        distance = np.hypot(self.xy[found, 0] - x, self.xy[found, 1] - y)
        return [(int(self.row[i]), float(d)) for i, d in zip(found, distance, strict=True) if d <= tolerance]


class PointSource:
    """Points of one layer. Built off the window's thread, then only read."""

    def __init__(
        self,
        layer: LayerStyle,
        table: pa.Table,
        whole: Box,
        feedback: Feedback,
        rotation: Floats | None = None,
    ) -> None:
        """``rotation`` has one angle (degrees, clockwise on the screen) for every row of ``table``."""
        self.layer = layer
        # A copy: the table's memory shall not stay for its ids.
        self.ids: Integers = np.array(table.column("fid").to_numpy())
        packed = pack_points(table.column("geom"))
        self.unlocated = len(table) - len(packed.row)
        self._class_of_row = class_indexes(table, layer).astype(np.int64)
        class_of_point = self._class_of_row[packed.row]
        self._classes: dict[int, _ClassPoints] = {}
        for number in range(len(layer.classes)):
            feedback.check()
            chosen = np.flatnonzero(class_of_point == number)
            if len(chosen):
                row = packed.row[chosen]
                turned = None if rotation is None else _turned(rotation[row], layer.classes[number].look)
                self._classes[number] = _ClassPoints(packed.xy[chosen], row, turned, whole)
        self._names = PointNames.of(layer, packed, class_of_point, table) if layer.labels else None

    def draw(self, request: DrawRequest) -> DrawBatch:
        """Everything of this layer that the request shows."""
        if not self.layer.is_visible(request.denominator):
            return DrawBatch(self.layer, ())
        classes = []
        for number in sorted(self._classes, reverse=True):
            style, points = self.layer.classes[number], self._classes[number]
            if f"{self.layer.id}/{style.id}" in request.hidden:
                continue
            found = points.inside(request.box, request.metres_per_pixel * self.layer.apart)
            rotation = None if points.rotation is None else points.rotation[found]
            classes.append(ClassBatch(style.look, points=points.xy[found], rotation=rotation))
        labels = () if self._names is None else (self._names.inside(request),)
        return DrawBatch(self.layer, tuple(classes), labels)

    def counts(self, box: Box | None = None) -> Counts:
        """Assets of every class: all, or those in ``box``."""
        result: Counts = {}
        for number, style in enumerate(self.layer.classes):
            points = self._classes.get(number)
            if box is None:
                result[style.id] = ClassCount(int((self._class_of_row == number).sum()))
            else:
                result[style.id] = ClassCount(0 if points is None else len(points.inside(box)))
        return result

    def near(self, x: float, y: float, tolerance: float, hidden: frozenset[str]) -> list[Hit]:
        """What is drawn within ``tolerance`` metres of a place."""
        return [
            Hit(self.layer.type, int(self.ids[row]), distance)
            for number, points in self._classes.items()
            if f"{self.layer.id}/{self.layer.classes[number].id}" not in hidden
            for row, distance in points.near(x, y, tolerance)
        ]


def _turned(degrees: Floats, look: Look) -> Floats:
    """Symbols without a direction of their own stay upright: a half turn is as good as none."""
    return degrees if look.directed else (degrees + 90.0) % 180.0 - 90.0
