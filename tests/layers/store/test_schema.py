"""The schema: tables are made when they are asked for, and their names are known before."""

from __future__ import annotations

import sqlalchemy as sa

from layers.model.catalogue_file import load_catalogue
from layers.store.schema import Dialect, Schema, build_schema
from layers.store.triggers import all_triggers

UNUSED_SRID = 987_654


def _schema() -> Schema:
    return build_schema(load_catalogue(), UNUSED_SRID)


def test_the_names_known_beforehand_are_those_of_the_tables() -> None:
    schema = _schema()
    assert {name: schema.column_names(name) for name in schema.assets} == {
        name: tuple(column.name for column in table.columns) for name, table in schema.assets.items()
    }
    assert schema.table_names == frozenset(schema.metadata.tables)
    assert [column.name for column in schema.history["pipe"].columns][4:] == list(schema.column_names("pipe"))


def test_one_table_is_made_without_those_it_links_to() -> None:
    load = load_catalogue()
    schema = build_schema(load, UNUSED_SRID - 1)
    all_triggers(schema)
    text = str(sa.select(schema.assets["pipe"].c.dn))
    assert text.split() == ["SELECT", "pipe.dn", "FROM", "pipe"]
    made = schema.meta.metadata.tables
    assert "pipe" in made
    assert "valve" not in made
    assert "pipe_h" not in made
    assert "valve_h" in schema.metadata.tables


def test_an_index_of_some_rows_is_one_in_either_store() -> None:
    told = []
    names: tuple[Dialect, ...] = ("sqlite", "postgresql")
    for number, name in enumerate(names):
        schema = build_schema(load_catalogue(), UNUSED_SRID - 2 - number, name)
        indexes = {*schema.assets["pipe"].indexes, *schema.change_set.indexes}
        told.append(
            {index.name for index in indexes if index.dialect_kwargs.get(f"{name}_where") is not None}
        )
    assert told[0] == told[1]
    assert {"ix_wa_changeset_open", "ix_pipe_source", "ix_pipe_grid"} <= told[0]
