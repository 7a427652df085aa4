"""Strays: rows whose place is none of the register's: outside the area of its system, or far from all it holds.

Swapped columns, another zone or another system put rows there; no edit may put an asset there either.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.exchange.findings import Finding, Findings
from layers.geometry.crs import Crs
from layers.geometry.crs_detection import outside_area
from layers.geometry.surroundings import surroundings
from layers.model.query import Box
from layers.text import Message


def flag_strays(shapes: NDArray[Any], target: Crs, held: Box | None, findings: Findings) -> None:
    """An error for every row of ``shapes``, in the ``target`` system, that lies where nothing of the register can."""
    boxes = shapely.bounds(shapes)
    placed = np.isfinite(boxes).all(axis=1)
    if held is not None:
        near = surroundings(held)
        placed &= (boxes[:, :2] < (near.x0, near.y0)).any(axis=1) | (boxes[:, 2:] > (near.x1, near.y1)).any(
            axis=1
        )
    rows = np.flatnonzero(placed)
    if not len(rows):
        return
    middles = (boxes[rows, :2] + boxes[rows, 2:]) / 2
    # A register whose own assets lie outside of its system's area says nothing of where others may lie.
    outside = np.zeros(len(rows), dtype=np.bool_)
    if held is None or not outside_area(_middle(held), target).any():
        outside = outside_area(middles, target)
    told = Message("import.row.outside_area", {"crs": target.title})
    _flag(findings, "outside_area", told, rows, middles, outside)
    if held is not None:
        _flag(findings, "far_out", Message("import.row.far_out"), rows, middles, ~outside)


def _middle(held: Box) -> NDArray[np.float64]:
    return np.array([[(held.x0 + held.x1) / 2, (held.y0 + held.y1) / 2]])


def _flag(
    findings: Findings,
    rule: str,
    told: Message,
    rows: NDArray[np.int64],
    middles: NDArray[np.float64],
    which: NDArray[np.bool_],
) -> None:
    places = [f"{x:.0f}, {y:.0f}" for x, y in middles[which].tolist()]
    findings.add(Finding(rule, "error", told, rows[which], values=pa.array(places, pa.string())))
