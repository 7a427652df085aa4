"""Where names may stand: along lines, in areas and at points, at places that stay put while panning.

What is finally written is decided by the map, which knows how wide a text is and what else is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.geometry.packed import Floats, PackedLines, PackedPoints, boxes
from layers.model.query import Box
from layers.scene.request import DrawRequest, LabelBatch
from layers.scene.style import LayerStyle

#: A name is repeated along a line after so many pixels.
REPEAT_PIXELS = {"main": 260.0, "name": 420.0}
#: The share of a line's length that must be straight where a name stands.
STRAIGHT = 0.97
#: Where it bends, this much of the chord is taken for straight.
BENT_SHARE = 0.4
#: Where in its stretch a name is tried, in this order.
ASIDE = np.array([0.5, 0.32, 0.68])
SHORTEST_PIXELS = 28.0
LONGEST_PIXELS = 170.0
MAIN_FIELDS = ("dn", "material", "laid_date", "status")
_DETAIL_DENOMINATOR = 5500.0


@dataclass(frozen=True)
class _Chains:
    """Lines merged where they say the same: vertices, distance along, and the words of each."""

    xy: Floats
    along: Floats
    offsets: np.ndarray
    boxes: Floats
    words: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class LineLabels:
    """Names along the lines of a layer, once with every detail and once in short."""

    layer: LayerStyle
    full: _Chains
    short: _Chains

    @classmethod
    def of(
        cls, layer: LayerStyle, lines: PackedLines, attributes: pa.Table, feedback: Feedback
    ) -> LineLabels | None:
        """The labels of ``lines``, whose rows are those of ``attributes``; None when the layer has none."""
        if layer.labels is None or layer.drawing == "area" or not len(lines):
            return None
        feedback.check()
        names = MAIN_FIELDS if layer.labels == "main" else (layer.labels,)
        columns = [attributes.column(name).to_pylist() for name in names if name in attributes.column_names]
        words = [tuple(column[row] for column in columns) for row in lines.row]
        if layer.labels == "main":
            words = [_main_words(*word) for word in words]
            short: list[tuple[object, ...]] = [
                (word[0], None, None, word[3]) if word else () for word in words
            ]
        else:
            words = short = [word if word[0] else () for word in words]
        return cls(layer, _chains(lines, words), _chains(lines, short))

    def inside(self, request: DrawRequest) -> tuple[LabelBatch, ...]:
        """Candidates in the view, in the order they should be tried."""
        limit = self.layer.label_denominator
        if limit and request.denominator > limit:
            return ()
        detailed = request.denominator <= _DETAIL_DENOMINATOR
        kind = "main" if self.layer.labels == "main" else "name"
        batch = _along(self.full if detailed else self.short, request, kind)
        return (batch,) if len(batch.xy) else ()


def _main_words(dn: object, material: object, laid: object, status: object) -> tuple[object, ...]:
    year = laid[:4] if isinstance(laid, str) and laid[:4].isdigit() else None
    shown = status if status in ("planned", "construction", "out_of_service") else None
    return () if status in ("abandoned", "removed") else (dn, material, year, shown)


def _chains(lines: PackedLines, words: list[tuple[object, ...]]) -> _Chains:
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, word in enumerate(words):
        if word:
            groups.setdefault(word, []).append(number)
    counts = np.diff(lines.offsets)
    shapes = shapely.linestrings(lines.xy, indices=np.repeat(np.arange(len(lines)), counts))
    merged: list[np.ndarray] = []
    said: list[tuple[object, ...]] = []
    for word, members in groups.items():
        parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapes[members])))
        merged.append(parts)
        said.extend([word] * len(parts))
    all_parts = np.concatenate(merged) if merged else np.zeros(0, dtype=object)
    xy, line = shapely.get_coordinates(all_parts, return_index=True)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(all_parts)))]).astype(np.int64)
    steps = np.zeros(len(xy))
    steps[1:] = np.hypot(*np.diff(xy, axis=0).T) if len(xy) else 0.0
    steps[offsets[:-1]] = 0.0
    along = np.cumsum(steps)
    along -= np.repeat(along[offsets[:-1]], np.diff(offsets)) if len(xy) else 0.0
    packed = PackedLines(xy, offsets, np.arange(len(all_parts)))
    return _Chains(xy, along, offsets, boxes(packed), tuple(said))


def _along(chains: _Chains, request: DrawRequest, kind: str) -> LabelBatch:
    """Places every so many pixels along each chain, at a spacing that changes only by doublings of scale."""
    box, metres = request.box, request.metres_per_pixel
    spacing = REPEAT_PIXELS[kind] * 2.0 ** np.round(np.log2(metres))
    b = chains.boxes
    hit = np.flatnonzero(
        (b[:, 0] <= box.x1) & (b[:, 2] >= box.x0) & (b[:, 1] <= box.y1) & (b[:, 3] >= box.y0)
    )
    found: list[Floats] = []
    chain_of: list[int] = []
    slot = 0
    for chain in hit:
        first, last = chains.offsets[chain], chains.offsets[chain + 1]
        xy, along = chains.xy[first:last], chains.along[first:last]
        if along[-1] < SHORTEST_PIXELS * metres:
            continue
        count = max(1, int(along[-1] // spacing))
        places = _places(xy, along, count, metres, slot)
        slot += count
        x, y = places[:, 0], places[:, 1]
        places = places[(x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)]
        found.append(places)
        chain_of += [int(chain)] * len(places)
    rows = np.concatenate(found) if found else np.zeros((0, 5))
    words = [chains.words[chain] for chain in chain_of]
    order = _reading_order(rows, words, by_first=kind == "main")
    rows = rows[order]
    return LabelBatch(
        kind,
        rows[:, :2],
        rows[:, 2],
        rows[:, 3],
        tuple(words[i] for i in order),
        rows[:, 4].astype(np.int64),
    )


def _places(xy: Floats, along: Floats, count: int, metres: float, slot: int) -> Floats:
    """Candidates (x, y, angle, room in px, slot): the middle of each of ``count`` stretches, then aside."""
    stretch = along[-1] / count
    share = np.tile(ASIDE, count)
    at = (np.repeat(np.arange(count), len(ASIDE)) + share) * stretch
    half = np.minimum(np.minimum(share, 1 - share) * stretch, LONGEST_PIXELS * metres / 2)
    start = np.stack([np.interp(at - half, along, xy[:, axis]) for axis in (0, 1)], axis=1)
    end = np.stack([np.interp(at + half, along, xy[:, axis]) for axis in (0, 1)], axis=1)
    middle = np.stack([np.interp(at, along, xy[:, axis]) for axis in (0, 1)], axis=1)
    chord = np.hypot(*(end - start).T)
    room = np.where(chord >= STRAIGHT * 2 * half, chord, chord * BENT_SHARE) / metres
    angle = np.arctan2(end[:, 1] - start[:, 1], end[:, 0] - start[:, 0])
    slots = slot + np.repeat(np.arange(count), len(ASIDE))
    return np.column_stack([middle, angle, room, slots])


def _reading_order(rows: Floats, words: list[tuple[object, ...]], *, by_first: bool) -> list[int]:
    """Large mains first, then where there is most room."""
    order = list(range(len(words)))
    if by_first:
        order.sort(key=lambda i: (-float(str(words[i][0] or 0)), -rows[i, 3]))
    else:
        order.sort(key=lambda i: -rows[i, 3])
    return order


@dataclass(frozen=True)
class PointNames:
    """Names beside points or inside areas."""

    kind: str
    xy: Floats
    extent: Floats
    words: tuple[tuple[object, ...], ...]

    @classmethod
    def of(cls, layer: LayerStyle, points: PackedPoints, attributes: pa.Table) -> PointNames:
        """The names of located points."""
        column = attributes.column(layer.labels).to_pylist()
        words = tuple((column[row],) for row in points.row)
        return cls("point", points.xy, np.zeros(len(points.row)), words)

    def inside(self, box: Box) -> LabelBatch:
        """The named places in ``box``, the largest first."""
        x, y = self.xy[:, 0], self.xy[:, 1]
        found = np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1))
        found = found[np.argsort(-self.extent[found], kind="stable")]
        found = np.array([i for i in found if self.words[i][0]], dtype=np.int64)
        return LabelBatch(
            self.kind,
            self.xy[found],
            np.zeros(len(found)),
            self.extent[found],
            tuple(self.words[i] for i in found),
            found,
        )


def area_labels(layer: LayerStyle, table: pa.Table) -> PointNames:
    """The names of areas at a place inside each; ``extent`` is the width in metres there is for it."""
    shapes = shapely.from_wkb(table.column("geom").combine_chunks().to_numpy(zero_copy_only=False))
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    inner = shapely.point_on_surface(shapes[there])
    bounds = shapely.bounds(shapes[there])
    names = table.column(layer.labels).to_pylist()
    xy = np.stack([shapely.get_x(inner), shapely.get_y(inner)], axis=1)
    return PointNames("area", xy, bounds[:, 2] - bounds[:, 0], tuple((names[row],) for row in there))
