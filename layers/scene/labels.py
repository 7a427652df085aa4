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
    quantum = 2.0 ** np.round(np.log2(metres))
    spacing = REPEAT_PIXELS[kind] * quantum
    b = chains.boxes
    hit = np.flatnonzero(
        (b[:, 0] <= box.x1) & (b[:, 2] >= box.x0) & (b[:, 1] <= box.y1) & (b[:, 3] >= box.y0)
    )
    places: list[tuple[float, float, float, float]] = []
    words: list[tuple[object, ...]] = []
    for chain in hit:
        first, last = chains.offsets[chain], chains.offsets[chain + 1]
        xy, along = chains.xy[first:last], chains.along[first:last]
        length = along[-1]
        if length < 28 * metres:
            continue
        count = max(1, int(length // spacing))
        at = (np.arange(count) + 0.5) * (length / count)
        half = min(length / count, 150 * metres) / 2
        x0, y0 = np.interp(at - half, along, xy[:, 0]), np.interp(at - half, along, xy[:, 1])
        x1, y1 = np.interp(at + half, along, xy[:, 0]), np.interp(at + half, along, xy[:, 1])
        x, y = np.interp(at, along, xy[:, 0]), np.interp(at, along, xy[:, 1])
        chord = np.hypot(x1 - x0, y1 - y0)
        for i in np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)):
            straight = chord[i] / (2 * half)
            room = chord[i] if straight >= STRAIGHT else chord[i] * 0.4
            places.append((x[i], y[i], np.arctan2(y1[i] - y0[i], x1[i] - x0[i]), room / metres))
            words.append(chains.words[chain])
    return _batch(kind, places, words, by_first=kind == "main")


def _batch(
    kind: str,
    places: list[tuple[float, float, float, float]],
    words: list[tuple[object, ...]],
    by_first: bool,
) -> LabelBatch:
    found = np.array(places).reshape(-1, 4)
    order = list(range(len(words)))
    if by_first:
        order.sort(key=lambda i: (-float(words[i][0] or 0), -found[i, 3]))  # type: ignore[arg-type]
    else:
        order.sort(key=lambda i: -found[i, 3])
    found = found[order]
    return LabelBatch(kind, found[:, :2], found[:, 2], found[:, 3], tuple(words[i] for i in order))


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
