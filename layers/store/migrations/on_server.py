"""Bringing a register on a server to today's program: numbered steps and the catalogue's growth, in one transaction.

The counterpart of ``runner``. No copy is made before: the server's own backups are relied on, and whatever
stops it on the way leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from layers.store.migrations import STEPS
from layers.store.migrations.growth import note_of, record_growth, write_note
from layers.store.migrations.runner import grow, pending_steps, record_steps
from layers.store.migrations.step import Migration, Step
from layers.store.postgis_errors import told
from layers.store.postgis_server import Server
from layers.store.postgis_tables import copy_rights
from layers.store.postgis_triggers import (
    CHANNEL,
    all_statements,
    drop_statements,
    run,
    statements_of,
    trail_statement,
)
from layers.store.schema import Schema

# Any number that no other program uses; the lock is the transaction's.
_LOCK = 0x6769_7361_7070
_PATIENCE = "10s"

_OWNER = sa.text("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('wa_meta')")
# One who may act as the owner of every table, and may make tables beside them.
_MAY = sa.text(
    "SELECT coalesce(bool_and(pg_has_role(current_user, c.relowner, 'MEMBER')), false)"
    " AND has_schema_privilege(:owner, current_schema(), 'CREATE')"
    " FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"
    " AND c.relname = ANY(:names)"
)


def may_migrate(connection: sa.Connection, schema: Schema) -> bool:
    """Whether this login has the rights to change the tables."""
    owner = connection.execute(_OWNER).scalar_one()
    names = sorted(schema.table_names)
    return bool(connection.execute(_MAY, {"owner": owner, "names": names}).scalar_one())


def migrate_server(
    engine: sa.Engine, schema: Schema, server: Server, login: str, steps: Sequence[Step] = STEPS
) -> bool:
    """Run the steps that the register lacks and add what the catalogue has more; False when there is nothing.

    Raises ``UserError`` when that is not possible; the register is then as it was.
    """
    with told(server.address), engine.begin() as connection:
        connection.execute(sa.select(sa.func.set_config("lock_timeout", _PATIENCE, True)))
        # Whoever comes second waits here, and finds nothing left to do.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        pending = pending_steps(connection, schema, steps)
        if pending is None:
            return False
        owner = connection.execute(_OWNER).scalar_one()
        connection.execute(sa.select(sa.func.set_config("role", owner, True)))
        _run(connection, schema, server, login, pending)
    return True


def _run(
    connection: sa.Connection, schema: Schema, server: Server, login: str, steps: Sequence[Step]
) -> None:
    migration = Migration(connection, schema)
    if steps:
        run(connection, drop_statements(schema))
    for step in steps:
        step.up(migration)
    entries, growth = grow(migration, server.address, known_to_steps=bool(steps))
    copy_rights(connection, schema, growth.types)
    if steps:
        run(connection, all_statements(schema))
        record_steps(connection, schema, steps[-1].version, actor=login, stated=False)
    elif growth:
        # Only what is new: others go on reading and writing the tables that did not change.
        changed = dict.fromkeys(name for name, _column in growth.columns)
        run(connection, (trail_statement(schema, name) for name in changed))
        if growth.types:
            run(connection, (s for name in growth.types for s in statements_of(schema, name)))

    def announce(change_set: int) -> None:
        connection.execute(sa.select(sa.func.set_config("wa.changeset", str(change_set), True)))
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, str(change_set))))

    if growth or entries:
        record_growth(connection, schema, growth, entries, actor=login, stated=False, announce=announce)
    write_note(connection, schema, note_of(schema.catalogue))
