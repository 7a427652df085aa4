"""The rows of one asset type in memory: ids, versions and the columns read so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from layers.model.catalogue import AssetType
from layers.model.fields import Field, LengthField
from layers.table.columns import Column, Mask, Numbers
from layers.text import Title

DRAWN_LENGTH = LengthField(
    name="geom_length", title=Title("图形长度", "Drawn length"), section="length", computed=True, decimals=1
)
"""The length of a line as drawn: a column that no asset type has and every line can show."""

#: More ids than this are looked up in a table, if it is at most so many times as long as there are rows.
_MANY, _GAPS = 10_000, 8


@dataclass(frozen=True, eq=False)
class TableData:
    """Rows sorted by id. Frozen: reading a column or an edit makes another."""

    type: AssetType
    fids: Numbers
    versions: Numbers
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.fids)

    def rows_of(self, ids: Numbers) -> Numbers:
        """Where these assets stand; those that are not there are left out."""
        if not len(self.fids):
            return np.zeros(0, np.int64)
        at = np.searchsorted(self.fids, ids)
        at_most = np.minimum(at, len(self.fids) - 1)
        return np.asarray(at_most[self.fids[at_most] == ids], np.int64)

    def holds(self, ids: Numbers) -> Mask:
        """For each row whether its asset is one of ``ids``."""
        if len(ids) > _MANY and len(self):
            # Ids are numbered nearly without gaps: to look all of them up is far sooner done than to search for each.
            first, last = int(self.fids[0]), int(self.fids[-1])
            if last - first < _GAPS * len(self):
                known = np.zeros(last - first + 1, np.bool_)
                known[ids[(ids >= first) & (ids <= last)] - first] = True
                return np.asarray(known[self.fids - first])
        mask = np.zeros(len(self), np.bool_)
        mask[self.rows_of(ids)] = True
        return mask

    def with_columns(self, columns: Mapping[str, Column]) -> TableData:
        """The same rows with more columns."""
        return replace(self, columns={**self.columns, **columns})


def table_fields(asset_type: AssetType) -> tuple[Field, ...]:
    """What a table of a type can show, in the order of the form; values before what is known of their origin."""
    own = [field for field in asset_type.columns if field.companion_of is None]
    companions = [field for field in asset_type.columns if field.companion_of is not None]
    return (*own, *((DRAWN_LENGTH,) if asset_type.shape == "line" else ()), *companions)


def field_of(asset_type: AssetType, name: str) -> Field:
    """The field of a column. Raises ``KeyError`` when a table of the type has none of that name."""
    if name == DRAWN_LENGTH.name and asset_type.shape == "line":
        return DRAWN_LENGTH
    return asset_type.field_named(name)
