"""The walking order of lots: one, those of a team, or all of a campaign, as one act.

What was logged keeps its number; the way goes on from where somebody was last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.census.walking.order import walking_order
from layers.census.walking.streets import Streets
from layers.census.words import CANCELLED, LOGGED, LOT, RECORD
from layers.feedback import Feedback
from layers.geometry.belonging import standing
from layers.geometry.packed import Integers
from layers.model.query import All, Compare
from layers.register import Edit, Register

_FIELDS = ("lot", "state", "sequence")


@dataclass(frozen=True, eq=False)
class Walks:
    """``numbers`` lie alongside ``records``; ``metres``: the whole way of each lot; ``unplaced`` have no number."""

    records: Integers
    numbers: Integers
    metres: Mapping[int, float]
    unplaced: int
    by_road: int
    """Of so many lots the way leads along roads."""


def plan_walks(register: Register, lots: Sequence[int], feedback: Feedback | None = None) -> Walks:
    """In which order to walk the lots. Long for many: a task. Raises ``Cancelled`` when it is stopped."""
    feedback = feedback or Feedback()
    where = All((Compare("lot", "in", tuple(lots)), Compare("state", "!=", CANCELLED)))
    table = register.columns(RECORD, _FIELDS, geometry=True, where=where, feedback=feedback.part(0, 0.1))
    streets = Streets.read(register)
    rows = _rows(table)
    records, numbers, metres, by_road = [], [], {}, 0
    order = np.argsort(rows.lot, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(rows.lot[order])) + 1) if len(order) else []
    done = 0
    for members in groups:
        feedback.check()
        part = feedback.part(0.1 + 0.9 * done / len(order), 0.1 + 0.9 * (done + len(members)) / len(order))
        done += len(members)
        its, way, is_by_road = _walked(rows, members, streets, part)
        records.append(rows.ids[its])
        numbers.append(np.arange(1, len(its) + 1))
        if len(its):
            metres[int(rows.lot[members[0]])] = way
        by_road += is_by_road
    empty = np.zeros(0, np.int64)
    return Walks(
        np.concatenate(records) if records else empty,
        np.concatenate(numbers) if numbers else empty,
        metres,
        int((~rows.is_placed).sum()),
        by_road,
    )


def number_walks(edit: Edit, walks: Walks) -> int:
    """Write the numbers and the length of each way, within an open edit; how many numbers are other ones now."""
    changed = edit.update_many(RECORD, walks.records, {"sequence": walks.numbers.tolist()})
    lots = np.array(sorted(walks.metres), np.int64)
    edit.update_many(LOT, lots, {"walk_m": [round(walks.metres[lot]) for lot in lots.tolist()]})
    return changed


@dataclass(frozen=True, eq=False)
class _Rows:
    ids: Integers
    lot: Integers
    sequence: Integers
    is_logged: np.ndarray
    xy: np.ndarray

    @property
    def is_placed(self) -> np.ndarray:
        return np.asarray(np.isfinite(self.xy[:, 0]))


def _rows(table: pa.Table) -> _Rows:
    geometry = shapely.from_wkb(table["geom"].to_numpy(zero_copy_only=False))
    xy = standing(geometry) if table.num_rows else np.zeros((0, 2))
    return _Rows(
        table["fid"].to_numpy().astype(np.int64),
        table["lot"].to_numpy().astype(np.int64),
        table["sequence"].combine_chunks().fill_null(0).to_numpy().astype(np.int64),
        np.isin(np.array(table["state"].to_pylist(), dtype=object), list(LOGGED)),
        np.asarray(xy, dtype=np.float64).reshape(-1, 2),
    )


def _walked(
    rows: _Rows, members: Integers, streets: Streets, feedback: Feedback
) -> tuple[Integers, float, bool]:
    """The rows of one lot as they are walked, how long the way is, and whether it leads along roads."""
    placed = members[rows.is_placed[members]]
    done = placed[rows.is_logged[placed]]
    # As they were numbered; what was found on the way and has no number comes last.
    done = done[
        np.lexsort((done, np.where(rows.sequence[done] > 0, rows.sequence[done], np.iinfo(np.int64).max)))
    ]
    rest = placed[~rows.is_logged[placed]]
    start = tuple(rows.xy[done[-1]].tolist()) if len(done) else None
    walk = walking_order(rows.xy[rest], streets.near(rows.xy[placed]), feedback, start=start)
    order = np.concatenate([done, rest[walk.order]]).astype(np.int64)
    gone = np.hypot(*np.diff(rows.xy[done], axis=0).T).sum() if len(done) > 1 else 0.0
    bridge = np.hypot(*(rows.xy[order[len(done)]] - rows.xy[done[-1]])) if len(done) and len(rest) else 0.0
    return order, float(gone + bridge + walk.metres), walk.by_road
