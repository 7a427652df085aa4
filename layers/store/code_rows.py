"""Code lists as rows: written from the catalogue, read back with what the company added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from layers.model.additions import FIELD_TYPE
from layers.model.catalogue import Catalogue
from layers.model.code_list import CodeEntry, CodeList
from layers.store.added_fields import read_additions
from layers.store.loose_values import number_of, text_of
from layers.store.schema import Schema
from layers.text import Title

_COLUMNS = "code, title_zh, title_en, standard, aliases, position, active"
_MEANING = ", means, stages, optional"


def insert_catalogue_entries(connection: sa.Connection, schema: Schema) -> None:
    """Fill the code lists of a new register. They are part of its making, not of its trail."""
    for code_list in by_need(schema.catalogue):
        table = schema.assets.get(code_list.table)
        if table is not None and code_list.entries:
            connection.execute(
                table.insert(), [entry_row(e, has_meaning=has_meaning(code_list)) for e in code_list.entries]
            )


def has_meaning(code_list: CodeList) -> bool:
    """Whether the entries of the list have columns that say what the program knows them by."""
    return code_list.part is not None


def by_need(catalogue: Catalogue) -> list[CodeList]:
    """The code lists in an order in which they can be filled: those whose entries name entries of others last."""
    return sorted(catalogue.code_lists.values(), key=has_meaning)


def entry_row(entry: CodeEntry, *, has_meaning: bool = False) -> dict[str, Any]:
    """The row of an entry; ``has_meaning``: its list is one of those whose entries mean something to the program."""
    row = {
        "code": entry.code,
        "title_zh": entry.title.zh,
        "title_en": entry.title.en,
        "standard": entry.standard,
        "aliases": "; ".join(entry.aliases) or None,
        "position": entry.position,
        "active": entry.active,
    }
    if has_meaning:
        row |= {"means": entry.means or None, "stages": entry.stages or None, "optional": entry.optional}
    return row


def effective_catalogue(connection: sa.Connection, schema: Schema) -> Catalogue:
    """The catalogue with the code lists, titles and fields as this register holds them."""
    entries: dict[str, list[CodeEntry]] = {}
    for code_list in schema.catalogue.code_lists.values():
        if code_list.table in schema.assets:
            # As text: compiling a statement for each of forty tables takes longer than asking them all.
            columns = _COLUMNS + (_MEANING if has_meaning(code_list) else "")
            rows = connection.exec_driver_sql(f'SELECT {columns} FROM "{code_list.table}"').mappings()
            entries[code_list.name] = [_entry(row) for row in rows]
    filled = schema.catalogue.with_code_entries(entries)
    return read_additions(connection, schema.assets).shown(filled) if FIELD_TYPE in schema.assets else filled


def _entry(row: Mapping[Any, Any]) -> CodeEntry:
    code, zh = text_of(row["code"]), text_of(row["title_zh"])
    aliases = tuple(word.strip() for word in re.split("[;；]", text_of(row["aliases"])) if word.strip())
    title = Title(zh or code, text_of(row["title_en"]) or zh or code)
    active = row["active"] is None or bool(row["active"])
    position = int(number_of(row["position"]) or 0)
    entry = CodeEntry(code, title, text_of(row["standard"]) or None, aliases, position, active)
    if "means" not in row:
        return entry
    means, stages = text_of(row["means"]), text_of(row["stages"])
    return replace(entry, means=means, stages=stages, optional=bool(row["optional"]))
