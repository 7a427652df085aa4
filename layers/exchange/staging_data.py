"""What goes into the staging of one layer and what comes out of it: plain data between program and worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.exchange.findings import Finding
from layers.exchange.identity import Book
from layers.exchange.links import Directory
from layers.exchange.mapping import LayerMapping
from layers.exchange.placement import Placement
from layers.model.catalogue import AssetType
from layers.model.problem import Problem
from layers.model.query import Box

UnknownWords = Literal["note", "quarantine"]
"""What a word that a list does not know does: it is noted beside the row, or the row is quarantined."""


@dataclass(frozen=True)
class TypeContext:
    """What the register and this import hold of one type already.

    ``staged``: rows staged from earlier layers, ``staged_codes``: their codes, folded; ``sibling_codes``:
    the codes of earlier layers of the same file, which give way instead of clashing.
    """

    book: Book
    staged: int = 0
    staged_codes: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    sibling_codes: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))


@dataclass(frozen=True)
class LayerJob:
    """One layer to stage. ``source_id`` None: the register does not know the data set yet.

    ``held``: the box around what the register holds, None if that is nothing.
    """

    path: str
    layer: str
    encoding: str | None
    mapping: LayerMapping
    types: Mapping[str, AssetType]
    placement: Placement | None
    source_id: int | None
    contexts: Mapping[str, TypeContext]
    directories: Mapping[str, Directory]
    creatable: frozenset[str] = frozenset()
    unknown_words: UnknownWords = "note"
    held: Box | None = None


@dataclass(frozen=True)
class QuarantineRecord:
    """One row kept out of the register: where it stood, what it would have become, and why it did not.

    ``values`` are by field, as read or (where that failed) as written; ``raw`` is the file's text by column.
    ``geometry`` are the parts in the register's coordinates, as WKB. ``fid``: the asset it differs from.
    """

    row: int
    key: str
    hash: int
    values: Mapping[str, Any]
    raw: Mapping[str, str | None]
    geometry: tuple[bytes, ...]
    problems: tuple[Problem, ...]
    fid: int | None = None


@dataclass(frozen=True)
class MissingTargets:
    """Links whose target does not exist yet and is to be made: ``texts`` beside the staged rows (null:
    none).
    """

    field: str
    target: str
    texts: pa.Array


@dataclass(frozen=True)
class Counts:
    """How many source rows became what; ``warned`` lie within ``accepted``."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    warned: int = 0
    quarantined: int = 0
    rejected: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class StagedType:
    """The rows of one layer that go to one type.

    ``rows``: one column per filled field, ``geom`` (WKB), ``source_key``, ``source_hash``; links to rows of
    the same import as -1 - k. ``changed``: rows known to the book whose content differs, still to be
    compared value by value (columns as ``rows`` plus ``fid``), with their quarantine records beside them.
    """

    type: str
    counts: Counts
    rows: pa.Table
    findings: tuple[Finding, ...] = ()
    missing: tuple[MissingTargets, ...] = ()
    quarantined: tuple[QuarantineRecord, ...] = ()
    changed: pa.Table | None = None
    changed_records: tuple[QuarantineRecord, ...] = ()


@dataclass(frozen=True)
class StagedLayer:
    """The outcome of one layer. ``findings`` have the file's own row numbers; -1 stands for the whole layer."""

    counts: Counts
    types: Mapping[str, StagedType]
    findings: tuple[Finding, ...] = ()


Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
