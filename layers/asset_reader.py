"""What a register tells of its assets: one, many, counts, extents, columns, attachments; nothing here changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.geometry.surroundings import FARTHEST_OUT, around_all, near_most
from layers.later import Later
from layers.model.asset import Asset
from layers.model.query import Box, Condition, Query
from layers.store import attach, history, read
from layers.store.base import Store
from layers.store.bulk_read import BulkRead
from layers.store.conditions import condition_clause, where_clause
from layers.store.packed_read import packed_columns
from layers.store.schema import GEOMETRY
from layers.store.settings import read_setting
from layers.store.summary import (
    LENGTH_FIELDS,
    LengthSummary,
    RegisterSummary,
    TypeSummary,
    has_lengths,
    length_summary,
)
from layers.store.tallying import Tally, TallyRow, link_before, link_now, tally
from layers.store.worker import Worker
from layers.veil import Veiled

if TYPE_CHECKING:
    from layers.store import packages
else:
    packages = Later("layers.store.packages")


#: Of so many assets of a type it is asked where they lie, to know where the city is.
_SOME = 500


class AssetReader(Veiled):
    """The part of a register that reads what it holds now."""

    _store: Store
    worker: Worker
    crs: Crs
    name: str
    is_sample: bool

    @property
    def data_version(self) -> int:
        """The id of the newest change set, by whomever; 0 for a new register."""
        with self._store.read() as connection:
            return history.newest(self._store, connection)

    def get(self, type: str, id: int) -> Asset | None:
        """The asset with this id, or None."""
        with self._store.read() as connection:
            return self._shown(read.get(self._store, connection, type, id))

    def by_code(self, type: str, code: str) -> Asset | None:
        """The asset with this business code, whatever the case of its letters; None when there is none."""
        with self._store.read() as connection:
            return self._shown(read.by_code(self._store, connection, type, code))

    def find(self, query: Query) -> list[Asset]:
        """The assets that the query asks for, in its order."""
        self._asked(query.type, query.where)
        with self._store.read() as connection:
            return self._all_shown(query.type, read.find(self._store, connection, query))

    def count(self, query: Query | str) -> int:
        """How many assets meet the query, or how many there are of a type."""
        asked = Query(query) if isinstance(query, str) else query
        self._asked(asked.type, asked.where)
        with self._store.read() as connection:
            return read.count(self._store, connection, asked)

    def bounds(self, *types: str) -> Box | None:
        """The extent of all located assets of these types (default: of every type)."""
        with self._store.read() as connection:
            return around_all(self._store.bounds(connection, name) for name in self._located(types))

    def city(self, *types: str) -> Box | None:
        """``bounds`` without what lies far from nearly all: slips of the keys, or places in another system.

        What is drawn first and called whole is this, or one valve at 0, 0 would hide the city from its user.
        """
        whole = self.bounds(*types)
        if whole is None or max(whole.width, whole.height) <= FARTHEST_OUT:
            return whole
        names = self._located(types)
        with self._store.read() as connection:
            near = near_most(
                np.concatenate([read.some_places(self._store, connection, name, _SOME) for name in names])
            )
            if near is None:
                return whole
            return around_all(self._store.bounds_within(connection, name, near) for name in names)

    def _located(self, types: Sequence[str]) -> list[str]:
        return [t.name for t in self.catalogue if t.shape and (not types or t.name in types)]

    def columns(
        self,
        type: str,
        fields: Sequence[str] | None = None,
        *,
        geometry: bool = False,
        where: Condition | None = None,
        box: Box | None = None,
        feedback: Feedback | None = None,
    ) -> pa.Table:
        """Bulk read in the worker: ``fid`` (int64), the fields (default: all) and, on wish, ``geom`` as WKB.

        Unlocated rows have a null ``geom``; ``box`` leaves them out. Areas come as multipolygons.
        """
        self._asked(type, where)
        if fields is None:
            fields = [f.name for f in self.catalogue[type].columns]
        names = [name for name in fields if name != GEOMETRY]
        clause = None if where is None else condition_clause(self._store, type, where)
        found = self._store.read_columns(
            self.worker, type, names, geometry=geometry, where=clause, box=box, feedback=feedback
        )
        return self._table_shown(type, found)

    def rows(
        self, type: str, ids: Sequence[int], fields: Sequence[str], where: Condition | None = None
    ) -> pa.Table:
        """These assets as far as they are there (and meet ``where``) like ``columns`` with geometry, read here."""
        self._asked(type, where)
        names = [name for name in fields if name != GEOMETRY]
        clauses = where_clause(self._store, Query(type, ids=ids, where=where))
        located = self.catalogue[type].shape is not None
        return self._table_shown(
            type, self._store.read_here(type, names, geometry=located, conditions=clauses)
        )

    def rows_within(self, type: str, box: Box, fields: Sequence[str]) -> pa.Table:
        """The assets whose extent meets a box like ``rows``: for a few thousand."""
        clauses = where_clause(self._store, Query(type, box=box))
        return self._table_shown(
            type, self._store.read_here(type, list(fields), geometry=True, conditions=clauses)
        )

    def rows_meeting(self, type: str, fields: Sequence[str], where: Condition) -> pa.Table:
        """The assets that meet a condition like ``rows``: for a few thousand."""
        self._asked(type, where)
        clauses = where_clause(self._store, Query(type, where=where))
        return self._table_shown(
            type, self._store.read_here(type, list(fields), geometry=True, conditions=clauses)
        )

    def values(
        self,
        type: str,
        fields: Sequence[str],
        where: Condition | None = None,
        ids: Sequence[int] | None = None,
    ) -> pa.Table:
        """``columns`` without geometry, read here: at once for a few thousand rows, where the worker takes 0.1 s."""
        self._asked(type, where)
        clauses = where_clause(self._store, Query(type, where=where, ids=ids))
        return self._table_shown(
            type, self._store.read_here(type, list(fields), geometry=False, conditions=clauses)
        )

    def packed(self, type: str, fields: Sequence[str], where: Condition | None = None) -> pa.Table:
        """``values`` of hundreds of thousands of rows, in half of the time: numbers and texts alone."""
        self._asked(type, where)
        clauses = where_clause(self._store, Query(type, where=where))
        return self._table_shown(type, packed_columns(self._store, type, fields, clauses))

    def tally(
        self,
        type: str,
        link: str,
        tallies: Sequence[Tally],
        split: str | None = None,
        targets: Sequence[int] | None = None,
    ) -> list[TallyRow]:
        """Counts and sums of a type by the asset that ``link`` names, of ``targets`` or all; several in one pass."""
        with self._store.read() as connection:
            return list(tally(self._store, connection, type, link, tallies, split, targets))

    def linked_by_change(self, type: str, link: str, change_set: int, ids: Sequence[int]) -> set[int]:
        """What the assets ``ids``, which a change set changed, were linked to before it and are now."""
        with self._store.read() as connection:
            before = link_before(self._store, connection, type, link, change_set)
            now = link_now(self._store, connection, type, link, ids)
        return {int(each) for each in before | now}

    def bulk_read(
        self, type: str, fields: Sequence[str], where: Condition | None = None, *, geometry: bool = True
    ) -> BulkRead:
        """What ``columns`` (with geometry) would do, as a value that can be sent to the worker."""
        self._asked(type, where)
        names = [name for name in fields if name != GEOMETRY]
        clause = None if where is None else condition_clause(self._store, type, where)
        return self._read_shown(type, self._store.bulk_read(type, names, geometry=geometry, where=clause))

    def settled(self, read: BulkRead) -> BulkRead:
        """A bulk read just before it is sent to the worker: of few rows it is done here, which takes less."""
        return self._store.settled(read)

    def summary(self, feedback: Feedback | None = None) -> RegisterSummary:
        """Counts per type, and the lengths of pipes by status and size."""
        feedback = feedback or Feedback()
        types: dict[str, TypeSummary] = {}
        shown = [t for t in self.catalogue if t.group != "system"]
        for number, asset_type in enumerate(shown):
            feedback.progress(number / len(shown))
            name = asset_type.name
            unlocated = self.count(Query(name, located=False)) if asset_type.shape else None
            lengths = self._lengths(name, feedback) if has_lengths(asset_type) else None
            types[name] = TypeSummary(self.count(name), unlocated, lengths)
        return RegisterSummary(
            self.name, str(self.crs), self.data_version, self.is_sample, self.bounds(), types
        )

    def _lengths(self, type: str, feedback: Feedback) -> LengthSummary:
        table = self.columns(type, LENGTH_FIELDS, geometry=True, feedback=feedback)
        return length_summary(table, self.setting("dn_classes"), self.setting("dn_threshold"))

    def setting(self, name: str) -> Any:
        """The value of a setting: the company's, else the catalogue's."""
        with self._store.read() as connection:
            return read_setting(self._store, connection, self.catalogue.settings[name])

    def came_from(self, source: str, types: Sequence[str]) -> dict[str, tuple[str, int]]:
        """The assets of some types that came from data set ``source``: their key there to type and id."""
        with self._store.read() as connection:
            return packages.came_from(self._store, connection, source, types)

    def attachments(self, type: str, id: int) -> list[Asset]:
        """The attachments of an asset, oldest first."""
        with self._store.read() as connection:
            return attach.attachments(self._store, connection, type, id)

    def attachment_data(self, sha256: str) -> bytes | None:
        """The content of an attachment by its hash; None when the register does not hold it."""
        with self._store.read() as connection:
            return attach.attachment_data(self._store, connection, sha256)
