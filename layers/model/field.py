"""What every kind of field has in common: names, rules, and the way from text to value and back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from layers.model.problem import Problem, Severity
from layers.text import Message, Title

StorageKind = Literal["text", "integer", "double", "boolean", "date", "datetime", "geometry", "none"]

BLANK = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "null", "NULL", "Null", "None", "nan", "NaN", "<Null>"}
)
"""What people and programs write where there is nothing."""
_TOLD = 120


@dataclass(frozen=True)
class Storage:
    """How a field lies in a table: the kind of column and, for text, its greatest length."""

    kind: StorageKind
    length: int | None = None


class ValueRefused(Exception):
    """A text that is no value of the field; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Field:
    """One kind of value under a name: titles in both languages, section of the form, rules common to all.

    For every value that ``check`` accepts, ``parse(format(value))`` is that value again.
    """

    kind: ClassVar[str] = ""
    blank_words: ClassVar[frozenset[str]] = BLANK

    name: str
    title: Title
    section: str = "basic"
    unit: str | None = None
    required: bool = False
    unique: bool = False
    personal: bool = False
    computed: bool = False
    of_model: bool = False
    """A hydraulic model knows it; who stands before the asset cannot."""
    aliases: tuple[str, ...] = ()
    note: Title | None = None
    companion_of: str | None = None

    @property
    def storage(self) -> Storage:
        raise NotImplementedError

    def parse(self, text: Any) -> Any:
        """The value that ``text`` (as typed, or as a foreign file holds it) stands for; None for blank.

        Raises ``ValueRefused`` when it is no value of this field.
        """
        if text is None or (isinstance(text, float) and math.isnan(text)):
            return None
        if isinstance(text, str):
            text = text.strip()
            if text in self.blank_words:
                return None
        return self._parse(text)

    def check(self, value: Any) -> Iterator[Problem]:
        """Every rule of the field that ``value`` breaks."""
        if value is None:
            if self.required:
                yield self.problem("required", "error", value)
            return
        yield from self._check(value)

    def format(self, value: Any, language: str = "zh") -> str:
        """The value as a form or a sheet holds it, exact and without unit: ``parse`` reads it back."""
        return "" if value is None else str(value)

    def show(self, value: Any, language: str = "zh") -> str:
        """The value as a label or a list shows it: as ``format``, but rounded where that helps reading."""
        return self.format(value, language)

    def problem(self, rule: str, severity: Severity, value: Any, **parameters: Any) -> Problem:
        """A problem of this field under the text id ``field.<rule>``."""
        message = Message(f"field.{rule}", {"field": self.title, "value": _told(value), **parameters})
        return Problem(rule, severity, message, self.name, value)

    def _parse(self, text: Any) -> Any:
        raise NotImplementedError

    def _check(self, value: Any) -> Iterator[Problem]:
        return iter(())


def _told(value: Any) -> Any:
    """The value for a sentence: a pasted page is told by its beginning."""
    return f"{value[:_TOLD]}…" if isinstance(value, str) and len(value) > _TOLD else value


def plain_text(text: Any) -> str:
    """Text as written; a sheet's 12.0 is the text 12. NUL, which no store can keep, is dropped."""
    if isinstance(text, float) and text.is_integer():
        return str(int(text))
    return str(text).replace("\0", "").strip()
