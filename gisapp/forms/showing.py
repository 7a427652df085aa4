"""How values are shown for reading: words of lists, grouped digits, where a value came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gisapp.language import Words
from layers.model.catalogue import AssetType
from layers.model.draft import MIXED
from layers.model.fields import ChoiceField, Field, LengthField, NumericField
from layers.text import Message, Title

_SIGNS = {
    "surveyed": "survey",
    "detected": "survey",
    "census": "census",
    "estimated": "computed",
}


#: Units that are words: their signs are known to engineers alone, or to Chinese.
_UNIT_WORDS = {"a": "year", "d": "day", "h": "hour", "min": "minute", "元": "yuan"}


def unit_words(field: Field) -> Words:
    """The unit that stands behind a value; nothing for none."""
    name = _UNIT_WORDS.get(field.unit or "")
    return (field.unit or "") if name is None else Message(f"form.unit.{name}")


def value_words(field: Field, value: Any) -> Words:
    """A value for reading, without unit; nothing for none."""
    if value is None or value is MIXED:
        return ""
    if isinstance(field, ChoiceField):
        entry = field.code_list.get(value)
        return entry.title if entry is not None else str(value)
    if isinstance(field, NumericField) and (isinstance(field, LengthField) or abs(value) >= 10_000):
        return grouped(field.format(value))
    return Title(field.show(value, "zh"), field.show(value, "en"))


def exact_words(field: Field, value: Any) -> Words:
    """A value as it is typed: the field reads it back."""
    if value is None or value is MIXED:
        return ""
    return Title(field.format(value, "zh"), field.format(value, "en"))


def grouped(number: str) -> str:
    """A written number with a thin space after every three digits before the point."""
    whole, point, rest = number.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    parts: list[str] = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return sign + "\u2009".join([digits, *parts]) + point + rest


def origin_of(asset_type: AssetType, name: str, values: Mapping[str, Any]) -> tuple[str, Words]:
    """The sign of a field's origin and the words of its tip; none where nothing is known."""
    code = values.get(f"{name}_origin")
    if code is None or code is MIXED or f"{name}_origin" not in asset_type:
        return "", ""
    words: Words = choice_words(asset_type, f"{name}_origin", code)
    accuracy = values.get(f"{name}_accuracy")
    if accuracy is not None and accuracy is not MIXED:
        parameters = {"origin": words, "accuracy": choice_words(asset_type, f"{name}_accuracy", accuracy)}
        words = Message("inspector.origin.with_accuracy", parameters)
    source = values.get(f"{name}_source")
    if source and source is not MIXED:
        words = Message("inspector.origin.with_source", {"origin": words, "source": source})
    return sign_of(code), words


def sign_of(code: str) -> str:
    """The tile that stands for an origin."""
    return _SIGNS.get(code, "book")


def choice_words(asset_type: AssetType, name: str, code: Any) -> Words:
    """The title of an entry of a list; the code where the list does not know it."""
    field = asset_type.field_named(name)
    entry = field.code_list.get(str(code)) if isinstance(field, ChoiceField) else None
    return entry.title if entry is not None else str(code)


def limits_words(field: Field) -> Words:
    """What a field allows, as far as it limits anything."""
    if not isinstance(field, NumericField):
        return ""
    usual = (field.usual_minimum, field.usual_maximum)
    hard = (field.minimum, field.maximum)
    pair = tuple(h if u is None else u for u, h in zip(usual, hard, strict=True))
    kind = "usual" if usual != (None, None) else "allowed"
    low, high = (None if limit is None else f"{limit:.12g}" for limit in pair)
    if low is not None and high is not None:
        return Message(f"form.range.{kind}", {"minimum": low, "maximum": high})
    if low is not None:
        return Message("form.range.from", {"minimum": low})
    return "" if high is None else Message("form.range.to", {"maximum": high})
