"""What taking back some change sets would do to every asset they touched: worked out before anything is done.

Undo takes a change set back as it is or refuses; here what somebody changed since is told apart, so that a user
can decide. When all change sets since a moment are taken back, every asset is again as it was at that moment.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.store import history
from layers.store.base import Store
from layers.store.history import Transition
from layers.store.past import rows_at
from layers.store.rows import Row, current_rows, differing
from layers.store.schema import FID, OP_DELETE, OP_INSERT, VERSION

#: Stands among the fields of a conflict for the whole asset: it went, or came again, since.
WHOLE = ""


@dataclass(frozen=True)
class RowReturn:
    """An asset on its way back: the row as it is ``now`` and as it will be ``then``; None where there is none.

    ``later`` names the fields in which it was changed since by what is not taken back, ``changed_in`` the newest
    change set that did.
    """

    type: str
    id: int
    now: Row | None
    then: Row | None
    later: tuple[str, ...] = ()
    changed_in: int | None = None

    @property
    def is_conflict(self) -> bool:
        return bool(self.later)


@dataclass(frozen=True)
class RangeReturn:
    """A run of assets that came in bulk and goes again, or, with ``removed_in``, comes back from there.

    ``kept`` are those that were changed since by what is not taken back.
    """

    type: str
    run: IdRange
    removed_in: int | None = None
    kept: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reversal:
    """Everything that comes back: ``change_sets`` are those that are taken back."""

    change_sets: tuple[int, ...] = ()
    rows: tuple[RowReturn, ...] = ()
    ranges: tuple[RangeReturn, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.ranges

    @property
    def conflicts(self) -> tuple[RowReturn, ...]:
        """The assets about which somebody must decide."""
        return tuple(row for row in self.rows if row.is_conflict)


def plan_reversal(
    store: Store, connection: sa.Connection, chosen: Collection[int], feedback: Feedback
) -> Reversal:
    """What taking back all of the ``chosen`` change sets does."""
    table = store.schema.change_set
    wanted = sorted(chosen)
    touched = connection.execute(
        sa.select(table.c.id, table.c.touched).where(store.id_in(table.c.id, wanted))
    ).all()
    named = {name for row in touched for name in json.loads(row.touched)}
    names = [name for name in store.schema.history if name in named]
    of_sets = history.change_set_ranges(store, connection, wanted)
    rows: list[RowReturn] = []
    ranges: list[RangeReturn] = []
    for number, name in enumerate(names):
        feedback.progress(number / len(names))
        feedback.check()
        batches = sorted(
            (
                (change_set, operation, run)
                for (change_set, type_name, operation), runs in of_sets.items()
                if type_name == name
                for run in runs
            ),
            key=lambda batch: (batch[0], batch[1], batch[2].first),
        )
        spans = list(_spans(batches))
        ranges += _ranges(store, connection, name, spans, frozenset(wanted))
        rows += _rows(store, connection, name, wanted, batches, spans)
    return Reversal(tuple(wanted), tuple(rows), tuple(ranges))


def plan_as_of(
    store: Store,
    connection: sa.Connection,
    name: str,
    ids: Sequence[int],
    version: int,
    fields: Collection[str] | None = None,
) -> Reversal:
    """What bringing some assets, or only some of their fields, back to how they were after change set ``version``
    does. An asset that is gone comes back whole."""
    columns = [c.name for c in store.schema.value_columns(name)]
    now = current_rows(store, connection, name, ids)
    rows: list[RowReturn] = []
    for id, then in rows_at(store, connection, name, ids, version).items():
        present = now.get(id)
        if fields is not None and present is not None and then is not None:
            then = {**present, **{field: then[field] for field in fields}}
        elif present is None and then is not None:
            newest = history.steps_of(store, connection, name, [id])[-1].before
            then = {**then, VERSION: (newest or then)[VERSION]}
        found = _unless_same(RowReturn(name, id, present, then), columns)
        if found is not None:
            rows.append(found)
    return Reversal((), tuple(rows))


@dataclass(frozen=True)
class _Span:
    """A run that bulk acts touched: whether it was there before the first, where it is after the last."""

    run: IdRange
    was_there: bool
    is_there: bool
    last: int


def _spans(batches: Sequence[tuple[int, str, IdRange]]) -> Iterator[_Span]:
    """The runs of all batches cut at each other's ends; what came and went is one, too."""
    edges = sorted({edge for _, _, run in batches for edge in (run.first, run.last + 1)})
    for low, high in itertools.pairwise(edges):
        met = [(cs, op) for cs, op, run in batches if run.first <= low and high - 1 <= run.last]
        if met:
            yield _Span(IdRange(low, high - 1), met[0][1] == OP_DELETE, met[-1][1] == OP_INSERT, met[-1][0])


def _ranges(
    store: Store, connection: sa.Connection, name: str, spans: Iterable[_Span], chosen: frozenset[int]
) -> Iterator[RangeReturn]:
    rows, assets = store.schema.history[name], store.schema.assets[name]
    for span in spans:
        if span.was_there == span.is_there:
            continue
        inside = rows.c[FID].between(span.run.first, span.run.last)
        if span.was_there:
            present = sa.select(assets.c[FID]).where(assets.c[FID].between(span.run.first, span.run.last))
            kept = connection.execute(present.limit(1)).scalars().all()
            if not kept:
                yield RangeReturn(name, span.run, span.last)
            continue
        later = sa.select(rows.c[FID], rows.c.changeset_id).where(inside, rows.c.changeset_id > min(chosen))
        others = {id for id, change_set in connection.execute(later) if change_set not in chosen}
        there = current_rows(store, connection, name, sorted(others))
        yield RangeReturn(name, span.run, None, tuple(sorted(there)))


def _rows(
    store: Store,
    connection: sa.Connection,
    name: str,
    wanted: Sequence[int],
    batches: Sequence[tuple[int, str, IdRange]],
    spans: Sequence[_Span],
) -> Iterator[RowReturn]:
    ids = _single_ids(store, connection, name, wanted, batches)
    gone = [span.run for span in spans if not span.was_there]
    back = [span for span in spans if span.was_there and not span.is_there]
    ids = [id for id in ids if not any(run.first <= id <= run.last for run in gone)]
    chosen = frozenset(wanted)
    columns = [c.name for c in store.schema.value_columns(name)]
    now = current_rows(store, connection, name, ids)
    chains: dict[int, list[Transition]] = {}
    for step in history.steps_of(store, connection, name, ids):
        chains.setdefault(step.id, []).append(step)
    for id, chain in chains.items():
        span = next((s for s in back if s.run.first <= id <= s.run.last), None)
        present = now.get(id)
        if span is not None and present is None:
            # It comes back with its range as it was when that went.
            present = next((s.before for s in reversed(chain) if s.change_set == span.last), None)
        first = next(n for n, step in enumerate(chain) if step.change_set in chosen)
        found = _returned(name, id, chain[first:], chosen, present, columns)
        if found is not None:
            yield found


def _single_ids(
    store: Store,
    connection: sa.Connection,
    name: str,
    wanted: Sequence[int],
    batches: Sequence[tuple[int, str, IdRange]],
) -> list[int]:
    """The assets that were changed one by one, not only removed as part of a batch: of these there are millions."""
    table = store.schema.history[name]
    condition = store.id_in(table.c.changeset_id, wanted)
    for change_set, operation, run in batches:
        if operation == OP_DELETE:
            in_batch = sa.and_(
                table.c.op == OP_DELETE,
                table.c.changeset_id == change_set,
                table.c[FID].between(run.first, run.last),
            )
            condition &= sa.not_(in_batch)
    return list(connection.execute(sa.select(table.c[FID]).where(condition).distinct()).scalars())


def _returned(
    name: str,
    id: int,
    steps: Sequence[Transition],
    chosen: frozenset[int],
    now: Row | None,
    columns: Sequence[str],
) -> RowReturn | None:
    """One asset with the steps taken back that lie in ``chosen``; None when it stays as it is."""
    others = [step for step in steps if step.change_set not in chosen]
    if not others:
        return _unless_same(RowReturn(name, id, now, _newer(steps[0].before, steps)), columns)
    then = None if now is None else dict(now)
    later: list[str] = []
    for step in reversed(steps):
        if step.change_set not in chosen:
            continue
        if step.operation == OP_DELETE:
            if then is not None:
                later.append(WHOLE)
            then = dict(step.before or {})
        elif step.operation == OP_INSERT:
            if then is not None and step.after is not None:
                later += differing(step.after, then, columns)
            then = None
        elif then is None:
            # Somebody deleted it since: brought back all the same, it is as before this step.
            later.append(WHOLE)
            then = None if step.before is None else dict(step.before)
        elif step.before is not None and step.after is not None:
            changed = differing(step.before, step.after, columns)
            later += differing(step.after, then, changed)
            then = {**then, **{field: step.before[field] for field in changed}}
    newest = others[-1].change_set if later else None
    found = RowReturn(name, id, now, _newer(then, steps), tuple(dict.fromkeys(later)), newest)
    return _unless_same(found, columns)


def _newer(then: Row | None, steps: Sequence[Transition]) -> Row | None:
    """An asset that comes again does so with a version that it never had."""
    last = steps[-1].before
    return then if then is None or last is None else {**then, VERSION: last[VERSION]}


def _unless_same(found: RowReturn, columns: Sequence[str]) -> RowReturn | None:
    if found.now is None and found.then is None:
        return None
    if found.now is not None and found.then is not None and not differing(found.then, found.now, columns):
        return None
    return found
