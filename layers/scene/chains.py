"""Lines joined where they say the same: what names are written along. Joined within a cell, never across."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from layers.geometry.packed import Floats, Integers, PackedLines, boxes, lengths, spread
from layers.scene.words import SILENT, WordIndex

#: Metres by which a name may stand beside its line.
_TOLERANCE = 0.2
#: Metres between one chain and the next on the common axis of distance.
_GAP = 1.0


@dataclass(frozen=True)
class Chains:
    """Chain ``i`` has the vertices ``x, y[offsets[i]:offsets[i + 1]]`` and says ``word[i]``.

    The chains of cell ``c`` are ``first[c]:first[c + 1]``.
    """

    x: Floats
    y: Floats
    offsets: Integers
    word: WordIndex
    boxes: Floats
    #: How long each chain is, in metres.
    length: Floats
    first: Integers

    def __len__(self) -> int:
        return len(self.word)

    @cached_property
    def along(self) -> Floats:
        """The distance of every vertex from the first of all, with a gap after each chain: one axis for all."""
        steps = np.zeros(len(self.x))
        steps[1:] = np.hypot(np.diff(self.x), np.diff(self.y))
        steps[self.offsets[1:-1]] = _GAP
        return np.cumsum(steps)

    @cached_property
    def begin(self) -> Floats:
        """Where each chain begins on that axis."""
        return np.asarray(self.along[self.offsets[:-1]])

    def at(self, distance: Floats) -> Floats:
        """The places (n, 2) at these distances."""
        # Looked for once: ``np.interp`` would go through a million vertices for each axis.
        along = self.along
        after = np.searchsorted(along, distance, side="right").clip(1, len(along) - 1)
        before = after - 1
        begin = along[before]
        share = ((distance - begin) / np.maximum(along[after] - begin, 1e-12)).clip(0.0, 1.0)
        return np.stack(
            [part[before] + (part[after] - part[before]) * share for part in (self.x, self.y)], axis=1
        )

    def take_cells(self, cells: Integers) -> Chains:
        """The chains of some cells, in their order."""
        counts = np.diff(self.first)[cells]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return self.take(spread(self.first[cells], counts), first)

    def take(self, chosen: Integers, first: Integers) -> Chains:
        """Some chains, in the cells that ``first`` says."""
        begin = self.offsets[chosen]
        counts = self.offsets[chosen + 1] - begin
        vertices = spread(begin, counts)
        return Chains(
            self.x[vertices],
            self.y[vertices],
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            self.word[chosen],
            self.boxes[chosen],
            self.length[chosen],
            first,
        )

    def joined(self, other: Chains) -> Chains:
        """The cells of both, one after another."""
        return Chains(
            np.concatenate([self.x, other.x]),
            np.concatenate([self.y, other.y]),
            np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]]),
            np.concatenate([self.word, other.word]),
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.length, other.length]),
            np.concatenate([self.first, other.first[1:] + self.first[-1]]),
        )


def chains_of(shapes: np.ndarray, word: WordIndex, cell: Integers, cells: int) -> Chains:
    """The chains of lines, each in the cell of its number and saying a word."""
    said = np.flatnonzero(word != SILENT)
    kinds = cell[said] * (int(word.max(initial=0)) + 1) + word[said]
    order = np.argsort(kinds, kind="stable")
    found, group = np.unique(kinds[order], return_inverse=True)
    merged = merged_by(shapes[said[order]], group)
    parts, part_group = shapely.get_parts(
        shapely.simplify(merged, _TOLERANCE, preserve_topology=False), return_index=True
    )
    xy, line = shapely.get_coordinates(parts, return_index=True)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(parts)))]).astype(np.int64)
    per_kind = int(word.max(initial=0)) + 1
    part_kind = found[part_group]
    first = np.searchsorted(part_kind // per_kind, np.arange(cells + 1)).astype(np.int64)
    return _packed(xy, offsets, (part_kind % per_kind).astype(np.int32), first)


def merged_by(shapes: np.ndarray, group: Integers) -> np.ndarray:
    """One geometry for each group (ascending numbers) of lines, merged where two of them meet end to end."""
    if not len(shapes):
        return np.zeros(0, dtype=object)
    return np.asarray(shapely.line_merge(shapely.multilinestrings(shapes, indices=group)))


def _packed(xy: Floats, offsets: Integers, word: WordIndex, first: Integers) -> Chains:
    lines = PackedLines(xy, offsets, np.arange(len(word)))
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return Chains(x, y, offsets, word, boxes(lines), lengths(lines), first)
