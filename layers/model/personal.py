"""What is personal, as those see it who may not see it: masked, and still told apart."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from layers.model.catalogue import AssetType, Catalogue
from layers.text import Message

_PHONE = re.compile(r"^\+?[\d\- ]{7,}$")
_MASK = "*"
_MASKED = re.compile(r"(?:.\*{1,2}|[+\d][\d\- ]{2}\*+[\d\- ]{4})", re.DOTALL)
#: Days and numbers, which tell of nobody.
_PLAIN = re.compile(r"(?:\d{4}-\d{2}-\d{2}|[\d.,% ]{0,6})")
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


@dataclass(frozen=True)
class Hidden:
    """What of a type's rows is told masked: the fields ``names``; of a type that quotes others (``AssetType.quotes``)
    the values of fields in ``quoted``, as type and field.
    """

    names: frozenset[str] = frozenset()
    quotes: tuple[str, ...] = ()
    quoted: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, asset_type: AssetType, catalogue: Catalogue) -> Hidden:
        """What is personal in the rows of a type."""
        if not asset_type.quotes:
            return cls(personal_fields(asset_type))
        quoted = frozenset((each.name, name) for each in catalogue for name in personal_fields(each))
        return cls(personal_fields(asset_type), asset_type.quotes, quoted)

    def __bool__(self) -> bool:
        return bool(self.names or self.quotes)

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row as it is told."""
        shown = masked_row(row, self.names)
        if self.quotes and self._is_personal(row.get(self.quotes[0]), row.get(self.quotes[1])):
            shown |= {name: mask_json(shown[name]) for name in self.quotes[2:] if name in shown}
        return shown

    def table(self, table: pa.Table) -> pa.Table:
        """The table as it is told. Without the columns that say of what its quotations are, these are all masked."""
        table = masked_table(table, self.names)
        held = [name for name in self.quotes[2:] if name in table.column_names]
        if not held:
            return table
        said = [table.column(n).to_pylist() for n in self.quotes[:2] if n in table.column_names]
        if len(said) < 2:
            return _with_each(table, held, [True] * table.num_rows)
        return _with_each(table, held, [self._is_personal(*pair) for pair in zip(*said, strict=True)])

    def _is_personal(self, type_name: Any, field: Any) -> bool:
        return (type_name, field) in self.quoted


def mask_json(text: str | None) -> str | None:
    """A value kept as JSON, with what it says masked."""
    return None if text is None else json.dumps(_masked(json.loads(text)), ensure_ascii=False)


def _with_each(table: pa.Table, names: Collection[str], personal: Sequence[bool]) -> pa.Table:
    for name in names:
        column = table.column(name)
        texts = [
            mask_json(text) if hide else text for text, hide in zip(column.to_pylist(), personal, strict=True)
        ]
        table = table.set_column(table.column_names.index(name), name, pa.array(texts, column.type))
    return table


def masked_words(message: Message) -> Message:
    """A sentence about people with every word that somebody wrote masked; days, numbers and titles stay."""
    return Message(message.id, {name: _masked_word(value) for name, value in message.parameters.items()})


def _masked_word(value: Any) -> Any:
    if isinstance(value, Message):
        return masked_words(value)
    if isinstance(value, tuple):
        return tuple(map(_masked_word, value))
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return mask(value)
    return value


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
