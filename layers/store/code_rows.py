"""Code lists as rows: written from the catalogue, read back with what the company added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from layers.model.additions import FIELD_TYPE
from layers.model.catalogue import Catalogue
from layers.model.code_list import MEANING, CodeEntry, CodeList
from layers.model.fields import Field
from layers.store.added_fields import read_additions
from layers.store.loose_values import number_of, text_of
from layers.store.schema import Schema
from layers.text import Title

_COLUMNS = "code, title_zh, title_en, standard, aliases, position, active"
_COMMON = len(_COLUMNS.split(", "))


def insert_catalogue_entries(connection: sa.Connection, schema: Schema) -> None:
    """Fill the code lists of a new register. They are part of its making, not of its trail."""
    for code_list in by_need(schema.catalogue):
        table = schema.assets.get(code_list.table)
        if table is not None and code_list.entries:
            connection.execute(
                table.insert(),
                [entry_row(e, [f.name for f in own_fields(schema, code_list)]) for e in code_list.entries],
            )


def own_fields(schema: Schema, code_list: CodeList) -> list[Field]:
    """The fields that the list has beside those of every list."""
    asset_type = schema.catalogue[code_list.table]
    return [asset_type.field_named(name) for name in code_list.own]


def by_need(catalogue: Catalogue) -> list[CodeList]:
    """The code lists in an order in which they can be filled: those whose entries name entries of others last."""
    return sorted(catalogue.code_lists.values(), key=lambda each: each.part is not None)


def entry_row(entry: CodeEntry, own: Sequence[str] = ()) -> dict[str, Any]:
    """The row of an entry; ``own``: the fields that its list has beside those of every list."""
    return {
        "code": entry.code,
        "title_zh": entry.title.zh,
        "title_en": entry.title.en,
        "standard": entry.standard,
        "aliases": "; ".join(entry.aliases) or None,
        "position": entry.position,
        "active": entry.active,
        **{name: entry.optional if name == "optional" else entry.value(name) for name in own},
    }


def effective_catalogue(connection: sa.Connection, schema: Schema) -> Catalogue:
    """The catalogue with the code lists, titles and fields as this register holds them."""
    held = [each for each in schema.catalogue.code_lists.values() if each.table in schema.assets]
    entries: dict[str, list[CodeEntry]] = {each.name: [] for each in held}
    # As text, and all that are alike at once: on a server every question is a way there and back.
    alike = [(number, each) for number, each in enumerate(held) if not each.own]
    asked = " UNION ALL ".join(f'SELECT {number}, {_COLUMNS} FROM "{each.table}"' for number, each in alike)
    for number, *row in connection.exec_driver_sql(asked) if alike else ():
        entries[held[number].name].append(_entry(row, ()))
    for code_list in held:
        if own := own_fields(schema, code_list):
            columns = ", ".join((_COLUMNS, *(field.name for field in own)))
            rows = connection.exec_driver_sql(f'SELECT {columns} FROM "{code_list.table}"').all()
            entries[code_list.name] = [_entry(row, own) for row in rows]
    filled = schema.catalogue.with_code_entries(entries)
    return read_additions(connection, schema.assets).shown(filled) if FIELD_TYPE in schema.assets else filled


def _entry(row: Sequence[Any], own: Sequence[Field]) -> CodeEntry:
    """``row``: the values of ``_COLUMNS``, then those of ``own``."""
    code, zh, en, standard, words, position, active = row[:_COMMON]
    code, zh = text_of(code), text_of(zh)
    entry = CodeEntry(
        code,
        Title(zh or code, text_of(en) or zh or code),
        text_of(standard) or None,
        tuple(word.strip() for word in re.split("[;；]", text_of(words)) if word.strip()) if words else (),
        int(number_of(position) or 0),
        active is None or bool(active),
    )
    if not own:
        return entry
    said = {field.name: _loose(field, value) for field, value in zip(own, row[_COMMON:], strict=True)}
    more = tuple((name, value) for name, value in said.items() if name not in MEANING and value is not None)
    means, stages = said.get("means") or "", said.get("stages") or ""
    return replace(entry, means=means, stages=stages, optional=bool(said.get("optional")), more=more)


def _loose(field: Field, value: Any) -> Any:
    if value is None or field.storage.kind == "boolean":
        return None if value is None else bool(value)
    return number_of(value) if field.storage.kind in ("integer", "double") else text_of(value) or None
