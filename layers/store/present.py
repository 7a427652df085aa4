"""What tables and columns a register has, whoever made them; asked of the database itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

# Of names alone: SQLAlchemy's own inspection would warn of every geometry column.
_SQLITE = sa.text(
    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
)
# Not information_schema, which shows only what this login may use.
_POSTGRES = sa.text(
    "SELECT t.relname, a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid"
    " WHERE t.relkind IN ('r', 'p') AND pg_table_is_visible(t.oid) AND a.attnum > 0 AND NOT a.attisdropped"
    " AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, a.attnum"
)


def held_columns(present: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of these, the tables and columns of a register: those that its history has too. The rest is others'."""
    return {
        name: [column for column in columns if column in present[f"{name}_h"]]
        for name, columns in present.items()
        if f"{name}_h" in present
    }


def present_columns(connection: sa.Connection) -> dict[str, list[str]]:
    """Table name to the names of its columns, in their order."""
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(query):
        found.setdefault(table, []).append(column)
    return found
