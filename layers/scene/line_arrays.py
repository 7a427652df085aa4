"""Lines of one class as plain arrays, in cells of neighbours that are merged and simplified each for itself.

A cell is a square of the Morton curve with some hundred lines. Ends stay where they are when a cell is
simplified, so that what meets across the edge of a cell still meets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from layers.geometry.index import BlockIndex
from layers.geometry.levels import DEPTH, morton_codes
from layers.geometry.packed import Floats, Integers, PackedLines, boxes, lengths, segments, spread, take_lines
from layers.model.query import Box
from layers.scene.chains import Chains, chains_of, merged_by
from layers.scene.through import parted
from layers.scene.words import WordIndex

#: Simplified copies: metres of tolerance, used from this many metres per pixel on. A quarter of a pixel at most: a thin
#: line that is drawn further aside has other shades.
LEVELS = ((0.75, 3.0), (3.0, 12.0), (6.0, 24.0), (10.5, 40.0))
#: A cell has so many lines at most, unless they lie on one another: what is made again when one of them changes.
CELL = 400

Cells = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class LineRows:
    """Lines in any order; ``lines.row`` is the asset. ``word`` and ``short`` say what is written along each."""

    lines: PackedLines
    word: WordIndex | None = None
    short: WordIndex | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, chosen: Integers) -> LineRows:
        """Some of them."""
        word = None if self.word is None else self.word[chosen]
        short = None if self.short is None else self.short[chosen]
        return LineRows(take_lines(self.lines, chosen), word, short)

    def joined(self, other: LineRows) -> LineRows:
        """These and others of the same layer."""
        one, two = self.lines, other.lines
        lines = PackedLines(
            np.concatenate([one.xy, two.xy]),
            np.concatenate([one.offsets, two.offsets[1:] + one.offsets[-1]]),
            np.concatenate([one.row, two.row]),
        )
        if self.word is None or other.word is None or self.short is None or other.short is None:
            return LineRows(lines)
        return LineRows(
            lines, np.concatenate([self.word, other.word]), np.concatenate([self.short, other.short])
        )


@dataclass(frozen=True)
class Pieces:
    """Straight pieces (x0, y0, x1, y1); those of cell ``c`` are ``first[c]:first[c + 1]``."""

    pieces: Floats
    first: Integers

    def joined(self, other: Pieces) -> Pieces:
        """The cells of both, one after another."""
        first = np.concatenate([self.first, other.first[1:] + self.first[-1]])
        return Pieces(np.concatenate([self.pieces, other.pieces]), first)

    def take_cells(self, cells: Integers) -> Pieces:
        """Those of some cells, in their order."""
        counts = np.diff(self.first)[cells]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Pieces(self.pieces[spread(self.first[cells], counts)], first)


@dataclass(frozen=True)
class LineArrays:
    """Lines by cell: ``index.starts`` says which lines a cell has, ``cell`` its Morton code at the depth used."""

    rows: LineRows
    cell: Cells
    index: BlockIndex
    length: Floats
    levels: tuple[Pieces, ...] = ()
    full: Chains | None = None
    short: Chains | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def is_simple(self) -> bool:
        """Whether every asset has one line."""
        # Sorted here: the first ``np.unique`` of a process loads what takes 20 ms, and the first picture waits.
        return bool(np.diff(np.sort(self.rows.lines.row)).all())

    @classmethod
    def of(cls, rows: LineRows, frame: Box, depth: int, coarse: bool) -> LineArrays:
        """These lines, with coarser copies if ``coarse``, and with what is written along them."""
        return Fresh(cls.plain(rows, frame, depth), coarse).made

    @classmethod
    def plain(cls, rows: LineRows, frame: Box, depth: int) -> LineArrays:
        """These lines, and nothing made of them."""
        codes = line_cells(rows.lines, frame, depth)
        order = np.lexsort((rows.lines.row, codes)).astype(np.int64)
        rows, codes = rows.take(order), codes[order]
        starts = np.flatnonzero(np.diff(codes, prepend=codes[:1] + np.uint32(1)))
        cells, starts = codes[starts], np.append(starts, len(codes)).astype(np.int64)
        extents = boxes(rows.lines)
        low = np.minimum.reduceat(extents[:, :2], starts[:-1]) if len(cells) else np.zeros((0, 2))
        high = np.maximum.reduceat(extents[:, 2:], starts[:-1]) if len(cells) else np.zeros((0, 2))
        index = BlockIndex(starts, np.concatenate([low, high], axis=1))
        return cls(rows, cells.astype(np.uint32), index, lengths(rows.lines))

    def take_cells(self, cells: Integers) -> LineArrays:
        """Some cells, in their order."""
        counts = np.diff(self.index.starts)[cells]
        chosen = spread(self.index.starts[cells], counts)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return LineArrays(
            self.rows.take(chosen),
            self.cell[cells],
            BlockIndex(starts, self.index.boxes[cells]),
            self.length[chosen],
            tuple(level.take_cells(cells) for level in self.levels),
            None if self.full is None else self.full.take_cells(cells),
            None if self.short is None else self.short.take_cells(cells),
        )

    def joined(self, other: LineArrays) -> LineArrays:
        """The cells of both, one after another; no cell may be in both."""
        starts = np.concatenate([self.index.starts, other.index.starts[1:] + self.index.starts[-1]])
        index = BlockIndex(starts, np.concatenate([self.index.boxes, other.index.boxes]))
        with_chains = None not in (self.full, other.full, self.short, other.short)
        return LineArrays(
            self.rows.joined(other.rows),
            np.concatenate([self.cell, other.cell]),
            index,
            np.concatenate([self.length, other.length]),
            tuple(one.joined(two) for one, two in zip(self.levels, other.levels, strict=True)),
            self.full.joined(other.full) if with_chains and self.full and other.full else None,
            self.short.joined(other.short) if with_chains and self.short and other.short else None,
        )

    def pieces(self, first: int, last: int) -> Floats:
        """The straight pieces of the lines from ``first`` up to ``last``."""
        return self.pieces_with_lines(first, last)[0]

    def pieces_with_lines(self, first: int, last: int) -> tuple[Floats, Integers]:
        """The same, and for each piece the line it belongs to."""
        offsets = self.rows.lines.offsets[first : last + 1]
        part = PackedLines(
            self.rows.lines.xy[offsets[0] : offsets[-1]], offsets - offsets[0], np.arange(first, last)
        )
        pieces, begin = segments(part)
        return pieces, np.repeat(part.row, np.diff(begin))


@dataclass(frozen=True)
class Fresh:
    """Cells that were made again just now: what is drawn of them from afar is made when first asked for."""

    plain: LineArrays
    coarse: bool

    @cached_property
    def levels(self) -> tuple[Pieces, ...]:
        """The coarser copies."""
        lines = self.plain.rows.lines
        return _coarser(lines, self._cell, len(self.plain.cell)) if self.coarse else ()

    @cached_property
    def full(self) -> Chains | None:
        """What the full words are written along."""
        return self._chains(self.plain.rows.word)

    @cached_property
    def short(self) -> Chains | None:
        """What the short words are written along."""
        return self._chains(self.plain.rows.short)

    @cached_property
    def made(self) -> LineArrays:
        """The cells with all of it."""
        return replace(self.plain, levels=self.levels, full=self.full, short=self.short)

    def _chains(self, word: WordIndex | None) -> Chains | None:
        if word is None:
            return None
        return chains_of(self._shapes, word, self._cell, len(self.plain.cell))

    @cached_property
    def _shapes(self) -> np.ndarray:
        return _shapes(self.plain.rows.lines.xy, self.plain.rows.lines)

    @property
    def _cell(self) -> Integers:
        """The number of every line's cell."""
        return np.repeat(np.arange(len(self.plain.cell)), np.diff(self.plain.index.starts))


def line_cells(lines: PackedLines, frame: Box, depth: int) -> Cells:
    """The cell in which the middle of every line lies."""
    extents = boxes(lines)
    codes = morton_codes((extents[:, :2] + extents[:, 2:]) / 2, frame).astype(np.uint32)
    return codes >> np.uint32(2 * (DEPTH - depth)) if depth else np.zeros(len(codes), np.uint32)


def cell_depth(lines: PackedLines, frame: Box) -> int:
    """The depth at which no cell has too many lines."""
    codes = np.sort(line_cells(lines, frame, DEPTH))
    if len(codes) <= CELL:
        return 0
    # In their order a cell has too many where the line so many places on is in it, too.
    apart = codes[CELL:] ^ codes[:-CELL]
    for depth in range(1, DEPTH):
        if (apart >> np.uint32(2 * (DEPTH - depth))).all():
            return depth
    return DEPTH


def _shapes(xy: Floats, lines: PackedLines) -> np.ndarray:
    return np.asarray(
        shapely.linestrings(xy, indices=np.repeat(np.arange(len(lines)), np.diff(lines.offsets)))
    )


def _coarser(lines: PackedLines, cell: Integers, cells: int) -> tuple[Pieces, ...]:
    shapes = _shapes(parted(lines, cell), lines)
    merged, number = shapely.get_parts(merged_by(shapes, cell), return_index=True)
    levels = []
    for tolerance, _ in LEVELS:
        merged = shapely.simplify(merged, tolerance, preserve_topology=False)
        xy, line = shapely.get_coordinates(merged, return_index=True)
        counts = np.bincount(line, minlength=len(merged))
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        pieces, first = segments(PackedLines(xy, offsets, number))
        cell_first = np.searchsorted(np.repeat(number, np.diff(first)), np.arange(cells + 1))
        levels.append(Pieces(pieces, cell_first.astype(np.int64)))
    return tuple(levels)
