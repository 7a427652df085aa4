"""A census under way: every hydrant is to be visited, one lot per grid, not half of them done."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.census.walking.order import DETOUR
from layers.sample.draft import Draft
from layers.sample.streets import Ints
from layers.sample.tables import NONE, codes, make_table, repeated
from layers.sample.words import words
from layers.sample.works import TODAY

_TYPE = "hydrant"
_FIELDS = ("hydrant_type", "feed_dn", "plate_no", "outlet_count", "condition")
_BEGAN = datetime.date(2026, 9, 1)
_ENDS = datetime.date(2026, 11, 30)
_SHARE_DONE = 0.44
_TEAMS = (5, 6)
_READERS = (30, 31, 33)
_CHECKER, _MENDED = 18, 3
_DEFECTS = (
    ("cap_missing", 2),
    ("hydrant_buried", 4),
    ("hydrant_rusted", 3),
    ("hydrant_leak", 3),
    ("low_pressure", 3),
)
_PLATES_GONE = 0.08
_OTHER_DN = 0.05
_DEFECTIVE = 0.09
_OUTCOMES, _CHANCES = ("found", "not_found", "inaccessible"), (0.93, 0.04, 0.03)


def census_tables(draft: Draft, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The campaign, its lots, records, defects and orders; invented like all of the city."""
    random = draft.random("census")
    said = words()["census"]
    hydrants = tables[_TYPE]
    xy = shapely.get_coordinates(shapely.from_wkb(hydrants["geom"].to_numpy(zero_copy_only=False)))
    grid = np.nan_to_num(np.array(hydrants["grid"].to_pylist(), dtype=np.float64)).astype(np.int64)
    grids = [number for number in range(1, int(grid.max()) + 1) if (grid == number).any()]
    lot = np.searchsorted(grids, grid) + 1
    # Along the rows of the streets, to and fro.
    row = np.floor(xy[:, 1] / 250)
    order = np.lexsort((np.where(row % 2, -xy[:, 0], xy[:, 0]), row, lot))
    sequence = np.empty(len(order), np.int64)
    sequence[order] = np.arange(len(order)) - np.searchsorted(np.sort(lot), lot[order]) + 1
    size = np.bincount(lot, minlength=len(grids) + 1)
    done = sequence <= np.ceil(size[lot] * _SHARE_DONE)
    rows = [_record(hydrants, n, random) if done[n] else None for n in range(len(order))]
    return {
        "campaign": _campaign(draft, said),
        "lot": _lots(grids, tables["grid"], xy, lot, sequence, said),
        "census_record": _records(hydrants, lot, sequence, rows, xy, random),
        **_defects(rows, random, str(tables["person"]["name"][_CHECKER - 1])),
    }


def _campaign(draft: Draft, said: Mapping[str, Any]) -> pa.Table:
    form = json.dumps({_TYPE: list(_FIELDS)}, ensure_ascii=False)
    row = {
        "name": said["campaign"], "organisation": said["organisation"], "types": _TYPE, "form": form, "state": "open",
        "from_date": str(_BEGAN), "to_date": str(_ENDS), "remark": words()["city"]["remark"],
    }  # fmt: skip
    columns: dict[str, Any] = {name: np.array([value], dtype=object) for name, value in row.items()}
    numbers = {"form_version": np.array([1]), "seed": np.array([20260901]), "sample_percent": np.array([5.0])}
    return make_table("campaign", {"code": codes("campaign", 1), **columns, **numbers})


def _lots(
    grids: list[int], table: pa.Table, xy: Any, lot: Ints, sequence: Ints, said: Mapping[str, Any]
) -> pa.Table:
    names = dict(zip(table["fid"].to_pylist(), table["name"].to_pylist(), strict=True))
    count = len(grids)
    due = [_BEGAN + datetime.timedelta(days=30 + 8 * n) for n in range(count)]
    hulls = [
        shapely.multipoints(xy[lot == n + 1]).convex_hull.buffer(20.0, quad_segs=2) for n in range(count)
    ]
    walked = [xy[lot == n + 1][np.argsort(sequence[lot == n + 1])] for n in range(count)]
    metres = [round(DETOUR * float(np.hypot(*np.diff(way, axis=0).T).sum())) for way in walked]
    return make_table(
        "lot",
        {
            "code": codes("lot", count),
            "campaign": np.ones(count, np.int64),
            "name": np.array([said["lot"].format(grid=names[n]) for n in grids], dtype=object),
            "state": repeated("out", count),
            "team": np.array([_TEAMS[n % len(_TEAMS)] for n in range(count)]),
            "due_date": np.array([str(day) for day in due], dtype=object),
            "sent_date": repeated(str(_BEGAN), count),
            "walk_m": np.array(metres, np.float64),
        },
        np.array(hulls, dtype=object),
    )  # fmt: skip


def _record(hydrants: pa.Table, number: int, random: np.random.Generator) -> dict[str, Any]:
    """What was seen: mostly what the book says."""
    book = {
        name: hydrants[name][number].as_py() if name in hydrants.column_names else None for name in _FIELDS
    }
    outcome = str(random.choice(_OUTCOMES, p=_CHANCES))
    found = dict(book)
    if random.uniform() < _PLATES_GONE:
        found["plate_no"] = None
    if random.uniform() < _OTHER_DN:
        found["feed_dn"] = 150 if book["feed_dn"] != 150 else 100
    defect = _DEFECTS[int(random.integers(len(_DEFECTS)))] if random.uniform() < _DEFECTIVE else None
    if defect is not None:
        found["condition"] = "3" if defect[1] < 4 else "4"
    elif found["condition"] in (None, "0"):
        found["condition"] = "1"
    if outcome != "found":
        found, defect = {}, None
    differing = [name for name, value in found.items() if value != book[name]]
    return {
        "book": book,
        "found": found,
        "outcome": outcome,
        "defect": defect,
        "differing": ",".join(differing) or None,
    }


def _records(
    hydrants: pa.Table, lot: Ints, sequence: Ints, rows: list[Any], xy: Any, random: np.random.Generator
) -> pa.Table:
    count = len(rows)

    def column(make: Any) -> Any:
        return np.array([None if row is None else make(row) for row in rows], dtype=object)

    days = (TODAY - _BEGAN).days
    most = np.ceil(np.bincount(lot) * _SHARE_DONE)
    logged = [
        None if row is None else _instant(number, sequence[number] / most[lot[number]], days, random)
        for number, row in enumerate(rows)
    ]
    text = json.dumps
    return make_table(
        "census_record",
        {
            "campaign": np.ones(count, np.int64),
            "lot": lot,
            "target": np.array([f"{_TYPE}:{id}" for id in hydrants["fid"].to_pylist()], dtype=object),
            "target_type": repeated(_TYPE, count),
            "sequence": sequence,
            "state": np.array(["planned" if row is None else "visited" for row in rows], dtype=object),
            "outcome": column(lambda row: row["outcome"]),
            "found": column(lambda row: text(row["found"], ensure_ascii=False) if row["found"] else None),
            "book": column(lambda row: text(row["book"], ensure_ascii=False)),
            "differing": column(lambda row: row["differing"]),
            "surveyor": np.array([NONE if row is None else _READERS[number % 3] for number, row in enumerate(rows)]),
            "logged_at": np.array(logged, dtype=object),
            "seconds": np.array([np.nan if row is None else float(random.integers(25, 180)) for row in rows]),
            "remark": column(lambda row: words()["census"]["locked"] if row["outcome"] == "inaccessible" else None),
        },
        xy,
    )  # fmt: skip


def _instant(number: int, share: float, days: int, random: np.random.Generator) -> str:
    day = _BEGAN + datetime.timedelta(days=min(days - 2, int(share * (days - 4) + number % 3)))
    hour, minute, second = (
        int(random.integers(0, 9)),
        int(random.integers(0, 60)),
        int(random.integers(0, 60)),
    )
    return f"{day}T{hour:02d}:{minute:02d}:{second:02d}.000Z"


def _defects(rows: list[Any], random: np.random.Generator, checker: str) -> dict[str, pa.Table]:
    """Defects with their orders; the first severe ones are put right, and the very first looked at again."""
    some = [
        (number + 1, row["defect"]) for number, row in enumerate(rows) if row is not None and row["defect"]
    ]
    severe = [number for number, (_, (_, severity)) in enumerate(some) if severity >= 3]
    order_of = {number: place + 1 for place, number in enumerate(severe)}
    found = [str(TODAY - datetime.timedelta(days=int(random.integers(1, 45)))) for _ in some]
    mended = {number: _later(found[number], 5) for number in severe[:_MENDED]}
    closed = {number: _later(found[number], 9) for number in severe[:1]}
    state = dict.fromkeys(severe, "ordered") | dict.fromkeys(mended, "repaired")
    state |= dict.fromkeys(closed, "closed")
    due = [str(datetime.date.fromisoformat(found[number]) + datetime.timedelta(days=7)) for number in severe]
    defect = make_table(
        "defect",
        {
            "code": codes("defect", len(some)),
            "target": np.array([f"{_TYPE}:{record}" for record, _ in some], dtype=object),
            "record": np.array([record for record, _ in some]),
            "kind": np.array([kind for _, (kind, _) in some], dtype=object),
            "severity": np.array([severity for _, (_, severity) in some]),
            "found_date": np.array(found, dtype=object),
            "state": np.array([state.get(n, "open") for n in range(len(some))], dtype=object),
            "repaired_date": np.array([mended.get(n) for n in range(len(some))], dtype=object),
            "closed_date": np.array([closed.get(n) for n in range(len(some))], dtype=object),
            "closed_by": np.array([checker if n in closed else None for n in range(len(some))], dtype=object),
            "work_order": np.array([order_of.get(n, NONE) for n in range(len(some))]),
        },
    )
    order = make_table(
        "work_order",
        {
            "code": codes("work_order", len(severe)),
            "kind": repeated("repair", len(severe)),
            "target": np.array([f"{_TYPE}:{some[n][0]}" for n in severe], dtype=object),
            "state": np.array(["closed" if n in mended else "sent" for n in severe], dtype=object),
            "done_date": np.array([mended.get(n) for n in severe], dtype=object),
            "task": np.array([words()["census"][some[n][1][0]] for n in severe], dtype=object),
            "raised_date": np.array([found[n] for n in severe], dtype=object),
            "due_date": np.array(due, dtype=object),
            "person": np.array([_READERS[n % 3] for n in severe]),
        },
    )
    return {"work_order": order, "defect": defect}


def _later(day: str, days: int) -> str:
    return str(min(datetime.date.fromisoformat(day) + datetime.timedelta(days=days), TODAY))
