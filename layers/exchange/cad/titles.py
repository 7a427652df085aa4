"""What the layers and columns of a drawing are called on the screen; their names in files and templates stay."""

from __future__ import annotations

from pathlib import PurePath

from layers.text import Message

_ENDING = ".dxf"
_KINDS = ("line", "point", "area", "text")
_COLUMNS = {
    "text": Message("cad.column.text"),
    "block": Message("cad.column.block"),
    "label": Message("cad.column.label"),
    "DN (label)": Message("cad.column.size"),
    "material (label)": Message("cad.column.material"),
    "layer": Message("cad.column.layer"),
    "entity": Message("cad.column.entity"),
    "handle": Message("cad.column.handle"),
    "colour": Message("cad.column.colour"),
    "linetype": Message("cad.column.linetype"),
    "elevation": Message("cad.column.elevation"),
    "height": Message("cad.column.height"),
    "rotation": Message("cad.column.rotation"),
}


def layer_words(path: str, layer: str) -> Message | str:
    """What to call the layer ``layer`` of the file at ``path``: for a drawing, the CAD layer and what it holds."""
    called, _, kind = layer.rpartition("/")
    if not called or kind not in _KINDS or PurePath(path).suffix.lower() != _ENDING:
        return layer
    return Message(f"cad.layer.{kind}", {"layer": called})


def short_words(path: str, layer: str) -> Message | str | None:
    """The same beside a picture of what it holds: of a drawing the CAD layer; None for a layer of another file."""
    words = layer_words(path, layer)
    if isinstance(words, str):
        return None
    return words if is_text(path, layer) else layer.rpartition("/")[0]


def column_words(path: str, column: str) -> Message | str:
    """What to call a column of the file at ``path``."""
    if PurePath(path).suffix.lower() != _ENDING:
        return column
    return _COLUMNS.get(column, column)


def is_text(path: str, layer: str) -> bool:
    """Whether a layer holds the texts of a drawing."""
    return layer.endswith("/text") and PurePath(path).suffix.lower() == _ENDING
