"""How far from all that a register holds a place may lie and still be one of it."""

from __future__ import annotations

from layers.model.query import Box

FARTHEST_OUT = 100_000.0
"""Metres beyond what is held, or its own size if that is more: farther out are slips of the keys, or another system."""


def surroundings(held: Box) -> Box:
    """The box in which whatever belongs to a register lies that holds assets within ``held`` (metres)."""
    margin = max(FARTHEST_OUT, held.width, held.height)
    return Box(held.x0 - margin, held.y0 - margin, held.x1 + margin, held.y1 + margin)
