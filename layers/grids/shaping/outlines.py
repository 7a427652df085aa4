"""Outlines of the upper levels: an area is what its grids are together, and follows them."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from layers.grids.ground import Grids
from layers.grids.patchwork import is_hair, joined, plain


def following_parents(before: Grids, after: Grids) -> dict[int, BaseGeometry]:
    """The outlines of upper grids, by id, that must change because the grids within them did; metres."""
    found: dict[int, BaseGeometry] = {}
    # From the lowest level up: an outline that changed may change the one above it.
    waiting = [int(id) for id in before.ids if len(after.children(int(id)))]
    waiting.sort(key=lambda id: -len(before.chain(id)))
    for id in waiting:
        now = after.with_shapes(found)
        if _parts(before, id) == _parts(now, id):
            continue
        was, will = _together(before, id), _together(now, id)
        own = before.shape_of(id)
        if own is None or was is None or will is None or not _differ(was, will):
            continue
        if _differ(own, was):
            # It is not what its grids are together, and stays so: only what changed is changed.
            own = shapely.union(shapely.difference(own, shapely.difference(was, will)), will)
            found[id] = plain(own)
        else:
            found[id] = will
    return found


def _parts(grids: Grids, id: int) -> list[tuple[int, int]]:
    """What a grid is made of; equal for the very same objects, which both times are alive."""
    return [(int(child), _identity(grids.shape_of(int(child)))) for child in grids.children(id)]


def _identity(shape: BaseGeometry | None) -> int:
    return id(shape)


def _together(grids: Grids, id: int) -> BaseGeometry | None:
    shapes = [grids.shape_of(int(child)) for child in grids.children(id)]
    drawn = [shape for shape in shapes if shape is not None]
    return together(drawn) if drawn else None


def together(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Grids as one area: vertex by vertex where they fit, else by any means."""
    whole = joined(shapes)
    total = sum(shape.area for shape in shapes)
    if whole.is_valid and abs(whole.area - total) <= 1e-6 * total:
        return whole
    return plain(shapely.union_all(shapes))


def _differ(one: BaseGeometry, other: BaseGeometry) -> bool:
    return not is_hair(shapely.symmetric_difference(one, other))
