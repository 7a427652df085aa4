"""Layers written as a DXF drawing (R2010, UTF-8): a CAD layer for each type and size, symbols, attributes, labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from layers.errors import UserError
from layers.exchange.foreign import problem
from layers.exchange.out_layer import OutLayer
from layers.exchange.values import as_text
from layers.feedback import Feedback
from layers.later import Later
from layers.model.problem import Problem
from layers.text import Message

if TYPE_CHECKING:
    from ezdxf import enums, filemanagement
else:
    filemanagement = Later("ezdxf.filemanagement")
    enums = Later("ezdxf.enums")

#: A drawing is held in memory while it is made; CAD programs open no larger one with pleasure either.
MOST_ENTITIES = 300_000
_TEXT_STYLE, _TEXT_LAYER = "HZ", "标注"
_TEXT_HEIGHT, _SYMBOL_RADIUS = 1.5, 0.75
_UNITLESS, _METRES = 0, 6
_METRES_PER_DEGREE = 111_320.0
_FORBIDDEN = str.maketrans(dict.fromkeys('<>/\\":;?*|=`,', "_"))
_LONGEST = 200
#: The colours of the CAD table for sizes below so many millimetres, and for what has none.
_COLOURS = ((100, 4), (250, 5), (450, 3), (900, 6), (1 << 30, 1))
_PLAIN_COLOUR = 7
_EVERY = 500


def write_drawing(path: Path, layers: Sequence[OutLayer], feedback: Feedback) -> list[Problem]:
    """Write the layers that have places; returns what the drawing does not hold. Raises ``UserError`` for too much."""
    located = [layer for layer in layers if layer.geometry is not None]
    count = sum(layer.table.num_rows for layer in located)
    if count > MOST_ENTITIES:
        raise UserError(
            Message("cad.too_many", {"count": count, "most": MOST_ENTITIES}), Message("cad.too_many.hint")
        )
    document = filemanagement.new("R2010", units=_UNITLESS if _in_degrees(located) else _METRES)
    # The fonts that CAD programs bring along for Chinese.
    document.styles.new(_TEXT_STYLE, dxfattribs={"font": "txt.shx", "bigfont": "gbcbig.shx"})
    for number, layer in enumerate(located):
        _LayerWriter(document, layer).write(
            feedback.part(0.9 * number / len(located), 0.9 * (number + 1) / len(located))
        )
    document.saveas(path)
    return list(_told(layers, located))


def _told(layers: Sequence[OutLayer], located: Sequence[OutLayer]) -> Iterator[Problem]:
    if located:
        told = Message("cad.written_in", {"crs": located[0].crs.title})
        yield problem("cad_written_in", "note", told)
    lines = [layer.name for layer in located if _has_lines(layer)]
    if lines:
        told = Message("cad.without_attributes", {"types": tuple(lines)})
        yield problem("cad_without_attributes", "note", told)
    if nowhere := tuple(layer.name for layer in layers if layer.geometry is None):
        told = Message("cad.without_place", {"types": nowhere})
        yield problem("cad_without_place", "warning", told)
    missing = sum(layer.geometry.null_count for layer in located if layer.geometry is not None)
    if missing:
        yield problem("cad_unlocated", "warning", Message("cad.unlocated", {"count": missing}))


def _in_degrees(layers: Sequence[OutLayer]) -> bool:
    return any(layer.crs.is_geographic for layer in layers)


def _has_lines(layer: OutLayer) -> bool:
    return any(
        shape is not None and shape.geom_type not in ("Point", "MultiPoint") for shape in _shapes(layer)[:1]
    )


def _shapes(layer: OutLayer) -> Any:
    assert layer.geometry is not None
    return shapely.from_wkb(np.asarray(layer.geometry.to_numpy(zero_copy_only=False), dtype=object))


class _LayerWriter:
    """Writes one layer into the model space."""

    def __init__(self, document: Any, layer: OutLayer) -> None:
        self._document, self._layer = document, layer
        self._space = document.modelspace()
        self._block = _clean(layer.name)
        self._columns: dict[str, list[str | None]] = {}
        unit = 1.0 / _METRES_PER_DEGREE if layer.crs.is_geographic else 1.0
        self._height, self._radius = _TEXT_HEIGHT * unit, _SYMBOL_RADIUS * unit

    def write(self, feedback: Feedback) -> None:
        shapes = _shapes(self._layer)
        sizes = _listed(self._layer.sizes, len(shapes))
        labels = _listed(self._layer.labels, len(shapes))
        for row, shape in enumerate(shapes):
            if row % _EVERY == 0:
                feedback.progress(row / len(shapes))
            if shape is None or shape.is_empty:
                continue
            name = self._layer_for(sizes[row])
            for part in shapely.get_parts(shape):
                self._draw(part, name, row)
                if labels[row]:
                    self._label(part, labels[row])

    def _layer_for(self, size: int | None) -> str:
        name = self._block if size is None else f"{self._block}_DN{size}"
        colour = _PLAIN_COLOUR if size is None else next(c for limit, c in _COLOURS if size < limit)
        return self._has_layer(name, colour)

    def _has_layer(self, name: str, colour: int) -> str:
        if name not in self._document.layers:
            self._document.layers.add(name, color=colour)
        return name

    def _draw(self, part: Any, name: str, row: int) -> None:
        attributes = {"layer": name}
        if part.geom_type == "Point":
            reference = self._space.add_blockref(self._symbol(), part.coords[0], dxfattribs=attributes)
            for tag, value in self._values(row):
                written = reference.add_attrib(tag, value, part.coords[0], dxfattribs={"layer": name})
                written.dxf.style, written.dxf.height, written.is_invisible = _TEXT_STYLE, self._height, True
        elif part.geom_type == "LineString":
            self._path(part, attributes, closed=False)
        elif part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                self._path(ring, attributes, closed=True)

    def _path(self, line: Any, attributes: dict[str, str], *, closed: bool) -> None:
        points = list(line.coords)[:-1] if closed else list(line.coords)
        if line.has_z and any(z for *_, z in points):
            self._space.add_polyline3d(points, close=closed, dxfattribs=attributes)
        else:
            self._space.add_lwpolyline([point[:2] for point in points], close=closed, dxfattribs=attributes)

    def _label(self, part: Any, words: str) -> None:
        place, angle = _beside(part, self._height)
        text = self._space.add_text(
            words,
            height=self._height,
            rotation=angle,
            dxfattribs={
                "layer": self._has_layer(f"{self._block}_{_TEXT_LAYER}", _PLAIN_COLOUR),
                "style": _TEXT_STYLE,
            },
        )
        text.set_placement(place, align=enums.TextEntityAlignment.BOTTOM_CENTER)

    def _symbol(self) -> str:
        """A ring stands for every point; whoever draws may give the block another look."""
        if self._block not in self._document.blocks:
            block = self._document.blocks.new(self._block)
            block.add_circle((0, 0), self._radius)
            for number, name in enumerate(self._layer.table.column_names):
                tag = block.add_attdef(_tag(name), (0, -number * self._height), height=self._height)
                tag.is_invisible = True
        return self._block

    def _values(self, row: int) -> Iterator[tuple[str, str]]:
        if not self._columns:
            table = self._layer.table
            for name, column in zip(table.column_names, table.columns, strict=True):
                whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
                self._columns[_tag(name)] = as_text(whole).to_pylist()
        for tag, values in self._columns.items():
            if (value := values[row]) not in (None, ""):
                yield tag, str(value).replace("\n", " ")


def _listed(values: pa.Array | None, count: int) -> list[Any]:
    return [None] * count if values is None else values.to_pylist()


def _beside(part: Any, height: float) -> tuple[tuple[float, float], float]:
    """Where a label stands: above the middle of a line along it, beside a point, in an area; and its angle."""
    if part.geom_type == "Point":
        return (part.x, part.y + height / 2.0), 0.0
    if part.geom_type != "LineString" or part.length == 0.0:
        inside = shapely.point_on_surface(part)
        return (inside.x, inside.y), 0.0
    middle = part.interpolate(0.5, normalized=True)
    before = part.interpolate(max(part.length / 2.0 - height, 0.0))
    after = part.interpolate(min(part.length / 2.0 + height, part.length))
    angle = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
    # Nobody reads upside down.
    angle = angle - 180.0 if angle > 90.0 else angle + 180.0 if angle <= -90.0 else angle
    off = 0.3 * height
    return (
        middle.x - off * math.sin(math.radians(angle)),
        middle.y + off * math.cos(math.radians(angle)),
    ), angle


def _clean(name: str) -> str:
    """A name that a layer and a block may have."""
    return name.translate(_FORBIDDEN).strip()[:_LONGEST] or "0"


def _tag(name: str) -> str:
    """A name that an attribute may have: without blanks."""
    return "_".join(name.split())[:_LONGEST]
