"""Tables of a register on a server: made from the schema, with the rules on shapes and the rights of their like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from layers.store.postgis_names import quote
from layers.store.postgis_triggers import run
from layers.store.schema import GEOMETRY, Schema
from layers.store.types import GEOMETRY_NAMES


def create_tables(connection: sa.Connection, schema: Schema, names: Sequence[str] | None = None) -> None:
    """Make these tables (default: all) with keys, indexes and rules on shapes; triggers come later."""
    # A copy: adding constraints by ALTER marks them in the tables, which registers in files share.
    copy = sa.MetaData()
    for table in schema.metadata.tables.values():
        table.to_metadata(copy)
    wanted = None if names is None else [copy.tables[name] for name in names]
    copy.create_all(connection, wanted, checkfirst=False)
    geometry_rules(connection, schema, [n for n in schema.assets if names is None or n in names])


def geometry_rules(connection: sa.Connection, schema: Schema, type_names: Sequence[str]) -> None:
    """Shape and SRID as CHECKs, which PostGIS shows in ``geometry_columns``, and the spatial index."""
    statements = []
    for name in type_names:
        shape = schema.catalogue[name].shape
        if shape is None:
            continue
        add = f'ALTER TABLE "{name}" ADD CONSTRAINT "ck_{name}'
        statements += [
            f'{add}_srid" CHECK (st_srid({GEOMETRY}) = {schema.srid})',
            f"{add}_shape\" CHECK (geometrytype({GEOMETRY}) = '{GEOMETRY_NAMES[shape]}')",
            f'CREATE INDEX "sx_{name}" ON "{name}" USING gist ({GEOMETRY})',
        ]
    if statements:
        run(connection, iter(statements))


_RIGHTS = sa.text(
    "SELECT r.privilege_type, r.is_grantable,"
    " CASE WHEN r.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.grantee)) END AS grantee"
    " FROM pg_class c, aclexplode(c.relacl) r"
    " WHERE c.oid = to_regclass(:name) AND r.grantee <> c.relowner"
)
_SEQUENCE = sa.text("SELECT pg_get_serial_sequence(:name, :column)")


def copy_rights(connection: sa.Connection, schema: Schema, new: Sequence[str]) -> None:
    """Give new types the rights that people have on the tables of their like: who may read those, reads these."""
    statements: list[str] = []
    for name in new:
        like = _like(schema, name, new)
        if like is None:
            continue
        for target, source in (
            (schema.assets[name], schema.assets[like]),
            (schema.history[name], schema.history[like]),
        ):
            statements += _grants(connection, quote(source.name), "TABLE", quote(target.name))
            key = next(iter(source.primary_key)).name
            old, fresh = (
                connection.execute(_SEQUENCE, {"name": quote(t.name), "column": key}).scalar()
                for t in (source, target)
            )
            if old and fresh:
                statements += _grants(connection, old, "SEQUENCE", fresh)
    if statements:
        run(connection, iter(statements))


def _grants(connection: sa.Connection, source: str, kind: str, target: str) -> Iterator[str]:
    for right in connection.execute(_RIGHTS, {"name": source}):
        further = " WITH GRANT OPTION" if right.is_grantable else ""
        yield f"GRANT {right.privilege_type} ON {kind} {target} TO {right.grantee}{further}"


def _like(schema: Schema, name: str, new: Sequence[str]) -> str | None:
    """An older type of the same group, or one of the same sort (code list or not)."""
    group, is_list = schema.catalogue[name].group, name.startswith("c_")
    older = [t for t in schema.catalogue if t.name not in new and t.name.startswith("c_") == is_list]
    alike = [t.name for t in older if t.group == group] or [t.name for t in older]
    return alike[0] if alike else None
