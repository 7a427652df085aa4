"""The texts of a .dbf: which encoding they are in, and the table decoded with it.

GDAL hands every byte over as one character (``BYTES_AS_TEXT``), so nothing is lost before it is decoded here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.exchange import encoding as encodings
from layers.exchange.encoding import Detection, detected, known
from layers.exchange.foreign import RowProblem, looks_like, problem
from layers.exchange.gdal_source import Loaded, distinct_names
from layers.model.problem import Problem
from layers.text import Message


def find_encoding(
    members: Mapping[str, Path], raw: pa.Table, given: str | None
) -> tuple[Detection, list[Problem]]:
    """The encoding of the texts: given, else .cpg, else language driver id, else detected, with remarks."""
    values = list(_bytes_of(raw))
    if given:
        return Detection(known(given), "given"), []
    doubts: list[Problem] = []
    for source, stated in (("cpg", _stated_by_cpg(members, doubts)), ("ldid", _stated_by_dbf(members))):
        if stated is None:
            continue
        if encodings.decodes(values, stated):
            return Detection(stated, source), doubts
        message = Message("format.encoding_contradicted", {"stated": stated.upper()})
        doubts.append(problem("encoding_contradicted", "warning", message))
    found = encodings.detect(values)
    if any(not value.isascii() for value in values):
        doubts.append(detected(found))
    return found, doubts


def _stated_by_cpg(members: Mapping[str, Path], doubts: list[Problem]) -> str | None:
    if ".cpg" not in members:
        return None
    content = members[".cpg"].read_bytes()
    stated = encodings.from_cpg(content)
    if stated is None and content.strip():
        message = Message("format.cpg_unreadable", {"found": looks_like(content)})
        doubts.append(problem("cpg_unreadable", "warning", message))
    return stated


def _stated_by_dbf(members: Mapping[str, Path]) -> str | None:
    if ".dbf" not in members:
        return None
    with members[".dbf"].open("rb") as file:
        head = file.read(30)
    return encodings.from_language_driver(head[29]) if len(head) == 30 else None


def _bytes_of(raw: pa.Table) -> Iterator[bytes]:
    """Column names and every different text, as the bytes the file holds."""
    yield from (name.encode("latin-1", "replace") for name in raw.schema.names)
    for column in raw.columns:
        if pa.types.is_string(column.type):
            yield from (value.encode("latin-1") for value in pc.unique(column).to_pylist() if value)


def decoded(raw: Loaded, encoding: str) -> tuple[Loaded, list[Problem], list[RowProblem]]:
    """The layer with names and texts in real characters; which names repeat; which values are unreadable."""
    names, repeated = distinct_names(
        [
            encodings.decode(name.encode("latin-1", "replace"), encoding)[0]
            for name in raw.attributes.schema.names
        ]
    )
    problems: list[RowProblem] = []
    columns = []
    for name, column in zip(names, raw.attributes.columns, strict=True):
        if pa.types.is_string(column.type):
            column, bad = _decoded_column(column, encoding)
            message = Message("format.text_unreadable", {"encoding": encoding.upper()})
            found = problem("text_unreadable", "warning", message, column=name)
            problems += [RowProblem(int(raw.fids[index]) + 1, found) for index in bad.tolist()]
        columns.append(column)
    remarks = [
        problem("field_repeated", "warning", Message("format.field_repeated", {"name": name}), column=name)
        for name in dict.fromkeys(repeated)
    ]
    return replace(raw, attributes=pa.table(columns, names=names)), remarks, problems


def _decoded_column(column: pa.ChunkedArray, encoding: str) -> tuple[pa.Array, NDArray[np.intp]]:
    """Texts decoded value by different value, and the places of those that hold impossible bytes."""
    if pc.all(pc.string_is_ascii(column)).as_py() in (True, None):
        return column, np.empty(0, np.intp)
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    decoded = [encodings.decode(value.encode("latin-1"), encoding) for value in coded.dictionary.to_pylist()]
    texts = pa.array([text.rstrip("\x00\x1a ") for text, _ in decoded], pa.string())
    good = np.array([ok for _, ok in decoded], dtype=bool)
    places = np.asarray(coded.indices.fill_null(0), dtype=np.int64)
    present = np.asarray(coded.indices.is_valid(), dtype=bool)
    return texts.take(coded.indices), np.flatnonzero(present & ~good[places])
