"""Widths by size under classes of something else: a trunk main is seen as one whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from layers.scene.style import ClassStyle, LayerStyle, Rule

#: Classes that differ more than so many times in width tell something by it already.
_MEANT = 2.5


def widened(layer: LayerStyle) -> LayerStyle:
    """The layer with every class in several widths, which share the class's id; the widest are drawn last.

    States in an asset's life keep theirs, and so do layers classed by size or with widths of their own.
    """
    own = [each for each in layer.classes if not each.is_state]
    fields = {step.field for step in layer.widths}
    if not layer.widths or any(rule.field in fields for each in own for rule in each.rules):
        return layer
    plain = [each.look.width for each in own if each.look.core is None and each.rules]
    if plain and max(plain) > _MEANT * min(plain):
        return layer
    states = (each for each in layer.classes if each.is_state)
    return replace(layer, classes=(*states, *_in_widths(layer, own)))


def _in_widths(layer: LayerStyle, own: list[ClassStyle]) -> Iterator[ClassStyle]:
    """Every asset has one size at most, so that the first class it meets is still the one of its own rules."""
    for step in reversed(layer.widths):
        rule = Rule(step.field, lower=step.lower, upper=step.upper)
        for each in own:
            look = replace(
                each.look, width=each.look.width * step.factor, core_width=each.look.core_width * step.factor
            )
            named_from = each.label_denominator or step.label_denominator
            yield replace(each, rules=(*each.rules, rule), look=look, label_denominator=named_from)
    # Those of no known size.
    yield from own
