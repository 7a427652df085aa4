"""The scene: every layer of a register that a style draws, built from its columns and asked as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines, pack_lines, pack_points, segments
from layers.model.query import Box
from layers.register import Register
from layers.scene.labels import MAIN_FIELDS
from layers.scene.line_source import LineSource
from layers.scene.point_source import PointSource
from layers.scene.request import Counts, DrawBatch, DrawRequest, Hit
from layers.scene.style import Drawing, LayerStyle, MapStyle
from layers.scene.styles import find_style
from layers.text import Message

Source = LineSource | PointSource
NOWHERE = Box(0.0, 0.0, 1.0, 1.0)
#: A symbol on a pipe turns with it when it is no farther from it than this (metres).
ON_PIPE = 1.0


@dataclass(frozen=True)
class Scene:
    """Sources in drawing order. Frozen: a change of the register makes a new scene, sharing what stayed."""

    style: MapStyle
    sources: tuple[Source, ...]
    box: Box | None
    data_version: int

    def draw(self, request: DrawRequest, feedback: Feedback | None = None) -> list[DrawBatch]:
        """What a frame shows, layer by layer from the ground up."""
        batches = []
        for source in self.sources:
            if feedback is not None:
                feedback.check()
            batches.append(source.draw(request))
        return batches

    def counts(self, box: Box | None = None) -> dict[str, Counts]:
        """Assets and metres of every class of every layer, by layer id."""
        return {source.layer.id: source.counts(box) for source in self.sources}

    def near(
        self, x: float, y: float, metres_per_pixel: float, pixels: float, hidden: frozenset[str] = frozenset()
    ) -> list[Hit]:
        """What is drawn within ``pixels`` of a place: points before lines before areas, the nearest first."""
        denominator = DrawRequest(0, NOWHERE, metres_per_pixel).denominator
        hits = [
            hit
            for source in self.sources
            if source.layer.in_legend and source.layer.is_visible(denominator)
            for hit in source.near(x, y, metres_per_pixel * pixels, hidden)
        ]
        return sorted(hits, key=lambda hit: (hit.is_line, hit.distance))

    def unlocated(self) -> Mapping[str, int]:
        """How many assets of each drawn type have no place."""
        return {source.layer.type: source.unlocated for source in self.sources}


def build_scene(
    register: Register,
    style: str | MapStyle,
    feedback: Feedback,
    *,
    before: Scene | None = None,
    changed: Iterable[str] = (),
    drawings: Collection[Drawing] | None = None,
) -> Scene:
    """Read what the style (or the one of that name) draws. With ``before``, only what is drawn differently and
    the ``changed`` types are read anew.

    ``drawings`` reads layers of these kinds alone, for a first picture: mains come before meters.
    """
    version = register.data_version
    if isinstance(style, str):
        style = find_style(register, style, feedback)
    layers = [layer for layer in style.layers if layer.type in register.catalogue]
    box = register.bounds(*{layer.type for layer in layers})
    whole = box or NOWHERE
    anew = set(changed)
    mains = {layer.type for layer in layers if layer.drawing == "main"}
    if mains & anew:
        anew |= {layer.type for layer in layers if layer.rotate}
    drawn_so = {layer.id: layer for layer in layers}
    kept = {
        s.layer.id: s
        for s in (() if before is None else before.sources)
        if s.layer.type not in anew and s.layer == drawn_so.get(s.layer.id)
    }
    tables = _Tables(register, layers, feedback)
    sources: list[Source] = []
    chosen = [layer for layer in layers if drawings is None or layer.drawing in drawings]
    for number, layer in enumerate(chosen):
        feedback.progress(number / len(chosen), Message("map.reading", {"layer": layer.title}))
        sources.append(kept.get(layer.id) or _source(layer, tables, whole, feedback))
    return Scene(style, tuple(sources), box, version)


class _Tables:
    """The columns a scene needs, each type read once."""

    def __init__(self, register: Register, layers: Sequence[LayerStyle], feedback: Feedback) -> None:
        self._register, self._layers, self._feedback = register, layers, feedback
        self._read: dict[str, pa.Table] = {}

    def of(self, type_name: str) -> pa.Table:
        if type_name not in self._read:
            asset_type = self._register.catalogue[type_name]
            wanted: list[str] = []
            for layer in self._layers:
                if layer.type == type_name:
                    wanted += layer.fields
                    wanted += (
                        MAIN_FIELDS if layer.labels == "main" else (layer.labels,) if layer.labels else ()
                    )
            names = [name for name in dict.fromkeys(wanted) if name in asset_type]
            self._read[type_name] = self._register.columns(
                type_name, names, geometry=True, feedback=self._feedback
            )
        return self._read[type_name]

    def mains(self) -> PackedLines | None:
        main = next((layer for layer in self._layers if layer.drawing == "main"), None)
        return None if main is None else pack_lines(self.of(main.type).column("geom"))


def _source(layer: LayerStyle, tables: _Tables, whole: Box, feedback: Feedback) -> Source:
    table = tables.of(layer.type)
    if layer.drawing == "symbol":
        mains = tables.mains() if layer.rotate else None
        rotation = None if mains is None else rotation_along(table, mains)
        return PointSource(layer, table, whole, feedback, rotation)
    return LineSource(layer, table, whole, feedback)


def rotation_along(table: pa.Table, mains: PackedLines) -> Floats:
    """For every row, the direction on the screen (degrees, clockwise) of the main it lies on; else 0."""
    rotation = np.zeros(len(table))
    points = pack_points(table.column("geom"))
    pieces, _ = segments(mains)
    if not len(points.row) or not len(pieces):
        return rotation
    tree = shapely.STRtree(shapely.linestrings(pieces.reshape(-1, 2, 2)))
    found: Integers = tree.query_nearest(shapely.points(points.xy), max_distance=ON_PIPE, all_matches=False)
    piece = pieces[found[1]]
    angle = -np.degrees(np.arctan2(piece[:, 3] - piece[:, 1], piece[:, 2] - piece[:, 0]))
    rotation[points.row[found[0]]] = angle
    return rotation
