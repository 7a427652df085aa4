"""Bringing a register's file to today's schema: a backup first, then every step in one transaction."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.fields import format_instant
from layers.store.backup import backup_before
from layers.store.database_errors import translated
from layers.store.engine import WRITE
from layers.store.labels import encode_parameters
from layers.store.migrations import STEPS
from layers.store.migrations.growth import (
    Growth,
    Rows,
    beyond,
    growth_of,
    is_noted,
    names_of,
    new_entries,
    note_of,
    record_growth,
    write_note,
)
from layers.store.migrations.step import Migration, Step
from layers.store.present import present_columns
from layers.store.rtree_check import is_sound
from layers.store.schema import GEOMETRY, Schema
from layers.store.security import screen
from layers.store.triggers import all_triggers
from layers.text import Message

ACTOR = "gisapp"


def read_meta(connection: sa.Connection) -> dict[str, str]:
    """What the register says of itself."""
    meta = sa.table("wa_meta", sa.column("name"), sa.column("value"))
    return {row.name: row.value for row in connection.execute(sa.select(meta))}


def migrate(
    engine: sa.Engine,
    schema: Schema,
    path: Path,
    feedback: Feedback | None = None,
    steps: Sequence[Step] = STEPS,
) -> bool:
    """Run the steps that the file lacks and add what the catalogue has more; False when there is nothing.

    Raises ``UserError`` when that is not possible or the result is not sound; the file is then as it was.
    """
    feedback = feedback or Feedback()
    with translated(path), engine.connect() as connection, connection.begin():
        pending = pending_steps(connection, schema, steps)
        if pending is None:
            return False
        act = f"migration-{pending[-1].version}" if pending else "upgrade"
        adds = bool(pending) or _adds(connection, schema)
    if adds:
        backup_before(engine, path, act, feedback.part(0.0, 0.5))
    with translated(path), engine.connect().execution_options(**{WRITE: True}) as connection:
        with connection.begin():
            # Another process may have migrated it while the backup was made.
            pending = pending_steps(connection, schema, steps)
            if pending is None:
                return False
            _run(connection, schema, path, pending, feedback)
            feedback.progress(0.95)
        raw = connection.connection.driver_connection
        assert raw is not None
        # On a full disk all is safe beside the file, and comes into it when there is room again.
        with suppress(dbapi2.OperationalError):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    feedback.progress(1.0)
    return True


def pending_steps(connection: sa.Connection, schema: Schema, steps: Sequence[Step]) -> list[Step] | None:
    """The steps to run, maybe none if the catalogue alone has grown; None when all is done."""
    meta = read_meta(connection)
    pending = [step for step in steps if step.version > int(meta.get("schema_version", 0))]
    return None if not pending and is_noted(meta, schema.catalogue) else pending


def _adds(connection: sa.Connection, schema: Schema) -> bool:
    """Whether the catalogue has anything that the file lacks, or only the note of it is missing."""
    present = present_columns(connection)
    return bool(growth_of(schema, present)) or bool(new_entries(connection, schema, present))


def _run(
    connection: sa.Connection, schema: Schema, path: Path, steps: Sequence[Step], feedback: Feedback
) -> None:
    # Checked at the end, by foreign_key_check: rows may be moved in any order.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for name in _our_triggers(connection, schema):
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    feedback.progress(0.55)
    migration = Migration(connection, schema)
    for step in steps:
        step.up(migration)
    entries, growth = grow(migration, path, known_to_steps=bool(steps))
    feedback.progress(0.7)
    for statement in all_triggers(schema).values():
        connection.exec_driver_sql(statement)
    # Before anything is written: only our own triggers may act.
    screen(connection, schema, path)
    if steps:
        record_steps(connection, schema, steps[-1].version, actor=ACTOR, stated=True)
    if growth or entries:
        record_growth(
            connection, schema, growth, entries, actor=ACTOR, stated=True, announce=lambda _id: None
        )
    write_note(connection, schema, note_of(schema.catalogue))
    feedback.progress(0.85)
    if steps:
        _check(connection, schema, path)


def grow(migration: Migration, place: object, *, known_to_steps: bool) -> tuple[Rows, Growth]:
    """Add the tables and columns that are missing; the entries that ``record_growth`` has to put in.

    Raises ``UserError`` when a newer program was here (``known_to_steps``: numbered steps came before, which
    know what they met), or when something of another program has a name that is needed.
    """
    connection, schema = migration.connection, migration.schema
    strange = () if known_to_steps else beyond(read_meta(connection), schema.catalogue)
    if strange:
        raise UserError(newer_catalogue(place, strange), Message("migrations.newer_catalogue_hint"))
    present = present_columns(connection)
    growth = growth_of(schema, present)
    if growth.taken:
        raise UserError(
            Message("migrations.name_taken", {"place": str(place), "names": names_of(growth.taken)}),
            Message("migrations.name_taken_hint"),
        )
    entries = new_entries(connection, schema, present)
    migration.add_type(*growth.types)
    for name, column in growth.columns:
        migration.add_field(name, column)
    return entries, growth


def newer_catalogue(place: object, strange: Sequence[str]) -> Message:
    """What to say of a register that a newer program put ``strange`` types and fields into."""
    return Message("migrations.newer_catalogue", {"place": str(place), "names": names_of(strange)})


def _our_triggers(connection: sa.Connection, schema: Schema) -> list[str]:
    """Whatever bears a name of ours, of this version or an older one; a layer of somebody's own keeps its index."""
    rows = connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return [
        row.name
        for row in rows
        if row.name.startswith("wa_") or (row.name.startswith("rtree_") and row.tbl_name in schema.assets)
    ]


def record_steps(
    connection: sa.Connection, schema: Schema, version: int, *, actor: str, stated: bool
) -> None:
    """Note in the trail that the register was brought to ``version``."""
    label = Message("migrations.done", {"version": version})
    connection.execute(
        schema.change_set.insert().values(
            at=format_instant(datetime.datetime.now(datetime.UTC)),
            actor=actor,
            stated=stated,
            label_id=label.id,
            label_parameters=encode_parameters(label),
            kind="migration",
            touched=json.dumps({}),
        )
    )
    write_note(connection, schema, {"schema_version": str(version)})


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
