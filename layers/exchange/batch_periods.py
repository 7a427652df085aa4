"""Periods of a batch: rows of a list that run on a day of another row, or of an asset that is there, are kept out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from layers.exchange.findings import Findings
from layers.exchange.staging_data import Numbers
from layers.model.catalogue import AssetType
from layers.model.exclusive import clashes
from layers.text import Message

_FID, _ROW, CODE = "fid", "_row", "code"


def check_periods(
    asset_type: AssetType,
    values: Mapping[str, pa.Array],
    known: Numbers,
    there: pa.Table | None,
    numbers: Numbers,
    findings: Findings,
) -> None:
    """Flag the rows that the register would refuse. ``values``: by field, ``known``: which asset each row is (-1 for
    none), ``there``: the assets there are (``fid`` and the fields of the rules), ``numbers``: of the rows in the file.
    """
    if not asset_type.exclusive:
        return
    assets = {row[_FID]: row for row in there.to_pylist()} if there is not None else {}
    broken = findings.broken
    columns = {name: column.to_pylist() for name, column in values.items()}
    rows: list[dict[str, Any]] = []
    for position, fid in enumerate(known.tolist()):
        if not broken[position]:
            said = {name: column[position] for name, column in columns.items()}
            given = {name: value for name, value in said.items() if value is not None}
            rows.append({**assets.get(fid, {}), **(given if fid >= 0 else said), _ROW: position})
    changed = set(known.tolist())
    rows += [row for fid, row in assets.items() if fid not in changed]
    for rule in asset_type.exclusive:
        complete = [{**dict.fromkeys(rule.names), **row} for row in rows]
        for one, other in clashes(rule, complete, asset_type.fields_by_name):
            row, against = (one, other) if _ROW in one else (other, one)
            if _ROW not in row or broken[row[_ROW]]:
                continue
            broken[row[_ROW]] = True
            flags = np.zeros(len(known), dtype=np.bool_)
            flags[row[_ROW]] = True
            told = {
                "field": asset_type.field_named(rule.begin).title,
                "value": row[rule.begin],
                "law": rule.title,
                "other": _named(against, numbers),
                "start": str(against[rule.begin] or ""),
                "end": str(against[rule.end] or "…"),
            }
            message = Message("field.period_taken", told)
            findings.flag("period_taken", "error", message, flags, field=rule.begin)


def _named(row: Mapping[str, Any], numbers: Numbers) -> Message | str:
    """An asset by its code; a row of the file by its number."""
    if _ROW in row:
        return Message("import.row.line", {"line": int(numbers[row[_ROW]])})
    return str(row.get(CODE) or f"#{row[_FID]}")
