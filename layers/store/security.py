"""Against files that would act on their own: only our triggers may run, and must read as we wrote them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.errors import UserError
from layers.model.problem import Problem
from layers.store.schema import Schema
from layers.store.triggers import all_triggers
from layers.text import Message

_ALLOW: int = dbapi2.SQLITE_OK
_DENY: int = dbapi2.SQLITE_DENY

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


class ForeignObjectsError(UserError):
    """The file holds triggers or views that are not ours: read it as a foreign file instead."""


def authorizer(triggers: Collection[str]) -> Authorizer:
    """Denies what triggers and views other than ``triggers`` do; asked when statements are prepared."""
    known = frozenset(triggers)

    def decide(action: int, one: str | None, two: str | None, database: str | None, inner: str | None) -> int:
        return _ALLOW if inner is None or inner in known else _DENY

    return decide


def screen(connection: sa.Connection, schema: Schema, path: Path) -> list[Problem]:
    """Compare triggers and views on our tables with what we generate.

    Raises ``ForeignObjectsError`` for one that we did not write or that reads otherwise. Returns a finding
    for every trigger of ours that is missing: another program dropped it.
    """
    expected = all_triggers(schema)
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
    ).all()
    ours = schema.table_names
    strange = [row.name for row in rows if _is_strange(row, expected, ours)]
    if strange:
        raise ForeignObjectsError(
            Message("security.foreign_objects", {"place": str(path), "names": tuple(strange[:5])}),
            Message("security.foreign_objects_hint"),
        )
    found = {row.name for row in rows}
    return [
        Problem("missing_trigger", "warning", Message("security.missing_trigger", {"name": name}))
        for name in expected
        if name not in found
    ]


def _is_strange(row: Any, expected: Mapping[str, str], ours: Collection[str]) -> bool:
    if row.name in expected:
        return bool(row.sql != expected[row.name])
    # A layer that somebody added with QGIS brings triggers of its own, on its own table: they never run here.
    on_ours = row.tbl_name in ours or row.tbl_name.startswith(("gpkg_", "wa_", "sqlite_"))
    return (row.type == "trigger" and on_ours) or (row.type == "view" and row.name in ours)


def check_file(connection: sa.Connection, path: Path) -> None:
    """Raise ``UserError`` when SQLite's quick check finds the file damaged (0.8 s for 450 MB)."""
    answer = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    if answer != ["ok"]:
        raise UserError(
            Message("store.damaged", {"place": str(path)}),
            Message("store.damaged_hint"),
            Message("store.database_says", {"text": "; ".join(map(str, answer))}),
        )
