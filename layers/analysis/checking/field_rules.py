"""The rules that fields carry themselves, over whole columns: each distinct value is checked once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import codes_of
from layers.geometry.packed import Integers
from layers.model.catalogue import AssetType
from layers.model.field import Field
from layers.model.fields import GeometryField, LinkField, TextField
from layers.model.problem import Problem

#: A text without anything odd in it: letters, digits and signs of ASCII or Chinese, no blank at either end.
_PLAIN = "^[!-~\\x{4e00}-\\x{9fff}]([ -~\\x{4e00}-\\x{9fff}]*[!-~\\x{4e00}-\\x{9fff}])?$"


def field_findings(book: Book, asset_type: AssetType) -> Iterator[Findings]:
    """What the fields of a type have against its values: required, range, list, form; one entry per rule."""
    table = book.table(asset_type.name)
    for field in asset_type.columns:
        if isinstance(field, GeometryField | LinkField) or field.name not in table.column_names:
            continue
        yield from _of_field(book, asset_type, field)


def _of_field(book: Book, asset_type: AssetType, field: Field) -> Iterator[Findings]:
    column = book.table(asset_type.name).column(field.name)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    asked = _doubtful(field, whole)
    if not len(asked):
        return
    encoded = (whole if len(asked) == len(whole) else whole.take(pa.array(asked))).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    by_rule: dict[tuple[str, str], list[tuple[int, Problem]]] = {}
    for code, value in [*enumerate(encoded.dictionary.to_pylist()), (-1, None)]:
        for problem in field.check(value):
            by_rule.setdefault((problem.rule, problem.severity), []).append((code, problem))
    for broken in by_rule.values():
        problem_of = dict(broken)
        broken_at = np.flatnonzero(np.isin(codes, list(problem_of)))
        if not len(broken_at):
            continue
        problems = [problem_of[code] for code in codes[broken_at].tolist()]
        rows = asked[broken_at]
        places = book.places(asset_type.name)[rows] if asset_type.shape else np.full((len(rows), 2), np.nan)
        yield Findings(
            "field",
            problems[0].severity,
            asset_type.name,
            book.ids(asset_type.name)[rows],
            places,
            {
                "code": codes_of(book, asset_type.name, rows),
                "field": [field.title] * len(rows),
                "problem": [problem.message for problem in problems],
            },
            subject=field.name,
        )


def _doubtful(field: Field, column: pa.Array) -> Integers:
    """The rows whose values must be looked at one by one: not blanks that may be, nor texts that are plainly sound."""
    if column.null_count == len(column) and not field.required:
        return np.zeros(0, np.int64)
    if type(field) is not TextField or field.pattern is not None or not pa.types.is_string(column.type):
        return np.arange(len(column))
    plain = pc.match_substring_regex(column, _PLAIN)
    short = pc.less_equal(pc.utf8_length(column), field.length)
    blank = pc.is_in(column, value_set=pa.array(sorted(field.blank_words), column.type))
    sound = pc.fill_null(pc.and_not(pc.and_(plain, short), blank), not field.required)
    return np.flatnonzero(~sound.to_numpy(zero_copy_only=False))
