"""Conditions as people write them on the command line: ``dn>=100 and material=DI``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.fields import Field, ValueRefused
from layers.model.query import All, Compare, Comparison, Condition
from layers.text import Message

_PART = re.compile(r"^\s*([A-Za-z_]\w*)\s*(>=|<=|!=|=|<|>|~)\s*(.*?)\s*$", re.DOTALL)
_AND = re.compile(r"\s+and\s+|\s+且\s+", re.IGNORECASE)
_COMPARISONS: dict[str, Comparison] = {"~": "contains"}


def read_condition(text: str, asset_type: AssetType) -> Condition | None:
    """The condition for one type; None when the type lacks a field it names.

    Raises ``UserError`` when the text is no condition, or a value none of its field.
    """
    parts = [_part(part, text) for part in _AND.split(text)]
    if any(name not in asset_type for name, _, _ in parts):
        return None
    return All(tuple(_compare(asset_type.field_named(name), sign, value) for name, sign, value in parts))


def condition_fields(text: str) -> tuple[str, ...]:
    """The fields that a condition names. Raises ``UserError`` when the text is no condition."""
    return tuple(_part(part, text)[0] for part in _AND.split(text))


def refuse_unknown_fields(text: str, types: Sequence[AssetType]) -> None:
    """Raise ``UserError`` for a field that none of ``types`` has."""
    for name in condition_fields(text):
        if all(name not in each for each in types):
            titles = tuple(each.title for each in types)
            raise UserError(
                Message("export.where.no_field", {"types": titles, "field": name}),
                Message("export.where.hint"),
            )


def _part(part: str, text: str) -> tuple[str, str, str]:
    match = _PART.match(part)
    if match is None:
        raise UserError(Message("export.where.unreadable", {"text": text}), Message("export.where.hint"))
    return match[1], match[2], match[3].strip("'\"")


def _compare(field: Field, sign: str, text: str) -> Compare:
    comparison = _COMPARISONS.get(sign, sign)
    if comparison == "contains":
        return Compare(field.name, "contains", text)
    try:
        value: Any = field.parse(text)
    except ValueRefused as refused:
        told = {"text": f"{field.name}{sign}{text}", "field": field.title, "reason": refused.problem.message}
        raise UserError(Message("export.where.value", told), Message("export.where.hint")) from refused
    if value is None and sign not in ("=", "!="):
        told_text = f"{field.name}{sign}{text}"
        raise UserError(Message("export.where.unreadable", {"text": told_text}), Message("export.where.hint"))
    if value is None:
        return Compare(field.name, "is null" if sign == "=" else "is not null")
    return Compare(field.name, comparison, value)  # type: ignore[arg-type]
