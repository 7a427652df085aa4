"""Version 2: projects are assets. What sources said of them in words stands beside the links to them."""

from __future__ import annotations

from layers.store.migrations.step import Migration
from layers.store.present import present_columns

_RENAMED = (("project_in", "project_in_name"), ("project_out", "project_out_name"))


def up(migration: Migration) -> None:
    """The two texts take another name; pipes get links of the names that are free then."""
    present = present_columns(migration.connection)
    for name, table in migration.schema.assets.items():
        for old, new in _RENAMED:
            if new in table.columns and old in present.get(name, ()) and new not in present[name]:
                migration.rename_field(name, old, new)
