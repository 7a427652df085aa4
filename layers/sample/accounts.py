"""Visits to key accounts, and what they ask for: who saw to it, until when, and whether they were content."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from layers.sample.draft import Draft
from layers.sample.streets import Ints
from layers.sample.tables import NONE, codes, make_table, repeated
from layers.sample.words import words
from layers.sample.works import TODAY

_SINCE = datetime.date(2025, 1, 10)
_EVERY_DAYS = 75
_DUE_DAYS = 15
_KINDS = ("visit", "visit", "visit", "phone", "inspection", "meeting")
_CONTENT = ("very_good", "very_good", "good", "good", "good", "fair", "poor")


def account_tables(draft: Draft, key_accounts: Ints, managers: Ints) -> dict[str, pa.Table]:
    """Visits and problems; ``managers`` are the ids of the contacts of ``key_accounts``, ids of customers."""
    random = draft.random("key accounts")
    visits: list[tuple[Any, ...]] = []
    problems: list[tuple[Any, ...]] = []
    given = words()["accounts"]
    for customer, manager in zip(key_accounts.tolist(), managers.tolist(), strict=True):
        day = _SINCE + datetime.timedelta(days=int(random.integers(0, _EVERY_DAYS)))
        # Some are not called on for long.
        last = TODAY - datetime.timedelta(days=int(random.choice([0, 0, 0, 160])))
        while day <= last:
            content = given["talks"][int(random.integers(len(given["talks"])))]
            kind = _KINDS[int(random.integers(len(_KINDS)))]
            leaflets = int(random.integers(0, 30))
            rating = _CONTENT[int(random.integers(len(_CONTENT)))] if random.uniform() < 0.8 else None
            visits.append((customer, manager, day.isoformat(), kind, content, leaflets, rating))
            if random.uniform() < 0.4:
                problems.append((customer, len(visits), manager, *_problem(day, given["problems"], random)))
            day += datetime.timedelta(days=int(random.integers(_EVERY_DAYS // 2, 2 * _EVERY_DAYS)))
    return {"account_visit": _visit_table(visits), "account_problem": _problem_table(problems)}


def _problem(day: datetime.date, told: list[str], random: np.random.Generator) -> tuple[Any, ...]:
    """What, raised, due and rectified when, and how content they were with that."""
    due = day + datetime.timedelta(days=_DUE_DAYS)
    done = day + datetime.timedelta(days=int(random.integers(2, 24)))
    is_done = done <= TODAY and random.uniform() < 0.85
    rating = _CONTENT[int(random.integers(len(_CONTENT)))] if is_done else None
    words = told[int(random.integers(len(told)))]
    return words, day.isoformat(), due.isoformat(), done.isoformat() if is_done else None, rating


def _visit_table(rows: list[tuple[Any, ...]]) -> pa.Table:
    names = ("customer", "person", "visit_date", "kind", "content", "leaflets", "satisfaction")
    return _table("account_visit", names, rows)


def _problem_table(rows: list[tuple[Any, ...]]) -> pa.Table:
    dates = ("raised_date", "due_date", "rectified_date", "satisfaction")
    return _table("account_problem", ("customer", "visit", "owner", "problem", *dates), rows)


def _table(type_name: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    columns: dict[str, Any] = {"code": codes(type_name, len(rows))}
    links = ("customer", "person", "owner", "visit")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        if name in links:
            columns[name] = np.array([NONE if value is None else value for value in values], dtype=np.int64)
        else:
            columns[name] = pa.array(values)
    columns["remark"] = repeated(words()["city"]["remark"], len(rows))
    return make_table(type_name, columns)
