"""The register's bulk reader in the worker process: columns of one table as Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.query import Box
from layers.text import Message

if TYPE_CHECKING:
    import pyogrio
    import pyogrio.errors
else:
    pyogrio = Later("pyogrio")

_FID = "fid"
_GEOMETRY = "geom"


def read_columns(
    feedback: Feedback,
    path: str | Path,
    table: str,
    fields: Sequence[str],
    geometry: bool,
    where: str | None,
    box: Box | None,
) -> pa.Table:
    """Read ``fid`` (int64), ``fields`` and, on wish, ``geom`` (WKB; null where unlocated) of a table.

    ``where`` is an SQLite condition without parameters, ``box`` in the file's CRS leaves out unlocated rows.
    """
    feedback.check()
    names = [_FID, *fields, *([_GEOMETRY] if geometry else [])]
    wanted: dict[str, Any] = {"layer": table, "columns": list(fields), "where": where, "bbox": box}
    if box is None:
        # As a question of our own, which GDAL asks of the file it has open: of a layer it reads by opening it anew.
        # Each name with its table's: alone, SQLite takes one that it does not know for a text.
        columns = ", ".join(f"{_quoted(table)}.{_quoted(name)}" for name in names)
        condition = "" if where is None else f" WHERE {where}"
        wanted = {"sql": f"SELECT {columns} FROM {_quoted(table)}{condition}"}
    try:
        _, found = pyogrio.read_arrow(
            path, **wanted, read_geometry=geometry, return_fids=True, datetime_as_string=True
        )
    except pyogrio.errors.DataSourceError as error:
        # Somebody moved or deleted the file under us, or another program spoilt it.
        raise UserError(
            Message("store.cannot_open", {"place": str(path)}),
            Message("store.cannot_open_hint"),
            Message("store.database_says", {"text": str(error)}),
        ) from error
    feedback.check()
    # Rebuilt by name: OGR gives table order and marks the geometry as an extension type nobody asked for.
    return pa.table({name: found.column(name) for name in names})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
