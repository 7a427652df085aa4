"""Reading columns of a type into a table: in the worker as far as it costs, so that the window never waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import Field, LinkField
from layers.model.query import Query
from layers.past.book import Past, read_as_of
from layers.register import Register
from layers.store.bulk_read import BulkRead
from layers.table.columns import BLANK, Codes, Column, Floats, NumberColumn, Numbers, WordColumn, is_number
from layers.table.data import DRAWN_LENGTH, TableData, field_of, table_fields

VERSION = "row_version"
USUAL_COLUMNS = 12
"""So many columns a table shows of a type that nobody has chosen columns for."""

_SAMPLE = 500
#: Of so many first rows, if nearly every value is another, the column is one of codes: not worth a dictionary.
_TRIED, _NEARLY = 4096, 0.9
#: Labels of more targets than this are read all at once.
_FEW_TARGETS = 2000

Kind = Literal["number", "word"]


@dataclass(frozen=True)
class Encoded:
    """What the worker sends: rows by id, and each column as numbers or as words with codes."""

    fids: Numbers
    versions: Numbers
    columns: Mapping[str, Floats | tuple[pa.Array, Codes]]


def usual_columns(register: Register, asset_type: AssetType) -> tuple[str, ...]:
    """The columns to show of a type at first: the catalogue's, else those that hold anything in its first rows.

    What is known of origins never comes by itself.
    """
    length = (DRAWN_LENGTH.name,) if asset_type.shape == "line" else ()
    if asset_type.table_fields:
        return (*asset_type.table_fields, *length)
    names = tuple(f.name for f in asset_type.columns if f.companion_of is None)
    sample = register.find(Query(asset_type.name, fields=names, limit=_SAMPLE))
    filled = [name for name in names if not sample or any(a.get(name) is not None for a in sample)]
    first = [name for name in asset_type.label_fields if name in names]
    return (*dict.fromkeys((*first, *filled)),)[:USUAL_COLUMNS] + length


def read_table(
    register: Register,
    type_name: str,
    names: Sequence[str],
    feedback: Feedback | None = None,
    past: Past | None = None,
) -> TableData:
    """All rows of a type with these columns, as of a ``past`` day if one is given. Long: a task."""
    feedback = feedback or Feedback()
    asset_type = register.catalogue[type_name]
    encoded = _read(register, asset_type, names, feedback.part(0.0, 0.8), past)
    columns = _columns(register, asset_type, encoded, feedback.part(0.8, 1.0), past)
    return TableData(asset_type, encoded.fids, encoded.versions, columns)


def read_more(
    register: Register,
    data: TableData,
    names: Sequence[str],
    feedback: Feedback | None = None,
    past: Past | None = None,
) -> dict[str, Column] | None:
    """Further columns for the rows of ``data``; None when rows came or went meanwhile. Long: a task."""
    feedback = feedback or Feedback()
    more = read_table(register, data.type.name, names, feedback, past)
    return dict(more.columns) if np.array_equal(more.fids, data.fids) else None


def _read(
    register: Register, asset_type: AssetType, names: Sequence[str], feedback: Feedback, past: Past | None
) -> Encoded:
    drawn = DRAWN_LENGTH.name in names
    fields = [field_of(asset_type, name) for name in names if name != DRAWN_LENGTH.name]
    kinds: dict[str, Kind] = {f.name: "number" if is_number(f) else "word" for f in fields}
    read = read_as_of(register, asset_type.name, past, (VERSION, *kinds), geometry=drawn)
    found: Encoded = register.worker.run(encode, register.settled(read), kinds, drawn, feedback=feedback)
    return found


def encode(feedback: Feedback, read: BulkRead, kinds: Mapping[str, Kind], drawn: bool) -> Encoded:
    """Read and encode: the function that the worker is asked for."""
    feedback.progress(0.0)
    found = read(feedback)
    fids = _combined(found.column("fid")).to_numpy().astype(np.int64)
    # A server gives rows in the order it likes.
    order = None if len(fids) < 2 or bool((fids[1:] > fids[:-1]).all()) else np.argsort(fids)
    columns: dict[str, Floats | tuple[pa.Array, Codes]] = {}
    for number, (name, kind) in enumerate(kinds.items()):
        feedback.progress(0.5 + 0.5 * number / len(kinds))
        feedback.check()
        column = found.column(name)
        if order is not None:
            column = pa.chunked_array([_combined(column).take(pa.array(order))])
        columns[name] = _numbers(_combined(column)) if kind == "number" else _words(column)
    if drawn:
        lengths = shapely.length(
            shapely.from_wkb(_combined(found.column("geom")).to_numpy(zero_copy_only=False))
        )
        located = np.where(lengths > 0, lengths, np.nan)
        columns[DRAWN_LENGTH.name] = located if order is None else located[order]
    versions = _combined(found.column(VERSION)).to_numpy(zero_copy_only=False).astype(np.int64)
    if order is not None:
        fids, versions = fids[order], versions[order]
    return Encoded(fids, versions, columns)


def _combined(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        combined = pa.concat_arrays(combined.chunks) if combined.num_chunks else pa.array([], column.type)
    return combined.cast(pa.string()) if pa.types.is_large_string(combined.type) else combined


def _numbers(array: pa.Array) -> Floats:
    numbers: Floats = pc.cast(array, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(numbers, np.float64)


def _words(column: pa.ChunkedArray) -> tuple[pa.Array, Codes]:
    tried = column[:_TRIED]
    if len(tried) == _TRIED and len(tried.unique()) > _NEARLY * _TRIED:
        array = _combined(column)
        codes = np.arange(len(array), dtype=np.int32)
        if array.null_count:
            codes[array.is_null().to_numpy(zero_copy_only=False)] = BLANK
            array = array.fill_null("" if pa.types.is_string(array.type) else 0)
        return array, codes
    # Encoded piece by piece, all pieces share one dictionary: two million texts are never copied together.
    encoded = column.dictionary_encode()
    if not encoded.num_chunks:
        return pa.array([], column.type), np.zeros(0, np.int32)
    codes = np.concatenate(
        [chunk.indices.fill_null(BLANK).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    )
    words = encoded.chunk(encoded.num_chunks - 1).dictionary
    if pa.types.is_large_string(words.type):
        words = words.cast(pa.string())
    return words, codes.astype(np.int32, copy=False)


def _columns(
    register: Register, asset_type: AssetType, encoded: Encoded, feedback: Feedback, past: Past | None
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name, part in encoded.columns.items():
        feedback.check()
        field = field_of(asset_type, name)
        if isinstance(part, tuple):
            words, codes = part
            labels = link_labels(register, field, words, past) if isinstance(field, LinkField) else None
            columns[name] = WordColumn(field, words, codes, labels)
        else:
            columns[name] = NumberColumn(field, part)
    return columns


def link_labels(register: Register, field: LinkField, values: pa.Array, past: Past | None = None) -> pa.Array:
    """What the targets of stored links are called (by the book of a ``past`` day: then); its number where a target
    has no name or is gone."""
    stored = values.to_pylist()
    keys = [field.key_of(value) for value in stored]
    called: dict[AssetKey, str] = {}
    for target in dict.fromkeys(key.type for key in keys if key is not None):
        ids = [key.id for key in keys if key is not None and key.type == target]
        called |= {AssetKey(target, id): text for id, text in _called(register, target, ids, past).items()}
    labels = [
        str(value) if key is None else called.get(key, f"#{key.id}")
        for key, value in zip(keys, stored, strict=True)
    ]
    return pa.array(labels, pa.string())


def _called(register: Register, target: str, ids: Sequence[int], past: Past | None) -> dict[int, str]:
    if target not in register.catalogue:
        return {}
    names = [n for n in register.catalogue[target].label_fields if n in register.catalogue[target]]
    if not names:
        return {}
    if past is not None and past.basis == "book":
        rows = register.rows_at(target, ids, past.version)
        return {id: next((str(row[n]) for n in names if row[n]), f"#{id}") for id, row in rows.items() if row}
    if len(ids) <= _FEW_TARGETS:
        assets = register.find(Query(target, ids=ids, fields=tuple(names)))
        return {a.id: next((str(a[n]) for n in names if a.get(n)), f"#{a.id}") for a in assets}
    table = register.columns(target, names)
    text = pc.coalesce(*(table.column(name).cast(pa.string()) for name in names))
    found = zip(table.column("fid").to_pylist(), text.to_pylist(), strict=True)
    return {id: label for id, label in found if label}


def shown_fields(asset_type: AssetType, names: Sequence[str]) -> tuple[Field, ...]:
    """The fields of columns; names that the type does not know (any more) are left out."""
    known = {field.name for field in table_fields(asset_type)}
    return tuple(field_of(asset_type, name) for name in names if name in known)
