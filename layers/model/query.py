"""Query: a question to the register as data. The store turns it into SQL; nobody else writes any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts", "in", "is null", "is not null"]


class Box(NamedTuple):
    """A rectangle in the register's CRS, metres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


@dataclass(frozen=True)
class Compare:
    """``field comparison value``; text comparisons ignore case. ``in`` takes a tuple."""

    field: str
    comparison: Comparison
    value: Any = None


@dataclass(frozen=True)
class All:
    """Every one of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of the conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The condition does not hold."""

    condition: Condition


Condition = Compare | All | AnyOf | Not


def compared_fields(condition: Condition | None) -> frozenset[str]:
    """The fields whose values a condition asks for: whether there is one tells nothing of it."""
    match condition:
        case Compare(comparison="is null" | "is not null"):
            return frozenset()
        case Not(condition=inner):
            return compared_fields(inner)
        case All(conditions=several) | AnyOf(conditions=several):
            return frozenset(name for each in several for name in compared_fields(each))
        case _:
            return fields_of(condition)


def fields_of(condition: Condition | None) -> frozenset[str]:
    """The fields that a condition asks for."""
    match condition:
        case Compare(field=name):
            return frozenset({name})
        case Not(condition=inner):
            return fields_of(inner)
        case All(conditions=several) | AnyOf(conditions=several):
            return frozenset(name for each in several for name in fields_of(each))
        case _:
            return frozenset()


@dataclass(frozen=True)
class Order:
    """Sort by a field; blanks last either way."""

    field: str
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """Which assets of one type: all conditions given must hold. ``fields`` None reads every field."""

    type: str
    where: Condition | None = None
    box: Box | None = None
    ids: Sequence[int] | None = None
    located: bool | None = None
    fields: tuple[str, ...] | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
