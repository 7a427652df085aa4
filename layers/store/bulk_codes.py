"""Codes for rows that are inserted in bulk without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from layers.later import Later

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")


def with_codes(rows: pa.Table, name: str, reserve: Callable[[int], list[str]]) -> pa.Table:
    """``rows`` with column ``name`` complete: blanks get the codes that ``reserve`` gives for their number."""
    if name not in rows.column_names:
        return rows.append_column(name, pa.array(reserve(rows.num_rows), pa.string()))
    given = rows[name].combine_chunks().cast(pa.string())
    if not given.null_count:
        return rows
    full = pc.replace_with_mask(given, given.is_null(), pa.array(reserve(given.null_count), pa.string()))
    return rows.set_column(rows.column_names.index(name), name, full)
