"""Row hash: a 64-bit fingerprint of each row's content, computed column by column.

Stored in the register to tell an unchanged row of a later import, so the result must never change between
versions of the program or of its libraries: it is defined here, over bytes, and pinned by a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_WORD = 8
_LONG = 2048
_NULL = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2 = np.uint64(0x94D049BB133111EB)
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(_WORD)] + [(1 << 64) - 1], dtype=np.uint64)


def hash_rows(columns: Sequence[pa.Array], rows: int, seed: str = "") -> NDArray[np.int64]:
    """One signed 64-bit number per row over all ``columns`` in order; ``seed`` names what the columns are.

    Equal rows have equal numbers; a null differs from every value.
    """
    start = hashlib.blake2b(seed.encode(), digest_size=_WORD).digest()
    result = np.full(rows, np.frombuffer(start, dtype=np.uint64)[0], dtype=np.uint64)
    for column in columns:
        result = _mix(result ^ _hash_column(column))
    return result.view(np.int64)


def _hash_column(column: pa.Array) -> Hashes:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    valid = pc.is_valid(column).to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if pa.types.is_integer(column.type):
        hashed = _mix(_bits(pc.fill_null(column.cast(pa.int64()), 0), np.int64))
    elif pa.types.is_floating(column.type):
        numbers = pc.fill_null(column.cast(pa.float64()), 0.0)
        # Minus zero equals zero.
        hashed = _mix((numbers.to_numpy(zero_copy_only=False) + 0.0).view(np.uint64))
    else:
        hashed = _hash_bytes(column)
    return np.where(valid, hashed, _NULL)


def _bits(column: pa.Array, kind: type[np.int64]) -> Hashes:
    return np.ascontiguousarray(column.to_numpy(zero_copy_only=False), dtype=kind).view(np.uint64)


def _hash_bytes(column: pa.Array) -> Hashes:
    """Eight bytes at a time over all values at once; the few long ones one by one."""
    large = column.cast(pa.large_binary() if pa.types.is_binary(column.type) else pa.large_string())
    if len(large) == 0:
        return np.empty(0, dtype=np.uint64)
    _, offsets_buffer, data_buffer = large.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    content = b"" if data_buffer is None else memoryview(data_buffer)[: offsets[-1]]
    padded = np.concatenate((np.frombuffer(content, dtype=np.uint8), np.zeros(_WORD, dtype=np.uint8)))
    # A word may start at any byte: one overlapping view reads them all.
    words = np.ndarray((len(padded) - _WORD + 1,), dtype="<u8", buffer=padded, strides=(1,))
    starts, lengths = offsets[:-1], np.diff(offsets)
    result = _mix(lengths.astype(np.uint64))
    active = np.flatnonzero((lengths > 0) & (lengths <= _LONG))
    position = 0
    while len(active):
        rest = np.minimum(lengths[active] - position, _WORD)
        result[active] = _mix(result[active] ^ (words[starts[active] + position] & _MASKS[rest]))
        position += _WORD
        active = active[lengths[active] > position]
    for index in np.flatnonzero(lengths > _LONG):
        value = content[starts[index] : starts[index] + lengths[index]]
        digest = hashlib.blake2b(value, digest_size=_WORD).digest()
        result[index] ^= np.frombuffer(digest, dtype=np.uint64)[0]
    return result


def _mix(values: Hashes) -> Hashes:
    """Spread the bits of 64-bit words (the finaliser of splitmix64)."""
    values = values + _NULL
    values = (values ^ (values >> np.uint64(30))) * _MULTIPLIER_1
    values = (values ^ (values >> np.uint64(27))) * _MULTIPLIER_2
    mixed: Hashes = values ^ (values >> np.uint64(31))
    return mixed
