"""Lines of one layer, ready to be drawn: exact pieces near by, merged and simplified ones from afar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.geometry.index import BlockIndex
from layers.geometry.levels import morton_codes
from layers.geometry.packed import Floats, Integers, PackedLines, boxes, pack_lines, segments, take_lines
from layers.model.query import Box
from layers.scene.classes import UNCLASSED, class_indexes
from layers.scene.labels import LineLabels, area_labels
from layers.scene.request import ClassBatch, ClassCount, Counts, DrawBatch, DrawRequest, Hit
from layers.scene.style import LayerStyle

#: Simplified copies: metres of tolerance, used from this many metres per pixel on (a third of a pixel off).
LEVELS = ((1.0, 3.0), (4.0, 12.0), (12.0, 36.0))
#: Lines fewer than this are always drawn exactly.
WORTH_SIMPLIFYING = 2000
#: No line is drawn wider than twice this.
WIDEST_PIXELS = 40.0


@dataclass(frozen=True)
class _Level:
    """Pieces for one range of scales, in blocks of neighbours."""

    from_metres: float
    pieces: Floats
    index: BlockIndex

    @classmethod
    def of(cls, from_metres: float, pieces: Floats, whole: Box) -> _Level:
        middle = (pieces[:, :2] + pieces[:, 2:]) / 2
        order = np.argsort(morton_codes(middle, whole), kind="stable")
        pieces = np.ascontiguousarray(pieces[order])
        low = np.minimum(pieces[:, :2], pieces[:, 2:])
        high = np.maximum(pieces[:, :2], pieces[:, 2:])
        return cls(from_metres, pieces, BlockIndex.over(np.concatenate([low, high], axis=1)))

    def inside(self, box: Box) -> Floats:
        runs = self.index.runs(box)
        return np.concatenate([self.pieces[a:b] for a, b in runs]) if runs else self.pieces[:0]


class _ClassLines:
    """The lines of one class in blocks of neighbours, with their coarser copies."""

    def __init__(self, lines: PackedLines, whole: Box, simplify: bool) -> None:
        extents = boxes(lines)
        order = np.argsort(morton_codes((extents[:, :2] + extents[:, 2:]) / 2, whole), kind="stable")
        self.lines = take_lines(lines, order.astype(np.int64))
        self.extents = extents[order]
        self.index = BlockIndex.over(self.extents)
        self.pieces, self.first_piece = segments(self.lines)
        self.levels: tuple[_Level, ...] = ()
        if simplify and len(lines) >= WORTH_SIMPLIFYING:
            self.levels = tuple(self._coarser(whole))

    def _coarser(self, whole: Box) -> list[_Level]:
        shapes = shapely.linestrings(
            self.lines.xy, indices=np.repeat(np.arange(len(self.lines)), np.diff(self.lines.offsets))
        )
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapes)))
        levels = []
        for tolerance, from_metres in LEVELS:
            merged = shapely.simplify(merged, tolerance, preserve_topology=False)
            xy, line = shapely.get_coordinates(merged, return_index=True)
            counts = np.bincount(line, minlength=len(merged))
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            pieces, _ = segments(PackedLines(xy, offsets, np.arange(len(merged))))
            levels.append(_Level.of(from_metres, pieces, whole))
        return levels

    def pieces_inside(self, request: DrawRequest) -> Floats:
        """The straight pieces worth drawing for ``request``."""
        for level in reversed(self.levels):
            if request.metres_per_pixel >= level.from_metres:
                return _reaching_into(level.inside(request.box), request)
        parts = [
            self.pieces[self.first_piece[a] : self.first_piece[b]] for a, b in self.index.runs(request.box)
        ]
        return _reaching_into(np.concatenate(parts), request) if parts else self.pieces[:0]

    def lines_inside(self, box: Box) -> PackedLines:
        """Whole lines, for looks in which something runs along the line."""
        runs = self.index.runs(box)
        order = np.concatenate([np.arange(a, b) for a, b in runs]) if runs else np.zeros(0, np.int64)
        return take_lines(self.lines, order.astype(np.int64))

    @cached_property
    def lengths(self) -> Floats:
        """The length of every line in metres."""
        pieces = np.hypot(self.pieces[:, 2] - self.pieces[:, 0], self.pieces[:, 3] - self.pieces[:, 1])
        ends = np.concatenate([[0.0], np.cumsum(pieces)])
        return np.asarray(ends[self.first_piece[1:]] - ends[self.first_piece[:-1]])

    def near(self, x: float, y: float, tolerance: float) -> list[tuple[int, float]]:
        """Rows of the lines within ``tolerance`` metres of a place, with their distance."""
        around = Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance)
        found: list[tuple[int, float]] = []
        for a, b in self.index.runs(around):
            first, last = self.first_piece[a], self.first_piece[b]
            distance = _distances(self.pieces[first:last], x, y)
            for piece in np.flatnonzero(distance <= tolerance):
                line = int(np.searchsorted(self.first_piece, first + piece, side="right")) - 1
                found.append((int(self.lines.row[line]), float(distance[piece])))
        return found


def _reaching_into(pieces: Floats, request: DrawRequest) -> Floats:
    """The pieces whose box meets the view, or comes so near that their width reaches into it."""
    box, room = request.box, WIDEST_PIXELS * request.metres_per_pixel
    x0, y0, x1, y1 = pieces.T
    met = (np.minimum(x0, x1) <= box.x1 + room) & (np.maximum(x0, x1) >= box.x0 - room)
    met &= (np.minimum(y0, y1) <= box.y1 + room) & (np.maximum(y0, y1) >= box.y0 - room)
    return np.asarray(pieces[met])


def _distances(pieces: Floats, x: float, y: float) -> Floats:
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    offset = np.array([x, y]) - start
    square = np.maximum((along**2).sum(axis=1), 1e-18)
    share = ((offset * along).sum(axis=1) / square).clip(0.0, 1.0)
    return np.asarray(np.hypot(*(offset - along * share[:, None]).T))


class LineSource:
    """Lines or areas of one layer. Built off the window's thread, then only read."""

    def __init__(self, layer: LayerStyle, table: pa.Table, whole: Box, feedback: Feedback) -> None:
        self.layer = layer
        # A copy: the table's memory shall not stay for its ids.
        self.ids: Integers = np.array(table.column("fid").to_numpy())
        lines = pack_lines(table.column("geom"))
        self._class_of_row = class_indexes(table, layer).astype(np.int64)
        self.unlocated = len(table) - len(np.unique(lines.row))
        class_of_line = self._class_of_row[lines.row]
        self._classes: dict[int, _ClassLines] = {}
        for number, style in enumerate(layer.classes):
            feedback.check()
            chosen = np.flatnonzero(class_of_line == number)
            if len(chosen):
                simplify = layer.drawing != "area" and style.look.is_solid
                self._classes[number] = _ClassLines(take_lines(lines, chosen), whole, simplify)
        shown = np.flatnonzero(class_of_line != UNCLASSED)
        self.labels = LineLabels.of(layer, take_lines(lines, shown), class_of_line[shown], table, feedback)
        self._area_names = (
            area_labels(layer, table, self._class_of_row)
            if layer.drawing == "area" and layer.labels
            else None
        )

    def draw(self, request: DrawRequest) -> DrawBatch:
        """Everything of this layer that the request shows."""
        if not self.layer.is_visible(request.denominator):
            return DrawBatch(self.layer, ())
        classes = []
        for number in sorted(self._classes, reverse=True):
            style, lines = self.layer.classes[number], self._classes[number]
            if f"{self.layer.id}/{style.id}" in request.hidden:
                continue
            if style.look.is_solid and self.layer.drawing != "area":
                classes.append(ClassBatch(style.look, pieces=lines.pieces_inside(request)))
            else:
                classes.append(ClassBatch(style.look, lines=lines.lines_inside(request.box)))
        labels = self.labels.inside(request) if self.labels is not None else ()
        if self._area_names is not None:
            labels = (*labels, self._area_names.inside(request))
        return DrawBatch(self.layer, tuple(classes), labels)

    def counts(self, box: Box | None = None) -> Counts:
        """Assets and metres of every class: all, or those whose extent reaches into ``box``."""
        result: Counts = {}
        for number, style in enumerate(self.layer.classes):
            lines = self._classes.get(number)
            if lines is None:
                result[style.id] = ClassCount(
                    int((self._class_of_row == number).sum()) if box is None else 0, 0.0
                )
                continue
            if box is None:
                total = float(lines.lengths.sum())
                result[style.id] = ClassCount(int((self._class_of_row == number).sum()), total)
                continue
            extents = lines.extents
            inside = (extents[:, 0] <= box.x1) & (extents[:, 2] >= box.x0)
            inside &= (extents[:, 1] <= box.y1) & (extents[:, 3] >= box.y0)
            count = len(np.unique(lines.lines.row[inside]))
            result[style.id] = ClassCount(count, float(lines.lengths[inside].sum()))
        return result

    def near(self, x: float, y: float, tolerance: float, hidden: frozenset[str]) -> list[Hit]:
        """What is drawn within ``tolerance`` metres of a place."""
        nearest: dict[int, float] = {}
        for number, lines in self._classes.items():
            if f"{self.layer.id}/{self.layer.classes[number].id}" in hidden:
                continue
            for row, distance in lines.near(x, y, tolerance):
                nearest[row] = min(distance, nearest.get(row, distance))
        return [Hit(self.layer.type, int(self.ids[row]), d, is_line=True) for row, d in nearest.items()]
