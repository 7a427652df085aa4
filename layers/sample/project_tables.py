"""The tables of projects: programmes, projects, sections, milestones, and what their pipes say of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.sample.draft import Draft
from layers.sample.schedule import Reached, actual_of, milestones_of
from layers.sample.site_tables import PRICES, site_tables
from layers.sample.streets import Ints
from layers.sample.tables import NONE, make_table
from layers.sample.tables import codes as codes_of
from layers.sample.words import words
from layers.sample.works import TODAY, Work

_LONG = 600.0
_AREA = 12.0
_FIRST_MANAGER, _MANAGERS = 14, 9
_FUNDS = ("company", "fiscal", "central", "bond", "shared", "owner")
_SMALL_PRICE = 120
_PER_HOUSEHOLD = 1480


def project_tables(draft: Draft, works: list[Work], tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Every table of the projects, and the pipes again with the projects they belong to."""
    random = draft.random("projects")
    pipes = tables["pipe"]
    schedules = [milestones_of(work, random) for work in works]
    length = np.nan_to_num(pipes["recorded_length_m"].to_numpy(zero_copy_only=False))
    metres = [float(length[work.new].sum()) for work in works]
    sections, section_of = _sections(works, pipes, metres)
    budget = [_budget(work, pipes["dn"].to_numpy(zero_copy_only=False), length) for work in works]
    found = {
        "programme": _programmes(metres, works),
        "project": _projects(works, schedules, metres, budget, tables, random),
        "section": sections,
        "milestone": _milestones(works, schedules, random),
        "pipe": _marked(pipes, works, schedules, section_of, length),
    }
    return found | site_tables(works, schedules, metres, budget, pipes, random)


def _budget(work: Work, dn: Any, length: Any) -> float:
    known = np.array(sorted(PRICES))
    size = np.nan_to_num(dn[work.new]).astype(np.int64)
    each = np.where(size < 100, _SMALL_PRICE, np.array([PRICES[d] for d in known.tolist()])[
        np.minimum(np.searchsorted(known, size), len(known) - 1)
    ])  # fmt: skip
    total = float((each * length[work.new]).sum())
    if work.kind == "conversion":
        total += work.households * _PER_HOUSEHOLD
    return round(max(total, 20_000.0) / 1000) * 1000.0


def _programmes(metres: list[float], works: list[Work]) -> pa.Table:
    names = words()["renewal"]["programmes"]
    kinds = ["renewal", "new_laying", "conversion", "renewal"]
    of = [[m for m, w in zip(metres, works, strict=True) if w.programme == n + 1] for n in range(len(names))]
    homes = [w.households for w in works if w.programme == 3]
    target = [round(sum(each) * 1.05 / 100) * 100.0 if k != 2 else np.nan for k, each in enumerate(of)]
    return make_table(
        "programme",
        {
            "code": codes_of("programme", len(names)),
            "name": np.array(names, dtype=object),
            "kind": np.array(kinds, dtype=object),
            "first_year": np.array([2021, 2021, 2025, 2026]),
            "last_year": np.array([2025, 2026, 2027, 2026]),
            "target_length": np.array(target),
            "target_households": np.array([np.nan, np.nan, sum(homes), np.nan]),
            "target_communities": np.array([np.nan, np.nan, len(homes), np.nan]),
            "remark": np.array([words()["city"]["remark"]] * len(names), dtype=object),
        },
    )


def _projects(
    works: list[Work],
    schedules: list[list[Reached]],
    metres: list[float],
    budget: list[float],
    tables: Mapping[str, pa.Table],
    random: np.random.Generator,
) -> pa.Table:
    said = words()["renewal"]
    count = len(works)
    done = np.array([w.state == "completed" for w in works])
    metre = np.round(np.array(metres), 1)
    metre[metre == 0] = np.nan
    homes = np.array([w.households or np.nan for w in works])
    conversion = np.array([w.kind == "conversion" for w in works])
    signed = np.where(conversion, np.round(homes * random.uniform(0.55, 1.0, count)), np.nan)
    length = np.where(done, np.round(metre * (1 + random.normal(0, 0.004, count)), 1), np.nan)
    odd = random.uniform(size=count) < 0.04
    settled = np.where(done & (random.uniform(size=count) < 0.85), np.array(budget), np.nan)
    award = random.uniform(size=count) < 0.03
    reason = {"suspended": said["suspended"], "cancelled": said["cancelled"]}
    last = [
        actual_of(s, "finished") or actual_of(s, "surface") or actual_of(s, "in_service") for s in schedules
    ]
    return make_table(
        "project",
        {
            "code": codes_of("project", count),
            "name": _distinct([w.name for w in works]),
            "kind": _column([w.kind for w in works]),
            "state": _column([w.state for w in works]),
            "state_reason": _column([reason.get(w.state) for w in works]),
            "programme": np.array([w.programme for w in works]),
            "road": np.array([w.road for w in works]),
            "community": np.array([w.community for w in works]),
            "manager": _FIRST_MANAGER + random.integers(0, _MANAGERS, count),
            "team": np.where(random.uniform(size=count) < 0.5, 4, 3),
            "planned_start": _dates([w.start for w in works]),
            "planned_finish": _dates([w.start + datetime.timedelta(days=w.days) for w in works]),
            "planned_length": metre,
            "as_built_length": length,
            "settlement_length": np.where(
                np.isnan(settled), np.nan, np.round(length * np.where(odd, 1.08, 1.0), 1)
            ),
            "budget": np.array(budget),
            "settled_cost": np.round(settled * random.normal(0.96, 0.05, count), 2),
            "fund_source": np.where(
                conversion, "shared", np.array(_FUNDS, dtype=object)[random.integers(0, 4, count)]
            ).astype(object),
            "cost_share": np.where(conversion, 30.0, np.nan),
            "households": homes,
            "households_signed": signed,
            "joint_works": _column([w.joint for w in works]),
            "award": award & done,
            "award_name": _column([said["award"] if a else None for a in (award & done).tolist()]),
            "completed_date": _dates([d if w.is_done else None for w, d in zip(works, last, strict=True)]),
            "remark": _column([words()["city"]["remark"]] * count),
        },
        _areas(works, tables),
    )


def _areas(works: list[Work], tables: Mapping[str, pa.Table]) -> Any:
    """The community of a conversion; else the ground along the pipes."""
    pipes, homes = tables["pipe"]["geom"], tables["community"]["geom"]
    found = []
    for work in works:
        if work.community != NONE:
            found.append(shapely.from_wkb(homes[work.community - 1].as_py()))
            continue
        rows = np.concatenate([work.new, work.old])
        lines = shapely.from_wkb(pipes.take(pa.array(rows)).to_pylist())
        found.append(
            shapely.simplify(shapely.buffer(shapely.multilinestrings(lines), _AREA, quad_segs=2), 0.5)
        )
    return np.array(found, dtype=object)


def _sections(works: list[Work], pipes: pa.Table, metres: list[float]) -> tuple[pa.Table, Ints]:
    """Long projects are built in two sections; the section of every pipe, ``NONE`` for most."""
    said = words()
    of = np.full(pipes.num_rows, NONE)
    rows: list[tuple[str, int, int, datetime.date, datetime.date, str, Any]] = []
    for number, (work, metre) in enumerate(zip(works, metres, strict=True), 1):
        if metre < _LONG or work.road == NONE or len(work.new) < 2:
            continue
        half = datetime.timedelta(days=work.days // 2)
        ends = ((work.start, work.start + half), (work.start + half, work.start + 2 * half))
        for part, each in enumerate(np.array_split(work.new, 2)):
            of[each] = len(rows) + 1
            line = shapely.line_merge(
                shapely.multilinestrings(shapely.from_wkb(pipes["geom"].take(pa.array(each)).to_pylist()))
            )
            builder = said["works"]["builders"][(number + part) % len(said["works"]["builders"])]
            name = f"{'一二'[part]}{said['renewal']['section']}"
            shape = line if line.geom_type == "LineString" else None
            rows.append((name, number, work.road, *ends[part], builder, shape))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    return make_table(
        "section",
        {
            "code": codes_of("section", len(rows)),
            "name": _column(columns[0]),
            "project": np.array(columns[1], dtype=np.int64),
            "road": np.array(columns[2], dtype=np.int64),
            "planned_start": _dates(columns[3]),
            "planned_finish": _dates(columns[4]),
            "contractor": _column(columns[5]),
        },
        _column(columns[6]),
    ), of


def _milestones(works: list[Work], schedules: list[list[Reached]], random: np.random.Generator) -> pa.Table:
    said = words()["renewal"]
    rows = [(number, each) for number, s in enumerate(schedules, 1) for each in s]
    owner = _FIRST_MANAGER + random.integers(0, _MANAGERS, len(works))
    papers = {"approved", "contracted", "permits", "accepted", "filed", "published", "design_issued"}
    evidence = [
        said["document"].format(year=m.actual.year, number=number)
        if m.actual is not None and m.stage in papers
        else None
        for number, m in rows
    ]
    return make_table(
        "milestone",
        {
            "project": np.array([number for number, _ in rows]),
            "stage": _column([m.stage for _, m in rows]),
            "planned_date": _dates([m.planned for _, m in rows]),
            "actual_date": _dates([m.actual for _, m in rows]),
            "owner": owner[np.array([number for number, _ in rows]) - 1],
            "evidence": _column(evidence),
            "reason": _column([said["late"] if m.late else None for _, m in rows]),
        },
    )


def _marked(
    pipes: pa.Table, works: list[Work], schedules: list[list[Reached]], section_of: Ints, length: Any
) -> pa.Table:
    """The pipes with their projects; those of finished ones with the day they went into service."""
    count = pipes.num_rows
    laid_by, retired_by = np.full(count, NONE), np.full(count, NONE)
    changed: dict[str, list[Any]] = {
        name: pipes[name].to_pylist()
        for name in (
            "laid_date",
            "laid_date_accuracy",
            "completion_date",
            "retired_date",
            "as_built_length_m",
        )
    }
    for number, (work, schedule) in enumerate(zip(works, schedules, strict=True), 1):
        laid_by[work.new], retired_by[work.old] = number, number
        if not work.is_done:
            continue
        served = actual_of(schedule, "in_service") or actual_of(schedule, "finished") or TODAY
        for row in work.new.tolist():
            changed["laid_date"][row] = changed["completion_date"][row] = served.isoformat()
            changed["laid_date_accuracy"][row] = "exact"
            changed["as_built_length_m"][row] = round(float(length[row]), 2)
        for row in work.old.tolist():
            changed["retired_date"][row] = served.isoformat()
    links = {"project_in": laid_by, "project_out": retired_by, "section": section_of}
    for name, values in changed.items():
        position = pipes.column_names.index(name)
        pipes = pipes.set_column(position, name, pa.array(values, pipes.schema.field(name).type))
    for name, numbers in links.items():
        pipes = pipes.append_column(name, pa.array(numbers, pa.int64(), mask=numbers == NONE))
    # The geometry stays the last column, as in every table.
    names = [n for n in pipes.column_names if n != "geom"]
    return pipes.select([*names, "geom"])


def _distinct(names: list[str]) -> Any:
    """No two projects are called alike: the second time a road is worked on is a second phase."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        ordinals = words()["roads"]["ordinals"]
        found.append(name if seen[name] == 1 else f"{name}（{ordinals[min(seen[name], 9) - 1]}期）")
    return _column(found)


def _column(values: Any) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    return column


def _dates(days: Any) -> Any:
    return _column([None if day is None else day.isoformat() for day in days])
