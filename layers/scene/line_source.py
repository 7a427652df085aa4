"""Lines of one layer, ready to be drawn: exact pieces near by, merged and simplified ones from afar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers
from layers.model.query import Box
from layers.scene.class_lines import WORTH_SIMPLIFYING, ClassLines
from layers.scene.labels import PointNames, labels_along
from layers.scene.layer_rows import LayerLines
from layers.scene.line_arrays import LEVELS, LineRows
from layers.scene.line_sketch import SketchedLines
from layers.scene.part import LinePart, Nowhere
from layers.scene.request import ClassBatch, ClassCount, Counts, DrawBatch, DrawRequest, Hit, LabelBatch
from layers.scene.style import ClassStyle, LayerStyle
from layers.scene.words import SILENT, WordIndex, Words

__all__ = ["LEVELS", "WORTH_SIMPLIFYING", "LineSource"]

#: So near that nothing is simplified.
_EXACT = 1e-9
#: Mains of this width are simplified less, by so much: what is wide and dark shows a shift that is not seen of others.
_TRUNK, _CLOSER = 4.0, 2.0
#: So are classes of fewer lines than this, for it costs little.
_FEW, CLOSE = 50_000, 1.6


@dataclass(frozen=True)
class LineSource:
    """Lines or areas of one layer by class number. Built off the window's thread, then only read.

    ``unfiltered`` is how many assets the type has before any filter.
    """

    layer: LayerStyle
    classes: Mapping[int, ClassLines]
    words: Words
    nowhere: Nowhere
    names: PointNames | None
    unfiltered: int

    @classmethod
    def of(cls, layer: LayerStyle, table: pa.Table, feedback: Feedback) -> LineSource:
        """The rows of ``table``."""
        rows = LayerLines.of(layer, table)
        classes: dict[int, ClassLines] = {}
        for number, lines in rows.classes.items():
            feedback.check()
            classes[number] = ClassLines.of(lines, _is_solid(layer, layer.classes[number]))
        return cls(layer, classes, rows.words, rows.nowhere, rows.names, rows.count)

    @classmethod
    def sketch(cls, layer: LayerStyle, table: pa.Table) -> LineSource:
        """The rows of ``table`` without names, soon there: to be shown until the whole source is."""
        rows = LayerLines.of(layer, table, named=False)
        classes = {
            number: SketchedLines.of(lines, _is_solid(layer, layer.classes[number]))
            for number, lines in rows.classes.items()
        }
        return cls(layer, classes, rows.words, rows.nowhere, rows.names, rows.count)

    # ---- asking

    @property
    def unlocated(self) -> int:
        """How many have no place."""
        return len(self.nowhere)

    @property
    def ids(self) -> Integers:
        """Every asset that has a class or no place."""
        found = [lines.ids for lines in self.classes.values()]
        return np.unique(np.concatenate([*found, self.nowhere.id]))

    def ids_of_class(self, number: int) -> Integers:
        """Every asset of a class, those without a place too."""
        lines = self.classes.get(number)
        located = np.zeros(0, np.int64) if lines is None else lines.ids
        return np.concatenate([located, self.nowhere.of_class(number)])

    def parts(self) -> Iterator[LinePart]:
        """All lines."""
        return self.inside(Box(-np.inf, -np.inf, np.inf, np.inf))

    def inside(self, box: Box) -> Iterator[LinePart]:
        """The lines whose extent meets ``box``."""
        for number, lines in self.classes.items():
            found = lines.lines_inside(box)
            if len(found):
                yield LinePart(number, found.row, found.xy, found.offsets)

    def of_ids(self, ids: Integers) -> Iterator[LinePart]:
        """The lines of some assets."""
        for number, lines in self.classes.items():
            found = lines.of_ids(ids)
            if len(found):
                yield LinePart(number, found.row, found.xy, found.offsets)

    def pieces_near(self, box: Box) -> Floats:
        """The straight pieces that reach into ``box``, as they are."""
        request = DrawRequest(0, box, _EXACT)
        found = [lines.pieces_inside(request) for lines in self.classes.values()]
        return np.concatenate([np.zeros((0, 4)), *found])

    def draw(self, request: DrawRequest) -> DrawBatch:
        """Everything of this layer that the request shows."""
        if not self.layer.is_visible(request.denominator):
            return DrawBatch(self.layer, ())
        classes = []
        for number in sorted(self.classes, reverse=True):
            style, lines = self.layer.classes[number], self.classes[number]
            if f"{self.layer.id}/{style.id}" in request.hidden:
                continue
            if _is_solid(self.layer, style):
                pieces = lines.pieces_inside(request, _closeness(self.layer, style, lines))
                classes.append(ClassBatch(style.look, pieces=pieces))
            else:
                classes.append(ClassBatch(style.look, lines=lines.lines_inside(request.box)))
        labels: tuple[LabelBatch, ...] = ()
        if len(self.words):
            labels = labels_along(self.layer, tuple(self.classes.items()), self.words, request)
        if self.names is not None:
            labels = (*labels, self.names.inside(request))
        return DrawBatch(self.layer, tuple(classes), labels)

    def counts(self, box: Box | None = None) -> Counts:
        """Assets and metres of every class: all, or those whose extent reaches into ``box``."""
        result: Counts = {}
        for number, style in enumerate(self.layer.classes):
            lines = self.classes.get(number)
            if box is not None:
                count, metres = (0, 0.0) if lines is None else lines.count_inside(box)
            else:
                count, metres = (0, 0.0) if lines is None else (lines.count, lines.metres)
                count += len(self.nowhere.of_class(number))
            # A class in several widths is one class.
            before = result.get(style.id, ClassCount(0, 0.0))
            result[style.id] = ClassCount(before.count + count, (before.metres or 0.0) + metres)
        return result

    def near(self, x: float, y: float, tolerance: float, hidden: frozenset[str]) -> list[Hit]:
        """What is drawn within ``tolerance`` metres of a place."""
        nearest: dict[int, float] = {}
        for number, lines in self.classes.items():
            if f"{self.layer.id}/{self.layer.classes[number].id}" in hidden:
                continue
            for id, distance in lines.near(x, y, tolerance):
                nearest[id] = min(distance, nearest.get(id, distance))
        return [Hit(self.layer.type, id, d, is_line=True) for id, d in nearest.items()]

    # ---- changing

    def patched(self, gone: Integers, rows: LayerLines, added: int = 0) -> LineSource:
        """Without the assets ``gone``, with those of ``rows``; ``added``: how many more the type has now."""
        words, places = self.words.joined(rows.words)
        classes = {}
        for number in sorted({*self.classes, *rows.classes}):
            lines, new = self.classes.get(number), rows.classes.get(number)
            coming = None if new is None else _renamed(new, places)
            if lines is None:
                assert coming is not None
                classes[number] = ClassLines.of(coming, _is_solid(self.layer, self.layer.classes[number]))
            else:
                nothing = lines.base.rows.take(np.zeros(0, np.int64))
                classes[number] = lines.patched(gone, nothing if coming is None else coming)
        names = self.names
        if names is not None and rows.names is not None:
            names = names.patched(gone, rows.names)
        left = {number: lines for number, lines in classes.items() if len(lines)}
        nowhere = self.nowhere.patched(gone, rows.nowhere)
        return LineSource(self.layer, left, words, nowhere, names, self.unfiltered + added)

    def finish(self) -> None:
        """Make now what would be made when what changed last is first drawn from afar."""
        for lines in self.classes.values():
            lines.finish()

    def compacted(self) -> LineSource:
        """The same with every class in one piece."""
        return replace(self, classes={number: lines.compacted() for number, lines in self.classes.items()})

    @property
    def is_worn(self) -> bool:
        """Whether so much lies beside the arrays first read that it is worth putting in its place."""
        return any(lines.is_worn for lines in self.classes.values())


def _is_solid(layer: LayerStyle, style: ClassStyle) -> bool:
    return layer.drawing != "area" and style.look.is_solid


def _closeness(layer: LayerStyle, style: ClassStyle, lines: ClassLines) -> float:
    """How many times as fine as it must be a class is drawn."""
    if layer.drawing == "main" and style.look.width >= _TRUNK:
        return _CLOSER
    return CLOSE if len(lines.base) < _FEW else 1.0


def _renamed(rows: LineRows, places: WordIndex) -> LineRows:
    """The rows with their words as the layer numbers them."""
    if rows.word is None or rows.short is None:
        return rows
    found = np.append(places, np.int32(SILENT))  # the last one is where SILENT points to
    return LineRows(rows.lines, found[rows.word], found[rows.short])
