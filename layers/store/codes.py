"""Running numbers of business codes (GD-000123): none is given twice."""

from __future__ import annotations

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.store.schema import CODE, Schema


def reserve_numbers(connection: sa.Connection, schema: Schema, asset_type: AssetType, count: int = 1) -> int:
    """The first of ``count`` running numbers whose codes are free; reserved with the transaction's commit."""
    counter = schema.counter
    mine = counter.c.name == asset_type.name
    last = connection.execute(sa.select(counter.c.value).where(mine)).scalar()
    first = (last or 0) + 1
    if last is None or count > 1 or _is_taken(connection, schema, asset_type, first):
        first = max(first, _greatest(connection, schema, asset_type) + 1)
    new = first + count - 1
    if last is None:
        connection.execute(counter.insert().values(name=asset_type.name, value=new))
    else:
        connection.execute(counter.update().where(mine).values(value=new))
    return first


def _is_taken(connection: sa.Connection, schema: Schema, asset_type: AssetType, number: int) -> bool:
    column = schema.assets[asset_type.name].c[CODE]
    wanted = asset_type.code(number).lower()
    return connection.execute(sa.select(column).where(sa.func.lower(column) == wanted)).first() is not None


def _greatest(connection: sa.Connection, schema: Schema, asset_type: AssetType) -> int:
    """The greatest number among the codes of the pattern, found in the index on the lower code."""
    column = schema.assets[asset_type.name].c[CODE]
    prefix = asset_type.code(0).lower().rstrip("0")
    lower = sa.func.lower(column)
    codes = connection.execute(
        sa.select(lower).where(lower >= prefix, lower < prefix[:-1] + chr(ord(prefix[-1]) + 1))
    ).scalars()
    numbers = (code[len(prefix) :] for code in codes)
    # Longer numbers are somebody's own scheme (a date, a serial): not to be counted on from.
    return max(
        (int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) <= asset_type.code_digits + 2),
        default=0,
    )
