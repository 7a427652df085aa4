"""What cannot be done to a grid, in sentences, before anything is written."""

from __future__ import annotations

from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import UserError
from layers.grids.ground import EDGE, NONE, Grids
from layers.grids.patchwork import holes_of, is_hair, pieces_of
from layers.grids.sizes import area_words
from layers.model.duty_words import GRID
from layers.register import Register
from layers.text import Message

#: Square metres beyond the service area that are no more than another drawing of its border.
_BESIDE: Final = 1.0


def lowest_shape(grids: Grids, id: int) -> BaseGeometry:
    """The place of a grid of the lowest level. Raises ``UserError`` for any other."""
    position = grids.position(id)
    if position == NONE:
        raise UserError(Message("grid_ground.not_valid"), Message("grid_ground.not_valid_hint"))
    code = {"code": grids.codes[position]}
    if not grids.is_drawn[position]:
        raise UserError(Message("grid_ground.not_drawn", code), Message("grid_ground.not_drawn_hint"))
    if not grids.is_lowest[position]:
        raise UserError(Message("grid_ground.has_parts", code), Message("grid_ground.has_parts_hint"))
    shape: BaseGeometry = grids.shapes[position]
    return shape


def checked_code(register: Register, code: str) -> None:
    """Raises ``UserError`` when a grid of any time has this code."""
    if register.by_code(GRID, code) is not None:
        raise UserError(
            Message("grid_ground.code_taken", {"code": code}), Message("grid_ground.code_taken_hint")
        )


def checked_whole(before: BaseGeometry, after: BaseGeometry, code: str) -> None:
    """Raises ``UserError`` when an area would vanish, fall apart, cross itself or get a hole."""
    names = {"code": code}
    if is_hair(after):
        raise UserError(Message("grid_ground.nothing_left", names), Message("grid_ground.nothing_left_hint"))
    if not after.is_valid:
        raise UserError(
            Message("grid_ground.crosses_itself", names), Message("grid_ground.crosses_itself_hint")
        )
    if pieces_of(after) > pieces_of(before):
        raise UserError(Message("grid_ground.falls_apart", names), Message("grid_ground.falls_apart_hint"))
    if holes_of(after) > holes_of(before):
        raise UserError(Message("grid_ground.hole", names), Message("grid_ground.hole_hint"))


def checked_inside(ground: BaseGeometry | None, gained: BaseGeometry, code: str) -> None:
    """Raises ``UserError`` when land that a grid gets lies outside the service area."""
    if ground is None:
        return
    outside = shapely.difference(gained, ground)
    if outside.area > _BESIDE and not is_hair(outside):
        raise UserError(
            Message("grid_ground.outside", {"code": code, "area": area_words(outside.area)}),
            Message("grid_ground.outside_hint"),
        )


def overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    """The square metres that two areas share, beyond a hair of a millimetre; 0 when there are none."""
    shared = shapely.intersection(one, other)
    return float(shared.area) if shared.area > EDGE * shared.length else 0.0
