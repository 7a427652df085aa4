"""Mapping files: a mapping kept as TOML, to be used again for the next delivery of the same kind.

```toml
[[layer]]
match = "arc*"                  # name of the layer, or several in a list; * and ? stand for anything
type = "pipe"                   # or type_column, otherwise and [layer.choices] for several types
native_id = "arc_id"
coordinates = ["Y", "X"]        # of a plain table: the columns of its eastings and northings
[layer.constants]
status = "in_service"
[[layer.column]]
from = "dnom"
to = "dn"
unit = "mm"
words = { "球铁" = "DI" }       # what words of the file mean
```

A layer with neither ``type`` nor ``type_column`` is not imported. Columns not named are not imported, unless
``guess = true`` asks that they are taken for what they seem to be.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from layers.errors import UserError
from layers.exchange.mapping import Choice, ColumnRule, LayerMapping, TypeRule
from layers.exchange.units import METRES
from layers.model.catalogue import Catalogue
from layers.model.code_list import normalise
from layers.model.fields import ChoiceField
from layers.resources import resource_root
from layers.text import Message

_LAYER_KEYS = frozenset(
    {
        "match", "has", "type", "dataset", "native_id", "code_prefix", "type_column", "otherwise", "choices",
        "constants", "column", "coordinates", "guess",
    }
)  # fmt: skip
_COLUMN_KEYS = frozenset({"from", "to", "type", "unit", "words"})
_BARE_KEY = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True)
class LayerTemplate:
    """One ``[[layer]]``: which layers it is for (name pattern and columns they must have), and their
    mapping. ``guess``: columns that it does not name are guessed.
    """

    match: str
    mapping: LayerMapping
    has: frozenset[str] = frozenset()
    name: str = ""
    guess: bool = False

    def fits(self, layer: str, columns: Iterable[str]) -> bool:
        """Whether a layer of that name with these columns is meant."""
        return fnmatchcase(layer.casefold(), self.match.casefold()) and self.has <= set(columns)

    def for_layer(self, layer: str, dataset: str, columns: Iterable[str]) -> LayerMapping:
        """The mapping for one layer; rules for columns it does not have are left out."""
        present = set(columns)
        types = {
            name: replace(rule, columns=tuple(c for c in rule.columns if c.column in present))
            for name, rule in self.mapping.types.items()
        }
        native = self.mapping.native_id
        return replace(
            self.mapping,
            layer=layer,
            dataset=self.mapping.dataset or dataset,
            types=types,
            native_id=native if native in present else None,
            template=self.name,
        )


def load_mapping(path: Path, catalogue: Catalogue) -> tuple[LayerTemplate, ...]:
    """Read a mapping file. Raises ``UserError``, naming file and place, for anything not understood."""
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise UserError(
            Message("import.mapping.unreadable", {"file": str(path), "reason": error.strerror or str(error)}),
            Message("import.mapping.unreadable.hint"),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, "import.mapping.not_toml", reason=str(error)) from error
    layers = data.get("layer")
    unknown = set(data) - {"layer"}
    if unknown or not isinstance(layers, list) or not all(isinstance(each, dict) for each in layers):
        raise _wrong(path, "import.mapping.no_layers")
    read = (_Reader(path, catalogue, number, each).read() for number, each in enumerate(layers, 1))
    return tuple(template for each in read for template in each)


def bundled_mappings(catalogue: Catalogue) -> tuple[LayerTemplate, ...]:
    """The mappings that come with the program, for the exports of well-known programs."""
    folder = resource_root() / "templates" / "mappings"
    return tuple(each for path in sorted(folder.glob("*.toml")) for each in load_mapping(path, catalogue))


def dump_mapping(mappings: Iterable[LayerMapping]) -> str:
    """The mapping file for these mappings."""
    return dump_templates(LayerTemplate(mapping.layer, mapping) for mapping in mappings)


def dump_templates(templates: Iterable[LayerTemplate]) -> str:
    """The mapping file for these templates."""
    return "\n".join(_dump_layer(template) for template in templates)


def _wrong(path: Path, message: str, **parameters: Any) -> UserError:
    return UserError(Message(message, {"file": path.name, **parameters}), Message("import.mapping.hint"))


class _Reader:
    """Reads one ``[[layer]]`` strictly."""

    def __init__(self, path: Path, catalogue: Catalogue, number: int, data: Mapping[str, Any]) -> None:
        self._path = path
        self._catalogue = catalogue
        self._number = number
        self._data = data

    def read(self) -> tuple[LayerTemplate, ...]:
        """One template for each name that the layer may have."""
        data = self._data
        self._only(data, _LAYER_KEYS)
        choices = {normalise(word): self._choice(said) for word, said in self._words(data, "choices").items()}
        names = {choice.type for choice in choices.values()}
        names |= {self._type(data[key]) for key in ("type", "otherwise") if key in data}
        types = {name: self._rule(name) for name in sorted(names)}
        mapping = LayerMapping(
            "", self._text("dataset") or "", types, self._text("type_column"), choices, self._text("otherwise"),
            self._text("native_id"), self._text("code_prefix") or "", 1.0, said=True,
            coordinates=self._coordinates(),
        )  # fmt: skip
        if choices and mapping.type_column is None:
            raise self._fail("import.mapping.no_type_column")
        has = data.get("has", [])
        said = data.get("match")
        patterns = list(map(str, said)) if isinstance(said, list) else [self._text("match") or "*"]
        guess = data.get("guess") is True
        return tuple(LayerTemplate(each, mapping, frozenset(map(str, has)), guess=guess) for each in patterns)

    def _coordinates(self) -> tuple[str, str] | None:
        said = self._data.get("coordinates")
        if said is None:
            return None
        if not isinstance(said, list) or len(said) != 2 or not all(isinstance(each, str) for each in said):
            raise self._fail("import.mapping.not_pair", key="coordinates")
        return said[0], said[1]

    def _rule(self, type_name: str) -> TypeRule:
        asset_type = self._catalogue[type_name]
        several = self._data.get("type") is None
        columns = []
        for column in self._data.get("column", []):
            self._only(column, _COLUMN_KEYS)
            only_for = column.get("type")
            target = str(column.get("to", ""))
            if only_for is not None and self._type(only_for) != type_name:
                continue
            if target not in asset_type:
                if several and only_for is None:
                    continue  # a column that only some of the layer's types have
                raise self._fail("import.mapping.unknown_field", field=target, type=asset_type.title)
            columns.append(self._column(type_name, target, column))
        constants = {k: v for k, v in self._words(self._data, "constants").items() if k in asset_type}
        return TypeRule(type_name, tuple(columns), constants)

    def _column(self, type_name: str, target: str, data: Mapping[str, Any]) -> ColumnRule:
        unit = data.get("unit")
        if unit is not None and unit not in METRES:
            raise self._fail("import.mapping.unknown_unit", unit=unit, units=tuple(METRES))
        words = {normalise(word): str(code) for word, code in self._words(data, "words").items()}
        field = self._catalogue[type_name].field_named(target)
        if isinstance(field, ChoiceField):
            for code in words.values():
                if code and field.code_list.get(code) is None:
                    raise self._fail("import.mapping.unknown_code", code=code, list=field.code_list.title)
        return ColumnRule(str(data.get("from", "")), target, 1.0, unit, words)

    def _choice(self, said: Any) -> Choice:
        name, _, kind = str(said).partition(":")
        return Choice(self._type(name), kind or None)

    def _type(self, name: Any) -> str:
        if name not in self._catalogue:
            raise self._fail("import.mapping.unknown_type", type=name)
        return str(name)

    def _text(self, key: str) -> str | None:
        value = self._data.get(key)
        if value is not None and not isinstance(value, str):
            raise self._fail("import.mapping.not_text", key=key)
        return value

    def _words(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        words = data.get(key, {})
        if not isinstance(words, dict):
            raise self._fail("import.mapping.not_table", key=key)
        return words

    def _only(self, data: Any, keys: frozenset[str]) -> None:
        if not isinstance(data, dict):
            raise self._fail("import.mapping.not_table", key="column")
        if unknown := set(data) - keys:
            raise self._fail("import.mapping.unknown_key", key=min(unknown), keys=tuple(sorted(keys)))

    def _fail(self, message: str, **parameters: Any) -> UserError:
        return _wrong(self._path, message, layer=self._number, **parameters)


def _dump_layer(template: LayerTemplate) -> str:
    mapping = template.mapping
    lines = ["[[layer]]", f"match = {_string(template.match)}"]
    if template.has:
        lines.append(f"has = {_list(sorted(template.has))}")
    if mapping.coordinates is not None:
        lines.append(f"coordinates = {_list(mapping.coordinates)}")
    for key in ("dataset", "native_id", "code_prefix", "type_column", "otherwise"):
        if value := getattr(mapping, key):
            lines.append(f"{key} = {_string(value)}")
    single = next(iter(mapping.types.values())) if len(mapping.types) == 1 and not mapping.choices else None
    if single is not None and mapping.otherwise is None:
        lines.append(f"type = {_string(single.type)}")
    if mapping.choices:
        lines.append("[layer.choices]")
        for word, choice in mapping.choices.items():
            said = choice.type if choice.kind is None else f"{choice.type}:{choice.kind}"
            lines.append(f"{_key(word)} = {_string(said)}")
    constants = {k: v for rule in mapping.types.values() for k, v in rule.constants.items()}
    if constants:
        lines.append("[layer.constants]")
        lines += [f"{_key(name)} = {_value(value)}" for name, value in constants.items()]
    for rule in mapping.types.values():
        for column in rule.columns:
            lines += _dump_column(column, None if single is not None else rule.type)
    return "\n".join(lines) + "\n"


def _dump_column(column: ColumnRule, type_name: str | None) -> list[str]:
    lines = ["[[layer.column]]", f"from = {_string(column.column)}", f"to = {_string(column.field)}"]
    if type_name is not None:
        lines.append(f"type = {_string(type_name)}")
    if column.unit is not None:
        lines.append(f"unit = {_string(column.unit)}")
    if column.words:
        words = ", ".join(f"{_key(word)} = {_string(code)}" for word, code in column.words.items())
        lines.append(f"words = {{ {words} }}")
    return lines


def _value(value: Any) -> str:
    return _string(value) if isinstance(value, str) else json.dumps(value)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_string, texts))}]"


def _key(name: str) -> str:
    return name if _BARE_KEY.match(name) else _string(name)


def _string(text: str) -> str:
    # A JSON string is a TOML basic string, but for the delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
