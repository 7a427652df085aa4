"""Where names may stand: along lines, in areas and at points, at places that stay put while panning.

What is finally written is decided by the map, which knows how wide a text is and what else is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines, PackedPoints, boxes, spread
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
#: Metres between one chain and the next on the common axis of distance.
_GAP = 1.0


@dataclass(frozen=True)
class _Chains:
    """Lines merged where they say the same.

    ``along`` is the distance of every vertex (``x``, ``y``) from the first one of all, with a gap after each
    chain: one axis on which chain ``i`` lies from ``begin[i]`` to ``begin[i] + length[i]``.
    """

    x: Floats
    y: Floats
    along: Floats
    begin: Floats
    length: Floats
    boxes: Floats
    words: tuple[tuple[object, ...], ...]
    weight: Floats
    class_number: Integers

    def at(self, distance: Floats) -> Floats:
        """The places (n, 2) at these distances."""
        return np.stack([np.interp(distance, self.along, part) for part in (self.x, self.y)], axis=1)


@dataclass(frozen=True)
class LineLabels:
    """Names along the lines of a layer, once with every detail and once in short."""

    layer: LayerStyle
    full: _Chains
    short: _Chains

    @classmethod
    def of(
        cls,
        layer: LayerStyle,
        lines: PackedLines,
        class_number: Integers,
        attributes: pa.Table,
        feedback: Feedback,
    ) -> LineLabels | None:
        """The labels of ``lines``, each of a class and a row of ``attributes``; None when the layer has none."""
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
        return cls(layer, _chains(lines, words, class_number), _chains(lines, short, class_number))

    def inside(self, request: DrawRequest) -> tuple[LabelBatch, ...]:
        """Candidates in the view, in the order they should be tried."""
        named = named_classes(self.layer, request)
        if not named.any():
            return ()
        detailed = request.denominator <= _DETAIL_DENOMINATOR
        kind = "main" if self.layer.labels == "main" else "name"
        chains = self.full if detailed else self.short
        if not chains.words:
            return ()
        batch = _along(chains, request, kind, named)
        return (batch,) if len(batch.xy) else ()


def _main_words(dn: object, material: object, laid: object, status: object) -> tuple[object, ...]:
    year = laid[:4] if isinstance(laid, str) and laid[:4].isdigit() else None
    shown = status if status in ("planned", "construction", "out_of_service") else None
    return () if status in ("abandoned", "removed") else (dn, material, year, shown)


def named_classes(layer: LayerStyle, request: DrawRequest) -> npt.NDArray[np.bool_]:
    """For each class of a layer, whether its assets are named at the scale of the request."""
    limits = [style.label_denominator or layer.label_denominator for style in layer.classes]
    return np.array(
        [
            (not limit or request.denominator <= limit) and f"{layer.id}/{style.id}" not in request.hidden
            for style, limit in zip(layer.classes, limits, strict=True)
        ],
        dtype=bool,
    )


def _chains(lines: PackedLines, words: list[tuple[object, ...]], class_number: Integers) -> _Chains:
    groups: dict[tuple[int, tuple[object, ...]], list[int]] = {}
    for number, (of_class, word) in enumerate(zip(class_number.tolist(), words, strict=True)):
        if word:
            groups.setdefault((of_class, word), []).append(number)
    counts = np.diff(lines.offsets)
    shapes = shapely.linestrings(lines.xy, indices=np.repeat(np.arange(len(lines)), counts))
    merged: list[np.ndarray] = []
    said: list[tuple[object, ...]] = []
    classes: list[int] = []
    for (of_class, word), members in groups.items():
        parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapes[members])))
        merged.append(parts)
        said.extend([word] * len(parts))
        classes.extend([of_class] * len(parts))
    weight = np.array([float(word[0]) if isinstance(word[0], int) else 0.0 for word in said])
    all_parts = np.concatenate(merged) if merged else np.zeros(0, dtype=object)
    xy, line = shapely.get_coordinates(all_parts, return_index=True)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(all_parts)))]).astype(np.int64)
    steps = np.zeros(len(xy))
    steps[1:] = np.hypot(*np.diff(xy, axis=0).T) if len(xy) else 0.0
    steps[offsets[1:-1]] = _GAP
    along = np.cumsum(steps)
    begin, end = along[offsets[:-1]], along[offsets[1:] - 1]
    packed = PackedLines(xy, offsets, np.arange(len(all_parts)))
    # Contiguous axes: np.interp copies any other, a million vertices for every frame.
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    numbers = np.array(classes, dtype=np.int64)
    return _Chains(x, y, along, begin, end - begin, boxes(packed), tuple(said), weight, numbers)


def _along(chains: _Chains, request: DrawRequest, kind: str, named: npt.NDArray[np.bool_]) -> LabelBatch:
    """Places every so many pixels along each chain, at a spacing that changes only by doublings of scale.

    Each stretch is a slot with several candidates: its middle, then aside of it.
    """
    box, metres = request.box, request.metres_per_pixel
    spacing = REPEAT_PIXELS[kind] * 2.0 ** np.round(np.log2(metres))
    b = chains.boxes
    chain = np.flatnonzero(
        (b[:, 0] <= box.x1)
        & (b[:, 2] >= box.x0)
        & (b[:, 1] <= box.y1)
        & (b[:, 3] >= box.y0)
        & (chains.length >= SHORTEST_PIXELS * metres)
        & named[chains.class_number]
    )
    count = np.maximum(chains.length[chain] // spacing, 1).astype(np.int64)
    rank = spread(np.zeros(len(count), np.int64), count)
    chain = np.repeat(chain, count)
    stretch = chains.length[chain] / np.repeat(count, count)
    slot = np.repeat(np.arange(len(chain)), len(ASIDE))
    share = np.tile(ASIDE, len(chain))
    distance = chains.begin[chain][slot] + (rank[slot] + share) * stretch[slot]
    middle = chains.at(distance)
    seen = (middle >= (box.x0, box.y0)).all(axis=1) & (middle <= (box.x1, box.y1)).all(axis=1)
    slot, share, distance, middle = slot[seen], share[seen], distance[seen], middle[seen]
    half = np.minimum(np.minimum(share, 1 - share) * stretch[slot], LONGEST_PIXELS * metres / 2)
    turn = chains.at(distance + half) - chains.at(distance - half)
    chord = np.hypot(turn[:, 0], turn[:, 1])
    room = np.where(chord >= STRAIGHT * 2 * half, chord, chord * BENT_SHARE) / metres
    # Large mains first, then where there is most room; nothing is written where hardly two letters fit.
    order = np.lexsort((-room, -chains.weight[chain[slot]]))
    order = order[room[order] >= SHORTEST_PIXELS]
    return LabelBatch(
        kind,
        middle[order],
        np.arctan2(turn[order, 1], turn[order, 0]),
        room[order],
        tuple(chains.words[number] for number in chain[slot[order]]),
        slot[order],
    )


@dataclass(frozen=True)
class PointNames:
    """Names beside points or inside areas."""

    kind: str
    layer: LayerStyle
    xy: Floats
    extent: Floats
    words: tuple[tuple[object, ...], ...]
    class_number: Integers

    @classmethod
    def of(
        cls, layer: LayerStyle, points: PackedPoints, class_number: Integers, attributes: pa.Table
    ) -> PointNames:
        """The names of located points, each of a class."""
        column = attributes.column(layer.labels).to_pylist()
        words = tuple((column[row],) for row in points.row)
        return cls("point", layer, points.xy, np.zeros(len(points.row)), words, class_number)

    def inside(self, request: DrawRequest) -> LabelBatch:
        """The named places in view, the largest first."""
        box = request.box
        x, y = self.xy[:, 0], self.xy[:, 1]
        # One more for what has no class.
        named = np.append(named_classes(self.layer, request), np.False_)
        of_class = np.minimum(self.class_number, len(self.layer.classes))
        found = np.flatnonzero(
            (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1) & named[of_class]
        )
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


def area_labels(layer: LayerStyle, table: pa.Table, class_of_row: Integers) -> PointNames:
    """The names of areas at a place inside each; ``extent`` is the width in metres there is for it."""
    shapes = shapely.from_wkb(table.column("geom").combine_chunks().to_numpy(zero_copy_only=False))
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    inner = shapely.point_on_surface(shapes[there])
    bounds = shapely.bounds(shapes[there])
    names = table.column(layer.labels).to_pylist()
    xy = np.stack([shapely.get_x(inner), shapely.get_y(inner)], axis=1)
    words = tuple((names[row],) for row in there)
    return PointNames("area", layer, xy, bounds[:, 2] - bounds[:, 0], words, class_of_row[there])
