"""Definitions of styles: TOML that says in which layers a style differs from one that comes with the program.

```toml
title = { zh = "按权属", en = "By owner" }
base = "diameter"

[[layer]]
id = "pipe"
classing = { field = "owner", method = "categories", palette = "okabe_ito", count = 6 }

[[layer.class]]
id = "c1"
title = { zh = "自来水公司", en = "Water company" }
rules = [{ field = "owner", values = ["自来水公司"] }]
look = { colour = "okabe_ito:1/6", width = 2.6 }
```

A layer with ``classing`` and no class has its classes counted from the register each time it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any, cast, get_args

from layers.errors import CatalogueError, UserError
from layers.model.catalogue import Catalogue
from layers.model.toml_file import Place, Reader, TomlFile
from layers.resources import resource_root
from layers.scene.palettes import is_colour, palettes
from layers.scene.style import Classing, ClassStyle, LayerStyle, Look, MapStyle, Method, Rule
from layers.scene.style_file import REST
from layers.text import Message, Title

_SCALES = ("largest_denominator", "smallest_denominator", "density_denominator", "label_denominator")
_COLOURS = ("colour", "casing", "core", "fill")
_WIDEST = 40.0


def base_of(text: str, name: str) -> str:
    """The style from which a definition starts. Raises ``UserError`` for what is no definition."""
    try:
        file = TomlFile(_named(name), text)
        return Reader(file, file.data, Place()).text("base", "diameter")
    except CatalogueError as error:
        raise _refused(error) from error


def read_definition(text: str, name: str, base: MapStyle, tokens: frozenset[str]) -> MapStyle:
    """The style of a definition called ``name`` that starts from ``base``.

    ``tokens`` are the colours that themes know. Raises ``UserError`` with line, reason and what to do.
    """
    try:
        return _Definition(TomlFile(_named(name), text), tokens).read(base, name)
    except CatalogueError as error:
        raise _refused(error) from error


def check_fields(style: MapStyle, catalogue: Catalogue) -> None:
    """Raises ``UserError`` when a class asks for a field that its type has not (any more)."""
    for layer in style.layers:
        if style.base is None or layer.type not in catalogue:
            continue
        asset_type = catalogue[layer.type]
        missing = [rule for each in layer.classes for rule in each.rules if rule.field not in asset_type]
        missing = [rule for rule in missing if not _is_of_state(layer, rule)]
        if missing:
            raise UserError(
                Message(
                    "styling.no_field_in",
                    {"style": style.title, "type": asset_type.title, "field": missing[0].field},
                ),
                Message("styling.no_field.hint"),
            )


def _is_of_state(layer: LayerStyle, rule: Rule) -> bool:
    """States are asked of every type, also of those that have none."""
    return any(rule in each.rules for each in layer.classes if each.is_state)


def write_definition(style: MapStyle, base: MapStyle) -> str:
    """The definition of ``style``: what ``read_definition`` makes of it with ``base`` is ``style`` again."""
    known = {layer.id: layer for layer in base.layers}
    lines = [f"title = {_toml({'zh': style.title.zh, 'en': style.title.en})}", f"base = {_toml(base.name)}"]
    for layer in style.layers:
        if layer != known.get(layer.id):
            lines += ["", *_layer_lines(layer, known[layer.id])]
    return "\n".join(lines)


def _named(name: str) -> Path:
    return Path(f"{name.replace('/', '_')}.toml")


def _refused(error: CatalogueError) -> UserError:
    return UserError(error.title, Message("styling.bad_definition.hint"), error.detail)


class _Definition:
    """Reads one file."""

    def __init__(self, file: TomlFile, tokens: frozenset[str]) -> None:
        self._file, self._tokens = file, tokens
        self._classes_read = 0

    def read(self, base: MapStyle, name: str) -> MapStyle:
        top = Reader(self._file, self._file.data, Place())
        title = top.title("title") if top.has("title") else Title(name, name)
        top.text("base", "diameter")
        tables = top.tables("layer")
        top.done()
        layers = {layer.id: layer for layer in base.layers}
        for number, table in enumerate(tables):
            reader = Reader(self._file, table, Place("layer", number))
            changed = self._layer(reader, layers)
            layers[changed.id] = changed
        return replace(base, name=name, title=title, layers=tuple(layers.values()), base=base.name)

    def _layer(self, reader: Reader, layers: Mapping[str, LayerStyle]) -> LayerStyle:
        layer = layers[reader.one_of("id", tuple(layers))]
        values: dict[str, Any] = {}
        for key in _SCALES:
            if reader.has(key):
                values[key] = self._number(reader, key, 0.0, 1e9)
        for key in ("shown", "in_legend"):
            if reader.has(key):
                values[key] = reader.flag(key)
        if reader.has("labels"):
            values["labels"] = reader.text("labels", "") or None
        if reader.has("classing"):
            values["classing"] = self._classing(reader)
        tables = reader.tables("class")
        if tables or "classing" in values:
            made = [self._class(table) for table in tables]
            states = [each for each in layer.classes if each.is_state]
            known = {each.id: n for n, each in enumerate(states)}
            for each in [each for each in made if each.id in known]:
                states[known[each.id]] = replace(each, is_state=True)
            own = tuple(each for each in made if each.id not in known)
            if not own:
                # Counted from the register when the style is used; until then the usual class takes all.
                own = (replace(layer.classes[-1], id=REST, rules=()),)
            if len({each.id for each in made}) < len(made):
                raise reader.fail("styling.class_twice", "id")
            values["classes"] = (*states, *own)
        reader.done()
        return replace(layer, **values)

    def _classing(self, reader: Reader) -> Classing:
        inner = Reader(self._file, reader.table("classing"), reader.place)
        classing = Classing(
            inner.text("field"),
            cast("Method", inner.one_of("method", get_args(Method))),
            inner.one_of("palette", tuple(palettes())),
            inner.whole("count", 0),
        )
        inner.done()
        return classing

    def _class(self, table: Mapping[str, Any]) -> ClassStyle:
        reader = Reader(self._file, table, Place("layer.class", self._classes_read))
        self._classes_read += 1
        made = ClassStyle(
            reader.text("id"),
            reader.title("title"),
            tuple(self._rule(reader, rule) for rule in reader.tables("rules")),
            self._look(reader, reader.table("look")),
            self._number(reader, "label_denominator", 0.0, 1e9) if reader.has("label_denominator") else 0.0,
            reader.flag("shown") if reader.has("shown") else True,
        )
        reader.done()
        return made

    def _rule(self, outer: Reader, table: Mapping[str, Any]) -> Rule:
        reader = Reader(self._file, table, outer.place)
        lower = reader.number("lower") if reader.has("lower") else None
        upper = reader.number("upper") if reader.has("upper") else None
        rule = Rule(
            reader.text("field"),
            reader.texts("values"),
            reader.texts("other_than"),
            lower,
            upper,
            reader.flag("blank"),
        )
        reader.done()
        return rule

    def _look(self, outer: Reader, table: Mapping[str, Any]) -> Look:
        kinds = {each.name: str(each.type) for each in fields(Look)}
        values: dict[str, Any] = {}
        reader = Reader(self._file, table, outer.place)
        for key in list(table):
            kind = kinds.get(key, "")
            if key in _COLOURS:
                values[key] = self._colour(outer, reader.text(key))
            elif kind == "bool":
                values[key] = reader.flag(key)
            elif kind == "float":
                values[key] = self._number(reader, key, 0.0, _WIDEST)
            elif key == "dash":
                values[key] = tuple(self._positive(outer, each) for each in reader.anything(key))
            elif key == "symbol":
                values[key] = self._symbol(outer, reader.text(key))
        reader.done()
        return Look(**values)

    def _colour(self, reader: Reader, name: str) -> str:
        if name not in self._tokens and not is_colour(name):
            raise reader.fail("styling.no_colour", "look", colour=name)
        return name

    def _symbol(self, reader: Reader, name: str) -> str:
        folder = resource_root() / "icons" / "assets"
        for part in name.split("+"):
            if not part.isidentifier() or not (folder / f"{part}.svg").is_file():
                raise reader.fail("styling.no_symbol", "look", symbol=name)
        return name

    def _positive(self, reader: Reader, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _WIDEST:
            raise reader.fail("styling.out_of_range", "look", least=0, most=_WIDEST)
        return float(value)

    def _number(self, reader: Reader, key: str, least: float, most: float) -> float:
        value = float(reader.number(key))
        if not least <= value <= most:
            raise reader.fail("styling.out_of_range", key, least=f"{least:g}", most=f"{most:g}")
        return value


def _layer_lines(layer: LayerStyle, before: LayerStyle) -> Iterator[str]:
    yield "[[layer]]"
    yield f"id = {_toml(layer.id)}"
    for key in (*_SCALES, "shown", "in_legend"):
        if getattr(layer, key) != getattr(before, key):
            yield f"{key} = {_toml(getattr(layer, key))}"
    if layer.labels != before.labels:
        yield f"labels = {_toml(layer.labels or '')}"
    if layer.classing is not None:
        yield f"classing = {_toml(asdict(layer.classing))}"
    if layer.classes == before.classes and layer.classing == before.classing:
        return
    known = {each.id: each for each in before.classes if each.is_state}
    for each in layer.classes:
        if each.is_state and each == known.get(each.id):
            continue
        yield ""
        yield "[[layer.class]]"
        yield f"id = {_toml(each.id)}"
        yield f"title = {_toml({'zh': each.title.zh, 'en': each.title.en})}"
        if each.rules:
            yield f"rules = {_toml([_lean(rule) for rule in each.rules])}"
        yield f"look = {_toml(_lean(each.look))}"
        if each.label_denominator:
            yield f"label_denominator = {_toml(each.label_denominator)}"
        if not each.shown:
            yield "shown = false"


def _lean(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not as they are by themselves."""
    return {
        each.name: getattr(value, each.name)
        for each in fields(value)
        if each.default is MISSING or getattr(value, each.name) != each.default
    }


def _toml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # JSON's strings are TOML's, but for the one control character that JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return "[" + ", ".join(_toml(each) for each in value) + "]"
