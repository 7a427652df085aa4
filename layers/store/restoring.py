"""Bringing back what a reversal names, within one edit: all of it, or with any error nothing.

Values jump to what they were, so two assets may want to change their code with each other: one of them is given
another in between. Nobody's later work is overwritten but what the user said may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from layers.errors import Conflict
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.store import integrity
from layers.store.edit import Edit
from layers.store.reversal import RangeReturn, Reversal, RowReturn
from layers.store.rows import Row, current_rows, differing
from layers.store.schema import FID, VERSION
from layers.store.undo import refuse_dangling, refuse_taken
from layers.text import Message

Key = tuple[str, int]


def restore(
    edit: Edit, reversal: Reversal, decided: Collection[Key] = (), feedback: Feedback | None = None
) -> None:
    """Bring everything back; of the assets that were changed since only those in ``decided``, the others stay.

    Raises ``Conflict`` when something changed after the reversal was worked out, ``UserError`` when what comes
    back would link to nothing, or take a code that is in use.
    """
    feedback = feedback or Feedback()
    edit.defer_links()
    for batch in reversal.ranges:
        if batch.removed_in is not None:
            edit.store.restore_range(edit.connection, batch.type, batch.run, batch.removed_in)
            edit.record_range(batch.type, batch.run)
    chosen = [row for row in reversal.rows if not row.is_conflict or (row.type, row.id) in decided]
    names = dict.fromkeys(row.type for row in chosen)
    for number, name in enumerate(names):
        feedback.progress(number / len(names))
        _restore_type(edit, name, [row for row in chosen if row.type == name], feedback)
    for batch in reversal.ranges:
        if batch.removed_in is None:
            for run in _without(batch, {id for name, id in decided if name == batch.type}):
                edit.store.remove_range(edit.connection, batch.type, run, edit.change_set_id)
                edit.record_range(batch.type, run, deleted=True)
    for name in names:
        there = {row.id: row.then for row in chosen if row.type == name and row.then is not None}
        refuse_dangling(edit, name, there)


def _restore_type(edit: Edit, name: str, rows: Sequence[RowReturn], feedback: Feedback) -> None:
    now = current_rows(edit.store, edit.connection, name, [row.id for row in rows])
    for row in rows:
        if _version(now.get(row.id)) != _version(row.now):
            raise _changed_meanwhile(edit, name, row)
    for row in rows:
        feedback.check()
        if row.then is None and row.now is not None:
            edit.remove(name, row.now)
    columns = [c.name for c in edit.store.schema.value_columns(name)]
    staying = [row for row in rows if row.then is not None]
    held = dict(_make_room(edit, name, staying))
    for row in staying:
        feedback.check()
        assert row.then is not None
        present = held.get(row.id, row.now)
        if present is None:
            refuse_taken(edit, name, row.then)
            edit.put(name, {**row.then, VERSION: row.then[VERSION] + 1})
            continue
        values = {column: row.then[column] for column in differing(row.then, present, columns)}
        if values:
            refuse_taken(edit, name, {**values, FID: row.id})
            edit.set(name, present, values)


def _make_room(edit: Edit, name: str, rows: Sequence[RowReturn]) -> Iterator[tuple[int, Row]]:
    """Give those assets another code meanwhile whose code another one of them gets back."""
    asset_type = edit.catalogue[name]
    held: dict[int, Row] = {}
    for field in asset_type.columns:
        if not (field.unique or field.name in asset_type.unique_across):
            continue
        wanted = {_folded(row.then[field.name]): row.id for row in rows if row.then is not None}
        for row in rows:
            value = None if row.now is None else _folded(row.now[field.name])
            if row.now is not None and value is not None and wanted.get(value, row.id) != row.id:
                meanwhile = f"~{row.id}" if field.storage.kind == "text" else -row.id
                held[row.id] = {**held.get(row.id, {}), field.name: meanwhile}
    for row in rows:
        if row.id in held and row.now is not None:
            version = edit.set(name, row.now, held[row.id])
            yield row.id, {**row.now, **held[row.id], VERSION: version}


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _version(row: Row | None) -> Any:
    return None if row is None else row[VERSION]


def _without(batch: RangeReturn, decided: Collection[int]) -> Iterable[IdRange]:
    """The parts of a run between the assets that stay."""
    first = batch.run.first
    for id in batch.kept:
        if id in decided:
            continue
        if id > first:
            yield IdRange(first, id - 1)
        first = id + 1
    if first <= batch.run.last:
        yield IdRange(first, batch.run.last)


def _changed_meanwhile(edit: Edit, name: str, row: RowReturn) -> Conflict:
    named = integrity.name_rows([row.now or row.then or {FID: row.id}])[0]
    parameters = {"type": edit.catalogue[name].title, "name": named}
    return Conflict(
        Message("history.changed_meanwhile", parameters), Message("history.changed_meanwhile_hint")
    )
