"""Triggers of a GeoPackage register, generated from the schema: the trail, its guards and the R-trees.

They call no function of ours but the standard ``ST_*`` of the R-tree extension, so any program that can edit
a GeoPackage leaves a trail. (The server's counterpart is ``postgis_triggers``.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy.dialects import sqlite

from layers.store.schema import FID, GEOMETRY, HISTORY_COLUMNS, VERSION, Schema, history_name

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ','now')"
_OPEN = "(SELECT id FROM wa_changeset WHERE is_open = 1)"

_quote = sqlite.dialect().identifier_preparer.quote


@lru_cache(maxsize=4)
def all_triggers(schema: Schema) -> Mapping[str, str]:
    """Every trigger of a GeoPackage register: name to statement. No other belongs in the file."""
    triggers: dict[str, str] = {}
    for name in schema.assets:
        triggers |= asset_triggers(schema, name)
        triggers |= dict(_history_guards(schema, name))
    return MappingProxyType(triggers | dict(_change_set_guards()))


def asset_triggers(schema: Schema, type_name: str) -> dict[str, str]:
    """The triggers on one asset table: those that a bulk load replaces by set-wise work of its own."""
    triggers = dict(_trail(schema, type_name))
    if GEOMETRY in schema.column_names(type_name):
        triggers |= dict(_rtree(type_name))
    return triggers


def _trail(schema: Schema, type_name: str) -> Iterator[tuple[str, str]]:
    table, history = _quote(type_name), _quote(history_name(type_name))
    all_columns = schema.column_names(type_name)
    values = [_quote(c) for c in all_columns if c not in (FID, VERSION)]
    changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in values)
    names = ", ".join(map(_quote, all_columns))
    old = ", ".join(f"OLD.{_quote(c)}" for c in all_columns)

    def keep(operation: str) -> str:
        columns = f"changeset_id, at, op, {names}"
        return f"INSERT INTO {history} ({columns}) VALUES ({_OPEN}, {_NOW}, '{operation}', {old});"

    yield _trigger(
        f"wa_{type_name}_insert",
        f"AFTER INSERT ON {table}",
        f"INSERT INTO {history} (changeset_id, at, op, {FID}, {VERSION})"
        f" VALUES ({_OPEN}, {_NOW}, 'I', NEW.{FID}, NEW.{VERSION});",
    )
    # The second statement acts only for edits of other programs: ours raise the version themselves.
    yield _trigger(
        f"wa_{type_name}_update",
        f"AFTER UPDATE OF {', '.join(values)} ON {table} WHEN {changed}",
        f"{keep('U')} UPDATE {table} SET {VERSION} = OLD.{VERSION} + 1"
        f" WHERE {FID} = NEW.{FID} AND {VERSION} = OLD.{VERSION};",
    )
    yield _trigger(f"wa_{type_name}_delete", f"AFTER DELETE ON {table}", keep("D"))
    yield _trigger(
        f"wa_{type_name}_keep_id",
        f"BEFORE UPDATE OF {FID} ON {table} WHEN OLD.{FID} IS NOT NEW.{FID}",
        "SELECT RAISE(ABORT, 'the id of an asset never changes');",
    )


def _history_guards(schema: Schema, type_name: str) -> Iterator[tuple[str, str]]:
    name = history_name(type_name)
    table = _quote(name)
    columns = (*HISTORY_COLUMNS, *schema.column_names(type_name))
    kept = [_quote(c) for c in columns if c != "changeset_id"]
    same = " AND ".join(f"OLD.{c} IS NEW.{c}" for c in kept)
    refuse = "SELECT RAISE(ABORT, 'history is only added to');"
    # Rows of other programs' edits get their change set later; nothing else ever changes.
    yield _trigger(
        f"wa_{name}_guard_update",
        f"BEFORE UPDATE ON {table} WHEN NOT (OLD.changeset_id IS NULL AND {same})",
        refuse,
    )
    yield _trigger(f"wa_{name}_guard_delete", f"BEFORE DELETE ON {table}", refuse)


def _change_set_guards() -> Iterator[tuple[str, str]]:
    refuse = "SELECT RAISE(ABORT, 'history is only added to');"
    yield _trigger(
        "wa_changeset_guard_update", "BEFORE UPDATE ON wa_changeset WHEN OLD.is_open IS NOT 1", refuse
    )
    yield _trigger("wa_changeset_guard_delete", "BEFORE DELETE ON wa_changeset", refuse)
    yield _trigger("wa_changeset_range_guard_update", "BEFORE UPDATE ON wa_changeset_range", refuse)
    yield _trigger("wa_changeset_range_guard_delete", "BEFORE DELETE ON wa_changeset_range", refuse)


def _rtree(type_name: str) -> Iterator[tuple[str, str]]:
    """The six triggers of GeoPackage 1.2 and 1.3; those of 1.4 make older GDAL complain."""
    tree = f"rtree_{type_name}_{GEOMETRY}"
    table, rtree, g = _quote(type_name), _quote(tree), GEOMETRY
    full = f"(NEW.{g} NOTNULL AND NOT ST_IsEmpty(NEW.{g}))"
    empty = f"(NEW.{g} ISNULL OR ST_IsEmpty(NEW.{g}))"
    insert = (
        f"INSERT OR REPLACE INTO {rtree} VALUES (NEW.{FID}, ST_MinX(NEW.{g}), ST_MaxX(NEW.{g}),"
        f" ST_MinY(NEW.{g}), ST_MaxY(NEW.{g}));"
    )
    delete = f"DELETE FROM {rtree} WHERE id = OLD.{FID};"
    same, other = f"OLD.{FID} = NEW.{FID}", f"OLD.{FID} != NEW.{FID}"
    yield _trigger(
        f"{tree}_insert",
        f"AFTER INSERT ON {table} WHEN (new.{g} NOT NULL AND NOT ST_IsEmpty(NEW.{g}))",
        insert,
    )
    yield _trigger(f"{tree}_update1", f"AFTER UPDATE OF {g} ON {table} WHEN {same} AND {full}", insert)
    yield _trigger(f"{tree}_update2", f"AFTER UPDATE OF {g} ON {table} WHEN {same} AND {empty}", delete)
    yield _trigger(
        f"{tree}_update3", f"AFTER UPDATE ON {table} WHEN {other} AND {full}", f"{delete} {insert}"
    )
    yield _trigger(
        f"{tree}_update4",
        f"AFTER UPDATE ON {table} WHEN {other} AND {empty}",
        f"DELETE FROM {rtree} WHERE id IN (OLD.{FID}, NEW.{FID});",
    )
    yield _trigger(f"{tree}_delete", f"AFTER DELETE ON {table} WHEN old.{g} NOT NULL", delete)


def _trigger(name: str, event: str, body: str) -> tuple[str, str]:
    return name, f"CREATE TRIGGER {_quote(name)} {event} BEGIN {body} END"
