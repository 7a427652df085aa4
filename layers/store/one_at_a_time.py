"""Acts that two must not do at once, though they change different rows."""

from __future__ import annotations

import sqlalchemy as sa

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))")


def one_at_a_time(connection: sa.Connection, name: str) -> None:
    """To the end of the transaction nobody else gets past this for the same name; a file has one writer anyway.

    Whoever comes second sees what the first one wrote.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_LOCK, {"name": name})
