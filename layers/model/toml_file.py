"""A TOML file read strictly: unknown or wrong keys are refused, naming the file and the line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from layers.errors import CatalogueError
from layers.text import Message, Title

_HEADER = re.compile(r"^\s*\[{1,2}\s*([A-Za-z0-9_.\-]+)\s*\]{1,2}")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+|\"[^\"]*\")\s*=")
_SYNTAX_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Place:
    """Where in a file: the ``position``-th table of that name, and a key in it."""

    table: str = ""
    position: int = 0


class TomlFile:
    """One parsed file that can tell the line of what it holds, for errors only (``tomli`` tells none).

    ``text`` is read in the place of the file's content; ``path`` then only gives it a name.
    """

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self._text = path.read_text(encoding="utf-8") if text is None else text
        try:
            self.data: dict[str, Any] = tomli.loads(self._text)
        except tomli.TOMLDecodeError as error:
            found = _SYNTAX_LINE.search(str(error))
            line = int(found.group(1)) if found else len(self._text.splitlines())
            raise self.error(line, "catalogue.not_toml", {"reason": str(error)}) from error

    def line(self, place: Place, key: str | None = None) -> int:
        """The line (from 1) of ``key`` in a table, of the table's header, or the first one."""
        current, count, header = Place(), -1, 1
        for number, text in enumerate(self._lines, 1):
            found = _HEADER.match(text)
            if found:
                if found.group(1) == place.table:
                    count += 1
                if place == Place() and found.group(1) == key:
                    return number
                current = Place(found.group(1), count)
                if current == place:
                    header = number
            elif current == place and key is not None:
                named = _KEY.match(text)
                if named and named.group(1).strip('"') == key:
                    return number
        return header

    def line_with(self, words: str) -> int:
        """The first line that holds ``words``; 1 when none does."""
        return next((n for n, text in enumerate(self._lines, 1) if words in text), 1)

    def fail_at(self, message_id: str, words: str, **parameters: Any) -> CatalogueError:
        """The error ``message_id`` at the first line that holds ``words``; raise it."""
        return self.error(self.line_with(words), message_id, parameters)

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.splitlines()

    def error(self, line: int, message_id: str, parameters: Mapping[str, Any]) -> CatalogueError:
        """The error ``message_id`` at that line; raise it."""
        where = {"file": self.path.name, "line": line}
        return CatalogueError(
            Message(message_id, {**where, **parameters}),
            Message("catalogue.what_to_do", {"file": self.path.name}),
        )


class Reader:
    """The keys of one table, taken one by one with the kind they must have; ``done`` refuses what is left."""

    def __init__(self, file: TomlFile, table: Mapping[str, Any], place: Place) -> None:
        self.file = file
        self.place = place
        self._left = dict(table)

    def has(self, key: str) -> bool:
        return key in self._left

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank."""
        value = self._take(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail("catalogue.not_a_text", key)
        return value

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """A text out of ``allowed``."""
        value = self.text(key)
        if value not in allowed:
            raise self.fail("catalogue.not_one_of", key, value=value, allowed=tuple(allowed))
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise self.fail("catalogue.not_true_or_false", key)
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fail("catalogue.not_whole", key)
        return value

    def number(self, key: str) -> float:
        """A number."""
        value = self._take(key, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail("catalogue.not_a_number", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts that are not blank; empty when absent."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fail("catalogue.not_texts", key)
        return tuple(value)

    def title(self, key: str) -> Title:
        """A name in both languages, neither blank."""
        value = self._take(key, None)
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            raise self.fail("catalogue.bad_title", key)
        if not all(isinstance(word, str) and word.strip() == word != "" for word in value.values()):
            raise self.fail("catalogue.bad_title", key)
        return Title(value["zh"], value["en"])

    def table(self, key: str) -> Mapping[str, Any]:
        """A table; empty when absent."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.fail("catalogue.not_a_table", key)
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of tables; empty when absent."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail("catalogue.not_a_table", key)
        return value

    def anything(self, key: str) -> Any:
        """The value as it stands."""
        return self._take(key, None)

    def fail(self, message_id: str, key: str | None = None, **parameters: Any) -> CatalogueError:
        """The error ``message_id`` at ``key`` of this table; raise it."""
        if key is not None:
            parameters["key"] = key
        return self.file.error(self.file.line(self.place, key), message_id, parameters)

    def done(self) -> None:
        """Refuse any key that nobody asked for."""
        for key in self._left:
            raise self.fail("catalogue.unknown_key", key)

    def _take(self, key: str, default: Any) -> Any:
        if key in self._left:
            return self._left.pop(key)
        if default is None:
            raise self.fail("catalogue.missing_key", key)
        return default
