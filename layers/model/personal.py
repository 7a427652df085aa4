"""What is personal, as those see it who may not see it: masked, and still told apart."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from layers.model.catalogue import AssetType

_PHONE = re.compile(r"^\+?[\d\- ]{7,}$")
_MASK = "*"
_MASKED = re.compile(r"(?:.\*{1,2}|[+\d][\d\- ]{2}\*+[\d\- ]{4})", re.DOTALL)
#: In problems kept as JSON, what is told of the row itself.
_TOLD = frozenset({"value", "values", "other", "other_value", "name"})


def mask(text: str) -> str:
    """A name, number or address that still tells rows apart: 张**, 138****0001. Masked once, it stays so.

    Of a row kept as JSON every value is masked, of problems kept as JSON what they tell of the row.
    """
    if text[:1] in ("{", "["):
        with suppress(ValueError):
            return json.dumps(_masked_json(json.loads(text)), ensure_ascii=False)
    if _MASKED.fullmatch(text):
        return text
    if _PHONE.match(text):
        return text[:3] + _MASK * max(len(text) - 7, 1) + text[-4:]
    return text[:1] + _MASK * min(max(len(text) - 1, 1), 2)


def _masked_json(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _masked(value) for name, value in data.items()}
    return [_masked_problem(each) if isinstance(each, dict) else _masked(each) for each in data]


def _masked(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value


def _masked_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Rule and titles are the program's own words; ``parameters`` are JSON within."""
    found = dict(problem)
    for name in _TOLD.intersection(problem):
        found[name] = _masked(problem[name])
    if isinstance(parameters := problem.get("parameters"), str):
        found["parameters"] = json.dumps(_masked_problem(json.loads(parameters)), ensure_ascii=False)
    return found


def personal_fields(asset_type: AssetType) -> frozenset[str]:
    """The names of the fields of a type that tell of a person."""
    return frozenset(field.name for field in asset_type.columns if field.personal)


def masked_row(row: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The row with the values ``names`` masked."""
    return {name: mask(v) if name in names and isinstance(v, str) else v for name, v in row.items()}


def masked_table(table: pa.Table, names: Collection[str]) -> pa.Table:
    """The table with the columns ``names`` masked."""
    for name in sorted(set(names).intersection(table.column_names)):
        column = table.column(name).combine_chunks().dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        words = pa.array([mask(word) for word in column.dictionary.to_pylist()], pa.string())
        table = table.set_column(table.column_names.index(name), name, words.take(column.indices))
    return table
