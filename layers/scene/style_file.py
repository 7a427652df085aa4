"""Reading ``resources/styles``: one ground of layers, and ways to class the mains.

A style of the register says in which layers it differs (``layers.scene.style_definition``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import tomli

from layers.model.nominal import NOMINAL_MM
from layers.model.settings import NumberClass
from layers.resources import resource_root
from layers.scene.style import Classing, ClassStyle, LayerStyle, Look, MapStyle, Rule, WidthStep
from layers.text import Title

GROUND = "ground"
#: The id of the class that takes what no class before it took.
REST = "other"


def style_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of the ways to class the mains, the usual one first."""
    names = sorted(p.stem for p in (folder or _folder()).glob("*.toml") if p.stem != GROUND)
    return tuple(sorted(names, key=lambda name: name != "diameter"))


@cache
def style_title(name: str, folder: Path | None = None) -> Title:
    """What the style is called."""
    return read_title(_read((folder or _folder()) / f"{name}.toml")["title"])


def load_style(name: str, dn_classes: Sequence[NumberClass], folder: Path | None = None) -> MapStyle:
    """The style of that name with the register's DN classes. ``KeyError`` when there is no such style."""
    if name not in style_names(folder):
        raise KeyError(name)
    ground = _read((folder or _folder()) / f"{GROUND}.toml")
    chosen = _read((folder or _folder()) / f"{name}.toml")
    states = [replace(read_class(entry), is_state=True) for entry in ground["state"]]
    gone = read_rules(ground.get("gone", {}))
    classing = Classing(**chosen["classing"]) if "classing" in chosen else None
    layers = []
    for entry in ground["layer"]:
        layer = replace(_layer(entry), gone=gone)
        if layer.id in chosen.get("show", ()):
            layer = replace(layer, shown=True)
        if layer.id in chosen.get("unshaded", ()):
            layer = replace(layer, density_denominator=0.0)
        if layer.drawing == "main":
            layer = replace(layer, classes=(*states, *_main_classes(chosen, dn_classes)), classing=classing)
        elif layer.drawing == "symbol" and entry.get("states", True):
            layer = replace(layer, classes=(*_symbol_states(ground, layer), *layer.classes))
        layers += [_layer(own) for own in chosen.get("layer", ()) if own["below"] == layer.id]
        layers.append(layer)
    short_names = {code: read_title(entry) for code, entry in ground.get("short_names", {}).items()}
    return MapStyle(name, read_title(chosen["title"]), tuple(layers), short_names)


def _main_classes(chosen: Mapping[str, Any], dn_classes: Sequence[NumberClass]) -> Iterable[ClassStyle]:
    ramp = chosen.get("ramp")
    if ramp is not None:
        steps = [dict(step) for step in ramp["steps"]]
        named_from = [step.pop("label_denominator", 0.0) for step in steps]
        looks = [read_look(step) for step in steps]
        # Ranges are drawn small below large, but listed large first, as on the map sheet.
        for number in reversed(range(len(dn_classes))):
            interval = dn_classes[number]
            step = round(number * (len(looks) - 1) / max(len(dn_classes) - 1, 1))
            rules = (_range(ramp["field"], interval),)
            yield ClassStyle(f"dn{number}", _dn_title(interval), rules, looks[step], named_from[step])
    for entry in chosen.get("class", ()):
        yield read_class(entry)
    if "classing" in chosen:
        # Until the classes are counted from a register, one takes all.
        yield ClassStyle(REST, Title("其他", "Other"), (), Look(colour="dn2", width=2.4))


def _symbol_states(ground: Mapping[str, Any], layer: LayerStyle) -> Iterable[ClassStyle]:
    """What is not in service is drawn in the colour of its state, whatever kind it is."""
    plain = layer.classes[-1].look
    for entry in ground.get("symbol_state", ()):
        symbol = "+".join(name for name in (plain.symbol, entry.get("overlay")) if name)
        look = replace(plain, symbol=symbol, colour=entry["colour"], fill=entry.get("fill"))
        yield ClassStyle(
            entry["id"],
            read_title(entry["title"]),
            read_rules(entry),
            look,
            shown=entry.get("shown", True),
            is_state=True,
        )


def _range(field: str, interval: NumberClass) -> Rule:
    """An interval of whole numbers as [lower, upper)."""
    lower = None if interval.lower == float("-inf") else interval.lower + (0 if interval.lower_in else 1)
    upper = None if interval.upper == float("inf") else interval.upper + (1 if interval.upper_in else 0)
    return Rule(field, lower=lower, upper=upper)


def _dn_title(interval: NumberClass) -> Title:
    low, high = f"{interval.lower:g}", f"{interval.upper:g}"
    if interval.lower == float("-inf"):
        return Title(f"DN{high} 以下", f"< DN{high}")
    if interval.upper == float("inf"):
        return Title(f"DN{low} 以上", f"≥ DN{low}")
    # Sizes are nominal: the largest below the limit says more than the limit, which is in the next class.
    largest = max((size for size in NOMINAL_MM if size in interval), default=interval.upper)
    return Title(f"DN{low}–{largest:g}", f"DN{low}–{largest:g}")


def _layer(entry: Mapping[str, Any]) -> LayerStyle:
    return LayerStyle(
        id=entry.get("id", entry["type"]),
        type=entry["type"],
        drawing=entry["drawing"],
        title=read_title(entry["title"]),
        classes=tuple(read_class(c) for c in entry.get("classes", ())),
        largest_denominator=entry.get("largest_denominator", 0.0),
        rotate=entry.get("rotate", False),
        beside=entry.get("beside", False),
        labels=entry.get("labels"),
        label_denominator=entry.get("label_denominator", 0.0),
        in_legend=entry.get("in_legend", True),
        shown=entry.get("shown", True),
        apart=entry.get("apart", 3.0),
        smallest_denominator=entry.get("smallest_denominator", 0.0),
        density_denominator=entry.get("density_denominator", 0.0),
        widths=tuple(WidthStep(**{"lower": None, "upper": None, **step}) for step in entry.get("widths", ())),
        density_nearest=entry.get("density_nearest", 0.0),
        computed=entry.get("computed", ""),
    )


def read_class(entry: Mapping[str, Any]) -> ClassStyle:
    """A class as a style file has it."""
    return ClassStyle(
        entry["id"],
        read_title(entry["title"]),
        read_rules(entry),
        read_look(entry["look"]),
        entry.get("label_denominator", 0.0),
        entry.get("shown", True),
    )


def read_rules(entry: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The rules of a class as a style file has them."""
    return tuple(
        Rule(
            rule["field"],
            tuple(rule.get("values", ())),
            tuple(rule.get("other_than", ())),
            rule.get("lower"),
            rule.get("upper"),
            rule.get("blank", False),
        )
        for rule in entry.get("rules", ())
    )


def read_look(entry: Mapping[str, Any]) -> Look:
    """A look as a style file has it."""
    values = dict(entry)
    if "dash" in values:
        values["dash"] = tuple(values["dash"])
    return Look(**values)


def read_title(entry: Mapping[str, str]) -> Title:
    """A name in both languages."""
    return Title(entry["zh"], entry["en"])


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomli.load(file)


def _folder() -> Path:
    return resource_root() / "styles"
