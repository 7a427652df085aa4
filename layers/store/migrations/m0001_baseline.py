"""Version 1: the tables as the first release creates them."""

from __future__ import annotations

from layers.store.migrations.step import Migration


def up(migration: Migration) -> None:
    """Nothing came before."""
