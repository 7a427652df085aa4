"""A small patch of land cut into grids, to draw boundaries on."""

from __future__ import annotations

from typing import Any

import shapely

from layers.register import Register
from layers.text import Message

EAST, NORTH = 500_000.0, 3_000_000.0
SIDE = 300.0
"""Metres: the width of one of the square grids."""


def at(x: float, y: float) -> tuple[float, float]:
    """A place of the test's own small plane in the register's."""
    return EAST + x, NORTH + y


def block(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(*at(x0, y0), *at(x1, y1))


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*place) for place in places])


def add(register: Register, type_name: str, **values: Any) -> int:
    with register.edit(Message("store.created")) as edit:
        return edit.insert(type_name, values)


def add_grid(register: Register, code: str, shape: Any, **values: Any) -> int:
    return add(register, "grid", **{"code": code, "name": code, "level": "grid", "geom": shape, **values})


def four(register: Register, **values: Any) -> list[int]:
    """Four square grids round one corner, in one area that is all of them: ids of G1 to G4."""
    area = add_grid(register, "A1", block(0, 0, 2 * SIDE, 2 * SIDE), level="area")
    found = []
    for number in range(4):
        x, y = (number % 2) * SIDE, (number // 2) * SIDE
        shape = block(x, y, x + SIDE, y + SIDE)
        found.append(add_grid(register, f"G{number + 1}", shape, parent=area, **values))
    return found
