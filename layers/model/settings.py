"""Settings of a register: thresholds, classes, tolerances, promises (``catalogue/settings.toml``).

A setting's value is stored as text in a row with history; its field reads, checks and writes that text.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from layers.model.field_file import read_field
from layers.model.fields import FIELD_KINDS, Field, Storage, ValueRefused
from layers.model.problem import Problem
from layers.model.toml_file import Place, Reader, TomlFile
from layers.text import Title

_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_INTERVAL = re.compile(rf"^([\[(])\s*{_NUMBER}\s*,\s*{_NUMBER}\s*([\])])$")
_HALF = re.compile(rf"^(<=|<|>=|>)\s*{_NUMBER}$")


@dataclass(frozen=True)
class NumberClass:
    """An interval of numbers; each end is in it or not. Infinite ends are never in it."""

    lower: float = -math.inf
    upper: float = math.inf
    lower_in: bool = True
    upper_in: bool = False

    def __contains__(self, value: float) -> bool:
        above = value >= self.lower if self.lower_in else value > self.lower
        below = value <= self.upper if self.upper_in else value < self.upper
        return above and below

    def __str__(self) -> str:
        if self.lower == -math.inf:
            return f"{'<=' if self.upper_in else '<'}{self.upper:g}"
        if self.upper == math.inf:
            return f"{'>=' if self.lower_in else '>'}{self.lower:g}"
        return f"{'[' if self.lower_in else '('}{self.lower:g},{self.upper:g}{']' if self.upper_in else ')'}"

    @classmethod
    def parse(cls, text: str) -> NumberClass | None:
        """Read ``<100``, ``>=900`` or ``[100,250)``; None when it is none of these."""
        text = text.strip().replace("≤", "<=").replace("≥", ">=")
        if half := _HALF.match(text):
            sign, number = half.group(1), float(half.group(2))
            if sign.startswith("<"):
                return cls(upper=number, upper_in=sign == "<=")
            return cls(lower=number, lower_in=sign == ">=")
        if interval := _INTERVAL.match(text):
            left, low, high, right = interval.groups()
            return cls(float(low), float(high), left == "[", right == "]")
        return None


@dataclass(frozen=True, kw_only=True)
class ClassesField(Field):
    """Classes of a number, ascending: ``<100; [100,250); >=250``. ``exhaustive``: all numbers lie in one."""

    kind: ClassVar[str] = "classes"
    exhaustive: bool = False

    @property
    def storage(self) -> Storage:
        return Storage("text", 2000)

    def format(self, value: Any, language: str = "zh") -> str:
        return "" if value is None else "; ".join(map(str, value))

    def _parse(self, text: Any) -> tuple[NumberClass, ...]:
        classes = tuple(NumberClass.parse(part) for part in re.split(r"[;；]", str(text)) if part.strip())
        if not classes or None in classes:
            raise ValueRefused(self.problem("not_classes", "error", text))
        return classes  # type: ignore[return-value]

    def _check(self, value: Any) -> Iterator[Problem]:
        if not isinstance(value, tuple) or not value or not all(isinstance(c, NumberClass) for c in value):
            yield self.problem("not_classes", "error", value)
            return
        if any(c.lower > c.upper or (c.lower == c.upper and not (c.lower_in and c.upper_in)) for c in value):
            yield self.problem("not_classes", "error", self.format(value))
            return
        for left, right in itertools.pairwise(value):
            if left.upper > right.lower or (left.upper == right.lower and left.upper_in and right.lower_in):
                yield self.problem(
                    "classes_overlap", "error", self.format(value), first=str(left), second=str(right)
                )
            elif self.exhaustive and (left.upper < right.lower or not (left.upper_in or right.lower_in)):
                yield self.problem(
                    "classes_gap", "error", self.format(value), first=str(left), second=str(right)
                )
        if self.exhaustive and (value[0].lower != -math.inf or value[-1].upper != math.inf):
            yield self.problem("classes_open_ends", "error", self.format(value))


SETTING_KINDS: Mapping[str, type[Field]] = {
    name: kind
    for name, kind in FIELD_KINDS.items()
    if name in ("text", "integer", "number", "length", "boolean", "date")
} | {ClassesField.kind: ClassesField}


@dataclass(frozen=True)
class SettingDefinition:
    """One setting: the field that reads and checks its value, and the value it has until one is set."""

    field: Field
    group: str
    group_title: Title
    default: Any

    @property
    def name(self) -> str:
        return self.field.name

    def parse(self, text: Any) -> Any:
        """The value that ``text`` stands for; raises ``ValueRefused`` for what the setting cannot be."""
        value = self.field.parse(text)
        for problem in self.field.check(value):
            if problem.severity == "error":
                raise ValueRefused(problem)
        return value

    def format(self, value: Any) -> str:
        """The value as it is stored; ``parse`` reads it back."""
        return self.field.format(value, "en")


def read_settings(file: TomlFile) -> dict[str, SettingDefinition]:
    """Every setting of ``settings.toml`` by name, in its order. Raises ``CatalogueError``."""
    top = Reader(file, file.data, Place())
    groups = Reader(file, top.table("groups"), Place("groups"))
    titles = {name: groups.title(name) for name in file.data.get("groups", {})}
    settings: dict[str, SettingDefinition] = {}
    for number, table in enumerate(top.tables("setting")):
        reader = Reader(file, table, Place("setting", number))
        group = reader.one_of("group", titles)
        default = reader.anything("default")
        field = read_field(reader, {}, kinds=SETTING_KINDS)
        reader.done()
        if field.name in settings:
            raise reader.fail("catalogue.duplicate_setting", "name", setting=field.name)
        definition = SettingDefinition(field, group, titles[group], None)
        try:
            value = definition.parse(default)
        except ValueRefused as refused:
            raise reader.fail(
                "catalogue.bad_default", "default", problem=refused.problem.message
            ) from refused
        settings[field.name] = SettingDefinition(field, group, titles[group], value)
    top.done()
    return settings
