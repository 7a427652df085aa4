"""What is personal, as those see it who may not see it: masked, and still told apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from layers.model.catalogue import AssetType

_PHONE = re.compile(r"^\+?[\d\- ]{7,}$")
_MASK = "*"


def mask(text: str) -> str:
    """A name, number or address that still tells rows apart: 张**, 138****0001. Masked once, it stays so."""
    if _MASK in text:
        return text
    if _PHONE.match(text):
        return text[:3] + _MASK * max(len(text) - 7, 1) + text[-4:]
    return text[:1] + _MASK * min(max(len(text) - 1, 1), 2)


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
