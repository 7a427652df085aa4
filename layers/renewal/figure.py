"""A figure that can be opened: a value with its unit and the ids of the objects it was counted from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from layers.text import Message, Title

Unit = Literal["m", "yuan", "yuan/m", "m/a", "%", "count", "households", "points", "d"]
Words = Message | Title | str
"""What a row or column is called: a text of the program, a title of the catalogue, or a name from the register."""

#: A text edited by hand could ask for all of the memory.
_MOST_IDS = 50_000_000

Level = Literal["class", "part", "unclassified", "item", "blank", "total", "unknown"]
"""What a row is: ``class``, ``unclassified``, ``item`` and ``blank`` add up to ``total``; ``part`` rows add up to
the ``class`` above them; ``unknown`` is listed and never counted."""


@dataclass(frozen=True)
class Figure:
    """A value; None where it cannot be had (nothing to divide by). ``ids`` are those of assets of ``type``."""

    value: float | None
    unit: Unit
    type: str = "pipe"
    ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; ids as ranges (``1-5,9``), since a stock has a hundred thousand of them."""
        return {"value": self.value, "unit": self.unit, "type": self.type, "ids": ranges(self.ids)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        """Read what ``as_json`` wrote. Raises ``ValueError`` for what is no figure."""
        value, unit = data["value"], data["unit"]
        is_number = isinstance(value, int | float) and math.isfinite(value)
        if not (value is None or is_number) or unit not in get_args(Unit):
            raise ValueError(f"no figure: {value!r} {unit!r}")
        return cls(value, unit, data["type"], ids_of(data["ids"]))


@dataclass(frozen=True)
class Column:
    """One column of figures."""

    name: str
    title: Message
    unit: Unit


@dataclass(frozen=True)
class Row:
    """One row: its figures by the name of their column. ``key`` is stable: the same row of another day has it."""

    key: str
    title: Words
    level: Level
    cells: Mapping[str, Figure]


@dataclass(frozen=True)
class Breakdown:
    """One way to divide the same total. ``rows`` come without the total, in the order to show them."""

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row
    notes: tuple[Message, ...] = field(default=())

    def row(self, key: str) -> Row:
        """The row of that key. Raises ``KeyError``."""
        return {row.key: row for row in self.rows}[key]


def ranges(ids: Sequence[int]) -> str:
    """Ids, ascending, as text: ``1-5,9``."""
    parts: list[list[int]] = []
    for id in sorted(ids):
        if parts and id == parts[-1][1] + 1:
            parts[-1][1] = id
        else:
            parts.append([id, id])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def ids_of(text: str) -> tuple[int, ...]:
    """The ids that ``ranges`` wrote. Raises ``ValueError`` for more than any register has."""
    return tuple(_spread(part.split("-") for part in text.split(",") if part))


def _spread(parts: Iterable[list[str]]) -> Iterable[int]:
    left = _MOST_IDS
    for part in parts:
        span = range(int(part[0]), int(part[-1]) + 1)
        left -= len(span)
        if left < 0:
            raise ValueError("too many ids")
        yield from span


def words_json(words: Words) -> Any:
    """A text, title or message as plain values."""
    if isinstance(words, Title):
        return {"zh": words.zh, "en": words.en}
    if isinstance(words, Message):
        return {"id": words.id, "parameters": {k: _parameter_json(v) for k, v in words.parameters.items()}}
    return words


def words_from_json(data: Any) -> Words:
    """Read what ``words_json`` wrote."""
    if not isinstance(data, Mapping):
        return str(data)
    if "id" in data:
        return Message(data["id"], {k: _parameter(v) for k, v in data["parameters"].items()})
    return Title(data["zh"], data["en"])


def message_from_json(data: Any) -> Message:
    """A message that ``words_json`` wrote."""
    words = words_from_json(data)
    if not isinstance(words, Message):
        raise ValueError(f"no message: {data!r}")
    return words


def _parameter_json(value: Any) -> Any:
    return words_json(value) if isinstance(value, Message | Title) else value


def _parameter(value: Any) -> Any:
    return words_from_json(value) if isinstance(value, Mapping) else value
