"""Where names may stand: along lines, in areas and at points, at places that stay put while panning.

What is finally written is decided by the map, which knows how wide a text is and what else is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.geometry.index import joined
from layers.geometry.packed import Floats, Integers, PackedPoints, spread
from layers.later import Later
from layers.scene.chains import Chains
from layers.scene.class_lines import ClassLines
from layers.scene.line_arrays import LineArrays
from layers.scene.point_arrays import Mask
from layers.scene.request import DrawRequest, LabelBatch
from layers.scene.style import LayerStyle
from layers.scene.words import NO_WORDS, SILENT, WordIndex, Words, words_of

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

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
#: Statuses that are told, and those of mains that are not named any more.
_TOLD = ("planned", "construction", "out_of_service")
_GONE = ("abandoned", "removed")
#: A chain has fewer stretches than this, a class fewer chains than that.
_STRETCHES, _CHAINS = 4096, 1 << 28
#: Parts that the lines of a class have at most.
_PARTS = 3


@dataclass(frozen=True)
class LineWords:
    """What is written along the lines of a layer: for every row in full, and in short for smaller scales."""

    words: Words
    full: WordIndex
    short: WordIndex


def line_words(layer: LayerStyle, table: pa.Table) -> LineWords | None:
    """What a layer writes along its lines; None when nothing."""
    if layer.labels is None or layer.drawing == "area":
        return None
    if layer.labels != "main":
        if layer.labels not in table.column_names:
            return None
        column = table.column(layer.labels)
        words, index = words_of([column], _blank(column))
        return LineWords(words, index, index)
    columns = _main_columns(table)
    silent = np.asarray(pc.fill_null(pc.is_in(columns[3], pa.array(_GONE)), False).to_numpy(), dtype=bool)
    told = pc.if_else(pc.is_in(columns[3], pa.array(_TOLD)), columns[3], pa.scalar(None, pa.string()))
    nothing = pa.chunked_array([pa.nulls(len(table), pa.string())])
    full, index = words_of([columns[0], columns[1], _years(columns[2]), told], silent)
    short, short_index = words_of([columns[0], nothing, nothing, told], silent)
    words, places = full.joined(short)
    found = short_index.copy()
    found[short_index != SILENT] = places[short_index[short_index != SILENT]]
    return LineWords(words, index, found)


def _main_columns(table: pa.Table) -> list[pa.ChunkedArray]:
    """The fields that name a main; a field that was not read is blank."""
    nothing = pa.chunked_array([pa.nulls(len(table), pa.string())])
    columns = [table.column(name) if name in table.column_names else nothing for name in MAIN_FIELDS]
    return [columns[0], *(column.cast(pa.string()) for column in columns[1:])]


def _years(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    year = pc.utf8_slice_codeunits(dates, 0, 4)
    return pc.if_else(pc.match_substring_regex(year, r"^\d{4}$"), year, pa.scalar(None, pa.string()))


def _blank(column: pa.ChunkedArray) -> Mask:
    """Where a column holds nothing worth writing."""
    texts = pc.fill_null(column.cast(pa.string()), "")
    return np.asarray(pc.is_in(texts, pa.array(["", "0"])).to_numpy(), dtype=bool)


def labels_along(
    layer: LayerStyle, classes: Sequence[tuple[int, ClassLines]], words: Words, request: DrawRequest
) -> tuple[LabelBatch, ...]:
    """Candidates along the lines in view, in the order they should be tried."""
    named = named_classes(layer, request)
    kind = "main" if layer.labels == "main" else "name"
    detailed = request.denominator <= _DETAIL_DENOMINATOR
    found = []
    for number, lines in classes:
        if not named[number]:
            continue
        for part, (arrays, alive, chains) in enumerate(lines.chains(full=detailed)):
            if chains is not None and len(chains):
                first_slot = (number * _PARTS + part) * _CHAINS
                near = _in_view(arrays, alive, chains, request)
                if len(near):
                    found.append(_along(chains, near, words, request, kind, first_slot))
    batch = _ordered(kind, found, words) if found else None
    return () if batch is None or not len(batch.xy) else (batch,)


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


@dataclass(frozen=True)
class _Candidates:
    """Places for names along chains: where, which way, how much room in pixels, and which words."""

    xy: Floats
    angle: Floats
    room: Floats
    word: WordIndex
    weight: Floats
    slot: Integers


def _in_view(arrays: LineArrays, alive: Mask | None, chains: Chains, request: DrawRequest) -> Integers:
    """The chains that reach into the view and are long enough for a name; only cells in view are looked into."""
    box, shortest = request.box, SHORTEST_PIXELS * request.metres_per_pixel
    found = [np.zeros(0, np.int64)]
    for first, last in joined(arrays.index.hits(box, alive)):
        a, b = int(chains.first[first]), int(chains.first[last])
        extent = chains.boxes[a:b]
        met = (extent[:, 0] <= box.x1) & (extent[:, 2] >= box.x0)
        met &= (extent[:, 1] <= box.y1) & (extent[:, 3] >= box.y0) & (chains.length[a:b] >= shortest)
        found.append(a + np.flatnonzero(met))
    return np.concatenate(found)


def _along(
    chains: Chains, chain: Integers, words: Words, request: DrawRequest, kind: str, first_slot: int
) -> _Candidates:
    """Places every so many pixels along some chains, at a spacing that changes only by doublings of scale.

    Each stretch is a slot with several candidates: its middle, then aside of it. Slots are the same for
    every view.
    """
    box, metres = request.box, request.metres_per_pixel
    number, chains = chain, chains.take(chain, np.zeros(1, np.int64))
    spacing = REPEAT_PIXELS[kind] * 2.0 ** np.round(np.log2(metres))
    count = np.maximum(chains.length // spacing, 1).astype(np.int64)
    rank = spread(np.zeros(len(count), np.int64), count)
    chain = np.repeat(np.arange(len(count)), count)
    stretch = chains.length[chain] / np.repeat(count, count)
    slot = np.repeat(np.arange(len(chain)), len(ASIDE))
    share = np.tile(ASIDE, len(chain))
    distance = chains.begin[chain][slot] + (rank[slot] + share) * stretch[slot]
    middle = chains.at(distance)
    # A name whose middle is just outside reaches in.
    room_outside = LONGEST_PIXELS / 2 * metres
    low, high = (box.x0 - room_outside, box.y0 - room_outside), (box.x1 + room_outside, box.y1 + room_outside)
    seen = (middle >= low).all(axis=1) & (middle <= high).all(axis=1)
    slot, share, distance, middle = slot[seen], share[seen], distance[seen], middle[seen]
    half = np.minimum(np.minimum(share, 1 - share) * stretch[slot], LONGEST_PIXELS * metres / 2)
    turn = chains.at(distance + half) - chains.at(distance - half)
    chord = np.hypot(turn[:, 0], turn[:, 1])
    room = np.where(chord >= STRAIGHT * 2 * half, chord, chord * BENT_SHARE) / metres
    # Nothing is written where hardly two letters fit.
    fits = room >= SHORTEST_PIXELS
    word = chains.word[chain[slot]]
    return _Candidates(
        middle[fits],
        np.arctan2(turn[fits, 1], turn[fits, 0]),
        room[fits],
        word[fits],
        words.weight[word[fits]],
        first_slot + (number[chain[slot]] * _STRETCHES + np.minimum(rank[slot], _STRETCHES - 1))[fits],
    )


def _ordered(kind: str, found: Sequence[_Candidates], words: Words) -> LabelBatch:
    """Large mains first, then where there is most room."""
    room, weight = (np.concatenate([getattr(c, name) for c in found]) for name in ("room", "weight"))
    order = np.lexsort((-room, -weight))
    xy, angle, word, slot = (
        np.concatenate([getattr(c, name) for c in found])[order] for name in ("xy", "angle", "word", "slot")
    )
    return LabelBatch(kind, xy, angle, room[order], words.taken(word), slot)


@dataclass(frozen=True)
class PointNames:
    """Names beside points or inside areas; ``class_number`` is that of the asset ``id``."""

    kind: str
    layer: LayerStyle
    xy: Floats
    extent: Floats
    words: Words
    word: WordIndex
    class_number: Integers
    id: Integers

    @classmethod
    def of(
        cls, layer: LayerStyle, points: PackedPoints, class_number: Integers, table: pa.Table
    ) -> PointNames:
        """The names of located points, each of a class."""
        words, word = _names(layer, table)
        ids = table.column("fid").to_numpy()[points.row]
        extent = np.zeros(len(points.row))
        said = np.flatnonzero(word[points.row] != SILENT)
        return cls(
            "code" if layer.labels == "code" else "point",
            layer,
            points.xy[said],
            extent[said],
            words,
            word[points.row][said],
            class_number[said],
            ids[said],
        )

    def inside(self, request: DrawRequest) -> LabelBatch:
        """The named places in view, the largest first."""
        box = request.box
        # One more for what has no class.
        named = np.append(named_classes(self.layer, request), np.False_)
        found = np.zeros(0, np.int64)
        if named.any():
            x, y = self.xy[:, 0], self.xy[:, 1]
            found = np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1))
            found = found[named[np.minimum(self.class_number[found], len(self.layer.classes))]]
        found = found[np.argsort(-self.extent[found], kind="stable")]
        return LabelBatch(
            self.kind,
            self.xy[found],
            np.zeros(len(found)),
            self.extent[found],
            self.words.taken(self.word[found]),
            found,
        )

    def patched(self, gone: Integers, rows: PointNames) -> PointNames:
        """Without the assets ``gone``, with ``rows``."""
        kept = np.flatnonzero(~np.isin(self.id, gone))
        words, places = self.words.joined(rows.words)
        one, two = self, rows
        return PointNames(
            self.kind,
            self.layer,
            np.concatenate([one.xy[kept], two.xy]),
            np.concatenate([one.extent[kept], two.extent]),
            words,
            np.concatenate([one.word[kept], places[two.word]]).astype(np.int32),
            np.concatenate([one.class_number[kept], two.class_number]),
            np.concatenate([one.id[kept], two.id]),
        )


def area_names(layer: LayerStyle, table: pa.Table, class_of_row: Integers) -> PointNames:
    """The names of areas at a place inside each; ``extent`` is the width in metres there is for it."""
    words, word = _names(layer, table)
    shapes = shapely.from_wkb(
        table.column("geom").combine_chunks().to_numpy(zero_copy_only=False), on_invalid="ignore"
    )
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & (word != SILENT))
    inner = shapely.point_on_surface(shapes[there])
    bounds = shapely.bounds(shapes[there])
    xy = np.stack([shapely.get_x(inner), shapely.get_y(inner)], axis=1)
    ids = table.column("fid").to_numpy()[there]
    extent = bounds[:, 2] - bounds[:, 0]
    return PointNames("area", layer, xy, extent, words, word[there], class_of_row[there], ids)


def _names(layer: LayerStyle, table: pa.Table) -> tuple[Words, WordIndex]:
    if layer.labels is None or layer.labels not in table.column_names:
        return NO_WORDS, np.full(len(table), SILENT, np.int32)
    column = table.column(layer.labels)
    return words_of([column], _blank(column))
