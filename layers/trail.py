"""What a register tells of its past: acts, rows before and after, how it was, what taking acts back would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from layers.feedback import Feedback
from layers.model.change import ChangeSet, IdRange, Mark, RowChange
from layers.model.query import Condition
from layers.store import history
from layers.store.base import Store
from layers.store.past import changed_after, gone_by_code, rows_at, version_at
from layers.store.reversal import Reversal, plan_as_of, plan_reversal
from layers.store.rows import Row
from layers.store.sources import Source, sources
from layers.store.trail import changes_after, mark_at
from layers.store.trail_search import (
    Matches,
    TrailFilter,
    TrailPage,
    act_count,
    actors,
    matching_ids,
    trail_page,
)
from layers.store.undo import REVERSIBLE
from layers.veil import Veiled

__all__ = ["REVERSIBLE", "Mark", "Reversal", "TrailFilter", "TrailPage", "TrailReader"]


class TrailReader(Veiled):
    """The part of a register that reads the trail. Nothing here changes anything."""

    _store: Store

    # ---- acts

    def sources(self) -> list[Source]:
        """The data sets that were ever imported, the oldest first."""
        with self._store.read() as connection:
            return sources(self._store, connection)

    def change_sets(
        self, limit: int = 100, before: int | None = None, type: str | None = None, id: int | None = None
    ) -> list[ChangeSet]:
        """The newest change sets (older than ``before``), of everything, of a type or of one asset."""
        condition = self._store.schema.change_set.c.id > 0
        if before is not None:
            condition &= self._store.schema.change_set.c.id < before
        if type is not None:
            condition &= history.concerning(self._store, type, id)
        with self._store.read() as connection:
            found = history.change_sets(self._store, connection, condition, limit=limit)
        return [self._act_shown(act) for act in found]

    def act_count(self, type: str, id: int) -> int:
        """How many acts touched an asset."""
        with self._store.read() as connection:
            return act_count(self._store, connection, type, id)

    def trail_page(
        self,
        wanted: TrailFilter,
        *,
        limit: int = 100,
        before: int | None = None,
        matches: Matches | None = None,
    ) -> TrailPage:
        """The newest acts that meet a filter, older than ``before``; ``matches`` looks at label and actor."""
        with self._store.read() as connection:
            page = trail_page(self._store, connection, wanted, limit=limit, before=before, matches=matches)
        if not self.veiled:
            return page
        # Words are looked for in what is told, too: else asking would tell what was written.
        acts = tuple(map(self._act_shown, page.acts))
        if matches is not None:
            acts = tuple(act for act in acts if matches(act.label, act.actor))
        return TrailPage(acts, page.before)

    def actors(self) -> list[str]:
        """Everybody who ever changed something."""
        with self._store.read() as connection:
            return actors(self._store, connection)

    def mark(self, version: int | None = None) -> Mark:
        """How far the trail has come: now, or up to an earlier version."""
        with self._store.read() as connection:
            return mark_at(self._store, connection, version)

    def changes_after(self, version: int, limit: int = 500) -> list[ChangeSet]:
        """The change sets after a version, the oldest first."""
        with self._store.read() as connection:
            found = changes_after(self._store, connection, version, limit)
        return [self._act_shown(act) for act in found]

    def row_changes(
        self,
        change_set: int | None = None,
        type: str | None = None,
        id: int | None = None,
        limit: int = 1000,
    ) -> list[RowChange]:
        """Rows before and after, newest first: of one change set, of a type or of one asset.

        Rows inserted in bulk are kept as id ranges in their change set and do not appear here.
        """
        with self._store.read() as connection:
            found = history.row_changes(
                self._store, connection, change_set=change_set, type_name=type, id=id, limit=limit
            )
        return self._changes_shown(found)

    # ---- how it was

    def version_at(self, at: str) -> int:
        """The newest change set made up to the moment ``at``, a stored instant; 0 before the first one."""
        with self._store.read() as connection:
            return version_at(self._store, connection, at)

    def rows_at(self, type: str, ids: Sequence[int], version: int) -> dict[int, Row | None]:
        """These assets as they were after change set ``version``; None where there was none."""
        with self._store.read() as connection:
            found = rows_at(self._store, connection, type, ids, version)
        return {id: self._row_shown(type, row) for id, row in found.items()} if self.veiled else found

    def changed_after(
        self, type: str, version: int, where: Condition | None = None
    ) -> tuple[dict[int, Row | None], list[IdRange]]:
        """The rows of a type that changed after ``version``, as they were then (None: not there yet, or not meeting
        ``where``), and the runs of ids that came in bulk since."""
        self._asked(type, where)
        with self._store.read() as connection:
            then, came = changed_after(self._store, connection, type, version, where)
        return {id: self._row_shown(type, row) for id, row in then.items()} if self.veiled else then, came

    def gone_by_code(self, type: str, code: str) -> int | None:
        """The asset that had this code when it was deleted last; None when no asset that is gone had it."""
        with self._store.read() as connection:
            return gone_by_code(self._store, connection, type, code)

    # ---- what taking back would do

    def plan_taking_back(self, change_sets: Collection[int], feedback: Feedback | None = None) -> Reversal:
        """What taking back these acts would do."""
        with self._store.read() as connection:
            return plan_reversal(self._store, connection, change_sets, feedback or Feedback())

    def plan_as_of(
        self, type: str, ids: Sequence[int], version: int, fields: Collection[str] | None = None
    ) -> Reversal:
        """What bringing assets, or some of their fields, back to how they were after ``version`` would do."""
        with self._store.read() as connection:
            return plan_as_of(self._store, connection, type, ids, version, fields)

    def reversible_after(self, version: int, wanted: TrailFilter | None = None) -> list[int]:
        """The change sets after ``version`` that can be taken back, of all or of those that meet a filter."""
        with self._store.read() as connection:
            return matching_ids(self._store, connection, wanted or TrailFilter(), version, REVERSIBLE)
