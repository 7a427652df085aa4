"""What follows the field work: checks by another team, what was seen in passing, photos of defects and their repair."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.census.quality.rules import FEWEST_DUG, pick, share_of
from layers.census.words import CHECK, DEFECT, ORDER, RECORD, REPORT, SEEN, VISITED
from layers.sample.draft import Draft
from layers.sample.photos import photo_of
from layers.sample.tables import NONE, codes, make_table, repeated
from layers.sample.words import words
from layers.sample.works import TODAY

_CHECKED_LOTS = (1, 2)
"""The first was checked and is right so far, in the second one is wrong and one still to be looked at."""
_CHECKER = 18
_SAMPLE, _DUG = 5.0, 1.0
_MOST_PHOTOS = 40
_FINDERS = (3, 16, 20, 25)


@dataclass(frozen=True)
class SamplePhoto:
    """A drawing that stands for a photo, to be attached to the asset ``type``, ``id``."""

    type: str
    id: int
    kind: str
    name: str
    taken_at: str
    data: bytes


def follow_up(draft: Draft, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Quality checks and reports, with the orders of these after those of the census."""
    orders = tables[ORDER].num_rows
    reports, ordered = _reports(draft, tables, orders)
    return {
        CHECK: _checks(draft, tables),
        REPORT: reports,
        ORDER: pa.concat_tables([tables[ORDER], ordered], promote_options="default").combine_chunks(),
    }


def photos(tables: Mapping[str, pa.Table]) -> tuple[SamplePhoto, ...]:
    """Drawings of the first defects that ask for a photo, and of those that were put right."""
    found: list[SamplePhoto] = []
    said = words()["census"]["photo"]
    logged = tables[RECORD]["logged_at"]
    for row in tables[DEFECT].to_pylist():
        if row["severity"] < 3 or len(found) >= _MOST_PHOTOS:
            continue
        kind, at = row["kind"], logged[row["record"] - 1].as_py()
        found.append(
            SamplePhoto(
                RECORD, row["record"], "photo", said["before"].format(code=row["code"]), at, photo_of(kind)
            )
        )
        if row["repaired_date"] is not None:
            after = photo_of(kind, is_after=True)
            at = f"{row['repaired_date']}T06:30:00.000Z"
            found.append(
                SamplePhoto(DEFECT, row["fid"], "after", said["after"].format(code=row["code"]), at, after)
            )
    return tuple(found)


def _checks(draft: Draft, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The samples, drawn as the program draws them."""
    random, campaign = draft.random("census checks"), tables["campaign"]
    records = tables[RECORD].to_pylist()
    below = {
        f"hydrant:{id}"
        for id, kind in zip(
            tables["hydrant"]["fid"].to_pylist(), tables["hydrant"]["hydrant_type"].to_pylist(), strict=True
        )
        if kind == "below"
    }
    rows: list[dict[str, Any]] = []
    for lot in _CHECKED_LOTS:
        logged = [r for r in records if r["lot"] == lot and r["state"] == VISITED]
        hidden = [r for r in logged if r["target"] in below and r["outcome"] in SEEN]
        word = f"{campaign['seed'][0]}/{lot}/1"
        for kind, of, percent, least in (
            ("resurvey", logged, _SAMPLE, 1),
            ("excavation", hidden, _DUG, FEWEST_DUG),
        ):
            by_id = {r["fid"]: r for r in of}
            drawn = pick(sorted(by_id), share_of(len(of), percent, least), f"{word}/{kind}")
            rows += [_check(by_id[id], lot, kind, random) for id in drawn]
    last = [row for row in rows if row["lot"] == _CHECKED_LOTS[-1]]
    for row in last[-1:]:
        row |= dict.fromkeys(_DONE)
    for row in [each for each in last[:-1] if each["found"]][:1]:
        seen = json.loads(row["found"])
        seen["feed_dn"] = 100 if seen.get("feed_dn") != 100 else 150
        wrong = {"differences": 1, "differing": "feed_dn", "result": "wrong"}
        row |= {"found": json.dumps(seen, ensure_ascii=False), **wrong}
    return _table_of(CHECK, rows)


_DONE = ("checker", "checked_date", "outcome", "found", "distance_m", "differences", "result", "logged_at")


def _check(record: Mapping[str, Any], lot: int, kind: str, random: np.random.Generator) -> dict[str, Any]:
    """A check that finds what the team found."""
    is_seen = record["outcome"] in SEEN
    return {
        "campaign": 1,
        "lot": lot,
        "record": record["fid"],
        "draw": 1,
        "kind": kind,
        "checker": _CHECKER,
        "checked_date": str(TODAY - datetime.timedelta(days=1)),
        "outcome": record["outcome"],
        "found": record["found"] if is_seen else None,
        "distance_m": round(float(random.uniform(0.02, 0.35)), 3) if is_seen else None,
        "differences": 0,
        "differing": None,
        "result": "right",
        "logged_at": record["logged_at"],
    }


def _reports(draft: Draft, tables: Mapping[str, pa.Table], orders: int) -> tuple[pa.Table, pa.Table]:
    random, said = draft.random("sightings"), words()["sightings"]
    pipes = tables["pipe"].select(["fid", "status", "geom"])
    alive = np.flatnonzero(np.array(pipes["status"].to_pylist(), dtype=object) == "in_service")
    chosen = np.sort(random.choice(alive, len(said), replace=False))
    places = [
        shapely.from_wkb(pipes["geom"][int(n)].as_py()).interpolate(0.4, normalized=True) for n in chosen
    ]
    names = tables["person"]["name"]
    reports, raised = [], []
    for number, each in enumerate(said):
        pipe = f"pipe:{int(pipes['fid'][int(chosen[number])].as_py())}"
        day = TODAY - datetime.timedelta(days=each["days"])
        closed = (
            str(min(day + datetime.timedelta(days=3), TODAY))
            if each["state"] in ("closed", "unfounded")
            else None
        )
        if each["state"] == "confirmed":
            raised.append({
                "kind": "repair", "target": pipe, "state": "sent", "task": each["seen"], "raised_date": str(day),
                "due_date": str(day + datetime.timedelta(days=7)), "person": _CHECKER,
            })  # fmt: skip
        reports.append({
            "kind": each["kind"], "finder": names[_FINDERS[number % len(_FINDERS)] - 1].as_py(),
            "found_at": f"{day}T{1 + number:02d}:20:00.000Z", "seen": each["seen"], "target": pipe,
            "work_order": orders + len(raised) if each["state"] == "confirmed" else NONE, "state": each["state"],
            "closed_date": closed, "result": each.get("result"), "remark": words()["city"]["remark"],
        })  # fmt: skip
    xy = np.array([(place.x, place.y) for place in places])
    return _table_of(REPORT, reports, xy), _table_of(ORDER, raised, first=orders + 1)


def _table_of(type_name: str, rows: Sequence[Mapping[str, Any]], xy: Any = None, first: int = 1) -> pa.Table:
    """A table of rows that name the same fields, numbered from ``first``, with codes where the type has any."""
    columns: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        is_number = any(isinstance(value, int | float) for value in values)
        columns[name] = np.array(
            [np.nan if v is None and is_number else v for v in values], dtype=float if is_number else object
        )
        if name in _LINKS:
            columns[name] = np.array([NONE if value is None else value for value in values])
    if type_name != CHECK:
        columns = {"code": codes(type_name, len(rows), first), **columns}
    table = make_table(type_name, columns or {"code": repeated(None, 0)}, xy)
    return table.set_column(0, "fid", pa.array(np.arange(first, first + table.num_rows)))


_LINKS = ("campaign", "lot", "record", "checker", "work_order", "person")
