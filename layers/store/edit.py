"""Edit: one open change set in one transaction. The only door through which a register changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from layers.errors import Conflict
from layers.feedback import Feedback
from layers.model.catalogue import AssetType, Catalogue
from layers.model.change import ChangeSet, IdRange
from layers.model.duty_words import GRID
from layers.model.problem import Problem
from layers.store import history, integrity, many
from layers.store.base import Staged, Store
from layers.store.bulk_codes import with_codes
from layers.store.change_sets import close_change_set, new_id
from layers.store.codes import RunningNumbers
from layers.store.conflicts import conflict
from layers.store.placing import Placing
from layers.store.rows import Row, current_row, current_rows, differing
from layers.store.schema import CODE, FID, GEOMETRY, OP_DELETE, OP_INSERT, VERSION
from layers.store.sources import note_source
from layers.store.touched import Touched
from layers.store.value_rules import Rules, ValueRules, ValuesRefused
from layers.store.worker import Worker

#: What is brought back stood in the book, whatever it was proven by then.
_BACK = ("undo", "redo")


class Edit:
    """What an act does to the register. Valid inside ``Register.edit``; others see nothing before its end.

    ``change_set`` is None until then, and stays None when nothing changed. ``warnings`` holds the problems of
    values that are unusual and were taken in.
    """

    def __init__(
        self,
        store: Store,
        connection: sa.Connection,
        catalogue: Catalogue,
        rules: Rules,
        opened: ChangeSet,
        worker: Worker | None = None,
    ) -> None:
        self.store = store
        self.connection = connection
        self.catalogue = catalogue
        self.change_set: ChangeSet | None = None
        self._rules = ValueRules(store, connection, rules)
        self.warnings = self._rules.warnings
        self._opened = opened
        self._worker = worker
        self._staged: list[Staged] = []
        self._touched: dict[str, Touched] = defaultdict(Touched)
        self._numbers = RunningNumbers(connection, store.schema)
        self._placing = Placing(store, connection, catalogue)
        self._links_deferred = False
        #: How far the act is, and the wish to stop it: heeded by what takes long.
        self.feedback = Feedback()

    @property
    def change_set_id(self) -> int:
        """The id under which the trail keeps this act."""
        return self._opened.id

    # ---- what callers use

    def insert(self, type: str, values: Mapping[str, Any]) -> int:
        """Add an asset and return its id. A missing code is given by the type's pattern.

        Raises ``ValuesRefused`` naming every field that is wrong.
        """
        asset_type = self.catalogue[type]
        row = dict.fromkeys(c.name for c in self.store.schema.value_columns(type)) | self._plain(type, values)
        row |= self._placing.of(type, row)
        given = list(row)
        if row.get(CODE) is None and CODE in asset_type and asset_type.code_prefix:
            row[CODE] = self.new_code(type)
            given.remove(CODE)
        self._rules.check_row(asset_type, row, given, None)
        return self.put(type, {name: value for name, value in row.items() if value is not None})

    def update(self, type: str, id: int, version: int, values: Mapping[str, Any]) -> int:
        """Set ``values`` on the asset read at ``version``; its other values stay. Returns the new version.

        Raises ``Conflict`` when it changed or went since, ``ValuesRefused`` naming every field that is wrong.
        """
        before = self._expect(type, id, version)
        wanted = self._plain(type, values)
        changed = differing(before, before | wanted, wanted)
        if GEOMETRY in changed:
            wanted |= self._placing.of(type, {**before, **wanted})
            changed = differing(before, before | wanted, wanted)
        if not changed:
            return version
        row = {**before, **wanted}
        self._rules.check_row(self.catalogue[type], row, changed, id)
        return self.set(type, before, {name: wanted[name] for name in changed})

    def delete(self, type: str, id: int, version: int) -> None:
        """Remove the asset read at ``version``.

        Raises ``Conflict`` when it changed or went since; the edit's end raises ``UserError`` if an asset
        that stays still refers to it.
        """
        self.remove(type, self._expect(type, id, version))

    def update_many(
        self,
        type: str,
        ids: Sequence[int] | npt.NDArray[np.integer[Any]],
        values: Mapping[str, Any],
        versions: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        feedback: Feedback | None = None,
    ) -> int:
        """Set fields on many assets by one statement; returns how many really change.

        ``values``: field to one value for all, or to a list or array alongside ``ids``. Each value is checked by its
        field; rules on several fields of a row are the caller's, and places and what must be unique are set one by
        one. Assets that are gone are passed over; with ``versions``, at which they were read, one that went or
        changed since raises ``Conflict``. Raises ``ValuesRefused`` for a wrong value, ``Cancelled`` on wish (by
        ``feedback``, else the act's own).
        """
        feedback = feedback or self.feedback
        numbers = np.asarray(ids, np.int64)
        columns = many.alongside(self.store, type, len(numbers), values)
        for name, column in columns.items():
            self._rules.check_each(self.catalogue[type], name, column)
        if not len(numbers):
            return 0
        wanted_names = [*columns, *(() if versions is None else (VERSION,))]
        with many.temporary(self.store, self.connection, type, wanted_names) as wanted:
            given = [] if versions is None else [np.asarray(versions, np.int64).tolist()]
            many.fill(self.store, self.connection, wanted, numbers, [*columns.values(), *given], feedback)
            if versions is not None:
                lost = many.changed_since(self.connection, self.store.schema.assets[type], wanted)
                if lost is not None:
                    raise self._conflict(type, lost, given[0][numbers.tolist().index(lost)])
            return self.set_many(type, wanted, tuple(columns), many.runs_of(numbers), feedback)

    def place_since(self, version: int) -> None:
        """Give what others inserted or moved after ``version`` the grid of its place: boundaries planned before could
        not know of it."""
        for type in sorted(self._placing.types):
            self.place(type, self.otherwise_since(type, version, (GEOMETRY,)))

    def otherwise_since(self, type: str, version: int, names: Sequence[str]) -> list[int]:
        """The assets of a type that others made, or made other in ``names``, since ``version``."""
        return history.otherwise_since(self.store, self.connection, type, version, self.change_set_id, names)

    def place(self, type: str, ids: Sequence[int]) -> None:
        """Give assets the grid of their place, where they have another."""
        rows = current_rows(self.store, self.connection, type, ids) if ids else {}
        for id, grid in self._placing.strayed(type, rows).items():
            self.set(type, rows[id], {GRID: grid})

    def source(self, name: str, description: str = "") -> int:
        """The id of data set ``name``, for the ``source_id`` of rows imported from it; noted if it is new."""
        return note_source(self.store, self.connection, name, description)

    def new_code(self, type: str) -> str:
        """A new code of the type's pattern."""
        return self.catalogue[type].code(self._numbers.take(self.catalogue[type]))

    def reserve_codes(self, type: str, count: int) -> list[str]:
        """``count`` new codes of the type's pattern, for rows that are inserted in bulk."""
        asset_type = self.catalogue[type]
        first = self._numbers.take(asset_type, count)
        return [asset_type.code(number) for number in range(first, first + count)]

    def insert_bulk(
        self,
        type: str,
        rows: pa.Table | Staged,
        feedback: Feedback | None = None,
    ) -> IdRange:
        """Add many assets at once; their ids, a run in the order of ``rows``.

        The caller has checked every value by its field and that codes are free; missing codes are given by
        the pattern. ``Register.stage`` beforehand keeps the slow part out of the transaction.
        """
        feedback = feedback or Feedback()
        if not isinstance(rows, pa.Table):
            return self._load(type, rows, feedback)
        rows = self._placing.of_rows(type, self._with_codes(type, rows))
        staged = self.store.stage(self._worker, type, rows, feedback.part(0.0, 0.5))
        self._staged.append(staged)
        return self._load(type, staged, feedback.part(0.5, 1.0))

    def _load(self, type: str, staged: Staged, feedback: Feedback) -> IdRange:
        ids = self.store.load(self.connection, type, staged, feedback)
        self.record_range(type, ids)
        return ids

    def _with_codes(self, type: str, rows: pa.Table) -> pa.Table:
        asset_type = self.catalogue[type]
        if CODE not in asset_type or not asset_type.code_prefix:
            return rows
        return with_codes(rows, CODE, lambda count: self.reserve_codes(type, count))

    def record_range(self, type: str, ids: IdRange, *, deleted: bool = False) -> None:
        """Note in the trail that a bulk act inserted (or removed) this run of ids."""
        table = self.store.schema.change_set_range
        self.connection.execute(
            table.insert().values(
                changeset_id=self.change_set_id,
                table_name=type,
                op=OP_DELETE if deleted else OP_INSERT,
                first_fid=ids.first,
                last_fid=ids.last,
            )
        )
        self._placing.forget(type)
        touched = self._touched[type]
        (touched.deleted_ranges if deleted else touched.inserted_ranges).append(ids)

    # ---- the same without rules, for undo

    def put(self, type: str, row: Row) -> int:
        """Insert a row as it is, with its own id if it brings one."""
        table = self.store.schema.assets[type]
        result = self.connection.execute(table.insert().values(**row))
        id = new_id(result)
        self._touched[type].inserted.add(id)
        self._placing.forget(type)
        return id

    def set(self, type: str, before: Row, values: Row) -> int:
        """Set values of the row that is now as ``before``; returns the new version."""
        table = self.store.schema.assets[type]
        id, version = before[FID], before[VERSION]
        result = self.connection.execute(
            table.update()
            .where(table.c[FID] == id, table.c[VERSION] == version)
            .values({**values, VERSION: version + 1})
        )
        if result.rowcount != 1:
            raise self._conflict(type, id, version)
        self._touched[type].updated.add(id)
        self._touched[type].fields.update(values)
        self._placing.forget(type)
        return int(version) + 1

    def set_many(
        self,
        type: str,
        wanted: sa.Table,
        names: Sequence[str],
        runs: Sequence[tuple[int, int]] = (),
        feedback: Feedback | None = None,
    ) -> int:
        """Set values as a temporary table holds them by id; how many assets become different. ``runs``: of its ids."""
        changed = many.set_from(self.store, self.connection, type, wanted, names, runs, feedback)
        if changed:
            self._touched[type].updated.update(changed)
            self._touched[type].fields.update(names)
        return len(changed)

    def remove(self, type: str, before: Row) -> None:
        """Delete the row that is now as ``before``."""
        self.defer_links()
        table = self.store.schema.assets[type]
        id, version = before[FID], before[VERSION]
        result = self.connection.execute(
            table.delete().where(table.c[FID] == id, table.c[VERSION] == version)
        )
        if result.rowcount != 1:
            raise self._conflict(type, id, version)
        self._touched[type].deleted[id] = before
        self._placing.forget(type)

    def defer_links(self) -> None:
        """Let the end of the transaction check the database's own links; ``finish`` tells the user before."""
        if not self._links_deferred:
            self.store.defer_links(self.connection)
            self._links_deferred = True

    # ---- the end

    def discard_staged(self) -> None:
        """Remove what bulk inserts staged; after the transaction, which may hold it."""
        for staged in self._staged:
            staged.discard()
        self._staged.clear()

    def finish(self) -> bool:
        """Check what only the end can tell, and close the change set. False when nothing changed."""
        if not self._touched:
            return False
        for name, touched in self._touched.items():
            gone = [row for id, row in touched.deleted.items() if not self._is_back(name, id)]
            if gone:
                integrity.refuse_if_referenced(self.store, self.connection, name, gone)
            for run in touched.deleted_ranges:
                integrity.refuse_if_range_referenced(self.store, self.connection, name, run)
            for run in touched.inserted_ranges:
                integrity.refuse_if_range_dangles(self.store, self.connection, name, run)
            self._rules.check_among_others(self.catalogue[name], touched)
        for asset_type, row, problem in self.unproven() if self._opened.kind not in _BACK else ():
            raise ValuesRefused(asset_type, str(row.get(CODE) or ""), [problem])
        self._numbers.write()
        changes = {name: touched.freeze() for name, touched in self._touched.items()}
        close_change_set(self.store, self.connection, self.change_set_id, changes)
        self.change_set = replace(self._opened, changes=changes)
        return True

    def unproven(self) -> list[tuple[AssetType, Row, Problem]]:
        """The assets that say so far what nothing attached to them proves; the end of the act refuses them."""
        return list(self._rules.unproven(self.catalogue, self._touched, self.change_set_id))

    def _is_back(self, type: str, id: int) -> bool:
        return (
            id in self._touched[type].inserted
            and current_row(self.store, self.connection, type, id) is not None
        )

    def _plain(self, type: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Plain Python values; an unknown name is a bug of the caller."""
        known = self.store.schema.assets[type].columns
        for name in values:
            if name not in known or name in (FID, VERSION):
                raise ValueError(f"{type} has no field {name!r} to set")
        return {name: v.item() if isinstance(v, np.generic) else v for name, v in values.items()}

    def _expect(self, type: str, id: int, version: int) -> dict[str, Any]:
        row = current_row(self.store, self.connection, type, id)
        if row is None or row[VERSION] != version:
            raise self._conflict(type, id, version)
        return dict(row)

    def _conflict(self, type: str, id: int, version: int) -> Conflict:
        return conflict(self.store, self.connection, self.catalogue[type], id, version)
