"""Points of one layer: ordered so that a view reads about one point for every few pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.levels import frame_of
from layers.geometry.packed import Floats, Integers, pack_points
from layers.model.query import Box
from layers.scene.class_points import ClassPoints
from layers.scene.classes import class_indexes
from layers.scene.labels import PointNames
from layers.scene.part import Nowhere, PointPart
from layers.scene.point_arrays import PointRows
from layers.scene.request import ClassBatch, ClassCount, Counts, DrawBatch, DrawRequest, Hit
from layers.scene.rotation import rotation_along
from layers.scene.style import LayerStyle, Look


@dataclass(frozen=True)
class PointSource:
    """Points of one layer by class number. Built off the window's thread, then only read.

    ``unfiltered`` is how many assets the type has before any filter.
    """

    layer: LayerStyle
    classes: Mapping[int, ClassPoints]
    nowhere: Nowhere
    names: PointNames | None
    unfiltered: int

    @classmethod
    def of(
        cls, layer: LayerStyle, table: pa.Table, feedback: Feedback, rotation: Floats | None = None
    ) -> PointSource:
        """The rows of ``table``; ``rotation`` has one angle (degrees, clockwise on the screen) for each."""
        ids = np.array(table.column("fid").to_numpy())
        packed = pack_points(table.column("geom"))
        class_of_row = class_indexes(table, layer)
        class_of_point = class_of_row[packed.row]
        frame = frame_of(packed.xy)
        classes: dict[int, ClassPoints] = {}
        for number, style in enumerate(layer.classes):
            feedback.check()
            chosen = np.flatnonzero(class_of_point == number)
            if len(chosen):
                row = packed.row[chosen]
                turned = None if rotation is None else _turned(rotation[row], style.look).astype(np.float32)
                classes[number] = ClassPoints.of(PointRows(packed.xy[chosen], ids[row], turned), frame)
        without = np.setdiff1d(np.arange(len(table)), packed.row, assume_unique=True)
        names = PointNames.of(layer, packed, class_of_point.astype(np.int64), table) if layer.labels else None
        return cls(layer, classes, Nowhere(ids[without], class_of_row[without]), names, len(table))

    # ---- asking

    @property
    def unlocated(self) -> int:
        """How many have no place."""
        return len(self.nowhere)

    @property
    def ids(self) -> Integers:
        """Every asset that has a class or no place."""
        found = [points.all.id for points in self.classes.values()]
        return np.unique(np.concatenate([*found, self.nowhere.id]))

    def ids_of_class(self, number: int) -> Integers:
        """Every asset of a class, those without a place too."""
        points = self.classes.get(number)
        located = np.zeros(0, np.int64) if points is None else points.all.id
        return np.concatenate([located, self.nowhere.of_class(number)])

    def parts(self) -> Iterator[PointPart]:
        """All points."""
        for number, points in self.classes.items():
            rows = points.all
            yield PointPart(number, rows.id, rows.xy)

    def inside(self, box: Box) -> Iterator[PointPart]:
        """The points in ``box``."""
        for number, points in self.classes.items():
            rows = points.inside(box)
            if len(rows):
                yield PointPart(number, rows.id, rows.xy)

    def draw(self, request: DrawRequest) -> DrawBatch:
        """Everything of this layer that the request shows."""
        if not self.layer.is_visible(request.denominator):
            return DrawBatch(self.layer, ())
        classes = []
        for number in sorted(self.classes, reverse=True):
            style, points = self.layer.classes[number], self.classes[number]
            if f"{self.layer.id}/{style.id}" in request.hidden:
                continue
            found = points.inside(request.box, request.metres_per_pixel * self.layer.apart)
            classes.append(
                ClassBatch(style.look, points=found.xy, rotation=found.rotation, state=found.state)
            )
        labels = () if self.names is None else (self.names.inside(request),)
        return DrawBatch(self.layer, tuple(classes), labels)

    def counts(self, box: Box | None = None) -> Counts:
        """Assets of every class: all, or those in ``box``."""
        result: Counts = {}
        for number, style in enumerate(self.layer.classes):
            points = self.classes.get(number)
            if box is not None:
                result[style.id] = ClassCount(0 if points is None else len(points.inside(box)))
                continue
            located = 0 if points is None else len(points)
            result[style.id] = ClassCount(located + len(self.nowhere.of_class(number)))
        return result

    def near(self, x: float, y: float, tolerance: float, hidden: frozenset[str]) -> list[Hit]:
        """What is drawn within ``tolerance`` metres of a place."""
        return [
            Hit(self.layer.type, id, distance)
            for number, points in self.classes.items()
            if f"{self.layer.id}/{self.layer.classes[number].id}" not in hidden
            for id, distance in points.near(x, y, tolerance)
        ]

    # ---- changing

    def patched(self, gone: Integers, rows: PointSource, added: int = 0) -> PointSource:
        """Without the assets ``gone``, with those of ``rows``; ``added``: how many more the type has now."""
        frame = self._frame_with(rows)
        classes = {}
        for number in sorted({*self.classes, *rows.classes}):
            points, new = self.classes.get(number), rows.classes.get(number)
            if points is None:
                assert new is not None
                classes[number] = ClassPoints.of(new.all, frame)
                continue
            if points.frame != frame:
                points = ClassPoints.of(points.all, frame)
            coming = points.base.rows.take(slice(0, 0)) if new is None else new.all
            classes[number] = points.patched(gone, coming)
        names = self.names
        if names is not None and rows.names is not None:
            names = names.patched(gone, rows.names)
        left = {number: points for number, points in classes.items() if len(points)}
        return PointSource(
            self.layer, left, self.nowhere.patched(gone, rows.nowhere), names, self.unfiltered + added
        )

    def _frame_with(self, rows: PointSource) -> Box:
        """The frame that all classes share; another one when points come that lie outside of it."""
        coming = np.concatenate([np.zeros((0, 2)), *(part.xy for part in rows.parts())])
        frame = next((points.frame for points in self.classes.values()), None)
        if frame is not None and (
            (coming >= (frame.x0, frame.y0)).all() and (coming <= (frame.x1, frame.y1)).all()
        ):
            return frame
        return frame_of(np.concatenate([*(part.xy for part in self.parts()), coming]))

    def turned(self, box: Box, mains: Floats) -> PointSource:
        """With the symbols in ``box`` turned along ``mains``, straight pieces (n, 4)."""
        classes = dict(self.classes)
        for number, points in self.classes.items():
            rows = points.inside(box)
            turned = _turned(rotation_along(rows.xy, mains), self.layer.classes[number].look)
            angle = turned.astype(np.float32)
            if rows.rotation is not None and not np.array_equal(angle, rows.rotation):
                classes[number] = points.patched(rows.id, replace(rows, rotation=angle))
        return replace(self, classes=classes)

    def compacted(self) -> PointSource:
        """The same with every class in one piece."""
        return replace(self, classes={number: points.compacted() for number, points in self.classes.items()})

    @property
    def changed(self) -> int:
        """How many assets lie beside the arrays first read."""
        return sum(points.changed for points in self.classes.values())


def _turned(degrees: Floats, look: Look) -> Floats:
    """Symbols without a direction of their own stay upright: a half turn is as good as none."""
    return degrees if look.directed else (degrees + 90.0) % 180.0 - 90.0
