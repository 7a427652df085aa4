"""Triggers of a register on a server: versions and the trail, for edits by whatever program.

The counterpart of ``triggers``. Versions are raised row by row before the change; the trail is written once
per statement from its transition tables.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from layers.store.postgis_names import quote
from layers.store.schema import FID, VERSION, Schema

#: The channel on which every commit is told: its change set's id, or ``outside``.
CHANNEL = "wa_changeset"
LISTEN = "LISTEN wa_changeset"

#: The setting that names the table of a bulk act, which no trigger shall write the trail of.
BULK = "wa.bulk"

_COMMON = f"""
CREATE OR REPLACE FUNCTION wa_raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.{FID} <> OLD.{FID} THEN
        RAISE EXCEPTION 'the id of an asset never changes';
    END IF;
    IF NEW.{VERSION} = OLD.{VERSION} AND NEW IS DISTINCT FROM OLD THEN
        NEW.{VERSION} := OLD.{VERSION} + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION wa_guard_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.changeset_id IS NULL AND to_jsonb(OLD) - 'changeset_id' = to_jsonb(NEW) - 'changeset_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'history is only added to';
END $$;
CREATE OR REPLACE FUNCTION wa_guard_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'wa_changeset' THEN
        IF OLD.is_open THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'history is only added to';
END $$;
"""


def all_statements(schema: Schema) -> Iterator[str]:
    """Everything that makes functions and triggers, in order."""
    yield _COMMON
    for name in schema.assets:
        yield from statements_of(schema, name)
    for table in (schema.change_set, schema.change_set_range):
        yield _guard(table.name, "wa_guard_changeset")


def statements_of(schema: Schema, type_name: str) -> Iterator[str]:
    """The trail of one type."""
    yield trail_statement(schema, type_name)
    yield from _asset_triggers(schema, type_name)
    yield _guard(schema.history[type_name].name, "wa_guard_history")


def drop_statements(schema: Schema) -> Iterator[str]:
    """What takes every trigger of ours away, before a migration."""
    for name, table in schema.assets.items():
        for act in ("insert", "update", "delete", "version"):
            yield f"DROP TRIGGER IF EXISTS {quote(f'wa_{name}_{act}')} ON {quote(table.name)}"


def trail_statement(schema: Schema, type_name: str) -> str:
    """The function that writes the trail of a type, new or in place of the one there is."""
    table = schema.assets[type_name]
    history = quote(schema.history[type_name].name)
    names = [quote(column.name) for column in table.columns]
    columns, old = ", ".join(names), ", ".join(f"o.{name}" for name in names)
    return f"""
CREATE OR REPLACE FUNCTION {quote(f"wa_{type_name}_trail")}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    act bigint := nullif(current_setting('wa.changeset', true), '')::bigint;
    moment text := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
BEGIN
    -- A bulk act writes the trail itself; only within a change set that is open, so that it leaves one.
    IF current_setting('{BULK}', true) = TG_TABLE_NAME
        AND EXISTS (SELECT 1 FROM wa_changeset c WHERE c.id = act AND c.is_open) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {history} (changeset_id, at, op, {FID}, {VERSION})
            SELECT act, moment, 'I', n.{FID}, n.{VERSION} FROM new_rows n ORDER BY n.{FID};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO {history} (changeset_id, at, op, {columns})
            SELECT act, moment, 'D', {old} FROM old_rows o ORDER BY o.{FID};
    ELSE
        INSERT INTO {history} (changeset_id, at, op, {columns})
            SELECT act, moment, 'U', {old} FROM old_rows o JOIN new_rows n ON n.{FID} = o.{FID}
            WHERE o IS DISTINCT FROM n ORDER BY o.{FID};
    END IF;
    IF act IS NULL THEN
        PERFORM pg_notify('{CHANNEL}', 'outside');
    END IF;
    RETURN NULL;
END $$;"""


def _asset_triggers(schema: Schema, type_name: str) -> Iterator[str]:
    table = quote(schema.assets[type_name].name)
    function = quote(f"wa_{type_name}_trail")
    yield (
        f"CREATE TRIGGER {quote(f'wa_{type_name}_version')} BEFORE UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION wa_raise_version()"
    )
    tables = {
        "insert": "NEW TABLE AS new_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
    }
    for act, transition in tables.items():
        yield (
            f"CREATE TRIGGER {quote(f'wa_{type_name}_{act}')} AFTER {act.upper()} ON {table}"
            f" REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )


def _guard(table: str, function: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {quote(f'wa_{table}_guard')} BEFORE UPDATE OR DELETE ON {quote(table)}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def run(connection: sa.Connection, statements: Iterator[str]) -> None:
    """Send statements as they are: bodies of functions hold what a driver would take for parameters."""
    raw = connection.connection.cursor()
    try:
        raw.execute(";\n".join(statements))
    finally:
        raw.close()
