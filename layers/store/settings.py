"""Settings of a register: the company's values as rows, the catalogue's until there is one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from layers.model.settings import SettingDefinition
from layers.store.base import Store
from layers.store.edit import Edit
from layers.store.rows import Row
from layers.store.schema import FID, VERSION
from layers.store.value_rules import ValuesRefused

SETTING = "setting"


def read_setting(store: Store, connection: sa.Connection, definition: SettingDefinition) -> Any:
    """The value of a setting in this register."""
    row = _row(store, connection, definition)
    return definition.default if row is None else definition.parse(row["value"])


def write_setting(edit: Edit, definition: SettingDefinition, value: Any) -> None:
    """Set a setting; None or the catalogue's own value takes the company's away. Raises ``ValuesRefused``."""
    asset_type = edit.catalogue[SETTING]
    problems = [p for p in definition.field.check(value) if p.severity == "error"]
    if problems:
        raise ValuesRefused(asset_type, definition.name, problems)
    row = _row(edit.store, edit.connection, definition)
    if value is None or value == definition.default:
        if row is not None:
            edit.delete(SETTING, row[FID], row[VERSION])
    elif row is None:
        edit.insert(SETTING, {"name": definition.name, "value": definition.format(value)})
    else:
        edit.update(SETTING, row[FID], row[VERSION], {"value": definition.format(value)})


def _row(store: Store, connection: sa.Connection, definition: SettingDefinition) -> Row | None:
    table = store.schema.assets[SETTING]
    row = connection.execute(sa.select(table).where(table.c.name == definition.name)).mappings().first()
    return None if row is None else dict(row)
