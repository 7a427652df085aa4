"""Areas of land as sentences tell them."""

from __future__ import annotations

from layers.text import Message

_HECTARE, _SQUARE_KILOMETRE = 10_000.0, 1_000_000.0


def now_has(code: str, before: float, after: float) -> Message:
    """How large a grid was and will be (square metres), both in the unit of the larger."""
    like = max(before, after)
    words = {"code": code, "before": area_words(before, like), "area": area_words(after, like)}
    return Message("grid_ground.now_has", words)


def area_words(square_metres: float, like: float = 0.0) -> Message:
    """An area: square metres below a hectare, hectares below a square kilometre; in the unit of one as large as
    ``like``."""
    size = max(square_metres, like)
    if size < _HECTARE:
        return Message("grid_ground.area.m2", {"value": f"{square_metres:,.0f}"})
    if size < _SQUARE_KILOMETRE:
        return Message("grid_ground.area.ha", {"value": f"{square_metres / _HECTARE:,.2f}"})
    return Message("grid_ground.area.km2", {"value": f"{square_metres / _SQUARE_KILOMETRE:,.2f}"})
