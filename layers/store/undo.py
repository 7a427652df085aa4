"""Undo and redo: a change set taken back by a new one that sets what it changed, where nobody did since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from layers.errors import UserError
from layers.model.duty_words import GRID
from layers.store import bulk_undo, history, integrity, many_undo
from layers.store.base import Store
from layers.store.edit import Edit
from layers.store.history import Transition
from layers.store.labels import decode_message
from layers.store.rows import Row, current_rows, differing
from layers.store.schema import FID, GEOMETRY, OP_DELETE, OP_INSERT, VERSION
from layers.store.types import same_value
from layers.store.value_rules import ValuesRefused
from layers.text import Message

Rows = dict[int, Row]

#: What can be taken back.
REVERSIBLE = ("edit", "undo", "redo", "restore", "checkin", "import", "outside")
#: How far back a stack is rebuilt after a start.
_DEPTH = 500


@dataclass(frozen=True)
class Step:
    """A change set that can be taken back, under the label of the act that a user would recognise."""

    id: int
    label: Message
    kind: str
    types: tuple[str, ...]


@dataclass(frozen=True)
class Stack:
    """The next step to undo and to redo of one actor."""

    undo: Step | None
    redo: Step | None


def step_of(store: Store, connection: sa.Connection, id: int) -> Step:
    """The step for a change set. Raises ``UserError`` when there is none or its kind cannot be taken back."""
    table = store.schema.change_set
    row = connection.execute(sa.select(table).where(table.c.id == id)).first()
    if row is None:
        raise UserError(Message("register.no_change_set", {"id": id}), Message("register.no_change_set_hint"))
    step = _step(row)
    if row.kind not in REVERSIBLE:
        raise UserError(
            Message("register.not_reversible", {"label": step.label}), Message("register.not_reversible_hint")
        )
    return step


def stack_of(store: Store, connection: sa.Connection, actor: str) -> Stack:
    """An actor's stack, rebuilt from the trail: it survives a restart and a crash."""
    table = store.schema.change_set
    recent = (
        sa.select(table)
        .where(table.c.actor == actor, table.c.kind.in_([k for k in REVERSIBLE if k != "outside"]))
        .order_by(table.c.id.desc())
        .limit(_DEPTH)
    )
    undo: list[Any] = []
    redo: list[Any] = []
    for row in reversed(connection.execute(recent).all()):
        if row.kind == "undo" and undo and undo[-1].id == row.undoes:
            undo.pop()
            redo.append(row)
        elif row.kind == "redo" and redo and redo[-1].id == row.undoes:
            redo.pop()
            undo.append(row)
        else:
            # A new act, the taking back of an older one among them.
            undo.append(row)
            redo.clear()
    return Stack(_step(undo[-1]) if undo else None, _step(redo[-1]) if redo else None)


def _step(row: Any) -> Step:
    label = decode_message(row.label_id, row.label_parameters)
    # "Undo of X" is redone as X, and a redone X undone as X.
    if row.kind in ("undo", "redo") and isinstance(inner := label.parameters.get("label"), Message):
        label = inner
    return Step(row.id, label, row.kind, tuple(json.loads(row.touched)))


def reverse(edit: Edit, step: Step) -> None:
    """Take back a change set within ``edit``. Raises ``UserError`` naming the rows that changed since.

    How far it is, and the wish to stop it, go by the feedback of ``edit``.
    """
    edit.defer_links()
    ranges = history.change_set_ranges(edit.store, edit.connection, [step.id])
    refused: dict[str, list[Row]] = {}
    returned: dict[str, Rows] = {}
    moved: dict[str, set[int]] = {}
    for number, name in enumerate(step.types):
        feedback = edit.feedback.part(number / len(step.types), (number + 1) / len(step.types))
        feedback.progress(0.0)
        removed = ranges.get((step.id, name, OP_DELETE), [])
        with many_undo.taken_back(edit, name, step.id) as done:
            steps = history.transitions(edit.store, edit.connection, name, step.id, removed=removed, but=done)
        # A batch comes before the edits of its rows and goes after them: on the way back the other way round.
        for run in reversed(removed):
            bulk_undo.restore_range(edit, name, run, step.id)
        moved[name] = {s.id for s in steps if _moved(s)}
        rows = current_rows(edit.store, edit.connection, name, [s.id for s in steps])
        lost: list[Row] = []
        for done_before, s in enumerate(reversed(steps)):
            feedback.progress(done_before / len(steps))
            if (row := _reverse_one(edit, name, s, rows)) is not None:
                lost.append(row)
        if lost:
            refused[name] = lost
            continue
        batches = ranges.get((step.id, name, OP_INSERT), [])
        for run in reversed(batches):
            bulk_undo.remove_range(edit, name, run, step.id, feedback)
        # Rows of a batch that the same act edited go with it: their links need lead nowhere.
        returned[name] = {
            id: row for id, row in rows.items() if not any(run.first <= id <= run.last for run in batches)
        }
    if refused:
        raise _changed_since(edit, step, refused)
    # Not row by row: what a row links to may come back after it.
    for name, rows in returned.items():
        refuse_dangling(edit, name, rows)
    if GRID not in step.types:
        returned = {
            name: {id: row for id, row in rows.items() if id in moved[name]}
            for name, rows in returned.items()
        }
    _put_in_place(edit, step, returned)


def _put_in_place(edit: Edit, step: Step, returned: dict[str, Rows]) -> None:
    """Give what is back where it stood the grid of today, where boundaries changed since it was last there; and, when
    boundaries go back too, what others drew meanwhile."""
    if edit.otherwise_since(GRID, step.id, [c.name for c in edit.store.schema.value_columns(GRID)]):
        for name, rows in returned.items():
            edit.place(name, sorted(rows))
    if GRID in step.types:
        edit.place_since(step.id)


def _moved(step: Transition) -> bool:
    """Whether a step put an asset elsewhere, made it or took it away."""
    if step.before is None or step.after is None:
        return True
    return not same_value(step.before.get(GEOMETRY), step.after.get(GEOMETRY))


def _reverse_one(edit: Edit, type_name: str, step: Transition, rows: Rows) -> Row | None:
    """Take one row a step back; returns it when that is refused because it changed since.

    ``rows`` holds the type's rows as they are now, and is kept so.
    """
    now = rows.get(step.id)
    names = [c.name for c in edit.store.schema.value_columns(type_name)]
    if step.operation == OP_DELETE:
        assert step.before is not None
        if now is not None:
            return now
        back = {**step.before, VERSION: step.before[VERSION] + 1}
        refuse_taken(edit, type_name, back)
        edit.put(type_name, back)
        rows[step.id] = back
        return None
    if now is None or step.after is None:
        return step.after or step.before or {FID: step.id}
    if step.operation == OP_INSERT:
        if differing(step.after, now, names):
            return now
        edit.remove(type_name, now)
        del rows[step.id]
        return None
    assert step.before is not None
    changed = differing(step.before, step.after, names)
    if differing(step.after, now, changed):
        return now
    values = {name: step.before[name] for name in changed}
    refuse_taken(edit, type_name, {**values, FID: step.id})
    rows[step.id] = {**now, **values, VERSION: edit.set(type_name, now, values)}
    return None


def refuse_taken(edit: Edit, type_name: str, row: Row) -> None:
    """Unique values that come back must still be free."""
    asset_type = edit.catalogue[type_name]
    problems = list(integrity.repeated_values(edit.store, edit.connection, asset_type, row, row[FID]))
    problems += integrity.repeated_together(
        edit.store, edit.connection, asset_type, row, tuple(row), row[FID]
    )
    if problems:
        raise ValuesRefused(asset_type, integrity.name_rows([row])[0], problems)


def refuse_dangling(edit: Edit, type_name: str, rows: Rows) -> None:
    """The links of rows that came back must lead somewhere."""
    asset_type = edit.catalogue[type_name]
    for row in rows.values():
        problems = list(integrity.dangling_links(edit.store, edit.connection, asset_type, row))
        if problems:
            raise ValuesRefused(asset_type, integrity.name_rows([row])[0], problems)


class ChangedSince(UserError):
    """What change set ``change_set`` did cannot be taken back whole: others changed it since."""

    def __init__(self, title: Message, hint: Message, change_set: int) -> None:
        super().__init__(title, hint)
        self.change_set = change_set


def _changed_since(edit: Edit, step: Step, refused: dict[str, list[Row]]) -> ChangedSince:
    named = tuple(
        Message(
            "register.rows_of_type",
            {"type": edit.catalogue[name].title, "names": integrity.name_rows(rows), "count": len(rows)},
        )
        for name, rows in refused.items()
    )
    return ChangedSince(
        Message("register.changed_since", {"label": step.label, "rows": named}),
        Message("register.changed_since_hint"),
        step.id,
    )


def nothing_to_reverse(step: Step) -> UserError:
    """The error for a change set whose taking back would change nothing."""
    return UserError(
        Message("register.nothing_to_reverse", {"label": step.label}),
        Message("register.nothing_to_reverse_hint"),
    )
