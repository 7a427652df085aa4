"""How far from all that a register holds a place may lie and still be one of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from layers.geometry.packed import Floats
from layers.model.query import Box

FARTHEST_OUT = 100_000.0
"""Metres beyond what is held, or its own size if that is more: farther out are slips of the keys, or another system."""

MOST_FAR_OUT = 0.1
"""The share of places that may be slips: of more, nobody can say which of them is the city."""


def surroundings(held: Box) -> Box:
    """The box in which whatever belongs to a register lies that holds assets within ``held`` (metres)."""
    margin = max(FARTHEST_OUT, held.width, held.height)
    return Box(held.x0 - margin, held.y0 - margin, held.x1 + margin, held.y1 + margin)


def near_most(places: Floats) -> Box | None:
    """The box around the median of some places (n, 2) that holds nearly all of them; None if too many lie farther."""
    if not len(places):
        return None
    x, y = np.median(places, axis=0).tolist()
    near = surroundings(Box(x, y, x, y))
    inside = (places >= (near.x0, near.y0)) & (places <= (near.x1, near.y1))
    return near if (~inside.all(axis=1)).mean() <= MOST_FAR_OUT else None


def around_all(boxes: Iterable[Box | None]) -> Box | None:
    """The box around all that are there; None when there is none."""
    found = [box for box in boxes if box is not None]
    if not found:
        return None
    x0, y0, x1, y1 = zip(*found, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))
