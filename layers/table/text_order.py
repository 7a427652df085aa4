"""The order of texts as people expect it: digits as numbers, letters without case, Chinese by pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.later import Later

if TYPE_CHECKING:
    import pyarrow.compute as pc
    import pypinyin
else:
    # Its dictionaries take longer to load than the window.
    pypinyin = Later("pypinyin")
    pc = Later("pyarrow.compute")

MOST_READ = 100_000
"""More distinct texts than this are codes: they are put in order by their bytes."""

_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = 18
#: Chinese characters, once they are in order, stand behind everything else.
_BEHIND = 0x20000


def word_ranks(words: pa.Array) -> tuple[npt.NDArray[np.int64], int]:
    """For each text its place among the distinct ones, and how many there are."""
    if len(words) <= MOST_READ:
        texts = words.to_pylist()
        distinct = sorted_texts(set(texts))
        place = {text: number for number, text in enumerate(distinct)}
        return np.fromiter((place[text] for text in texts), np.int64, len(texts)), len(distinct)
    if pc.all(pc.greater(words[1:], words[:-1])).as_py():
        return np.arange(len(words), dtype=np.int64), len(words)
    order = pc.sort_indices(words).to_numpy()
    in_order = words.take(pa.array(order))
    is_new = pc.not_equal(in_order[1:], in_order[:-1]).to_numpy(zero_copy_only=False)
    dense = np.concatenate([[0], np.cumsum(is_new)])
    ranks = np.empty(len(words), np.int64)
    ranks[order] = dense
    return ranks, int(dense[-1]) + 1


def sorted_texts(texts: Iterable[str]) -> list[str]:
    """These texts in the order of people."""
    texts = list(texts)
    table = _places(texts)
    return sorted(texts, key=lambda text: (_padded(text).translate(table), text))


def _padded(text: str) -> str:
    """Lower case, every number of the same width: 9 before 10."""
    return _DIGITS.sub(lambda match: match[0].zfill(_LONGEST_NUMBER), text.casefold())


def _places(texts: Iterable[str]) -> dict[int, int]:
    """For every Chinese character in the texts one that stands where its pinyin does."""
    chars = {char for char in set("".join(texts)) if "\u3400" <= char <= "\u9fff"}
    in_order = sorted(chars, key=lambda char: (_pinyin(char), char))
    return {ord(char): _BEHIND + number for number, char in enumerate(in_order)}


@lru_cache(maxsize=20_000)
def _pinyin(char: str) -> str:
    return pypinyin.lazy_pinyin(char, style=pypinyin.Style.TONE3)[0]
