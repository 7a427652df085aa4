"""Growth: what today's catalogue has and a register of an older program lacks. Only ever added, never changed.

Whatever the company made its own stays: entries that it added, renamed or switched off, and those it took out
of a list do not come back. What a release changes or takes away needs a numbered step.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.model.outline import Outline
from layers.store.code_rows import by_need, entry_row, own_fields
from layers.store.labels import encode_parameters
from layers.store.schema import CODE, VERSION, Schema
from layers.text import Message

OUTLINE, DIGEST = "catalogue", "catalogue_digest"
KIND = "upgrade"

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Growth:
    """Missing types and columns (type, name); ``taken``: names that something of another program has."""

    types: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    taken: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.types or self.columns or self.taken)


def growth_of(schema: Schema, present: Mapping[str, Collection[str]]) -> Growth:
    """Compare the tables that the program wants with those there are."""
    types: list[str] = []
    columns: list[tuple[str, str]] = []
    taken: list[str] = []
    for name, table in schema.assets.items():
        history = schema.history[name].name
        if name not in present and history not in present:
            types.append(name)
            continue
        if name not in present or history not in present:
            taken.append(name)
            continue
        for column in table.columns.keys():  # noqa: SIM118 - iterating gives the columns
            found = (column in present[name]) + (column in present[history])
            if found == 0:
                columns.append((name, column))
            elif found == 1:
                # A column of ours is in both: this is another program's.
                taken.append(f"{name}.{column}")
    return Growth(tuple(types), tuple(columns), tuple(taken))


def new_entries(connection: sa.Connection, schema: Schema, present: Mapping[str, Collection[str]]) -> Rows:
    """The entries, by table, that code lists lack and never had: those taken out or renamed stay so."""
    rows: Rows = {}
    for code_list in by_need(schema.catalogue):
        table, history = schema.assets[code_list.table], schema.history[code_list.table]
        known: set[str | None] = set()
        if table.name in present and history.name in present:
            for source in (table, history):
                known.update(connection.execute(sa.select(source.c[CODE]).distinct()).scalars())
        own = [field.name for field in own_fields(schema, code_list)]
        missing = [entry_row(e, own) for e in code_list.entries if e.code not in known]
        if missing:
            rows[table.name] = missing
    return rows


# ---- the note that a register keeps of the catalogue


def note_of(catalogue: Catalogue) -> dict[str, str]:
    """What ``wa_meta`` says of the catalogue that a register was made or brought up with."""
    outline = catalogue.outline
    return {OUTLINE: outline.text, DIGEST: outline.digest}


def is_noted(meta: Mapping[str, str], catalogue: Catalogue) -> bool:
    """Whether the register has all that is in this catalogue: nothing needs to be looked at."""
    return meta.get(DIGEST) == catalogue.outline.digest


def beyond(meta: Mapping[str, str], catalogue: Catalogue) -> tuple[str, ...]:
    """What a newer program put into the register that this catalogue does not know."""
    text = meta.get(OUTLINE)
    return () if text is None else Outline.parse(text).beyond(catalogue.outline)


def write_note(connection: sa.Connection, schema: Schema, meta: Mapping[str, str]) -> None:
    """Write ``meta`` over what the register says of itself."""
    table = schema.meta
    connection.execute(table.delete().where(table.c.name.in_(list(meta))))
    connection.execute(table.insert(), [{"name": name, "value": value} for name, value in meta.items()])


# ---- the trail


def record_growth(
    connection: sa.Connection,
    schema: Schema,
    growth: Growth,
    entries: Rows,
    *,
    actor: str,
    stated: bool,
    announce: Callable[[int], None],
) -> None:
    """Put the entries in, by a change set of its own kind. Triggers must be there: they write the trail."""
    counts = {
        "types": len([name for name in growth.types if not name.startswith("c_")]),
        "fields": len(growth.columns),
        "entries": sum(map(len, entries.values())),
    }
    label = Message("migrations.grown", counts)
    table = schema.change_set
    result = connection.execute(
        table.insert().values(
            at=format_instant(datetime.datetime.now(datetime.UTC)),
            actor=actor,
            stated=stated,
            label_id=label.id,
            label_parameters=encode_parameters(label),
            kind=KIND,
            is_open=True,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    announce(key[0])
    touched: dict[str, list[str]] = {name: [] for name in (*growth.types, *entries)}
    for name, column in growth.columns:
        touched.setdefault(name, []).append(column)
    for name, rows in entries.items():
        connection.execute(schema.assets[name].insert(), rows)
    _tell_known_entries(connection, schema, growth.columns)
    closed = {"touched": json.dumps(touched), "is_open": False}
    connection.execute(table.update().where(table.c.id == key[0]).values(**closed))


def _tell_known_entries(
    connection: sa.Connection, schema: Schema, columns: Sequence[tuple[str, str]]
) -> None:
    """What the catalogue says of entries in a column that their list has from now on; they were there before."""
    lists = {each.table: each for each in schema.catalogue.code_lists.values()}
    for name, column in columns:
        if name not in lists or column not in lists[name].own:
            continue
        table = schema.assets[name]
        for entry in lists[name].entries:
            value = entry.value(column)
            if value is not None:
                here = (table.c[CODE] == entry.code, table.c[column].is_(None))
                told = {column: value, VERSION: table.c[VERSION] + 1}
                connection.execute(table.update().where(*here).values(told))


def names_of(names: Sequence[str], shown: int = 5) -> tuple[str, ...]:
    """The first few names, for a sentence."""
    return tuple(names[:shown]) + (("…",) if len(names) > shown else ())
