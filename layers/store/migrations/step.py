"""One migration step, and the words it is written in: native ALTERs on an asset table and its history alike.

Never a rebuild by copying, as Alembic's batch mode does: on a GeoPackage that loses triggers, AUTOINCREMENT
and the geometry type. All triggers are dropped while steps run and generated anew afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from layers.store import gpkg, postgis_tables
from layers.store.schema import GEOMETRY, Schema


@dataclass(frozen=True)
class Migration:
    """What a step works with: the writing transaction, and the schema as today's program wants it."""

    connection: sa.Connection
    schema: Schema

    def add_type(self, *type_names: str) -> None:
        """Create the tables of types that the register does not have yet, with indexes and registration."""
        names = [*type_names, *(self.schema.history[name].name for name in type_names)]
        if self.on_server:
            postgis_tables.create_tables(self.connection, self.schema, names)
            return
        tables = [self.schema.metadata.tables[name] for name in names]
        self.schema.metadata.create_all(self.connection, tables, checkfirst=False)
        for name in type_names:
            gpkg.register_asset_table(self.connection, self.schema, name)
            gpkg.register_system_table(self.connection, self.schema.history[name].name)

    def add_field(self, type_name: str, name: str) -> None:
        """Add a column to a type and its history, with its CHECK, foreign key and indexes.

        A column that may not be blank is made so only where there are no rows yet: those there are have no
        value, and the rules on fields ask for one at their next edit.
        """
        table, history = self.schema.assets[type_name], self.schema.history[type_name]
        self._alter(table, f"ADD COLUMN {self._definition(table, name)}")
        self._alter(history, f"ADD COLUMN {self._plain_definition(history, name)}")
        if name == GEOMETRY and self.on_server:
            postgis_tables.geometry_rules(self.connection, self.schema, [type_name])
        elif name == GEOMETRY:
            gpkg.register_geometry(self.connection, self.schema, type_name)
        for index in table.indexes:
            if name in {column.name for column in index.columns}:
                index.create(self.connection)

    def drop_field(self, type_name: str, name: str) -> None:
        """Drop a column from a type and its history, with its CHECK and index. SQLite keeps columns that link."""
        self._loosen(type_name, name)
        for table in (type_name, f"{type_name}_h"):
            self._sql(f"ALTER TABLE {self._quote(table)} DROP COLUMN {self._quote(name)}")

    def rename_field(self, type_name: str, old: str, new: str) -> None:
        """Rename a column of a type and its history; CHECK and index get their new names."""
        if not self.on_server:
            # SQLite adds a CHECK to a table only where no row leaves it open, as one without a value does.
            self.add_field(type_name, new)
            for table in (type_name, f"{type_name}_h"):
                copied = f"SET {self._quote(new)} = {self._quote(old)} WHERE {self._quote(old)} IS NOT NULL"
                self._sql(f"UPDATE {self._quote(table)} {copied}")
            self.drop_field(type_name, old)
            return
        self._loosen(type_name, old)
        for table in (type_name, f"{type_name}_h"):
            rename = f"RENAME COLUMN {self._quote(old)} TO {self._quote(new)}"
            self._sql(f"ALTER TABLE {self._quote(table)} {rename}")
        asset = self.schema.assets[type_name]
        for check in self._checks(asset, new):
            self._alter(asset, f"ADD {check}")
        for index in asset.indexes:
            if index.name == f"ix_{type_name}_{new}":
                index.create(self.connection)

    def _loosen(self, type_name: str, name: str) -> None:
        """Drop the CHECK and the index that are named after a column."""
        self._sql(f"DROP INDEX IF EXISTS {self._quote(f'ix_{type_name}_{name}')}")
        check = f"ck_{type_name}_{name}"
        present = {c["name"] for c in sa.inspect(self.connection).get_check_constraints(type_name)}
        if check in present:
            self._sql(f"ALTER TABLE {self._quote(type_name)} DROP CONSTRAINT {self._quote(check)}")

    @property
    def on_server(self) -> bool:
        return self.connection.dialect.name != "sqlite"

    def _definition(self, table: sa.Table, name: str) -> str:
        """Column, CHECK and foreign key in the one form that ``ADD COLUMN`` takes."""
        column = table.columns[name]
        words = [self._plain_definition(table, name)]
        if not column.nullable and self._has_rows(table):
            words = [words[0].removesuffix(" NOT NULL")]
        for key in column.foreign_keys:
            target = key.column
            words.append(
                f"CONSTRAINT {self._quote(str(key.name))} REFERENCES {self._quote(target.table.name)}"
                f" ({self._quote(target.name)}) DEFERRABLE INITIALLY IMMEDIATE"
            )
        words += self._checks(table, name)
        return " ".join(words)

    def _checks(self, table: sa.Table, name: str) -> list[str]:
        """The CHECK of a column, in words."""
        return [
            f"CONSTRAINT {self._quote(str(check.name))} CHECK ({check.sqltext})"
            for check in table.constraints
            if isinstance(check, sa.CheckConstraint) and check.name == f"ck_{table.name}_{name}"
        ]

    def _plain_definition(self, table: sa.Table, name: str) -> str:
        return str(CreateColumn(table.columns[name]).compile(dialect=self.connection.dialect)).strip()

    def _has_rows(self, table: sa.Table) -> bool:
        return (
            self.connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
        )

    def _alter(self, table: sa.Table, change: str) -> None:
        self._sql(f"ALTER TABLE {self._quote(table.name)} {change}")

    def _sql(self, statement: str) -> None:
        self.connection.exec_driver_sql(statement)

    def _quote(self, name: str) -> str:
        return self.connection.dialect.identifier_preparer.quote(name)


@dataclass(frozen=True)
class Step:
    """From version ``version - 1`` to ``version``."""

    version: int
    up: Callable[[Migration], None]
