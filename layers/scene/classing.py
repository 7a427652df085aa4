"""Classes made from what a register holds: a class for every value of a field, or ranges of its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.catalogue import AssetType
from layers.model.field import Field
from layers.model.fields import BooleanField, ChoiceField, DateField, LinkField, TextField
from layers.model.number_fields import IntegerField, NumberField, NumericField
from layers.register import Register
from layers.scene.breaks import inner_limits
from layers.scene.classes import numbers_of
from layers.scene.palettes import palettes
from layers.scene.style import Classing, ClassStyle, LayerStyle, Look, Method, Rule
from layers.scene.style_file import REST
from layers.text import Message, Title

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

#: More classes than this nobody reads from a map.
MOST_CLASSES = 24
USUAL_CLASSES = 5
BLANK = Title("未填", "Not given")
OTHER = Title("其他", "Other")
#: Widths of mains from the least to the greatest class of ranges.
_WIDTHS = (1.5, 4.2)
_PLAIN_WIDTH = 2.6
_UNKNOWN = Look(colour="dn_unknown", width=3.0, core="map_road", core_width=1.2)
_AREA_TINT = "~45"


@dataclass(frozen=True)
class Category:
    """A value of a field as rules name it, what it is called, and how many assets have it."""

    value: str
    title: Title
    count: int


def methods_for(field: Field) -> tuple[Method, ...]:
    """The ways to make classes of a field, the usual one first; none when it says nothing on a map."""
    if field.companion_of is not None or field.personal or field.unique or field.name == "code":
        return ()
    if isinstance(field, ChoiceField | BooleanField | LinkField | TextField):
        return ("categories",)
    if isinstance(field, DateField):
        return ("quantile", "natural", "equal")
    if isinstance(field, IntegerField):
        return ("quantile", "natural", "equal", "categories")
    return ("quantile", "natural", "equal") if isinstance(field, NumericField) else ()


def fields_for(asset_type: AssetType) -> tuple[Field, ...]:
    """The fields of a type by which it can be classed."""
    return tuple(field for field in asset_type.columns if methods_for(field))


def usual_classing(field: Field) -> Classing:
    """How a field is classed until somebody chooses otherwise."""
    method = methods_for(field)[0]
    if method != "categories":
        palette = "brown_blue" if isinstance(field, DateField) else "cividis"
        return Classing(field.name, method, palette, USUAL_CLASSES)
    return Classing(field.name, method, "okabe_ito", palettes()["okabe_ito"].most)


def classed(register: Register, layer: LayerStyle, classing: Classing, feedback: Feedback) -> LayerStyle:
    """``layer`` with classes of ``classing`` made from the register's assets; the last takes all the rest.

    States of mains (planned, out of use ...) stay before them. Raises ``UserError`` when the type has no such
    field or it cannot be classed so.
    """
    asset_type = register.catalogue[layer.type]
    field = field_to_class(asset_type, classing)
    column = register.columns(layer.type, [field.name], feedback=feedback).column(field.name)
    if classing.method == "categories":
        found = categories(register, asset_type, field, column)
        kept = _most_frequent(found, min(classing.count or MOST_CLASSES, MOST_CLASSES))
        made = list(_category_classes(layer, field, kept, classing.palette))
    else:
        numbers = numbers_of(column)
        limits = inner_limits(numbers, min(classing.count, MOST_CLASSES), classing.method)
        made = list(_range_classes(layer, field, rounded(field, limits), classing.palette))
    return replace(layer, classes=(*states_of(layer), *made), classing=classing)


def field_to_class(asset_type: AssetType, classing: Classing) -> Field:
    """The field of ``classing``; raises ``UserError`` when there is none or it cannot be classed so."""
    if classing.field not in asset_type:
        raise UserError(
            Message("styling.no_field", {"type": asset_type.title, "field": classing.field}),
            Message("styling.no_field.hint"),
        )
    field = asset_type.field_named(classing.field)
    if classing.method not in methods_for(field):
        raise UserError(
            Message("styling.not_so", {"type": asset_type.title, "field": field.title}),
            Message("styling.not_so.hint"),
        )
    return field


def states_of(layer: LayerStyle) -> tuple[ClassStyle, ...]:
    """The classes that stand for a state in the life of an asset and stay whatever the others are made of."""
    return tuple(style for style in layer.classes if style.is_state)


def categories(
    register: Register, asset_type: AssetType, field: Field, column: pa.ChunkedArray
) -> list[Category]:
    """Every value that occurs: those of a code list in its order, others the most frequent first."""
    counted = pc.value_counts(pc.drop_null(column.combine_chunks()))
    counts = Counter({row["values"]: row["counts"] for row in counted.to_pylist()})
    ranked = sorted(counts, key=lambda value: (-counts[value], str(value)))
    if isinstance(field, ChoiceField):
        order = {entry.code: number for number, entry in enumerate(field.code_list.entries)}
        ranked = sorted(counts, key=lambda value: (order.get(value, len(order)), str(value)))
    elif isinstance(field, BooleanField | DateField | NumericField):
        ranked = sorted(counts, key=lambda value: (isinstance(field, BooleanField) and not value, value))
    name = _namer(register, field)
    return [Category(_rule_value(value), name(value), counts[value]) for value in ranked]


def _rule_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _namer(register: Register, field: Field) -> Callable[[Any], Title]:
    """What to call the values of ``field``; linked assets go by their names."""
    if isinstance(field, LinkField):
        return lambda value: _linked_title(register, field, value)
    return lambda value: Title(field.show(value, "zh"), field.show(value, "en"))


def _linked_title(register: Register, field: LinkField, value: int | str) -> Title:
    key = field.key_of(value)
    if key is None or key.type not in field.targets:
        # Another program wrote it: shown as it stands.
        return Title(str(value), str(value))
    asset_type, asset = register.catalogue[key.type], register.get(*key)
    label = (
        None
        if asset is None
        else next((str(asset[each]) for each in asset_type.label_fields if asset.get(each)), None)
    )
    return Title(*(label or asset_type.code(key.id),) * 2)


def _most_frequent(found: Sequence[Category], count: int) -> list[Category]:
    """The ``count`` most frequent, in the order they came."""
    kept = set(sorted(found, key=lambda each: -each.count)[:count])
    return [each for each in found if each in kept]


def _category_classes(
    layer: LayerStyle, field: Field, kept: Sequence[Category], palette: str
) -> Iterator[ClassStyle]:
    for number, each in enumerate(kept, 1):
        look = class_look(layer, f"{palette}:{number}/{len(kept)}", _PLAIN_WIDTH)
        yield ClassStyle(f"c{number}", each.title, (Rule(field.name, (each.value,)),), look)
    yield ClassStyle("blank", BLANK, (Rule(field.name, blank=True),), unknown_look(layer))
    yield ClassStyle(REST, OTHER, (), class_look(layer, "material8", 2.0))


def _range_classes(
    layer: LayerStyle, field: Field, limits: Sequence[float], palette: str
) -> Iterator[ClassStyle]:
    bounds = [None, *limits, None]
    count = len(bounds) - 1
    # The greatest first: it is drawn on top, and a legend of ranges reads from the top.
    for number in range(count, 0, -1):
        lower, upper = bounds[number - 1], bounds[number]
        # What is newer is not more: years differ in colour alone.
        ranked = not isinstance(field, DateField)
        width = float(np.interp(number, (1, max(count, 2)), _WIDTHS)) if ranked else _PLAIN_WIDTH
        look = class_look(layer, f"{palette}:{number}/{count}", round(width, 1))
        rule = Rule(field.name, lower=lower, upper=upper)
        if lower is None and upper is None:
            rule = Rule(field.name, lower=float("-inf"))
        yield ClassStyle(f"r{number}", range_title(field, lower, upper), (rule,), look)
    yield ClassStyle("blank", BLANK, (), unknown_look(layer))


def rounded(field: Field, limits: Sequence[float]) -> tuple[float, ...]:
    """Limits as one writes them: whole for whole numbers and years, else with the field's digits."""
    if not isinstance(field, NumberField):
        return tuple(dict.fromkeys(float(np.ceil(limit)) for limit in limits))
    return tuple(dict.fromkeys(round(limit, field.decimals) for limit in limits))


def range_title(field: Field, lower: float | None, upper: float | None) -> Title:
    """``100–199 mm``: what is written is in the class, except behind ``<``."""
    unit = f" {field.unit}" if field.unit else ""
    digits = field.decimals if isinstance(field, NumberField) else 0
    low, high = (None if each is None else f"{each:.{digits}f}" for each in (lower, upper))
    year = isinstance(field, DateField)
    if low is None and high is None:
        return Title("有值", "Given")
    if low is None:
        return Title(f"{high} 年以前", f"before {high}") if year else Title(*(f"< {high}{unit}",) * 2)
    if high is None or upper is None:
        return Title(f"{low} 年以后", f"since {low}") if year else Title(*(f"≥ {low}{unit}",) * 2)
    if digits:
        return Title(*(f"{low} – {high}{unit}",) * 2)
    last = f"{upper - 1:.0f}"
    return Title(*(f"{low}{unit}" if low == last else f"{low}–{last}{unit}",) * 2)


def class_look(layer: LayerStyle, colour: str, width: float) -> Look:
    """How a class of this colour is drawn in a layer."""
    if layer.drawing == "symbol":
        return replace(_plain(layer), fill=colour)
    if layer.drawing == "area":
        return Look(colour=colour, fill=colour + _AREA_TINT if ":" in colour else colour, width=0.8)
    if layer.drawing == "main":
        return Look(colour=colour, width=width)
    look = _plain(layer)
    # Roads are ground: mains lie on them and must be seen.
    return replace(look, colour=colour + _AREA_TINT if look.ground_width and ":" in colour else colour)


def unknown_look(layer: LayerStyle) -> Look:
    """How assets are drawn of which the field says nothing."""
    return _UNKNOWN if layer.drawing == "main" else _plain(layer)


def _plain(layer: LayerStyle) -> Look:
    """The look of the layer's usual class: the last, which takes all that no rule before it took."""
    look = next((style.look for style in reversed(layer.classes) if not style.is_state), Look())
    return replace(look, fill=None) if layer.drawing == "symbol" else look
