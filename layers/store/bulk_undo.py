"""Taking back bulk acts: the rows of a range go, or come back, in a few statements.

Never with somebody's later work: that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.store import history, integrity
from layers.store.edit import Edit
from layers.store.rows import current_rows, differing
from layers.store.schema import FID
from layers.text import Message

#: So many rows go by one statement: between two of them one can stop.
_AT_ONCE = 250_000


def remove_range(edit: Edit, type_name: str, run: IdRange, inserted_in: int, feedback: Feedback) -> None:
    """Delete the rows that change set ``inserted_in`` inserted as ``run``.

    Raises ``UserError`` naming those that changed since.
    """
    changed = _changed_since(edit, type_name, run, inserted_in)
    if changed:
        raise _refusal(edit, type_name, changed)
    for first in range(run.first, run.last + 1, _AT_ONCE):
        feedback.progress((first - run.first) / (run.last + 1 - run.first))
        part = IdRange(first, min(first + _AT_ONCE - 1, run.last))
        edit.store.remove_range(edit.connection, type_name, part, edit.change_set_id)
    edit.record_range(type_name, run, deleted=True)


def restore_range(edit: Edit, type_name: str, run: IdRange, removed_in: int) -> None:
    """Put back the rows of ``run`` that change set ``removed_in`` removed."""
    table = edit.store.schema.assets[type_name]
    present = edit.connection.execute(
        sa.select(table).where(table.c[FID].between(run.first, run.last)).limit(10)
    ).mappings()
    rows = [dict(row) for row in present]
    if rows:
        raise _refusal(edit, type_name, rows)
    edit.store.restore_range(edit.connection, type_name, run, removed_in)
    edit.record_range(type_name, run)


def _changed_since(edit: Edit, type_name: str, run: IdRange, inserted_in: int) -> list[Mapping[str, Any]]:
    """The rows of a range that are not as they were inserted: an edit that was taken back leaves none."""
    store, connection = edit.store, edit.connection
    rows = store.schema.history[type_name]
    later = sa.or_(rows.c.changeset_id >= inserted_in, rows.c.changeset_id.is_(None))
    edited = connection.execute(
        sa.select(rows.c[FID]).distinct().where(later, rows.c[FID].between(run.first, run.last))
    ).scalars()
    ids = list(edited)
    names = [c.name for c in store.schema.value_columns(type_name)]
    first: dict[int, history.Transition] = {}
    for step in history.steps_of(store, connection, type_name, ids):
        if step.change_set is None or step.change_set >= inserted_in:
            first.setdefault(step.id, step)
    now = current_rows(store, connection, type_name, ids)
    return [
        step.before or {FID: id}
        for id, step in first.items()
        if id not in now or step.before is None or differing(step.before, now[id], names)
    ]


def _refusal(edit: Edit, type_name: str, rows: Sequence[Mapping[str, Any]]) -> UserError:
    named = Message(
        "register.rows_of_type",
        {
            "type": edit.catalogue[type_name].title,
            "names": integrity.name_rows(rows),
            "count": len(rows),
        },
    )
    return UserError(
        Message("register.bulk_changed_since", {"rows": named}), Message("register.changed_since_hint")
    )
