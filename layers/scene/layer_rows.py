"""The rows of a table as a layer draws them: by class, not yet in any order. What a source is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.geometry.packed import Floats, Integers, PackedLines, pack_lines, pack_points
from layers.scene.classes import class_indexes
from layers.scene.labels import PointNames, area_names, line_words
from layers.scene.line_arrays import LineRows
from layers.scene.part import Nowhere
from layers.scene.point_arrays import Angles, PointRows
from layers.scene.rotation import rotation_along
from layers.scene.style import LayerStyle, Look
from layers.scene.words import NO_WORDS, Words


@dataclass(frozen=True)
class LayerLines:
    """Lines by class number, what is written along them, and the assets without a place."""

    classes: Mapping[int, LineRows]
    words: Words
    nowhere: Nowhere
    names: PointNames | None
    count: int

    @classmethod
    def of(cls, layer: LayerStyle, table: pa.Table, *, named: bool = True) -> LayerLines:
        """The rows of ``table``; not ``named``: nothing is written along them."""
        ids = np.array(table.column("fid").to_numpy())
        packed = pack_lines(table.column("geom"))
        class_of_row = class_indexes(table, layer)
        class_of_line = class_of_row[packed.row]
        said = line_words(layer, table) if named else None
        lines = PackedLines(packed.xy, packed.offsets, ids[packed.row])
        every = LineRows(lines)
        if said is not None:
            every = LineRows(lines, said.full[packed.row], said.short[packed.row])
        classes = {
            number: every.take(chosen)
            for number in range(len(layer.classes))
            if len(chosen := np.flatnonzero(class_of_line == number))
        }
        without = _rows_without(len(table), packed.row)
        names = None
        if named and layer.drawing == "area" and layer.labels:
            names = area_names(layer, table, class_of_row.astype(np.int64))
        words = NO_WORDS if said is None else said.words
        return cls(classes, words, Nowhere(ids[without], class_of_row[without]), names, len(table))

    @property
    def xy(self) -> Floats:
        """Every vertex."""
        return np.concatenate([np.zeros((0, 2)), *(rows.lines.xy for rows in self.classes.values())])


@dataclass(frozen=True)
class LayerPoints:
    """Points by class number, what is written beside them, and the assets without a place."""

    classes: Mapping[int, PointRows]
    nowhere: Nowhere
    names: PointNames | None
    count: int

    @classmethod
    def of(cls, layer: LayerStyle, table: pa.Table, mains: Floats | None = None) -> LayerPoints:
        """The rows of ``table``; symbols that turn do so with ``mains``, straight pieces (n, 4)."""
        ids = np.array(table.column("fid").to_numpy())
        packed = pack_points(table.column("geom"))
        class_of_row = class_indexes(table, layer)
        class_of_point = class_of_row[packed.row]
        along = np.full(len(packed.row), layer.off_main)
        if layer.rotate and mains is not None:
            along = rotation_along(packed.xy, mains, layer.off_main)
        classes: dict[int, PointRows] = {}
        for number, style in enumerate(layer.classes):
            chosen = np.flatnonzero(class_of_point == number)
            if len(chosen):
                turned = upright(along[chosen], style.look) if layer.rotate else None
                classes[number] = PointRows(packed.xy[chosen], ids[packed.row[chosen]], turned)
        without = _rows_without(len(table), packed.row)
        names = PointNames.of(layer, packed, class_of_point.astype(np.int64), table) if layer.labels else None
        return cls(classes, Nowhere(ids[without], class_of_row[without]), names, len(table))

    @property
    def xy(self) -> Floats:
        """Every point."""
        return np.concatenate([np.zeros((0, 2)), *(rows.xy for rows in self.classes.values())])


def _rows_without(count: int, located: Integers) -> Integers:
    """The rows that have no place."""
    without = np.ones(count, dtype=bool)
    without[located] = False
    return np.flatnonzero(without)


def upright(degrees: Floats, look: Look) -> Angles:
    """Symbols without a direction of their own stay upright: a half turn is as good as none."""
    return (degrees if look.directed else (degrees + 90.0) % 180.0 - 90.0).astype(np.float32)
