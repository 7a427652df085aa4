"""Areas of land as sentences tell them."""

from __future__ import annotations

from layers.text import Message

_HECTARE, _SQUARE_KILOMETRE = 10_000.0, 1_000_000.0


def area_words(square_metres: float) -> Message:
    """An area: square metres below a hectare, hectares below a square kilometre."""
    if square_metres < _HECTARE:
        return Message("grid_ground.area.m2", {"value": f"{square_metres:,.0f}"})
    if square_metres < _SQUARE_KILOMETRE:
        return Message("grid_ground.area.ha", {"value": f"{square_metres / _HECTARE:,.2f}"})
    return Message("grid_ground.area.km2", {"value": f"{square_metres / _SQUARE_KILOMETRE:,.2f}"})
