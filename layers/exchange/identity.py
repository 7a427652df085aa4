"""Identity: which imported row is which asset of the register.

A row is known by type, data set and key; the key is its native id where that is unique in the source, else
a hash of its geometry and attributes. What was imported before is told by the hash of its content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.model.catalogue import AssetType

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_LONGEST_KEY = 180


@dataclass(frozen=True)
class Book:
    """What the register holds of one type before the import: one entry per asset, columns of equal length.

    ``code`` is as stored; ``source_id`` -1 where the asset came from no source.
    """

    fid: Numbers
    code: pa.Array
    source_id: Numbers
    source_key: pa.Array
    source_hash: Numbers
    natural: pa.Array | None = None
    """What a list names each asset by, for types that are kept in lists (``natural_keys``)."""
    together: pa.Array | None = None
    """The same by what is unique together, for lists that leave out the code."""
    periods: pa.Table | None = None
    """``fid`` and what the rules on periods ask for, for types that have such rules."""

    @classmethod
    def empty(cls) -> Book:
        """A register without assets of the type."""
        none, texts = np.empty(0, dtype=np.int64), pa.array([], pa.string())
        return cls(none, texts, none, texts, none)

    @classmethod
    def of(cls, table: pa.Table, asset_type: AssetType | None = None) -> Book:
        """From the register's columns fid, code, source_id, source_key, source_hash and those that its lists name.

        ``asset_type`` is None where a file's own identity alone counts.
        """
        natural = () if asset_type is None else natural_fields(asset_type)
        together = () if asset_type is None else natural_fields(asset_type, with_code=False)
        periods = () if asset_type is None else period_fields(asset_type)
        return cls(
            _whole(table.column("fid"), 0),
            _texts(table.column("code")),
            _whole(table.column("source_id"), -1),
            _texts(table.column("source_key")),
            _whole(table.column("source_hash"), 0),
            natural_keys([table.column(name) for name in natural], table.num_rows) if natural else None,
            natural_keys([table.column(name) for name in together], table.num_rows) if together else None,
            table.select(list(dict.fromkeys(("fid", "code", *periods)))) if periods else None,
        )


@dataclass(frozen=True)
class Identified:
    """Per row: its key, the asset it is (fid, -1 for none) and whether it still holds what was imported
    then.
    """

    keys: pa.Array
    fid: Numbers
    same: Flags

    @property
    def is_known(self) -> Flags:
        return self.fid >= 0


def make_keys(native: pa.Array | None, hashes: Numbers) -> pa.Array:
    """The key of every row: the native id where there is one and no other row has it, else ``#`` and the hash.

    Rows alike in everything are told apart by their order: ``#hash``, ``#hash:2``, ...
    """
    if native is None:
        return _hash_keys(hashes)
    texts = _texts(native)
    short = pc.fill_null(pc.less_equal(pc.utf8_length(texts), _LONGEST_KEY), False)
    usable = single(texts) & short.to_numpy(zero_copy_only=False)
    if usable.all():
        return texts
    needing = np.flatnonzero(~usable)
    place = np.full(len(texts), -1, dtype=np.int64)
    place[needing] = np.arange(len(needing))
    own = _hash_keys(hashes[needing]).take(pa.array(place, mask=place < 0))
    return pc.if_else(pa.array(usable), texts, own)


def _hash_keys(hashes: Numbers) -> pa.Array:
    times = occurrence(pa.array(hashes))
    words = [
        f"#{value:016x}" if time == 1 else f"#{value:016x}:{time}"
        for value, time in zip(hashes.view(np.uint64).tolist(), times.tolist(), strict=True)
    ]
    return pa.array(words, pa.string())


def identify(keys: pa.Array, hashes: Numbers, source_id: int | None, book: Book) -> Identified:
    """Look the rows of a source up in the book. ``source_id`` None: the register does not know the source
    yet.
    """
    fid = np.full(len(keys), -1, dtype=np.int64)
    same = np.zeros(len(keys), dtype=np.bool_)
    own = (
        np.flatnonzero(book.source_id == source_id) if source_id is not None else np.empty(0, dtype=np.int64)
    )
    if len(own):
        place = pc.index_in(keys, value_set=book.source_key.take(pa.array(own)))
        found = pc.is_valid(place).to_numpy(zero_copy_only=False)
        rows = own[pc.fill_null(place, 0).to_numpy(zero_copy_only=False)]
        fid = np.where(found, book.fid[rows], -1)
        same = found & (book.source_hash[rows] == hashes)
    return Identified(keys, fid, same)


def natural_fields(asset_type: AssetType, *, with_code: bool = True) -> tuple[str, ...]:
    """The fields that a list names an asset of the type by; none where a file's own identity alone counts.

    ``with_code``: the list has a column of codes.
    """
    if not asset_type.kept_in_lists:
        return ()
    return ("code",) if with_code and "code" in asset_type else asset_type.unique_together


def period_fields(asset_type: AssetType) -> tuple[str, ...]:
    """The fields that the type's rules on periods ask for."""
    return tuple(dict.fromkeys(name for rule in asset_type.exclusive for name in rule.names))


def natural_keys(columns: Sequence[pa.Array | pa.ChunkedArray], count: int) -> pa.Array:
    """One text of several columns, case apart; null where the first one is blank: that names nothing."""
    if not columns:
        return pa.nulls(count, pa.string())
    texts = [pc.utf8_trim_whitespace(folded(column)) for column in columns]
    rest = [pc.fill_null(column, "") for column in texts[1:]]
    first = pc.if_else(pc.equal(texts[0], ""), None, texts[0])
    return pc.binary_join_element_wise(first, *rest, "|") if rest else first


def recognise(known: Identified, natural: pa.Array, book: Book, names: pa.Array | None) -> Identified:
    """What no source knows may be an asset that the list names; the first row of a name has it.

    ``names``: what the book's assets are named by, ``natural`` or ``together`` of it.
    """
    if names is None or not len(book.fid):
        return known
    place = pc.index_in(natural, value_set=names, skip_nulls=True)
    found = pc.is_valid(place).to_numpy(zero_copy_only=False) & (known.fid < 0)
    found &= ~repeated_after_first(natural)[0]
    rows = pc.fill_null(place, 0).to_numpy(zero_copy_only=False)
    owner = book.fid[rows]
    # Another row of this very file may be that asset already.
    found &= ~np.isin(owner, known.fid[known.fid >= 0])
    return Identified(known.keys, np.where(found, owner, known.fid), known.same)


def occurrence(values: pa.Array) -> Numbers:
    """For each row, the how-many-th of its value it is, from 1, in order."""
    encoded = pc.dictionary_encode(values, null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    groups = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = (
        np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else ordered
    )
    sizes = np.diff(np.append(starts, len(ordered)))
    result = np.empty(len(groups), dtype=np.int64)
    result[order] = np.arange(len(ordered)) - np.repeat(starts, sizes) + 1
    return result


def single(values: pa.Array) -> Flags:
    """Which rows have a value that no other row has."""
    valid = pc.is_valid(values).to_numpy(zero_copy_only=False)
    if not len(values):
        return np.asarray(valid)
    encoded = pc.dictionary_encode(values, null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    groups = encoded.indices.to_numpy(zero_copy_only=False)
    return np.asarray(valid & (np.bincount(groups)[groups] == 1))


def folded(codes: pa.Array) -> pa.Array:
    """Codes as the register compares them: without case (its unique index is on ``lower``)."""
    return pc.utf8_lower(_texts(codes))


def repeated_after_first(codes: pa.Array) -> tuple[Flags, Numbers]:
    """Rows whose code an earlier row has already (case apart), and the position of that first row (-1:
    none).
    """
    values = folded(codes)
    valid = pc.is_valid(values).to_numpy(zero_copy_only=False)
    times = occurrence(values)
    repeated = valid & (times > 1)
    first = np.full(len(values), -1, dtype=np.int64)
    if repeated.any():
        leading = np.flatnonzero(times == 1)
        place = pc.index_in(values, value_set=values.take(pa.array(leading)))
        first[repeated] = leading[pc.fill_null(place, 0).to_numpy(zero_copy_only=False)[repeated]]
    return repeated, first


def taken(codes: pa.Array, fid: Numbers, book: Book) -> Flags:
    """Rows whose code belongs to another asset of the register than the row itself (``fid``, -1: a new one)."""
    place = pc.index_in(folded(codes), value_set=folded(book.code), skip_nulls=True)
    found = pc.is_valid(place).to_numpy(zero_copy_only=False)
    if not found.any():
        return np.asarray(found)
    owner = book.fid[pc.fill_null(place, 0).to_numpy(zero_copy_only=False)]
    return np.asarray(found & (owner != fid))


def differing_fields(staged: pa.Table, book: pa.Table, fields: Sequence[str]) -> list[tuple[str, ...]]:
    """For each row, the fields whose staged value differs from the book's. Both tables have the rows in one order.

    A field that the file leaves blank is no difference: an import does not erase.
    """
    columns = [(name, staged.column(name).to_pylist(), book.column(name).to_pylist()) for name in fields]
    return [
        tuple(name for name, new, old in columns if new[row] is not None and not _alike(new[row], old[row]))
        for row in range(staged.num_rows)
    ]


def _alike(one: object, other: object) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one) == bool(other) and (one is None) == (other is None)
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1.0)
    return one == other


def _texts(values: pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


def _whole(values: pa.ChunkedArray, blank: int) -> Numbers:
    filled = pc.fill_null(values.cast(pa.int64()), blank)
    return np.asarray(filled.to_numpy(), dtype=np.int64)


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, links included, by device and inode: without opening anything."""
    try:
        here, there = one.stat(), other.stat()
    except (OSError, ValueError):
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
