"""Code lists: the closed sets of words that choice fields draw from; a company may add its own entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

from layers.text import Title

_MARKS = re.compile(r"[\s_\-–—·（）()/]|(?<!\d)\.|\.(?!\d)")


Tone = Literal["", "quiet", "ok", "info", "works", "warn", "danger", "neutral"]
TONES: tuple[str, ...] = get_args(Tone)

MEANING = ("means", "stages", "optional")
"""What the program itself knows entries by."""


@dataclass(frozen=True)
class CodeEntry:
    """One word of a list. ``standard`` is the code of the trade's standard it maps to (CJJ 61-2017).

    ``tone``: what the word says of an asset, shown as a chip of that kind; without one it is plain text.
    ``means``, ``stages``, ``optional``: what the program knows it by, in the few lists that say so (``CodeList.own``).
    ``more``: name and value of what else its list says of an entry.
    """

    code: str
    title: Title
    standard: str | None = None
    aliases: tuple[str, ...] = ()
    position: int = 0
    active: bool = True
    tone: Tone = ""
    means: str = ""
    stages: str = ""
    optional: bool = False
    more: tuple[tuple[str, Any], ...] = ()

    def value(self, name: str) -> Any:
        """What the entry says in the field ``name`` of its list's part; None where it says nothing."""
        return getattr(self, name) or None if name in MEANING else dict(self.more).get(name)


@dataclass(frozen=True)
class CodeList:
    """A named list of entries in order. Lookups also know titles, aliases and standard codes.

    ``part`` names what its entries have beside the fields of every list, ``own`` are the names of these fields.
    """

    name: str
    title: Title
    entries: tuple[CodeEntry, ...]
    extensible: bool = True
    note: Title | None = None
    part: str | None = None
    own: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The table that holds the list in a register."""
        return f"c_{self.name}"

    @cached_property
    def _by_code(self) -> Mapping[str, CodeEntry]:
        return {entry.code: entry for entry in self.entries}

    @cached_property
    def _by_word(self) -> Mapping[str, CodeEntry]:
        words: dict[str, CodeEntry] = {}
        for names in (
            lambda e: (e.code, e.title.zh, e.title.en),
            lambda e: e.aliases,
            lambda e: (e.standard,) if e.standard else (),
        ):
            for entry in self.entries:
                for word in names(entry):
                    words.setdefault(normalise(word), entry)
        return words

    def get(self, code: str) -> CodeEntry | None:
        """The entry with exactly this code."""
        return self._by_code.get(code)

    def find(self, word: str) -> CodeEntry | None:
        """The entry that ``word`` names: code, title in either language, alias, or standard code."""
        return self._by_word.get(normalise(word))

    def extended(self, entries: Iterable[CodeEntry]) -> CodeList:
        """This list with the company's entries added or put in place of those of the same code.

        What the program alone knows of an entry (its tone) stays. The list itself where they say nothing new.
        """
        merged = dict(self._by_code)
        for entry in entries:
            ours = self._by_code.get(entry.code)
            if ours is not None and entry.tone != ours.tone:
                entry = replace(entry, tone=ours.tone)
            if entry != ours:
                merged[entry.code] = entry
        found = tuple(sorted(merged.values(), key=lambda e: e.position))
        return self if found == self.entries else replace(self, entries=found)


def normalise(word: str) -> str:
    """Words are compared without case, spaces and the marks people put between them."""
    return _MARKS.sub("", word.casefold())
