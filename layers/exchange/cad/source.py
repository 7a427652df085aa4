"""DXF drawings as files of layers: each CAD layer and kind of geometry is one, named "CAD layer/kind"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from layers.errors import UserError
from layers.exchange.cad.drawing import Drawing, read_drawing
from layers.exchange.foreign import ROW, ForeignFile, ForeignLayer, ForeignTable, Shape
from layers.exchange.gdal_source import fields_of
from layers.exchange.geometry_rows import bounds_of
from layers.exchange.vector import sample_rows
from layers.feedback import Feedback
from layers.text import Message

_SHAPES: dict[str, Shape] = {"line": "line", "point": "point", "text": "point", "area": "polygon"}


def describe(path: Path, encoding: str | None = None, feedback: Feedback | None = None) -> ForeignFile:
    """The layers of a drawing. Raises ``UserError`` when it cannot be read or holds nothing that can be."""
    drawing = read_drawing(path, encoding, feedback or Feedback())
    layers = tuple(_describe(name, table) for name, table in drawing.tables.items())
    return ForeignFile(str(path), "dxf", drawing.encoding, layers, drawing.remarks)


def read(
    path: Path, layer: str, encoding: str | None = None, feedback: Feedback | None = None
) -> ForeignTable:
    """All entities of one layer and kind; the row number is the place of the entity in the drawing, from 1."""
    drawing: Drawing = read_drawing(path, encoding, feedback or Feedback())
    found = drawing.tables.get(layer)
    if found is None:
        raise UserError(Message("format.no_such_layer", {"file": path.name, "layer": layer}))
    return replace(found, path=str(path))


def _describe(name: str, table: ForeignTable) -> ForeignLayer:
    attributes = table.table.drop_columns([ROW])
    remarks = tuple(entry.problem for entry in table.problems if entry.row is None)
    return ForeignLayer(
        name, _SHAPES[name.rpartition("/")[2]], len(table), None, fields_of(attributes),
        sample_rows(attributes), remarks,
        bounds=None if table.geometry is None else bounds_of(table.geometry),
    )  # fmt: skip
