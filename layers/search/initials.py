"""Pinyin of names: how a name is typed without an input method (大塘路: ``dtl``, ``datanglu``)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from layers.later import Later

if TYPE_CHECKING:
    import pypinyin
else:
    # Its dictionaries take longer to load than the window.
    pypinyin = Later("pypinyin")

PHRASES = 5000
"""Up to so many names are read as phrases (重庆: ``cq``); more are read by character, far quicker."""


def has_chinese(text: str) -> bool:
    """Whether ``text`` holds a Chinese character."""
    return any("\u3400" <= char <= "\u9fff" for char in text)


def pinyin_keys(names: Iterable[str]) -> list[tuple[str, str]]:
    """For each name its initials and its full pinyin, lower case, without tones; other letters stay."""
    names = list(names)
    if len(names) <= PHRASES:
        return [_phrase(name) for name in names]
    chars = {char for name in names for char in name if has_chinese(char)}
    full = str.maketrans({char: _character(char) for char in chars})
    first = str.maketrans({char: _character(char)[0] for char in chars})
    return [(name.translate(first).lower(), name.translate(full).lower()) for name in names]


@lru_cache(maxsize=20_000)
def _phrase(name: str) -> tuple[str, str]:
    # Other letters come one by one, so that each counts among the initials.
    syllables = pypinyin.lazy_pinyin(name, style=pypinyin.Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return "".join(word[:1] for word in syllables).lower(), "".join(syllables).lower()


@lru_cache(maxsize=10_000)
def _character(char: str) -> str:
    return pypinyin.lazy_pinyin(char, style=pypinyin.Style.NORMAL)[0]
