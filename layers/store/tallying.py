"""Counts and sums of a type, by the asset that a link names: several in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from layers.model.query import Condition
from layers.store.base import Store
from layers.store.conditions import condition_clause
from layers.store.schema import FID, OP_INSERT


@dataclass(frozen=True)
class Tally:
    """What to count: assets that meet ``where`` (None: all), and the sum of ``sum_field`` over them."""

    where: Condition | None = None
    sum_field: str | None = None


@dataclass(frozen=True)
class TallyRow:
    """What is linked to one target: for every tally the number and the sum. ``split``: the value it was split by."""

    target: int
    split: Any
    found: tuple[tuple[int, float], ...]


def tally(
    store: Store,
    connection: sa.Connection,
    type_name: str,
    link: str,
    tallies: Sequence[Tally],
    split: str | None = None,
    targets: Sequence[int] | None = None,
) -> Iterator[TallyRow]:
    """What is linked to each asset (of ``targets``, else all) by ``link``; blank links are left out."""
    table = store.schema.assets[type_name]
    by = [table.c[link], *(() if split is None else (table.c[split],))]
    columns: list[sa.ColumnElement[Any]] = []
    clauses = [None if t.where is None else condition_clause(store, type_name, t.where) for t in tallies]
    for each, clause in zip(tallies, clauses, strict=True):
        one = sa.literal(1) if clause is None else sa.case((clause, 1), else_=0)
        columns.append(sa.func.sum(one))
        if each.sum_field is not None:
            value = sa.func.coalesce(table.c[each.sum_field], 0)
            columns.append(sa.func.sum(value if clause is None else sa.case((clause, value), else_=0)))
        else:
            columns.append(sa.literal(0))
    linked = table.c[link].is_not(None)
    statement = sa.select(*by, *columns).where(linked).group_by(*by)
    if targets is not None:
        statement = statement.where(store.id_in(table.c[link], targets))
    if len(clauses) == 1 and clauses[0] is not None:
        statement = statement.where(clauses[0])
    for row in connection.execute(statement):
        values = [float(value or 0) for value in row[len(by) :]]
        pairs = tuple((int(n), s) for n, s in zip(values[::2], values[1::2], strict=True))
        if any(n for n, _ in pairs):
            yield TallyRow(int(row[0]), row[1] if split is not None else None, pairs)


def link_before(
    store: Store, connection: sa.Connection, type_name: str, link: str, change_set: int
) -> set[int | str]:
    """To what the assets of a type that ``change_set`` changed or removed one by one were linked before it."""
    rows = store.schema.history[type_name]
    statement = sa.select(rows.c[link]).where(
        rows.c.changeset_id == change_set, rows.c.op != OP_INSERT, rows.c[link].is_not(None)
    )
    return set(connection.execute(statement.distinct()).scalars())


def link_now(
    store: Store, connection: sa.Connection, type_name: str, link: str, ids: Sequence[int]
) -> set[int | str]:
    """To what these assets are linked now, as far as they are there."""
    table = store.schema.assets[type_name]
    statement = sa.select(table.c[link]).where(store.id_in(table.c[FID], ids), table.c[link].is_not(None))
    return set(connection.execute(statement.distinct()).scalars())
