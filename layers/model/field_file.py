"""One field as a TOML table describes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from layers.model.code_list import CodeList
from layers.model.fields import FIELD_KINDS, ChoiceField, Field, GeometryField, LinkField
from layers.model.toml_file import Reader

_READ: dict[str, Callable[[Reader, str], Any]] = {
    "section": Reader.text,
    "unit": Reader.text,
    "required": Reader.flag,
    "unique": Reader.flag,
    "personal": Reader.flag,
    "computed": Reader.flag,
    "of_model": Reader.flag,
    "aliases": Reader.texts,
    "note": Reader.title,
    "length": Reader.whole,
    "pattern": Reader.text,
    "minimum": Reader.number,
    "maximum": Reader.number,
    "usual_minimum": Reader.number,
    "usual_maximum": Reader.number,
    "decimals": Reader.whole,
    "not_future": Reader.flag,
    "adds_up": Reader.flag,
    "targets": Reader.texts,
    "unknown_flag": Reader.text,
    "inside": Reader.flag,
    "goes_over": Reader.flag,
    "zero_is_blank": Reader.flag,
    "exhaustive": Reader.flag,
}
"""How each optional key of a field is read; a kind has those that its dataclass has."""


def read_field(
    reader: Reader,
    lists: Mapping[str, CodeList],
    shape: str | None = None,
    kinds: Mapping[str, type[Field]] = FIELD_KINDS,
) -> Field:
    """The field that the table of ``reader`` describes. The caller calls ``reader.done``.

    ``shape`` is that of the type, for a geometry field. Raises ``CatalogueError``.
    """
    kind = kinds[reader.one_of("kind", kinds)]
    values: dict[str, Any] = {"name": reader.text("name"), "title": reader.title("title")}
    for key, read in _READ.items():
        if reader.has(key) and key in kind.__dataclass_fields__:
            values[key] = read(reader, key)
    if issubclass(kind, ChoiceField):
        name = reader.text("list")
        if name not in lists:
            raise reader.fail("catalogue.unknown_list", "list", list=name)
        values["code_list"] = lists[name]
    if issubclass(kind, GeometryField):
        values["shape"] = shape
    if issubclass(kind, LinkField) and not values.get("targets"):
        raise reader.fail("catalogue.missing_key", "targets")
    _refuse_nonsense(reader, values)
    return kind(**values)


def _refuse_nonsense(reader: Reader, values: Mapping[str, Any]) -> None:
    if "pattern" in values:
        try:
            re.compile(values["pattern"])
        except re.error as error:
            raise reader.fail("catalogue.bad_pattern", "pattern", reason=str(error)) from error
    limits = [
        values[key] for key in ("minimum", "usual_minimum", "usual_maximum", "maximum") if key in values
    ]
    if limits != sorted(limits):
        raise reader.fail(
            "catalogue.limits_out_of_order", "minimum" if "minimum" in values else "usual_minimum"
        )
