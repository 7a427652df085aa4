"""Catalogues of older programs, made from today's by leaving things out; and the structure of a register."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

import psycopg

from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.catalogue_part import part_of
from layers.model.fields import ChoiceField
from layers.model.outline import Outline

TODAY = load_catalogue()

# What every release had: the store itself asks for these.
ALWAYS = {"setting", "attachment", "person"}


def without(
    types: Collection[str] = (), columns: Collection[tuple[str, str]] = (), entries: Collection[str] = ()
) -> Catalogue:
    """Today's catalogue without these types, columns (type, column) and entries ("list:code")."""
    present = {
        name: [column for column in names if (name, column) not in columns]
        for name, names in TODAY.outline.types.items()
        if name not in types
    }
    part = part_of(TODAY, present)
    lists = {
        name: replace(each, entries=tuple(e for e in each.entries if f"{name}:{e.code}" not in entries))
        for name, each in part.code_lists.items()
    }
    types = {
        asset_type.name: replace(
            asset_type,
            fields=tuple(
                replace(f, code_list=lists[f.code_list.name]) if isinstance(f, ChoiceField) else f
                for f in asset_type.fields
            ),
        )
        for asset_type in part
    }
    return replace(part, types=types, code_lists=lists)


def as_of(outline: Outline) -> Catalogue:
    """The catalogue of the release with this outline, as far as today's still describes it."""
    gone = [name for name in TODAY.types if name not in outline.types]
    columns = [
        (name, column)
        for name, names in TODAY.outline.types.items()
        for column in names
        if name in outline.types and column not in outline.types[name]
    ]
    entries = [
        f"{name}:{code}"
        for name, codes in TODAY.outline.entries.items()
        for code in codes
        if code not in outline.entries.get(name, ())
    ]
    return without(gone, columns, entries)


#: Entries that entries of other lists name: a catalogue without them is read by nobody.
NAMED = {
    said
    for each in TODAY.code_lists.values()
    for entry in each.entries
    for said in (entry.means, entry.stages, *(value for _name, value in entry.more))
}


def some_older(seed: int) -> Catalogue:
    """Any older catalogue: a random part of types, columns and entries left out."""
    chance = random.Random(seed)
    lists = {each.table for each in TODAY.code_lists.values()}
    types = [n for n in TODAY.types if n not in ALWAYS and chance.random() < chance.choice((0.05, 0.4))]
    # One type lacks a third of its columns, another hardly any.
    shares = {name: chance.choice((0.02, 0.02, 0.3)) for name in TODAY.types}
    columns = [
        (name, column)
        for name, names in TODAY.outline.types.items()
        for column in names
        if not (column in ("code", "name") or name in lists) and chance.random() < shares[name]
    ]
    entries = [
        f"{n}:{c}"
        for n, cs in TODAY.outline.entries.items()
        for c in cs
        if c not in NAMED and chance.random() < 0.2
    ]
    return without(types, columns, entries)


def server_structure(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Columns, constraints, indexes, triggers and functions of a register on a server, whatever their order."""
    queries = {
        "columns": "SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class t"
        " JOIN pg_attribute a ON a.attrelid = t.oid WHERE t.relkind = 'r' AND a.attnum > 0"
        " AND t.relnamespace = 'public'::regnamespace AND NOT a.attisdropped",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal",
        "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND proname LIKE 'wa\\_%'",
    }
    with psycopg.connect(address) as connection:
        return {name: sorted(connection.execute(query).fetchall()) for name, query in queries.items()}
