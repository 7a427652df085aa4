"""Bringing a register's file to today's schema: a backup first, then every step in one transaction."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.fields import format_instant
from layers.store.backup import backup_before
from layers.store.database_errors import translated
from layers.store.engine import WRITE
from layers.store.labels import encode_parameters
from layers.store.migrations import STEPS
from layers.store.migrations.step import Migration, Step
from layers.store.rtree_check import is_sound
from layers.store.schema import GEOMETRY, Schema
from layers.store.triggers import all_triggers
from layers.text import Message

ACTOR = "gisapp"


def version_of(connection: sa.Connection) -> int:
    """The schema version that ``wa_meta`` names."""
    meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
    value = connection.execute(sa.select(meta.c.value).where(meta.c.name == "schema_version")).scalar()
    return int(value or 0)


def migrate(
    engine: sa.Engine,
    schema: Schema,
    path: Path,
    feedback: Feedback | None = None,
    steps: Sequence[Step] = STEPS,
) -> bool:
    """Run the steps that the file lacks; False when there are none.

    Raises ``UserError`` when the result is not sound; the file is then as it was.
    """
    feedback = feedback or Feedback()
    with engine.connect() as connection:
        pending = [step for step in steps if step.version > version_of(connection)]
    if not pending:
        return False
    backup_before(engine, path, f"migration-{pending[-1].version}", feedback.part(0.0, 0.5))
    with translated(path), engine.connect().execution_options(**{WRITE: True}) as connection:
        with connection.begin():
            # Another process may have migrated it while the backup was made.
            pending = [step for step in pending if step.version > version_of(connection)]
            if not pending:
                return False
            _run(connection, schema, pending)
            feedback.progress(0.9)
            _check(connection, schema, path)
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    feedback.progress(1.0)
    return True


def _run(connection: sa.Connection, schema: Schema, steps: Sequence[Step]) -> None:
    # Checked at the end, by foreign_key_check: rows may be moved in any order.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for name in _our_triggers(connection):
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for step in steps:
        step.up(Migration(connection, schema))
    _record(connection, schema, steps[-1].version)
    for statement in all_triggers(schema).values():
        connection.exec_driver_sql(statement)


def _our_triggers(connection: sa.Connection) -> list[str]:
    """Whatever bears a name of ours, of this version or an older one."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE 'wa\\_%' ESCAPE '\\'"
    query += " OR name LIKE 'rtree\\_%' ESCAPE '\\')"
    return list(connection.exec_driver_sql(query).scalars())


def _record(connection: sa.Connection, schema: Schema, version: int) -> None:
    label = Message("migrations.done", {"version": version})
    connection.execute(
        schema.change_set.insert().values(
            at=format_instant(datetime.datetime.now(datetime.UTC)),
            actor=ACTOR,
            stated=True,
            label_id=label.id,
            label_parameters=encode_parameters(label),
            kind="migration",
            touched=json.dumps({}),
        )
    )
    meta = schema.meta
    connection.execute(meta.update().where(meta.c.name == "schema_version").values(value=str(version)))


def _check(connection: sa.Connection, schema: Schema, path: Path) -> None:
    """Links lead somewhere and spatial indexes are sound, or nothing of it happened."""
    wrong = [row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all()]
    for name, table in schema.assets.items():
        if GEOMETRY in table.columns and not is_sound(connection, f"rtree_{name}_{GEOMETRY}"):
            wrong.append(name)
    if wrong:
        tables = tuple(sorted(set(wrong)))
        raise UserError(
            Message("migrations.unsound", {"place": str(path), "tables": tables}),
            Message("migrations.unsound_hint"),
        )
