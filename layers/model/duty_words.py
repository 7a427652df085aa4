"""The names of the types that tell who looks after what: the rooms of grids, of people and the store speak of them."""

from __future__ import annotations

from typing import Final

GRID: Final = "grid"
ASSIGNMENT: Final = "assignment"
CUSTOMER: Final = "customer"
