"""Veil: what a register tells while nobody who works with it may see personal data. It lies at the waist of the house,
so that no list, form, map, search or report has to think of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.model.catalogue import Catalogue
from layers.model.change import ChangeSet, RowChange
from layers.model.personal import Hidden, masked_words
from layers.model.query import Condition, compared_fields
from layers.store.bulk_read import BulkRead
from layers.text import Message

_NOTHING = Hidden()


class Veiled:
    """The part of a register that hides what is personal in what its other parts read."""

    catalogue: Catalogue
    veiled: bool = False
    """Whether personal fields are masked in whatever is read from now on. What was read before stays as it was."""

    def hidden(self, type: str) -> frozenset[str]:
        """The fields of a type that are told masked now: nothing may be asked of them."""
        return self._hidden(type).names

    def _hidden(self, type: str) -> Hidden:
        known = self.veiled and type in self.catalogue
        return Hidden.of(self.catalogue[type], self.catalogue) if known else _NOTHING

    def refusal_of(self, type: str, where: Condition | None) -> UserError | None:
        """Why a condition cannot be asked now: on what is told masked, for asked often enough it would tell it all."""
        names = self.hidden(type)
        name = min(compared_fields(where) & names, default=None) if names else None
        if name is None:
            return None
        title = {"field": self.catalogue[type].field_named(name).title}
        return UserError(
            Message("register.veiled_condition", title), Message("register.veiled_condition_hint")
        )

    def _asked(self, type: str, where: Condition | None) -> None:
        """Raise ``UserError`` for a condition that cannot be asked now."""
        refused = self.refusal_of(type, where)
        if refused is not None:
            raise refused

    def _shown(self, asset: Asset | None) -> Asset | None:
        return None if asset is None else self._all_shown(asset.type, [asset])[0]

    def _all_shown(self, type: str, assets: list[Asset]) -> list[Asset]:
        hidden = self._hidden(type)
        return [replace(a, values=hidden.row(a.values)) for a in assets] if hidden else assets

    def _table_shown(self, type: str, table: pa.Table) -> pa.Table:
        hidden = self._hidden(type)
        return hidden.table(table) if hidden else table

    def _read_shown(self, type: str, read: BulkRead) -> BulkRead:
        hidden = self._hidden(type)
        return BulkRead(read_masked, (read, hidden)) if hidden else read

    def _row_shown(self, type: str, row: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if row is None else self._hidden(type).row(row)

    def _act_shown(self, act: ChangeSet) -> ChangeSet:
        """An act on types that tell of people, without the words written in what it is called."""
        if not self.veiled or not any(self.hidden(name) for name in act.changes):
            return act
        return replace(act, label=masked_words(act.label))

    def _changes_shown(self, changes: Iterable[RowChange]) -> list[RowChange]:
        if not self.veiled:
            return list(changes)
        return [
            replace(
                each,
                before=self._row_shown(each.type, each.before),
                after=self._row_shown(each.type, each.after),
            )
            for each in changes
        ]


def read_masked(feedback: Feedback, read: BulkRead, hidden: Hidden) -> pa.Table:
    """What ``read`` gives, masked. Runs in the worker."""
    return hidden.table(read(feedback))
