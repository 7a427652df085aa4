"""A whole column at once: what ``Field.parse`` and ``Field.check`` say of every value, for millions of rows.

Ordinary values pass vectorised; whatever is not plainly right goes through the field itself, once for every
distinct value. So the answer is always the field's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layers.model.fields import (
    BooleanField,
    Field,
    GeometryField,
    IntegerField,
    LinkField,
    NumberField,
    NumericField,
    TextField,
    ValueRefused,
)
from layers.model.number_fields import LARGEST_INTEGER
from layers.model.problem import Problem, Severity

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_PLAIN_TEXT = r"(?s)^[0-9A-Za-z一-鿿]([^\x00]*[0-9A-Za-z一-鿿])?$"


@dataclass(frozen=True)
class ColumnProblems:
    """One broken rule in a column: the rows (ascending, from 0) and the values that stand there."""

    field: Field
    rule: str
    severity: Severity
    rows: Rows
    values: pa.Array

    def __len__(self) -> int:
        return len(self.rows)

    def problem(self, position: int) -> Problem:
        """The problem of ``rows[position]``, as the field itself words it."""
        _value, problems = judge(self.field, self.values[position].as_py())
        return next(problem for problem in problems if problem.rule == self.rule)


@dataclass(frozen=True)
class ParsedColumn:
    """``values`` of the field's arrow type, null where blank or refused, and every broken rule."""

    values: pa.Array
    problems: tuple[ColumnProblems, ...]


def arrow_type(field: Field) -> pa.DataType:
    """The type of a column of this field's values."""
    match field:
        case IntegerField():
            return pa.int32()
        case NumberField():
            return pa.float64()
        case BooleanField():
            return pa.bool_()
        case LinkField() if not field.several:
            return pa.int64()
        case GeometryField():
            return pa.binary()
    return pa.string()


def judge(field: Field, text: Any) -> tuple[Any, list[Problem]]:
    """The value that ``text`` stands for (None when blank or refused) and the rules it breaks."""
    try:
        value = field.parse(text)
    except ValueRefused as refused:
        return None, [refused.problem]
    problems = list(field.check(value))
    return (None if any(p.severity == "error" for p in problems) else value), problems


def parse_column(field: Field, column: pa.Array | pa.ChunkedArray) -> ParsedColumn:
    """Read and check a column of a foreign file: the same as ``judge`` for each of its values."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    values, easy = _easy(field, array)
    hard = np.flatnonzero(~easy)
    if len(hard) == 0:
        return ParsedColumn(values, ())
    judged, problems = _judge_distinct(field, array.take(pa.array(hard)), hard)
    if len(hard) == len(array):
        return ParsedColumn(judged, problems)
    return ParsedColumn(pc.replace_with_mask(values, pa.array(~easy), judged), problems)


def _easy(field: Field, array: pa.Array) -> tuple[pa.Array, Mask]:
    """Values of rows that are plainly right, and which these are. Blank rows are, unless one is required."""
    target = arrow_type(field)
    if isinstance(field, NumericField) and _is_number_or_text(array.type):
        values, easy = _easy_numbers(field, array)
    elif isinstance(field, LinkField) and not field.several and pa.types.is_integer(array.type):
        numbers = array.cast(pa.int64(), safe=False)
        values, easy = numbers, _mask(pc.greater(numbers, 0)) & ~_too_large(array)
    elif isinstance(field, TextField) and pa.types.is_integer(array.type):
        values, easy = _easy_texts(field, array.cast(pa.string()))
    elif isinstance(field, TextField) and pa.types.is_string(array.type):
        values, easy = _easy_texts(field, array)
    elif isinstance(field, GeometryField):
        values, easy = array, np.ones(len(array), dtype=np.bool_)
    else:
        values, easy = pa.nulls(len(array), target), np.zeros(len(array), dtype=np.bool_)
    if not field.required:
        easy |= _mask(array.is_null())
    return values, easy


def _easy_numbers(field: NumericField, array: pa.Array) -> tuple[pa.Array, Mask]:
    if pa.types.is_string(array.type):
        plain = pc.match_substring_regex(array, _PLAIN_NUMBER)
        array = pc.if_else(plain, array, pa.scalar(None, pa.string()))
    numbers = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    easy: Mask = np.isfinite(numbers)
    for low in (field.minimum, field.usual_minimum):
        if low is not None:
            easy &= numbers >= low
    for high in (field.maximum, field.usual_maximum):
        if high is not None:
            easy &= numbers <= high
    if field.zero_is_blank:
        easy &= numbers != 0
    if not isinstance(field, IntegerField):
        return pa.array(numbers, pa.float64(), mask=~easy), easy
    easy &= (np.abs(numbers) <= LARGEST_INTEGER) & (numbers == np.floor(numbers))
    whole = np.where(easy, numbers, 0).astype(np.int32)
    return pa.array(whole, pa.int32(), mask=~easy), easy


def _easy_texts(field: TextField, array: pa.Array) -> tuple[pa.Array, Mask]:
    easy = _mask(pc.match_substring_regex(array, _PLAIN_TEXT))
    easy &= _mask(pc.less_equal(pc.utf8_length(array), field.length))
    easy &= ~_mask(pc.is_in(array, value_set=pa.array(sorted(field.blank_words))))
    if field.pattern is not None:
        easy[:] = False
    return array, easy


def _judge_distinct(field: Field, array: pa.Array, rows: Rows) -> tuple[pa.Array, tuple[ColumnProblems, ...]]:
    """Ask the field about every distinct value of ``array``, whose values stand in ``rows`` of the column."""
    try:
        encoded = array.dictionary_encode(null_encoding="encode")
        words, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)
    except pa.ArrowNotImplementedError:
        words, codes = array.to_pylist(), np.arange(len(array))
    values: list[Any] = []
    broken: dict[tuple[str, Severity], list[int]] = {}
    for code, word in enumerate(words):
        value, problems = judge(field, word)
        values.append(value)
        for problem in problems:
            broken.setdefault((problem.rule, problem.severity), []).append(code)
    judged = pa.array(values, arrow_type(field)).take(pa.array(codes))
    return judged, tuple(_spread(field, array, rows, codes, broken))


def _spread(
    field: Field,
    array: pa.Array,
    rows: Rows,
    codes: npt.NDArray[Any],
    broken: dict[tuple[str, Severity], list[int]],
) -> Iterator[ColumnProblems]:
    for (rule, severity), wrong in broken.items():
        where = np.flatnonzero(np.isin(codes, wrong))
        yield ColumnProblems(field, rule, severity, rows[where], array.take(pa.array(where)))


def _is_number_or_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind))


def _too_large(array: pa.Array) -> Mask:
    """Unsigned numbers beyond what a signed column holds."""
    if not pa.types.is_uint64(array.type):
        return np.zeros(len(array), dtype=np.bool_)
    return _mask(pc.greater(array, pa.scalar(2**63 - 1, pa.uint64())))


def _mask(flags: pa.Array) -> Mask:
    """Booleans as numpy; null is false."""
    filled: Mask = pc.fill_null(flags, False).to_numpy(zero_copy_only=False)
    return filled.copy()
