"""One searchable column: its texts in one string, so that looking through a million takes milliseconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.later import Later
from layers.search.initials import has_chinese, pinyin_keys

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

_MARKS = r"[\s_\-–—·.,，/\\()（）#]+"
_MARKS_PATTERN = re.compile(_MARKS)
_CODE = re.compile(r"^([a-z]+)0*(\d+)$")

EXACT, INITIALS, PREFIX, INITIALS_PREFIX, CONTAINS, PINYIN, GAPS = range(7)
"""How well a text fits, best first."""


def squeeze(text: str) -> str:
    """Text as it is compared: lower case, without spaces and the marks people put between parts."""
    return _MARKS_PATTERN.sub("", text).lower()


def plain_texts(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The values of a column as one array of texts, blank where there is none."""
    texts = pc.fill_null(pc.cast(values, pa.large_string()), "")
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


class Lines:
    """Texts of rows joined by line ends; finds rows by part of their text."""

    def __init__(self, texts: pa.Array) -> None:
        self._starts: NDArray[np.int64] = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.asarray(pc.utf8_length(texts), np.int64) + 1, out=self._starts[1:])
        whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
        joined = pc.binary_join(whole, pa.scalar("\n", pa.large_string()))
        self._text: str = "\n" + (joined[0].as_py() or "") + "\n"

    def find(self, wanted: str, limit: int) -> list[int]:
        """The first ``limit`` rows whose text, with a line end on both sides, holds ``wanted``."""
        rows: list[int] = []
        position = self._text.find(wanted)
        while position >= 0 and len(rows) < limit:
            row = self._row(position + 1 if wanted[0] == "\n" else position)
            rows.append(row)
            position = self._text.find(wanted, int(self._starts[row + 1]))
        return rows

    def match(self, pattern: str, limit: int) -> list[int]:
        """The first ``limit`` rows in whose text a regular expression matches."""
        rows: list[int] = []
        for found in re.compile(pattern).finditer(self._text):
            row = self._row(found.start() + 1 if found.group()[0] == "\n" else found.start())
            if not rows or rows[-1] != row:
                rows.append(row)
            if len(rows) >= limit:
                break
        return rows

    def _row(self, position: int) -> int:
        # The text begins with a line end, so row r begins at starts[r] + 1.
        return int(np.searchsorted(self._starts, position - 1, side="right")) - 1


class TextColumn:
    """The values of one field, ready to be searched. Frozen."""

    def __init__(self, field: str, values: pa.ChunkedArray | pa.Array) -> None:
        self.field = field
        self.values = plain_texts(values)
        squeezed = pc.utf8_lower(pc.replace_substring_regex(self.values, pattern=_MARKS, replacement=""))
        self._lines = Lines(squeezed)

    @cached_property
    def _pinyin(self) -> tuple[Lines, Lines] | None:
        """Initials and full pinyin of the rows, when any text is Chinese."""
        encoded = self.values.dictionary_encode()
        words: list[str] = encoded.dictionary.to_pylist()
        if not any(map(has_chinese, words)):
            return None
        # Words without Chinese are found by their letters; here they would only be found twice.
        pairs = zip(words, pinyin_keys(words), strict=True)
        keys = [key if has_chinese(word) else ("", "") for word, key in pairs]
        first, full = (pa.array(part, pa.large_string()) for part in zip(*keys, strict=True))
        return Lines(first.take(encoded.indices)), Lines(full.take(encoded.indices))

    def prepare(self) -> None:
        """Do now what the first search would have to wait for."""
        _ = self._pinyin

    def search(self, query: str, limit: int) -> Iterator[tuple[int, int]]:
        """Rows that fit the squeezed ``query`` and how well (``EXACT`` .. ``GAPS``); a row may come twice."""
        lines = self._lines
        yield from ((row, EXACT) for row in lines.find(f"\n{query}\n", limit))
        code = _CODE.match(query)
        if code is not None:
            yield from ((row, EXACT) for row in lines.match(f"\n{code[1]}0*{code[2]}(?=\n)", limit))
        yield from ((row, PREFIX) for row in lines.find(f"\n{query}", limit))
        yield from ((row, CONTAINS) for row in lines.find(query, limit))
        if query.isascii() and query.isalpha() and self._pinyin is not None:
            first, full = self._pinyin
            yield from ((row, INITIALS) for row in first.find(f"\n{query}\n", limit))
            yield from ((row, INITIALS_PREFIX) for row in first.find(f"\n{query}", limit))
            yield from ((row, PINYIN) for row in full.find(f"\n{query}", limit))
        if len(query) > 1 and has_chinese(query):
            gaps = "[^\n]*?".join(map(re.escape, query))
            yield from ((row, GAPS) for row in lines.match(gaps, limit))
