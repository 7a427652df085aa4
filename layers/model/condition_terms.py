"""The words of conditions: what fields, comparisons and links are called where people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from layers.model.catalogue import AssetType
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    InstantField,
    LinkField,
    NumericField,
    TextField,
)
from layers.model.query import All, AnyOf, Comparison, Condition, Not

#: How each comparison is written, in Chinese and English; all of them are read in either language.
SIGNS: Mapping[Comparison, tuple[str, str]] = {
    "=": ("=", "="),
    "!=": ("!=", "!="),
    "<": ("<", "<"),
    "<=": ("<=", "<="),
    ">": (">", ">"),
    ">=": (">=", ">="),
    "contains": ("包含", "contains"),
    "starts": ("开头为", "starts with"),
    "is null": ("为空", "is empty"),
    "is not null": ("不为空", "is not empty"),
}
#: Further ways of writing them.
OTHER_SIGNS: Mapping[str, Comparison] = {
    "==": "=",
    "<>": "!=",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "\uff1d": "=",
    "\uff1c": "<",
    "\uff1e": ">",
    "~": "contains",
    "^=": "starts",
    "等于": "=",
    "不等于": "!=",
    "小于": "<",
    "大于": ">",
    "不小于": ">=",
    "不大于": "<=",
    "is null": "is null",
    "is not null": "is not null",
    "in": "in",
    "属于": "in",
}
AND = ("且", "and", "并且", "&&", "&")
OR = ("或", "or", "或者", "||", "|")
NOT = ("非", "not")
LIST_MARK = {"zh": "、", "en": ", "}

EQUALITY: tuple[Comparison, ...] = ("=", "!=")
ORDERED: tuple[Comparison, ...] = ("=", "!=", "<", "<=", ">", ">=")
EMPTINESS: tuple[Comparison, ...] = ("is null", "is not null")


def comparisons_of(field: Field) -> tuple[Comparison, ...]:
    """The comparisons that make sense for a field, the usual one first."""
    match field:
        case NumericField() | DateField() | InstantField():
            return (*ORDERED, *EMPTINESS)
        case ChoiceField() | BooleanField() | LinkField():
            return (*EQUALITY, *EMPTINESS)
        case TextField():
            return ("contains", "starts", *EQUALITY, *EMPTINESS)
        case _:
            return EMPTINESS


def fields_of(asset_type: AssetType) -> tuple[Field, ...]:
    """The fields a condition may name, in the order of the form."""
    return asset_type.columns


def field_words(asset_type: AssetType) -> Mapping[str, Field]:
    """Every word that names a field, folded: catalogue names win over titles, titles over aliases."""
    words: dict[str, Field] = {}
    columns = fields_of(asset_type)
    for names in (
        [(f.name, f) for f in columns],
        [(title, f) for f in columns for title in (f.title.zh, f.title.en)],
        [(alias, f) for f in columns for alias in f.aliases],
    ):
        for word, field in names:
            words.setdefault(folded(word), field)
    return words


def folded(word: str) -> str:
    """As words are compared: no case, single spaces."""
    return " ".join(word.casefold().split())


class Links(Protocol):
    """How links are written: by the code or name of what they point to."""

    def find(self, field: LinkField, text: str) -> Any:
        """The value stored for what is called ``text``; None when there is no such thing."""

    def name(self, field: LinkField, value: Any) -> str:
        """What the target of a stored link is called."""


class LinksById:
    """Links where no register is at hand: ``#12``, and ``pipe:12`` where several types may be meant."""

    _ID = re.compile(r"#?(\d+)")

    def find(self, field: LinkField, text: str) -> Any:
        match = self._ID.fullmatch(text)
        if match and not field.several:
            return int(match[1])
        name, _, number = text.partition(":")
        return f"{name}:{int(number)}" if name in field.targets and number.isdecimal() else None

    def name(self, field: LinkField, value: Any) -> str:
        return str(value) if field.several else f"#{value}"


@dataclass(frozen=True)
class Place:
    """Where in a text something is: characters ``start`` to ``end``."""

    start: int
    end: int


def simplified(condition: Condition | None) -> Condition | None:
    """The same question without parts of one, parts in parts of the same kind, or a not of a not."""
    match condition:
        case All(parts) | AnyOf(parts):
            kind = type(condition)
            flat: list[Condition] = []
            for part in parts:
                simple = simplified(part)
                if isinstance(simple, kind):
                    flat += simple.conditions
                elif simple is not None:
                    flat.append(simple)
            if not flat:
                return None
            return flat[0] if len(flat) == 1 else kind(tuple(flat))
        case Not(inner):
            simple = simplified(inner)
            if isinstance(simple, Not):
                return simple.condition
            return None if simple is None else Not(simple)
        case _:
            return condition
