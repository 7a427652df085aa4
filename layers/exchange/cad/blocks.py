"""Blocks of a drawing: which stand for one thing, and which hold a piece of the drawing and are taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.later import Later

if TYPE_CHECKING:
    from ezdxf import dynblkhelper
else:
    dynblkhelper = Later("ezdxf.dynblkhelper")

#: More parts than a symbol has, and wider on the ground (metres) than one is drawn.
_SYMBOL_PARTS, _SYMBOL_METRES = 30, 30.0


class Blocks:
    """The blocks of one drawing. ``metres``: what one drawing unit is."""

    def __init__(self, document: Any, metres: float) -> None:
        self._document, self._metres = document, metres
        self._sizes: dict[str, float | None] = {}

    def name_of(self, insert: Any) -> str:
        """What a block is called by whoever drew it: dynamic blocks go by another name in the file."""
        name = str(insert.dxf.name)
        if name.startswith("*"):
            try:
                own = dynblkhelper.get_dynamic_block_definition(insert, self._document)
            except Exception:  # noqa: BLE001 - a damaged dynamic block keeps the name it has
                own = None
            if own is not None:
                return str(own.name)
        return name

    def outside(self, insert: Any) -> str | None:
        """The file of an external reference; None for a block of the drawing itself."""
        block = self._document.blocks.get(insert.dxf.name)
        if block is None or not (block.block.is_xref or block.block.is_xref_overlay):
            return None
        return str(block.block.dxf.get("xref_path", "") or insert.dxf.name)

    def is_piece(self, insert: Any) -> bool:
        """Whether the block is a piece of the drawing, not a symbol: large, of many parts or of other blocks."""
        name = str(insert.dxf.name)
        if insert.attribs:
            return False
        if name not in self._sizes:
            self._sizes[name] = self._size(name)
        size = self._sizes[name]
        if size is None:
            return False
        scale = max(abs(insert.dxf.get("xscale", 1.0)), abs(insert.dxf.get("yscale", 1.0)))
        return bool(size * scale * self._metres > _SYMBOL_METRES)

    def _size(self, name: str) -> float | None:
        """How large a block of many parts or of other blocks is, in its own units; None for a symbol."""
        block = self._document.blocks.get(name)
        if block is None or block.block.is_xref or block.block.is_xref_overlay:
            return None
        kinds = [entity.dxftype() for entity in block]
        if "ATTDEF" in kinds or (len(kinds) <= _SYMBOL_PARTS and "INSERT" not in kinds):
            return None
        places = np.array([place for entity in block for place in _places(entity)], dtype=np.float64)
        if not len(places):
            return None
        return float(np.ptp(places, axis=0).max())


def _places(entity: Any) -> Iterator[tuple[float, float]]:
    """Points of an entity that tell roughly where it lies."""
    for name in ("start", "end", "insert", "location", "center"):
        point = entity.dxf.get(name) if entity.dxf.is_supported(name) else None
        if point is not None:
            yield point[0], point[1]
    if entity.dxftype() == "LWPOLYLINE":
        yield from ((x, y) for x, y, *_ in entity.get_points("xy"))
    elif entity.dxftype() == "POLYLINE":
        yield from ((v.dxf.location[0], v.dxf.location[1]) for v in entity.vertices)
