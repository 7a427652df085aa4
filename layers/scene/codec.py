"""A source as plain arrays and a description of how they belong together, and back. No code in it, no pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from layers.geometry.index import BlockIndex
from layers.geometry.packed import PackedLines
from layers.model.query import Box
from layers.scene.chains import Chains
from layers.scene.class_lines import ClassLines
from layers.scene.class_points import ClassPoints
from layers.scene.labels import PointNames
from layers.scene.line_arrays import LineArrays, LineRows, Pieces
from layers.scene.line_source import LineSource
from layers.scene.part import Nowhere
from layers.scene.point_arrays import PointArrays, PointRows
from layers.scene.point_source import PointSource
from layers.scene.style import LayerStyle
from layers.scene.words import Words

_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        BlockIndex, Chains, ClassLines, ClassPoints, LineArrays, LineRows, LineSource, Nowhere, PackedLines,
        Pieces, PointArrays, PointNames, PointRows, PointSource, Words,
    )
}  # fmt: skip
#: The layer is known to whoever reads; it is not written.
_LAYER = "layer"


Source = LineSource | PointSource


class CodecError(ValueError):
    """What was read is no source that this program wrote."""


def encode(source: Source) -> tuple[Any, list[np.ndarray]]:
    """A description that JSON can hold, and the arrays it refers to by number."""
    arrays: list[np.ndarray] = []
    return _encoded(source, arrays), arrays


def decode(value: Any, arrays: Sequence[np.ndarray], layer: LayerStyle) -> Source:
    """The source of ``layer`` that was encoded. Raises ``CodecError`` when it cannot be that."""
    source = _decoded(value, arrays, layer)
    if not isinstance(source, LineSource | PointSource):
        raise CodecError("not a source")
    return source


def _encoded(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value))
        return {"array": len(arrays) - 1}
    if isinstance(value, LayerStyle):
        return {"layer": True}
    if isinstance(value, Box):
        return {"box": [float(edge) for edge in value]}
    if isinstance(value, tuple):
        return {"several": [_encoded(each, arrays) for each in value]}
    if isinstance(value, Mapping):
        return {"numbered": [[int(key), _encoded(each, arrays)] for key, each in value.items()]}
    kind = type(value).__name__
    if _KINDS.get(kind) is not type(value):
        raise TypeError(f"{kind} has no place in a cache")
    return {"kind": kind, "parts": {f.name: _encoded(getattr(value, f.name), arrays) for f in fields(value)}}


def _decoded(value: Any, arrays: Sequence[np.ndarray], layer: LayerStyle) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        if "array" in value:
            return arrays[value["array"]]
        if _LAYER in value:
            return layer
        if "box" in value:
            return Box(*map(float, value["box"]))
        if "several" in value:
            return tuple(_decoded(each, arrays, layer) for each in value["several"])
        if "numbered" in value:
            return {int(key): _decoded(each, arrays, layer) for key, each in value["numbered"]}
        kind = _KINDS[value["kind"]]
        parts = {name: _decoded(each, arrays, layer) for name, each in value["parts"].items()}
        return kind(**parts)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise CodecError(f"cannot be read: {error}") from error
