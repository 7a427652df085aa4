"""Conditions as plain lists that JSON can hold, for what is remembered between two starts."""

from __future__ import annotations

from typing import Any, get_args

from layers.model.catalogue import AssetType
from layers.model.query import All, AnyOf, Compare, Comparison, Condition, Not


def condition_data(condition: Condition) -> list[Any]:
    """``["=", "dn", 300]``, ``["all", ...]``, ``["any", ...]``, ``["not", ...]``."""
    match condition:
        case All(parts):
            return ["all", *map(condition_data, parts)]
        case AnyOf(parts):
            return ["any", *map(condition_data, parts)]
        case Not(part):
            return ["not", condition_data(part)]
        case Compare(field, comparison, value):
            return [comparison, field, list(value) if isinstance(value, tuple) else value]


def condition_of(data: Any, asset_type: AssetType) -> Condition:
    """The condition that was kept. Raises ``ValueError`` when it does not fit the type (any more)."""
    if not isinstance(data, list | tuple) or not data:
        raise ValueError("no condition")
    word, *rest = data
    if word in ("all", "any"):
        parts = tuple(condition_of(part, asset_type) for part in rest)
        return All(parts) if word == "all" else AnyOf(parts)
    if word == "not" and len(rest) == 1:
        return Not(condition_of(rest[0], asset_type))
    if word not in get_args(Comparison) or len(rest) != 2:
        raise ValueError(f"no comparison {word!r}")
    field, value = rest
    if not isinstance(field, str) or field not in [f.name for f in asset_type.columns]:
        raise ValueError(f"no field {field!r}")
    if isinstance(value, list | tuple):
        return Compare(field, word, tuple(value))
    return Compare(field, word, value)
