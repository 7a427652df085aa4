"""ChangeSet: what one user act changed. It is the undo step, the audit entry and the refresh news in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from layers.text import Message

ChangeKind = Literal[
    "edit",
    "undo",
    "redo",
    "restore",
    "checkin",
    "import",
    "outside",
    "migration",
    "upgrade",
    "creation",
    "export",
]
Operation = Literal["insert", "update", "delete"]


@dataclass(frozen=True)
class IdRange:
    """A run of ids, both ends included, that a bulk act inserted or removed in one type."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class TypeChange:
    """What changed in one type: single ids, and ranges of bulk acts."""

    inserted: frozenset[int] = frozenset()
    updated: frozenset[int] = frozenset()
    deleted: frozenset[int] = frozenset()
    inserted_ranges: tuple[IdRange, ...] = ()
    deleted_ranges: tuple[IdRange, ...] = ()
    fields: frozenset[str] = frozenset()

    @property
    def is_bulk(self) -> bool:
        return bool(self.inserted_ranges or self.deleted_ranges)

    def leaves(self, names: Collection[str]) -> bool:
        """Whether assets were only changed, and in none of these fields."""
        came_or_went = self.inserted or self.deleted or self.is_bulk
        return not came_or_went and bool(self.fields) and self.fields.isdisjoint(names)

    @property
    def count(self) -> int:
        """How many assets were touched."""
        single = len(self.inserted) + len(self.updated) + len(self.deleted)
        return single + sum(map(len, self.inserted_ranges)) + sum(map(len, self.deleted_ranges))


@dataclass(frozen=True)
class ChangeSet:
    """One act: who, when, what it is called, what kind, and which assets it touched.

    ``undoes`` is the change set this one reverses. ``stated``: the actor's name was given, not proven.
    """

    id: int
    at: str
    actor: str
    label: Message
    kind: ChangeKind
    changes: Mapping[str, TypeChange] = field(default_factory=dict)
    undoes: int | None = None
    stated: bool = True

    def touches(self, *types: str) -> bool:
        """Whether any of these types changed."""
        return any(name in self.changes for name in types)


@dataclass(frozen=True)
class RowChange:
    """One asset before and after an act; ``before`` is None for an insert, ``after`` for a delete."""

    type: str
    id: int
    operation: Operation
    change_set: int | None
    at: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """The fields whose values differ."""
        before, after = self.before or {}, self.after or {}
        return tuple(name for name in {**before, **after} if before.get(name) != after.get(name))


@dataclass(frozen=True)
class Mark:
    """The newest change set up to a version, when it was made, and how many there are up to it.

    Two registers with the same mark under the same name hold the same; on a server a change set may come
    after one with a greater id, which the count tells.
    """

    version: int
    at: str
    count: int
