"""A bulk read of few rows of a GeoPackage by our own connection: GDAL takes 50 ms to open one, whatever is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.store.schema import FID, GEOMETRY, VERSION
from layers.store.types import arrow_type, column_type, header_length


def read_few(
    connection: sa.Connection,
    asset_type: AssetType,
    fields: Sequence[str],
    geometry: bool,
    where: str | None,
    *,
    most: int,
) -> pa.Table | None:
    """What ``worker_columns.read_columns`` gives, or None if the table has more than ``most`` rows.

    None too for columns that are no fields, and for values that no field takes, written by another program: GDAL
    makes of them what it can.
    """
    beyond = f'SELECT 1 FROM "{asset_type.name}" LIMIT 1 OFFSET {most}'
    if connection.exec_driver_sql(beyond).first() is not None:
        return None
    kinds = {field.name: arrow_type(column_type(field.storage)) for field in asset_type.columns}
    kinds |= {FID: pa.int64(), VERSION: pa.int64()}
    names = [FID, *fields]
    if not kinds.keys() >= set(names):
        # What the register keeps for itself beside the fields: where a row came from.
        return None
    columns = ", ".join(f'"{name}"' for name in (*names, *((GEOMETRY,) if geometry else ())))
    condition = "" if where is None else f"WHERE {where}"
    # As text: making SQLAlchemy's tables of all that a map draws takes longer than reading them.
    text = f'SELECT {columns} FROM "{asset_type.name}" {condition} ORDER BY "{FID}"'
    rows = connection.exec_driver_sql(text).all()
    found = list(zip(*rows, strict=True)) or [()] * (len(names) + geometry)
    try:
        arrays = {name: _array(found[number], kinds[name]) for number, name in enumerate(names)}
        if geometry:
            arrays[GEOMETRY] = pa.array(map(_wkb, found[-1]), pa.binary())
    except (TypeError, ValueError, OverflowError):
        return None
    return pa.table(arrays)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.bool_():
        values = [None if value is None else bool(value) for value in values]
    return pa.array(values, kind)


def _wkb(value: bytes | None) -> bytes | None:
    return None if value is None else value[header_length(value) :]
