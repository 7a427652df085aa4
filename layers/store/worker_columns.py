"""The register's bulk reader in the worker process: columns of one table as Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from layers.feedback import Feedback
from layers.later import Later
from layers.model.query import Box

if TYPE_CHECKING:
    import pyogrio
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
    _, found = pyogrio.read_arrow(
        path,
        layer=table,
        columns=list(fields),
        read_geometry=geometry,
        where=where,
        bbox=box,
        return_fids=True,
        datetime_as_string=True,
    )
    feedback.check()
    names = [_FID, *fields, *([_GEOMETRY] if geometry else [])]
    # Rebuilt by name: OGR gives table order and marks the geometry as an extension type nobody asked for.
    return pa.table({name: found.column(name) for name in names})
