"""Changing a style by hand: another colour, width or name of a class, other scales of a layer. All of it is frozen,
so every change is a new style."""

from __future__ import annotations

from dataclasses import replace

from layers.scene.classing import class_look
from layers.scene.style import ClassStyle, LayerStyle, Look, MapStyle


def with_layer(style: MapStyle, layer: LayerStyle) -> MapStyle:
    """The style with ``layer`` in the place of the one of the same id."""
    return replace(style, layers=tuple(layer if each.id == layer.id else each for each in style.layers))


def layer_of(style: MapStyle, layer_id: str) -> LayerStyle:
    """The layer of that id; ``KeyError`` when there is none."""
    for layer in style.layers:
        if layer.id == layer_id:
            return layer
    raise KeyError(layer_id)


def with_class(layer: LayerStyle, changed: ClassStyle) -> LayerStyle:
    """The layer with ``changed`` in the place of the class of the same id."""
    return replace(layer, classes=tuple(changed if each.id == changed.id else each for each in layer.classes))


def colour_of(layer: LayerStyle, look: Look) -> str:
    """The colour by which a class differs from the others of its layer."""
    if layer.drawing == "symbol":
        return look.fill or (look.colour if look.colour != "map_ink" else "map_symbol_fill")
    if layer.drawing == "area":
        return look.fill or look.colour
    return look.colour


def coloured(layer: LayerStyle, look: Look, colour: str) -> Look:
    """``look`` in another colour."""
    if layer.drawing == "symbol":
        return replace(look, fill=colour)
    if layer.drawing == "area":
        return replace(look, fill=colour, colour=colour)
    return replace(look, colour=colour)


def with_palette(layer: LayerStyle, palette: str) -> LayerStyle:
    """The layer with its classes in the colours of ``palette``; states and what nothing is known of keep theirs."""
    own = [
        each
        for each in layer.classes
        if not each.is_state and each.rules and not any(rule.blank for rule in each.rules)
    ]
    # Ranges stand with the greatest first, and palettes begin with the least.
    ranked = own[::-1] if layer.classing is not None and layer.classing.method != "categories" else own
    changed = layer
    for number, each in enumerate(ranked, 1):
        colour = colour_of(layer, class_look(layer, f"{palette}:{number}/{len(ranked)}", each.look.width))
        changed = with_class(changed, replace(each, look=coloured(layer, each.look, colour)))
    if changed.classing is not None:
        changed = replace(changed, classing=replace(changed.classing, palette=palette))
    return changed
