"""Outline: what of a catalogue lies in a register's tables - types, columns, entries of code lists - by name.

A register keeps the outline of the catalogue it was made or brought up with: comparing two digests tells at
every opening, for nothing, whether the program's catalogue has grown since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

GEOMETRY = "geom"
"""The name under which the place of a type's assets is listed among its columns."""


@dataclass(frozen=True)
class Outline:
    """Type name to its columns, code list name to its codes; both in the catalogue's order."""

    types: Mapping[str, tuple[str, ...]]
    entries: Mapping[str, tuple[str, ...]]

    @cached_property
    def text(self) -> str:
        """As JSON, as ``parse`` reads it."""
        return json.dumps({"types": self.types, "entries": self.entries}, ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """Equal for equal outlines, whatever the order of their names."""
        parts = [sorted((name, sorted(names)) for name, names in side.items()) for side in self._sides()]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()

    def _sides(self) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
        return self.types, self.entries

    @classmethod
    def parse(cls, text: str) -> Outline:
        """Raises ``ValueError`` for what no outline says."""
        said = json.loads(text)
        try:
            sides = [
                {name: tuple(names) for name, names in said[key].items()} for key in ("types", "entries")
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no outline of a catalogue") from error
        return cls(*sides)

    def beyond(self, other: Outline) -> tuple[str, ...]:
        """The types and columns (``type.column``) of this outline that ``other`` does not know.

        Entries of code lists do not count: a register's rows tell them to any program.
        """
        types = [name for name in self.types if name not in other.types]
        columns = [
            f"{name}.{column}"
            for name, columns in self.types.items()
            if name in other.types
            for column in columns
            if column not in other.types[name]
        ]
        return (*types, *columns)
