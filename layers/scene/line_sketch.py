"""The lines of one class as they are read, soon there: to be shown until they lie in cells, merged and simplified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.geometry.index import BlockIndex
from layers.geometry.packed import Floats, PackedLines, lengths, spread
from layers.model.query import Box
from layers.scene.class_lines import ClassLines, lying_in
from layers.scene.line_arrays import LEVELS, LineArrays, LineRows
from layers.scene.request import DrawRequest

#: Px of a wide screen: no picture of all the lines is larger.
_WIDEST_VIEW = 1920


@dataclass(frozen=True)
class SketchedLines(ClassLines):
    """All lines in one cell, and nothing written along them.

    ``straight``: what is drawn of them from so many metres per pixel on (``far``), each line for itself.
    """

    far: float = np.inf
    straight: Floats | None = None

    @classmethod
    def of(cls, rows: LineRows, solid: bool) -> SketchedLines:
        """All lines of a class; only of ``solid`` ones less may be drawn from afar."""
        lines = rows.lines
        low, high = lines.xy.min(axis=0), lines.xy.max(axis=0)
        index = BlockIndex(np.array([0, len(lines)]), np.concatenate([low, high])[None, :])
        arrays = LineArrays(LineRows(lines), np.zeros(1, np.uint32), index, lengths(lines))
        far, straight = np.inf, None
        across = float((high - low).max()) / _WIDEST_VIEW
        fitting = [level for level in LEVELS if level[1] <= across]
        if solid and fitting:
            tolerance, far = fitting[-1]
            straight = straightened(lines, tolerance)
        return cls(Box(*low.tolist(), *high.tolist()), 0, False, arrays, far=far, straight=straight)

    def pieces_inside(self, request: DrawRequest, closeness: float = 1.0) -> Floats:
        """The straight pieces worth drawing for ``request``, no finer ones whatever the ``closeness``: not for long."""
        if self.straight is None or request.metres_per_pixel < self.far:
            # Exact: there are no other levels.
            return super().pieces_inside(request)
        return lying_in(request, self.base.index.boxes, self.straight)


def straightened(lines: PackedLines, tolerance: float) -> Floats:
    """The straight pieces of lines, a single one for each that has no vertex further than ``tolerance`` from it."""
    first, last = lines.offsets[:-1], lines.offsets[1:] - 1
    counts = last - first
    bent = np.flatnonzero(counts > 1)
    if len(bent):
        inner = counts[bent] - 1
        # A place and a direction are a number each.
        xy = np.ascontiguousarray(lines.xy).view(np.complex128)[:, 0]
        chord = xy[last[bent]] - xy[first[bent]]
        away = xy[spread(first[bent] + 1, inner)] - np.repeat(xy[first[bent]], inner)
        # Of a ring the chord is a point: everything is as far from it as from there.
        square = np.repeat(np.maximum(chord.real**2 + chord.imag**2, 1e-18), inner)
        chord = np.repeat(chord, inner)
        share = ((away * chord.conj()).real / square).clip(0.0, 1.0)
        farthest = np.maximum.reduceat(np.abs(away - chord * share), np.cumsum(inner) - inner)
        straight = np.ones(len(lines), bool)
        straight[bent[farthest > tolerance]] = False
        counts = np.where(straight, 1, counts)
    begin = spread(first, counts)
    end = begin + 1
    end[np.cumsum(counts) - 1] = last
    return np.concatenate([lines.xy[begin], lines.xy[end]], axis=1)
