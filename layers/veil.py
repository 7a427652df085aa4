"""Veil: what a register tells while nobody who works with it may see personal data. It lies at the waist of the house,
so that no list, form, map, search or report has to think of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.model.catalogue import Catalogue
from layers.model.change import RowChange
from layers.model.personal import masked_row, masked_table, personal_fields
from layers.store.bulk_read import BulkRead

_NOTHING: frozenset[str] = frozenset()


class Veiled:
    """The part of a register that hides what is personal in what its other parts read."""

    catalogue: Catalogue
    veiled: bool = False
    """Whether personal fields are masked in whatever is read from now on. What was read before stays as it was."""

    def _hidden(self, type: str) -> frozenset[str]:
        known = self.veiled and type in self.catalogue
        return personal_fields(self.catalogue[type]) if known else _NOTHING

    def _shown(self, asset: Asset | None) -> Asset | None:
        names = self._hidden(asset.type) if asset is not None else _NOTHING
        return (
            replace(asset, values=masked_row(asset.values, names)) if asset is not None and names else asset
        )

    def _all_shown(self, type: str, assets: list[Asset]) -> list[Asset]:
        names = self._hidden(type)
        return [replace(a, values=masked_row(a.values, names)) for a in assets] if names else assets

    def _table_shown(self, type: str, table: pa.Table) -> pa.Table:
        names = self._hidden(type)
        return masked_table(table, names) if names else table

    def _read_shown(self, type: str, read: BulkRead) -> BulkRead:
        names = self._hidden(type)
        return BulkRead(read_masked, (read, names)) if names else read

    def _row_shown(self, type: str, row: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if row is None else masked_row(row, self._hidden(type))

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


def read_masked(feedback: Feedback, read: BulkRead, names: frozenset[str]) -> pa.Table:
    """What ``read`` gives, with the columns ``names`` masked. Runs in the worker."""
    return masked_table(read(feedback), names)
