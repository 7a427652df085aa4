"""Reads what a company added to the catalogue of a register: the rows there are, and those there once were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from layers.model.additions import FIELD_TYPE, LIST_TYPE, AddedField, AddedList, Additions
from layers.model.catalogue import Catalogue
from layers.store.loose_values import number_of, text_of
from layers.store.schema import history_name
from layers.text import Title

_FIELD = (
    "key", "title_zh", "title_en", "field_kind", "unit", "code_list", "required", "minimum", "maximum",
    "position", "active",
)  # fmt: skip
_LIST = ("name", "title_zh", "title_en")


def read_additions(connection: sa.Connection, tables: Collection[str]) -> Additions:
    """What was ever added to the register; ``tables`` are the names of those it has."""
    fields: dict[str, AddedField] = {}
    lists: dict[str, AddedList] = {}
    if FIELD_TYPE in tables:
        for row, is_there in _rows(connection, FIELD_TYPE, _FIELD, tables):
            fields[text_of(row["key"])] = _field(row, is_there=is_there)
    if LIST_TYPE in tables:
        for row, _ in _rows(connection, LIST_TYPE, _LIST, tables):
            name = text_of(row["name"])
            lists[name] = AddedList(name, _title(row))
    return Additions(tuple(fields.values()), tuple(lists.values()))


def with_additions(connection: sa.Connection, catalogue: Catalogue) -> Catalogue:
    """The catalogue that a register's tables are made from."""
    names = sa.inspect(connection).get_table_names() if FIELD_TYPE in catalogue else ()
    return read_additions(connection, names).stored(catalogue)


def _rows(
    connection: sa.Connection, name: str, columns: Sequence[str], tables: Collection[str]
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Rows as they once were, in their order, then those there are: the last one of a key counts."""
    # A program before this one may have had fewer columns.
    key, lacking = columns[0], dict.fromkeys(columns)
    once = history_name(name)
    if once in tables:
        for row in connection.exec_driver_sql(f'SELECT * FROM "{once}" ORDER BY h_id').mappings():
            if row.get(key) is not None:
                yield {**lacking, **row}, False
    for row in connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY fid').mappings():
        yield {**lacking, **row}, True


def _field(row: Mapping[str, Any], *, is_there: bool) -> AddedField:
    type_name, _, name = text_of(row["key"]).partition(".")
    return AddedField(
        type_name,
        name,
        text_of(row["field_kind"]),
        _title(row),
        text_of(row["unit"]) or None,
        text_of(row["code_list"]) or None,
        bool(row["required"]),
        number_of(row["minimum"]),
        number_of(row["maximum"]),
        int(number_of(row["position"]) or 0),
        is_there and (row["active"] is None or bool(row["active"])),
    )


def _title(row: Mapping[str, Any]) -> Title:
    zh = text_of(row["title_zh"])
    return Title(zh, text_of(row["title_en"]) or zh)
