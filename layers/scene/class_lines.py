"""The lines of one class of a layer: what was read, and the cells that changed since in the place of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from layers.geometry.clipping import lengths_inside
from layers.geometry.index import joined
from layers.geometry.levels import frame_of
from layers.geometry.packed import Floats, Integers, PackedLines, boxes, spread, take_lines
from layers.model.query import Box
from layers.scene.chains import Chains
from layers.scene.class_points import places_of
from layers.scene.line_arrays import (
    LEVELS,
    Cells,
    Fresh,
    LineArrays,
    LineRows,
    cell_depth,
    line_cells,
)
from layers.scene.point_arrays import Mask
from layers.scene.region import Region
from layers.scene.request import DrawRequest

#: Lines fewer than this are always drawn exactly.
WORTH_SIMPLIFYING = 2000
#: So many lines beside the base are worth putting in their place.
WORN = 20_000
#: No line is drawn wider than twice this.
WIDEST_PIXELS = 40.0


@dataclass(frozen=True)
class ClassLines:
    """``base`` without the cells that are not ``alive`` any more; ``delta`` and ``fresh`` have these as they are now.

    A cell is the square of depth ``depth`` over ``frame`` in which the middle of a line lies.
    """

    frame: Box
    depth: int
    coarse: bool
    base: LineArrays
    alive: Mask | None = None
    delta: LineArrays | None = None
    fresh: Fresh | None = None

    @classmethod
    def of(cls, rows: LineRows, solid: bool) -> ClassLines:
        """All lines of a class; only ``solid`` ones may be simplified."""
        coarse = solid and len(rows) >= WORTH_SIMPLIFYING
        frame = frame_of(rows.lines.xy)
        depth = cell_depth(rows.lines, frame)
        return cls(frame, depth, coarse, LineArrays.of(rows, frame, depth, coarse))

    def __len__(self) -> int:
        return sum(
            len(arrays) if alive is None else int(_of_cells(arrays, alive).sum())
            for arrays, alive in self.parts()
        )

    def parts(self) -> Iterator[tuple[LineArrays, Mask | None]]:
        """The arrays, with the cells of each that count."""
        yield self.base, self.alive
        if self.delta is not None:
            yield self.delta, None
        if self.fresh is not None:
            yield self.fresh.plain, None

    def chains(self, *, full: bool) -> Iterator[tuple[LineArrays, Mask | None, Chains | None]]:
        """The same, with what full or short words are written along."""
        for arrays, alive in self.parts():
            drawn = self._drawn(arrays)
            yield arrays, alive, drawn.full if full else drawn.short

    def _drawn(self, arrays: LineArrays) -> LineArrays | Fresh:
        """What of one of the parts is drawn from afar."""
        return self.fresh if self.fresh is not None and arrays is self.fresh.plain else arrays

    def finish(self) -> None:
        """Make now what would be made when it is first drawn."""
        if self.fresh is not None:
            _ = self.fresh.made

    # ---- drawing

    def pieces_inside(self, request: DrawRequest, closeness: float = 1.0) -> Floats:
        """The straight pieces worth drawing for ``request``; ``closeness`` asks for so many times as fine ones."""
        number = sum(request.metres_per_pixel >= metres * closeness for _, metres in LEVELS) - 1
        wide = _wide(request)
        found, whole = [], True
        for arrays, alive in self.parts():
            if alive is None and arrays.index.all_inside(wide):
                levels = self._drawn(arrays).levels if number >= 0 else ()
                found.append(levels[number].pieces[:] if levels else arrays.pieces(0, len(arrays)))
                continue
            hits = arrays.index.hits(wide, alive)
            cells = joined(hits)
            whole &= _all_inside(arrays.index.boxes[hits], wide)
            if number >= 0 and cells and (levels := self._drawn(arrays).levels):
                level = levels[number]
                found += [level.pieces[level.first[a] : level.first[b]] for a, b in cells]
            else:
                starts = arrays.index.starts
                found += [arrays.pieces(int(starts[a]), int(starts[b])) for a, b in cells]
        if not found:
            return np.zeros((0, 4))
        pieces = found[0] if len(found) == 1 else np.concatenate(found)
        return pieces if whole else _reaching_into(pieces, wide)

    def lines_inside(self, box: Box) -> PackedLines:
        """Whole lines whose extent meets ``box``."""
        return self._lines((arrays, _lines_meeting(arrays, box, alive)) for arrays, alive in self.parts())

    @staticmethod
    def _lines(chosen: Iterable[tuple[LineArrays, Integers]]) -> PackedLines:
        parts = [take_lines(arrays.rows.lines, lines) for arrays, lines in chosen if len(lines)]
        if len(parts) == 1:
            return parts[0]
        counts = [np.diff(part.offsets) for part in parts]
        return PackedLines(
            np.concatenate([np.zeros((0, 2)), *(part.xy for part in parts)]),
            np.concatenate([[0], np.cumsum(np.concatenate([[], *counts]))]).astype(np.int64),
            np.concatenate([np.zeros(0, np.int64), *(part.row for part in parts)]),
        )

    def ids_meeting(self, region: Region) -> Integers:
        """The assets that reach into a region; lines are looked at only in cells that are not wholly in it."""
        found = []
        for arrays, alive in self.parts():
            lines, starts = arrays.rows.lines, arrays.index.starts
            inside, open_ = region.decided(arrays.index.boxes)
            if alive is not None:
                inside, open_ = inside & alive, open_ & alive
            found += [lines.row[starts[a] : starts[b]] for a, b in joined(np.flatnonzero(inside))]
            runs = [np.arange(starts[a], starts[b]) for a, b in joined(np.flatnonzero(open_))]
            if runs:
                part = take_lines(lines, np.concatenate(runs))
                found.append(part.row[region.meets_lines(part.xy, part.offsets, boxes(part))])
        return np.concatenate([np.zeros(0, np.int64), *found])

    def of_ids(self, ids: Integers) -> PackedLines:
        """The lines of some assets."""
        return self._lines(self._standing(ids))

    def _standing(self, ids: Integers) -> list[tuple[LineArrays, Integers]]:
        """Which lines are those of some assets. One change asks for the same several times."""
        key = ids.tobytes()
        found = self._asked.get(key)
        if found is None:
            found = [
                (arrays, _alive_lines(arrays, alive, places_of(arrays.rows.lines.row, ids)))
                for arrays, alive in self.parts()
            ]
            self._asked.clear()
            self._asked[key] = found
        return found

    @cached_property
    def _asked(self) -> dict[bytes, list[tuple[LineArrays, Integers]]]:
        """What was asked last of all."""
        return {}

    def near(self, x: float, y: float, tolerance: float) -> list[tuple[int, float]]:
        """Assets whose line is within ``tolerance`` metres of a place, with their distance."""
        around = Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance)
        found: list[tuple[int, float]] = []
        for arrays, alive in self.parts():
            for a, b in arrays.index.runs(around, alive):
                pieces, line = arrays.pieces_with_lines(a, b)
                distance = distances(pieces, x, y)
                for piece in np.flatnonzero(distance <= tolerance):
                    found.append((int(arrays.rows.lines.row[line[piece]]), float(distance[piece])))
        return found

    # ---- counting

    @cached_property
    def ids(self) -> Integers:
        """Every asset once."""
        found = [
            arrays.rows.lines.row if alive is None else arrays.rows.lines.row[_of_cells(arrays, alive)]
            for arrays, alive in self.parts()
        ]
        return np.unique(np.concatenate(found))

    @cached_property
    def count(self) -> int:
        """How many assets there are."""
        if not self.base.is_simple:
            return len(self.ids)
        # Whatever is beside the base has nothing left in it.
        (base, alive), *others = self.parts()
        read = len(base) if alive is None else int(_of_cells(base, alive).sum())
        beside = [arrays.rows.lines.row for arrays, _ in others]
        return read + (len(np.unique(np.concatenate(beside))) if beside else 0)

    @cached_property
    def metres(self) -> float:
        """How long all lines are together."""
        return sum(
            float(arrays.length.sum() if alive is None else arrays.length[_of_cells(arrays, alive)].sum())
            for arrays, alive in self.parts()
        )

    def count_inside(self, box: Box) -> tuple[int, float]:
        """Assets that reach into ``box``, and the metres of them that lie in it."""
        ids, metres = [], 0.0
        for arrays, alive in self.parts():
            lines = _lines_meeting(arrays, box, alive)
            extent = boxes(take_lines(arrays.rows.lines, lines))
            whole = (extent[:, 0] >= box.x0) & (extent[:, 1] >= box.y0)
            whole &= (extent[:, 2] <= box.x1) & (extent[:, 3] <= box.y1)
            cut = lengths_inside(take_lines(arrays.rows.lines, lines[~whole]), box)
            metres += float(arrays.length[lines[whole]].sum()) + float(cut[cut > 0].sum())
            ids += [arrays.rows.lines.row[lines[whole]], arrays.rows.lines.row[lines[~whole][cut >= 0]]]
        return len(np.unique(np.concatenate(ids))), metres

    # ---- changing

    def patched(self, gone: Integers, rows: LineRows) -> ClassLines:
        """Without the assets ``gone``, with ``rows``: only the cells they lie in are made again."""
        touched = np.concatenate(
            [
                *(_cells_of(arrays, lines) for arrays, lines in self._standing(gone)),
                line_cells(rows.lines, self.frame, self.depth),
            ]
        )
        if not len(touched):
            return self
        touched = np.unique(touched)
        lines, alive = rows, np.ones(len(self.base.cell), bool) if self.alive is None else self.alive.copy()
        meant = np.isin(self.base.cell, touched) & alive
        lines = _joined_by_those_left(lines, self.base, np.flatnonzero(meant), gone)
        alive[meant] = False
        delta = self._beside
        if delta is not None:
            meant = np.isin(delta.cell, touched)
            lines = _joined_by_those_left(lines, delta, np.flatnonzero(meant), gone)
            if meant.any():
                delta = None if meant.all() else delta.take_cells(np.flatnonzero(~meant))
        made = Fresh(LineArrays.plain(lines, self.frame, self.depth), self.coarse) if len(lines) else None
        return ClassLines(self.frame, self.depth, self.coarse, self.base, alive, delta, made)

    @property
    def _beside(self) -> LineArrays | None:
        """All that lies beside the base, in one piece."""
        if self.fresh is None or self.delta is None:
            return self.delta if self.fresh is None else self.fresh.made
        return self.delta.joined(self.fresh.made)

    def compacted(self) -> ClassLines:
        """The same in one piece; nothing is merged again."""
        beside = self._beside
        if beside is None and self.alive is None:
            return self
        base = self.base if self.alive is None else self.base.take_cells(np.flatnonzero(self.alive))
        whole = base if beside is None else base.joined(beside)
        return ClassLines(self.frame, self.depth, self.coarse, whole)

    @property
    def is_worn(self) -> bool:
        """Whether so many lines lie beside the base that the next change takes long."""
        return self.delta is not None and len(self.delta) > WORN


def _joined_by_those_left(lines: LineRows, arrays: LineArrays, cells: Integers, gone: Integers) -> LineRows:
    """Some lines, and those of some cells but the assets ``gone``."""
    if not len(cells):
        return lines
    counts = np.diff(arrays.index.starts)[cells]
    chosen = spread(arrays.index.starts[cells], counts)
    left = chosen[~np.isin(arrays.rows.lines.row[chosen], gone)]
    return lines.joined(arrays.rows.take(left)) if len(left) else lines


def _wide(request: DrawRequest) -> Box:
    """The box of the request, and as far around it as the width of a line may reach into it."""
    box, room = request.box, WIDEST_PIXELS * request.metres_per_pixel
    return Box(box.x0 - room, box.y0 - room, box.x1 + room, box.y1 + room)


def _all_inside(boxes: Floats, box: Box) -> bool:
    """Whether nothing of any of the ``boxes`` lies outside."""
    low, high = boxes[:, :2] >= (box.x0, box.y0), boxes[:, 2:] <= (box.x1, box.y1)
    return bool(low.all() and high.all())


def lying_in(request: DrawRequest, boxes: Floats, pieces: Floats) -> Floats:
    """Of pieces that lie within ``boxes`` those worth drawing."""
    wide = _wide(request)
    return pieces if _all_inside(boxes, wide) else _reaching_into(pieces, wide)


def _reaching_into(pieces: Floats, box: Box) -> Floats:
    """The pieces whose box meets ``box``."""
    x0, y0, x1, y1 = pieces.T
    met = (np.minimum(x0, x1) <= box.x1) & (np.maximum(x0, x1) >= box.x0)
    met &= (np.minimum(y0, y1) <= box.y1) & (np.maximum(y0, y1) >= box.y0)
    return np.asarray(np.compress(met, pieces, axis=0))


def _lines_meeting(arrays: LineArrays, box: Box, alive: Mask | None) -> Integers:
    """The lines whose extent meets ``box``; only cells at its edge are looked into."""
    cells = arrays.index.hits(box, alive)
    extent, starts = arrays.index.boxes, arrays.index.starts
    whole = (extent[cells, 0] >= box.x0) & (extent[cells, 1] >= box.y0)
    whole &= (extent[cells, 2] <= box.x1) & (extent[cells, 3] <= box.y1)
    found = [np.arange(starts[a], starts[b]) for a, b in joined(cells[whole])]
    for a, b in joined(cells[~whole]):
        first, last = int(starts[a]), int(starts[b])
        offsets = arrays.rows.lines.offsets[first : last + 1]
        part = PackedLines(
            arrays.rows.lines.xy[offsets[0] : offsets[-1]],
            offsets - offsets[0],
            np.zeros(last - first, np.int64),
        )
        e = boxes(part)
        met = (e[:, 0] <= box.x1) & (e[:, 2] >= box.x0) & (e[:, 1] <= box.y1) & (e[:, 3] >= box.y0)
        found.append(first + np.flatnonzero(met))
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, np.int64)


def _of_cells(arrays: LineArrays, alive: Mask) -> Mask:
    """For every line, whether its cell counts."""
    return np.repeat(alive, np.diff(arrays.index.starts))


def _cells_of(arrays: LineArrays, lines: Integers) -> Cells:
    """The cells that hold any of these lines."""
    return arrays.cell[np.unique(np.searchsorted(arrays.index.starts, lines, side="right") - 1)]


def _alive_lines(arrays: LineArrays, alive: Mask | None, lines: Integers) -> Integers:
    """Those of some lines whose cell counts."""
    if alive is None:
        return lines
    return lines[alive[np.searchsorted(arrays.index.starts, lines, side="right") - 1]]


def distances(pieces: Floats, x: float, y: float) -> Floats:
    """How far each piece is from a place."""
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    offset = np.array([x, y]) - start
    square = np.maximum((along**2).sum(axis=1), 1e-18)
    share = ((offset * along).sum(axis=1) / square).clip(0.0, 1.0)
    return np.asarray(np.hypot(*(offset - along * share[:, None]).T))
