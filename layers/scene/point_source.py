"""Points of one layer: ordered so that a view reads about one point for every few pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.levels import frame_of
from layers.geometry.packed import Floats, Integers
from layers.model.query import Box
from layers.scene.class_points import ClassPoints
from layers.scene.density import density
from layers.scene.labels import PointNames
from layers.scene.layer_rows import LayerPoints, upright
from layers.scene.part import Nowhere, PointPart
from layers.scene.point_arrays import PointArrays
from layers.scene.request import ClassBatch, ClassCount, Counts, Density, DrawBatch, DrawRequest, Hit
from layers.scene.rotation import rotation_along
from layers.scene.style import LayerStyle

#: How far beside its main a symbol stands, in tolerances of a click.
_BESIDE = 1.5


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
        cls, layer: LayerStyle, table: pa.Table, feedback: Feedback, mains: Floats | None = None
    ) -> PointSource:
        """The rows of ``table``; symbols that turn do so with ``mains``, straight pieces (n, 4)."""
        rows = LayerPoints.of(layer, table, mains)
        frame = frame_of(rows.xy)
        classes: dict[int, ClassPoints] = {}
        for number, points in rows.classes.items():
            feedback.check()
            classes[number] = ClassPoints.of(points, frame)
        return cls(layer, classes, rows.nowhere, rows.names, rows.count)

    @classmethod
    def sketch(cls, layer: LayerStyle, table: pa.Table) -> PointSource:
        """The rows of ``table`` in no order, soon there: to be shown until the whole source is."""
        rows = LayerPoints.of(layer, table)
        frame = frame_of(rows.xy)
        classes = {
            number: ClassPoints(frame, PointArrays.sketch(points, frame))
            for number, points in rows.classes.items()
        }
        return cls(layer, classes, rows.nowhere, rows.names, rows.count)

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

    def of_ids(self, ids: Integers) -> Iterator[PointPart]:
        """The points of some assets."""
        for number, points in self.classes.items():
            rows = points.of_ids(ids)
            if len(rows):
                yield PointPart(number, rows.id, rows.xy)

    def draw(self, request: DrawRequest) -> DrawBatch:
        """Everything of this layer that the request shows."""
        if self.layer.is_shaded(request.denominator):
            return DrawBatch(self.layer, (), density=self._density(request))
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

    def _density(self, request: DrawRequest) -> Density | None:
        shown = (
            points
            for number, points in self.classes.items()
            if f"{self.layer.id}/{self.layer.classes[number].id}" not in request.hidden
        )
        return density(shown, request.box, request.metres_per_pixel)

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
            for id, distance in (
                _near_beside(points, x, y, tolerance) if self.layer.beside else points.near(x, y, tolerance)
            )
        ]

    # ---- changing

    def patched(self, gone: Integers, rows: LayerPoints, added: int = 0) -> PointSource:
        """Without the assets ``gone``, with those of ``rows``; ``added``: how many more the type has now."""
        frame = self._frame_with(rows)
        classes = {}
        for number in sorted({*self.classes, *rows.classes}):
            points, new = self.classes.get(number), rows.classes.get(number)
            if points is None:
                assert new is not None
                classes[number] = ClassPoints.of(new, frame)
                continue
            if points.frame != frame:
                points = ClassPoints.of(points.all, frame)
            coming = points.base.rows.take(slice(0, 0)) if new is None else new
            classes[number] = points.patched(gone, coming)
        names = self.names
        if names is not None and rows.names is not None:
            names = names.patched(gone, rows.names)
        left = {number: points for number, points in classes.items() if len(points)}
        return PointSource(
            self.layer, left, self.nowhere.patched(gone, rows.nowhere), names, self.unfiltered + added
        )

    def _frame_with(self, rows: LayerPoints) -> Box:
        """The frame that all classes share; another one when points come that lie outside of it."""
        coming = rows.xy
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
            angle = upright(
                rotation_along(rows.xy, mains, self.layer.off_main), self.layer.classes[number].look
            )
            if rows.rotation is not None and not np.array_equal(angle, rows.rotation, equal_nan=True):
                classes[number] = points.patched(rows.id, replace(rows, rotation=angle))
        return replace(self, classes=classes)

    def compacted(self) -> PointSource:
        """The same with every class in one piece."""
        return replace(self, classes={number: points.compacted() for number, points in self.classes.items()})

    @property
    def is_worn(self) -> bool:
        """Whether so much lies beside the arrays first read that it is worth putting in its place."""
        return any(points.is_worn for points in self.classes.values())


def _near_beside(points: ClassPoints, x: float, y: float, tolerance: float) -> list[tuple[int, float]]:
    """The same for points drawn beside their main: either place will do."""
    reach = tolerance * (1 + _BESIDE)
    found = points.inside(Box(x - reach, y - reach, x + reach, y + reach))
    distance = np.hypot(found.xy[:, 0] - x, found.xy[:, 1] - y)
    if found.rotation is not None:
        angle = np.radians(found.rotation.astype(np.float64))
        # North of the main, or west of one that runs north; on the screen angles run clockwise and y down.
        drawn = found.xy + np.stack([np.sin(angle), np.cos(angle)], axis=1) * tolerance * _BESIDE
        aside = np.hypot(drawn[:, 0] - x, drawn[:, 1] - y)
        distance = np.where(np.isnan(aside), distance, np.fmin(distance, aside))
    return [(int(i), float(d)) for i, d in zip(found.id, distance, strict=True) if d <= tolerance]
