"""What a legend names and in which order: beside the map and on a sheet alike."""

from __future__ import annotations

from collections.abc import Sequence

from gisapp.map.shading import DENSE, SPARSE
from layers.scene.style import ClassStyle, LayerStyle
from layers.text import Message


def ordered_layers(layers: Sequence[LayerStyle]) -> tuple[LayerStyle, ...]:
    """The layers a legend names: what the style is about, mains, then symbols from the top one down, then the rest.

    What is ground of the map is named when somebody classed it.
    """
    named = [layer for layer in layers if layer.in_legend or layer.classing is not None]
    about = [layer for layer in named if layer.computed]
    named = [layer for layer in named if not layer.computed]
    mains = [layer for layer in named if layer.drawing == "main"]
    symbols = [layer for layer in reversed(named) if layer.drawing == "symbol"]
    return (*about, *mains, *symbols, *(layer for layer in named if layer.drawing in ("line", "area")))


def ordered_classes(layer: LayerStyle) -> tuple[ClassStyle, ...]:
    """The classes as a legend names them: states in an asset's life are exceptions and stand below the others."""
    states = tuple(style for style in layer.classes if style.is_state)
    return (*(style for style in layer.classes if not style.is_state), *states)


def density_words(layer: LayerStyle) -> Message:
    """What the wash means that stands for a layer too dense to be drawn."""
    return Message("styling.legend.density", {"layer": layer.title})


def density_range() -> str:
    """From where to where the wash deepens: assets per hectare."""
    return f"{SPARSE:g}–{DENSE:g}"
