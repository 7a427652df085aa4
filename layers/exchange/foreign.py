"""What a foreign file looks like to the importer, whatever its format: files, layers, tables, problems.

Plain frozen data, made in the worker process and sent to the program; Arrow parts travel by shared memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

import pyarrow as pa

from layers.geometry.crs import Crs
from layers.model.problem import Problem, Severity
from layers.text import Message

ROW = "__row"
"""The column of a ForeignTable holding where the row stands in its file: a line or record number, from 1."""

ORIGIN = b"origin"
"""In the metadata of a column: where its values come from, as the list of origins calls it, if not from an import."""

Shape = Literal["point", "line", "polygon", "mixed", "none"]
FieldKind = Literal["text", "integer", "number", "boolean", "date", "datetime", "time", "binary", "list"]


@dataclass(frozen=True)
class ForeignField:
    """One attribute column as the file names it."""

    name: str
    kind: FieldKind


@dataclass(frozen=True)
class ForeignLayer:
    """One table of features or rows.

    ``shape`` none: rows without coordinates. ``count`` None: not known without reading. ``crs`` None: not
    stated. ``coordinate_fields`` name the columns of a plain table its points were made from: (east, north).
    """

    name: str
    shape: Shape
    count: int | None
    crs: Crs | None
    fields: tuple[ForeignField, ...]
    sample_rows: tuple[Mapping[str, Any], ...] = ()
    remarks: tuple[Problem, ...] = ()
    coordinate_fields: tuple[str, str] | None = None
    bounds: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class ForeignFile:
    """What a path holds. ``encoding`` is that of its text, "" where the format itself says it."""

    path: str
    format: str
    encoding: str
    layers: tuple[ForeignLayer, ...]
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class RowProblem:
    """A problem and the row (``ROW`` value) it concerns; None when it concerns the whole layer."""

    row: int | None
    problem: Problem


@dataclass(frozen=True)
class ForeignTable:
    """All rows of one layer: ``table`` with column ``ROW`` first and the attributes as the file names them.

    ``geometry`` is WKB beside the rows: points, lines, polygons and their Multi kinds with or without Z,
    never curves or M; null where there is none. None for a layer without geometry. Coordinates are the
    file's own, in the length ``unit`` (a name of ``units.METRES``; "": it says none, or its ``crs`` does).
    ``called``: what somebody called a layer of a drawing, of which each kind of geometry is a layer here.
    """

    path: str
    layer: str
    table: pa.Table
    geometry: pa.Array | None
    crs: Crs | None
    encoding: str = ""
    problems: tuple[RowProblem, ...] = ()
    coordinate_fields: tuple[str, str] | None = None
    unit: str = ""
    called: str = ""

    def __len__(self) -> int:
        return int(self.table.num_rows)


def problem(
    rule: str, severity: Severity, message: Message, *, column: str | None = None, value: Any = None
) -> Problem:
    """A ``Problem`` of the exchange: stable ``rule`` id, what the user reads, and the column it stands in."""
    return Problem(rule, severity, message, column, value)


def on_rows(rows: Iterable[int], found: Problem) -> list[RowProblem]:
    """The same problem on several rows."""
    return [RowProblem(row, found) for row in rows]


def looks_like(head: bytes) -> Message | str:
    """How a file begins that is not what its name says: its first words, or that there are none."""
    start = head[:40].decode("utf-8", errors="replace").lstrip()
    shown = "".join(takewhile(_is_readable, start)).rstrip()
    if len(shown) < 2:
        return Message("format.no_words")
    return shown if len(shown) == len(start.rstrip()) else f"{shown}\u2026"


def _is_readable(letter: str) -> bool:
    """Whether a letter is one of a text; what could not be decoded is none."""
    return letter.isprintable() and letter != "\ufffd"
