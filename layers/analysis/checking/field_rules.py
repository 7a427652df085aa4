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
    encoded = (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    by_rule: dict[tuple[str, str], list[tuple[int, Problem]]] = {}
    asked = _doubtful(field, encoded.dictionary)
    values = encoded.dictionary.take(pa.array(asked)).to_pylist()
    for code, value in [*zip(asked.tolist(), values, strict=True), (-1, None)]:
        for problem in field.check(value):
            by_rule.setdefault((problem.rule, problem.severity), []).append((code, problem))
    for broken in by_rule.values():
        problem_of = dict(broken)
        rows = np.flatnonzero(np.isin(codes, list(problem_of)))
        if not len(rows):
            continue
        problems = [problem_of[code] for code in codes[rows].tolist()]
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


def _doubtful(field: Field, words: pa.Array) -> Integers:
    """Which of the distinct values must be looked at one by one: of a text not those that are plainly sound."""
    if type(field) is not TextField or field.pattern is not None or not pa.types.is_string(words.type):
        return np.arange(len(words))
    sound = pc.and_(
        pc.match_substring_regex(words, _PLAIN), pc.less_equal(pc.utf8_length(words), field.length)
    )
    blank = pc.is_in(words, value_set=pa.array(sorted(field.blank_words), words.type))
    return np.flatnonzero(~pc.and_not(sound, blank).to_numpy(zero_copy_only=False))
