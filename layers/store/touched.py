"""What an act did to the assets of one type so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from layers.model.change import IdRange, TypeChange
from layers.store.rows import Row


@dataclass
class Touched:
    """Ids by what was done to them; ``deleted`` with the rows as they were."""

    inserted: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    deleted: dict[int, Row] = field(default_factory=dict)
    inserted_ranges: list[IdRange] = field(default_factory=list)
    deleted_ranges: list[IdRange] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def freeze(self) -> TypeChange:
        """The same as news; what came and went is none."""
        born_and_gone = self.inserted & self.deleted.keys()
        return TypeChange(
            frozenset(self.inserted - born_and_gone),
            frozenset(self.updated - self.inserted - self.deleted.keys()),
            frozenset(self.deleted.keys() - born_and_gone),
            tuple(self.inserted_ranges),
            tuple(self.deleted_ranges),
            frozenset(self.fields),
        )
