"""The tables of a register, made from the catalogue: the same for both stores.

An asset table has ``fid``, ``geom``, a column per field and the system columns below; ``<type>_h`` keeps each
row as it was before a change; ``wa_*`` tables belong to the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from layers.model.catalogue import AssetType, Catalogue
from layers.model.fields import ChoiceField, Field, LinkField, NumericField
from layers.store.types import Geometry, Instant, column_type

Dialect = Literal["sqlite", "postgresql"]

FID = "fid"
VERSION = "row_version"
GEOMETRY = "geom"
HISTORY_COLUMNS = ("h_id", "changeset_id", "at", "op")
SOURCE_COLUMNS = ("source_id", "source_key", "source_hash")
CODE = "code"

OP_INSERT, OP_UPDATE, OP_DELETE = "I", "U", "D"


class Tables(Mapping[str, sa.Table]):
    """Tables by type name, each made when it is first asked for: opening a register takes few of all, and making
    them is a third of a second."""

    def __init__(
        self, names: Iterator[str], make: Callable[[str], sa.Table], making: threading.RLock
    ) -> None:
        self._made: dict[str, sa.Table | None] = dict.fromkeys(names)
        self._make = make
        self._making = making

    def __getitem__(self, name: str) -> sa.Table:
        made = self._made[name]
        if made is None:
            with self._making:
                # Another thread may have made it meanwhile; a table has no truth value to ask for.
                made = self._made[name]
                if made is None:
                    made = self._made[name] = self._make(name)
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, eq=False)
class Schema:
    """The tables of one register: ``assets`` and ``history`` by type name, and the program's own."""

    catalogue: Catalogue
    srid: int
    assets: Tables
    history: Tables
    meta: sa.Table
    change_set: sa.Table
    change_set_range: sa.Table
    source: sa.Table
    counter: sa.Table
    attachment_blob: sa.Table

    @property
    def system_tables(self) -> tuple[sa.Table, ...]:
        """The tables without trail that no other program needs to see."""
        return (
            self.meta,
            self.change_set,
            self.change_set_range,
            self.source,
            self.counter,
            self.attachment_blob,
        )

    @property
    def metadata(self) -> sa.MetaData:
        """Every table; those that were not needed so far are made now."""
        for name in self.assets:
            self.history[name]
        return self.meta.metadata

    @property
    def table_names(self) -> frozenset[str]:
        """The names of all tables."""
        own = {table.name for table in self.system_tables}
        return frozenset(own.union(self.assets, map(history_name, self.assets)))

    def column_names(self, type_name: str) -> tuple[str, ...]:
        """The columns of an asset table in their order, known without the table."""
        return _column_names(self.catalogue[type_name])

    def value_columns(self, type_name: str) -> tuple[sa.Column[Any], ...]:
        """Every column of an asset table that an edit may change: all but ``fid`` and ``row_version``."""
        return tuple(c for c in self.assets[type_name].columns if c.name not in (FID, VERSION))


class _Same:
    """A catalogue as key of a cache: the same object, whatever its content."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.catalogue is self.catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)


def build_schema(catalogue: Catalogue, srid: int, dialect: Dialect = "sqlite") -> Schema:
    """The schema of a register with this catalogue whose coordinates are in ``srid`` (-1: local).

    Tables are never changed after this, so registers with the same catalogue share them.
    """
    return _build(_Same(catalogue), srid, dialect)


@lru_cache(maxsize=8)
def _build(same: _Same, srid: int, dialect: Dialect) -> Schema:
    catalogue = same.catalogue
    metadata = sa.MetaData()
    # One for both: they are made in one MetaData.
    making = threading.RLock()
    names = [asset_type.name for asset_type in catalogue]
    assets = Tables(iter(names), lambda name: _asset_table(metadata, catalogue[name], srid, dialect), making)
    history = Tables(iter(names), lambda name: _history_table(metadata, assets[name]), making)
    return Schema(catalogue, srid, assets, history, **_system_tables(metadata, dialect))


def history_name(type_name: str) -> str:
    """The name of the table that keeps what the rows of a type were."""
    return f"{type_name}_h"


def _column_names(asset_type: AssetType) -> tuple[str, ...]:
    geometry = (GEOMETRY,) if asset_type.shape else ()
    fields = (field.name for field in asset_type.columns)
    return (FID, *geometry, *fields, VERSION, *SOURCE_COLUMNS)


def _asset_table(metadata: sa.MetaData, asset_type: AssetType, srid: int, dialect: Dialect) -> sa.Table:
    table = sa.Table(
        asset_type.name,
        metadata,
        sa.Column(FID, sa.BigInteger, primary_key=True),
        *([sa.Column(GEOMETRY, Geometry(asset_type.shape, srid))] if asset_type.shape else ()),
        *(_field_column(asset_type, field) for field in asset_type.columns),
        sa.Column(VERSION, sa.BigInteger, nullable=False, server_default=sa.text("1")),
        sa.Column("source_id", sa.BigInteger, sa.ForeignKey("wa_source.id")),
        sa.Column("source_key", sa.String(200)),
        sa.Column("source_hash", sa.BigInteger),
        *(check for field in asset_type.columns for check in _checks(asset_type.name, field)),
        sqlite_autoincrement=True,
    )
    _indexes(table, asset_type, dialect)
    return table


def _field_column(asset_type: AssetType, field: Field) -> sa.Column[Any]:
    name = f"fk_{asset_type.name}_{field.name}"
    keys: list[sa.ForeignKey] = []
    if isinstance(field, ChoiceField):
        keys.append(_foreign_key(f"{field.code_list.table}.{CODE}", name))
    elif isinstance(field, LinkField) and not field.several:
        keys.append(_foreign_key(f"{field.targets[0]}.{FID}", name))
    return sa.Column(
        field.name, column_type(field.storage), *keys, nullable=not is_mandatory(asset_type, field)
    )


def _foreign_key(target: str, name: str) -> sa.ForeignKey:
    # use_alter: tables may link in circles; deferrable: an undo puts rows back in any order.
    return sa.ForeignKey(target, name=name, use_alter=True, deferrable=True, initially="IMMEDIATE")


def is_mandatory(asset_type: AssetType, field: Field) -> bool:
    """Whether the column refuses blanks. A code may come later: rows drawn in QGIS get one on adoption."""
    return field.required and not (field.name == CODE and asset_type.code_prefix)


def _checks(table_name: str, field: Field) -> Iterator[sa.CheckConstraint]:
    """The hard limits of a field. As text: building expressions for a thousand of them takes 0.1 s at every open."""
    rule = _rule(field)
    if rule:
        yield sa.CheckConstraint(rule, name=f"ck_{table_name}_{field.name}")


def _rule(field: Field) -> str:
    if isinstance(field, NumericField):
        limits = [(">=", field.minimum), ("<=", field.maximum)]
        return " AND ".join(f'"{field.name}" {sign} {limit!r}' for sign, limit in limits if limit is not None)
    if field.storage.kind == "text" and not isinstance(field, ChoiceField):
        return f'length("{field.name}") <= {field.storage.length}'
    if field.storage.kind == "boolean":
        # Other programs write what they like into a BOOLEAN of SQLite.
        return f'CAST("{field.name}" AS INTEGER) IN (0, 1)'
    return ""


def _indexes(table: sa.Table, asset_type: AssetType, dialect: Dialect) -> None:
    for field in asset_type.columns:
        column = table.columns[field.name]
        name = f"ix_{table.name}_{field.name}"
        if field.unique and asset_type.name.startswith("c_"):
            # The target of foreign keys: they need a plain unique index.
            table.append_constraint(sa.UniqueConstraint(column, name=name))
        elif field.unique and field.storage.kind == "text":
            sa.Index(name, sa.func.lower(column), unique=True)
        elif field.unique:
            sa.Index(name, column, unique=True)
        elif field.name in asset_type.unique_across:
            _index_of_given(dialect, name, column, sa.func.lower(column))
        elif isinstance(field, LinkField):
            _index_of_given(dialect, name, column, column)
    source = table.columns["source_id"]
    _index_of_given(dialect, f"ix_{table.name}_source", source, source, table.columns["source_key"])


def _index_of_given(
    dialect: Dialect, name: str, column: sa.Column[Any], *expressions: sa.ColumnElement[Any]
) -> None:
    """An index of the rows where ``column`` has a value: most links are blank, nobody looks for blanks."""
    sa.Index(name, *expressions, **_where(dialect, column.is_not(None)))


def _where(dialect: Dialect, condition: sa.ColumnElement[bool]) -> dict[str, Any]:
    """The condition of an index, for the one dialect: SQLAlchemy loads every dialect that is named."""
    return {f"{dialect}_where": condition}


def _history_table(metadata: sa.MetaData, asset: sa.Table) -> sa.Table:
    name = history_name(asset.name)
    table = sa.Table(
        name,
        metadata,
        sa.Column("h_id", sa.BigInteger, primary_key=True),
        sa.Column("changeset_id", sa.BigInteger, sa.ForeignKey("wa_changeset.id")),
        sa.Column("at", Instant, nullable=False),
        sa.Column("op", sa.String(1), nullable=False),
        *(sa.Column(c.name, c.type, nullable=c.name != FID) for c in asset.columns),
        sqlite_autoincrement=True,
    )
    sa.Index(f"ix_{name}_changeset", table.columns["changeset_id"])
    sa.Index(f"ix_{name}_fid", table.columns[FID], table.columns["h_id"])
    return table


def _system_tables(metadata: sa.MetaData, dialect: Dialect) -> dict[str, sa.Table]:
    change_set = sa.Table(
        "wa_changeset",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("stated", sa.Boolean, nullable=False),
        sa.Column("label_id", sa.String(100), nullable=False),
        sa.Column("label_parameters", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("undoes", sa.BigInteger, sa.ForeignKey("wa_changeset.id")),
        # Type name -> changed fields, as JSON: which tables to look into for the rows.
        sa.Column("touched", sa.Text, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false()),
        sqlite_autoincrement=True,
    )
    is_open = change_set.columns["is_open"]
    condition = is_open == sa.text("1") if dialect == "sqlite" else is_open
    sa.Index("ix_wa_changeset_open", is_open, **_where(dialect, condition))
    sa.Index("ix_wa_changeset_actor", change_set.columns["actor"])
    change_set_range = sa.Table(
        "wa_changeset_range",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column(
            "changeset_id", sa.BigInteger, sa.ForeignKey("wa_changeset.id"), nullable=False, index=True
        ),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("op", sa.String(1), nullable=False),
        sa.Column("first_fid", sa.BigInteger, nullable=False),
        sa.Column("last_fid", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    return {
        "change_set": change_set,
        "change_set_range": change_set_range,
        "meta": sa.Table(
            "wa_meta",
            metadata,
            sa.Column("name", sa.String(64), primary_key=True),
            sa.Column("value", sa.Text, nullable=False),
        ),
        "source": sa.Table(
            "wa_source",
            metadata,
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("name", sa.String(200), nullable=False, unique=True),
            sa.Column("at", Instant, nullable=False),
            sa.Column("description", sa.Text, nullable=False, server_default=sa.text("''")),
            sqlite_autoincrement=True,
        ),
        "counter": sa.Table(
            "wa_counter",
            metadata,
            sa.Column("name", sa.String(64), primary_key=True),
            sa.Column("value", sa.BigInteger, nullable=False),
        ),
        "attachment_blob": sa.Table(
            "wa_attachment_blob",
            metadata,
            sa.Column("sha256", sa.String(64), primary_key=True),
            sa.Column("data", sa.LargeBinary, nullable=False),
        ),
    }
