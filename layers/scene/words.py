"""What labels say, once for every different text: bytes and offsets, no object for each asset."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.geometry.packed import Floats, Integers
from layers.later import Later

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

WordIndex = npt.NDArray[np.int32]
#: Of an asset that says nothing.
SILENT = -1
_LOOKED_UP = 50_000
#: So many entries are remembered as they were decoded.
_REMEMBERED = 20_000
#: Not strict: a line break in a name is as it came. Made once: ``json.loads`` makes one for every text.
_DECODE = json.JSONDecoder(strict=False).decode


@dataclass(frozen=True)
class Words:
    """Entry ``i`` is the JSON list ``text[offsets[i]:offsets[i + 1]]``; large ``weight`` is written first."""

    text: npt.NDArray[np.uint8]
    offsets: Integers
    weight: Floats

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> tuple[object, ...]:
        return tuple(_DECODE(self._bytes(number).decode("utf-8", "replace")))

    def taken(self, numbers: Sequence[int] | WordIndex | Integers) -> tuple[tuple[object, ...], ...]:
        """Several entries, each decoded once."""
        asked, known = np.asarray(numbers).tolist(), self._taken
        for number in set(asked).difference(known):
            known[number] = self[number]
        found = tuple(known[number] for number in asked)
        if len(known) > _REMEMBERED:
            known.clear()
        return found

    def joined(self, other: Words) -> tuple[Words, WordIndex]:
        """With the entries of ``other`` that are new, and where each entry of ``other`` is found.

        Of very many entries it is not looked up which are new: nearly all of them are.
        """
        places = np.zeros(len(other), np.int32)
        texts: list[bytes] = []
        weights: list[float] = []
        for number in range(len(other)):
            entry = other._bytes(number)
            place = self._places.get(entry) if len(self) < _LOOKED_UP else None
            if place is None:
                place = len(self) + len(texts)
                texts.append(entry)
                weights.append(float(other.weight[number]))
            places[number] = place
        if not texts:
            return self, places
        added = np.cumsum([len(text) for text in texts]) + self.offsets[-1]
        words = Words(
            np.concatenate([self.text, np.frombuffer(b"".join(texts), np.uint8)]),
            np.concatenate([self.offsets, added]),
            np.concatenate([self.weight, weights]),
        )
        return words, places

    @cached_property
    def _taken(self) -> dict[int, tuple[object, ...]]:
        """What was taken of late: the next frame says much the same."""
        return {}

    def _bytes(self, number: int) -> bytes:
        return self.text[self.offsets[number] : self.offsets[number + 1]].tobytes()

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {self._bytes(number): number for number in range(len(self))}


NO_WORDS = Words(np.zeros(0, np.uint8), np.zeros(1, np.int64), np.zeros(0))


def words_of(columns: Sequence[pa.ChunkedArray], silent: npt.NDArray[np.bool_]) -> tuple[Words, WordIndex]:
    """The different rows of some columns, and for each row which one it is; ``SILENT`` where it is to be."""
    texts = [_json(column) for column in columns]
    rows = pc.binary_join_element_wise("[", texts[0], *_with_commas(texts[1:]), "]", "")
    coded = (rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows).dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    entries = coded.dictionary.cast(pa.large_string())
    index = np.where(silent, np.int32(SILENT), coded.indices.to_numpy().astype(np.int32))
    offsets, text = np.zeros(1, np.int64), np.zeros(0, np.uint8)
    if len(entries):
        begin, end = entries.offset, entries.offset + len(entries) + 1
        offsets = np.frombuffer(entries.buffers()[1], np.int64)[begin:end]
        text = np.array(np.frombuffer(entries.buffers()[2], np.uint8)[offsets[0] : offsets[-1]])
        offsets = offsets - offsets[0]
    return Words(text, offsets, _weights(columns[0], index, len(entries))), index


def _weights(column: pa.ChunkedArray, index: WordIndex, count: int) -> Floats:
    weight = np.zeros(count)
    if pa.types.is_integer(column.type):
        said = index != SILENT
        values = pc.fill_null(column, 0).to_numpy().astype(np.float64)
        weight[index[said]] = values[said]
    return weight


def _with_commas(texts: Sequence[pa.ChunkedArray]) -> list[object]:
    return [each for text in texts for each in (",", text)]


def _json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of text, numbers or truth values as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        escaped = pc.replace_substring(pc.replace_substring(column, "\\", "\\\\"), '"', '\\"')
        column = pc.binary_join_element_wise('"', escaped, '"', "")
    else:
        column = column.cast(pa.string())
    return pc.fill_null(column, "null")
