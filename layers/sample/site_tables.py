"""What is written down on site and in the office: daily logs, contracts, prices, budgets, visits, documents."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from layers.sample.schedule import Reached, actual_of
from layers.sample.tables import codes, make_table
from layers.sample.words import words
from layers.sample.works import TODAY, Work

PRICES = {100: 210, 150: 260, 200: 330, 300: 520, 400: 740, 500: 980, 600: 1260, 800: 1980, 1000: 2750}
_A_DAY = 55.0
_MOST_DAYS = 9
_TESTS = (("tested", "pressure_test"), ("flushed", "flush"), ("in_service", "tie_in"), ("surface", "surface"))

Row = tuple[Any, ...]


def site_tables(
    works: list[Work],
    schedules: list[list[Reached]],
    metres: list[float],
    budget: list[float],
    pipes: pa.Table,
    random: np.random.Generator,
) -> dict[str, pa.Table]:
    """The tables that hang on projects; ids of projects count from 1 in the order of ``works``."""
    begun = [actual_of(s, "started") for s in schedules]
    visits, findings = _visits(works, schedules, begun, random)
    return {
        "daily_log": _logs(works, schedules, begun, pipes, random),
        "contract": _contracts(works, schedules, budget, random),
        "price_item": _prices(),
        "budget_item": _budget_items(works, pipes, budget),
        "supervision_visit": visits,
        "visit_finding": findings,
        "project_document": _documents(works, schedules),
    }


def _logs(
    works: list[Work],
    schedules: list[list[Reached]],
    begun: list[datetime.date | None],
    pipes: pa.Table,
    random: np.random.Generator,
) -> pa.Table:
    said = words()
    builders, skies = said["works"]["builders"], said["renewal"]["weather"]
    length = np.nan_to_num(pipes["recorded_length_m"].to_numpy(zero_copy_only=False))
    size = np.nan_to_num(pipes["dn"].to_numpy(zero_copy_only=False)).astype(np.int64)
    rows: list[Row] = []
    for number, (work, schedule, start) in enumerate(zip(works, schedules, begun, strict=True), 1):
        if start is None:
            continue
        crew = builders[number % len(builders)]
        laid = actual_of(schedule, "laid") or actual_of(schedule, "finished")
        due = max(
            start + datetime.timedelta(days=round(work.days * 0.62)), start + datetime.timedelta(days=1)
        )
        # Open works: as much of the pipe as of the time.
        share = 1.0 if laid else min(0.95, (TODAY - start).days / max((due - start).days, 1))
        end = laid or min(due, TODAY)
        for dn in np.unique(size[work.new]).tolist():
            total = float(length[work.new[size[work.new] == dn]].sum()) * share
            days = int(np.clip(np.ceil(total / _A_DAY), 1, _MOST_DAYS))
            if total < 1:
                continue
            for day in range(days):
                when = start + (end - start) * (day + 1) / (days + 1)
                sky = skies[int(random.integers(len(skies)))]
                metre = (
                    round(total / days, 1)
                    if day < days - 1
                    else round(total - round(total / days, 1) * day, 1)
                )
                rows.append((number, None, when, "laying", dn or None, metre, crew, sky))
        for stage, kind in _TESTS:
            day_of = actual_of(schedule, stage)
            if day_of is not None:
                rows.append((number, None, day_of, kind, None, None, crew, skies[number % len(skies)]))
    rows.sort(key=lambda row: (row[2], row[0]))
    columns = list(zip(*rows, strict=True))
    return make_table(
        "daily_log",
        {
            "project": np.array(columns[0], dtype=np.int64),
            "work_date": _dates(columns[2]),
            "work": _column(columns[3]),
            "dn": _numbers(columns[4]),
            "metres": _numbers(columns[5]),
            "crew": _column(columns[6]),
            "weather": _column(columns[7]),
        },
    )


def _contracts(
    works: list[Work], schedules: list[list[Reached]], budget: list[float], random: np.random.Generator
) -> pa.Table:
    said = words()
    rows: list[Row] = []
    for number, (work, schedule, amount) in enumerate(zip(works, schedules, budget, strict=True), 1):
        signed = actual_of(schedule, "contracted") or actual_of(schedule, "started")
        if signed is None:
            continue
        # One in thirty costs more than was planned.
        value = (
            round(amount * (1.07 if random.uniform() < 0.03 else random.uniform(0.86, 0.99)) / 100) * 100.0
        )
        paid = value if actual_of(schedule, "settled") or actual_of(schedule, "cost_settled") else None
        share = 0.7 if work.is_done else 0.3
        rows.append(
            (
                number,
                said["renewal"]["document"].format(year=signed.year, number=f"HT{number}"),
                said["works"]["builders"][number % len(said["works"]["builders"])],
                said["renewal"]["supervisors"][number % 3],
                said["renewal"]["designers"][number % 2],
                signed,
                work.start + datetime.timedelta(days=work.days),
                value,
                paid if paid is not None else round(value * share, 2),
            )
        )
    columns = list(zip(*rows, strict=True))
    return make_table(
        "contract",
        {
            "code": codes("contract", len(rows)),
            "project": np.array(columns[0], dtype=np.int64),
            "number": _column(columns[1]),
            "contractor": _column(columns[2]),
            "supervisor": _column(columns[3]),
            "designer": _column(columns[4]),
            "signed_date": _dates(columns[5]),
            "planned_finish": _dates(columns[6]),
            "value": np.array(columns[7]),
            "paid": np.array(columns[8]),
        },
    )


def _prices() -> pa.Table:
    said = words()["renewal"]
    rows: list[Row] = [
        (said["pipe_price"].format(dn=dn), "pipe", dn, "DI", "m", float(price))
        for dn, price in PRICES.items()
    ]
    rows += [
        (said["surface_price"], "surface", None, None, "m²", 165.0),
        (said["valve_price"], "fitting", None, None, "座", 4200.0),
        (said["meter_price"], "meter", None, None, "户", 620.0),
        (said["service_price"], "labour", None, None, "户", 860.0),
    ]
    columns = list(zip(*rows, strict=True))
    return make_table(
        "price_item",
        {
            "code": codes("price_item", len(rows)),
            "name": _column(columns[0]),
            "kind": _column(columns[1]),
            "dn": _numbers(columns[2]),
            "material": _column(columns[3]),
            "unit": _column(columns[4]),
            "unit_price": np.array(columns[5]),
            "valid_from": _column(["2024-01-01"] * len(rows)),
        },
    )


def _budget_items(works: list[Work], pipes: pa.Table, budget: list[float]) -> pa.Table:
    """Per size the length at its price, and what is left of the budget for the road's surface; meters by household."""
    said = words()["renewal"]
    order = list(PRICES)
    surface, meter, service = len(order) + 1, len(order) + 3, len(order) + 4
    length = np.nan_to_num(pipes["recorded_length_m"].to_numpy(zero_copy_only=False))
    size = np.nan_to_num(pipes["dn"].to_numpy(zero_copy_only=False)).astype(np.int64)
    rows: list[Row] = []
    for number, (work, amount) in enumerate(zip(works, budget, strict=True), 1):
        if work.kind == "conversion":
            rows.append((number, meter, said["meter_price"], float(work.households), 620.0))
            rows.append((number, service, said["service_price"], float(work.households), 860.0))
            continue
        spent = 0.0
        for dn in np.unique(size[work.new]).tolist():
            metre = round(float(length[work.new[size[work.new] == dn]].sum()), 1)
            near = min(order, key=lambda known: (abs(known - dn), known))
            rows.append(
                (number, order.index(near) + 1, said["pipe_price"].format(dn=dn), metre, float(PRICES[near]))
            )
            spent += metre * PRICES[near]
        if amount - spent > 1000:
            rows.append((number, surface, said["surface_price"], round((amount - spent) / 165.0, 1), 165.0))
    columns = list(zip(*rows, strict=True))
    return make_table(
        "budget_item",
        {
            "project": np.array(columns[0], dtype=np.int64),
            "price_item": np.array(columns[1], dtype=np.int64),
            "name": _column(columns[2]),
            "quantity": np.array(columns[3]),
            "unit_price": np.array(columns[4]),
        },
    )


def _visits(
    works: list[Work],
    schedules: list[list[Reached]],
    begun: list[datetime.date | None],
    random: np.random.Generator,
) -> tuple[pa.Table, pa.Table]:
    said = words()["renewal"]
    teams, what = said["inspectors"], list(said["findings"].items())
    visits: list[Row] = []
    findings: list[Row] = []
    for number, (work, schedule, start) in enumerate(zip(works, schedules, begun, strict=True), 1):
        if start is None:
            continue
        finish = actual_of(schedule, "surface") or actual_of(schedule, "finished") or TODAY
        for visit in range(1, 1 + int(np.clip((finish - start).days // 35, 1, 3))):
            when = start + (finish - start) * visit / 4
            visits.append((number, when, teams[(number + visit) % len(teams)]))
            for item in random.permutation(len(what))[: int(random.integers(0, 4))].tolist():
                due = when + datetime.timedelta(days=3)
                checked = due + datetime.timedelta(days=int(random.integers(-2, 4)))
                is_open = checked > TODAY or (not work.is_done and random.uniform() < 0.2)
                points = float(random.integers(1, 7))
                findings.append(
                    (len(visits), what[item][0], points, what[item][1], due, None if is_open else checked)
                )
    first, second = list(zip(*visits, strict=True)), list(zip(*findings, strict=True))
    return make_table(
        "supervision_visit",
        {
            "code": codes("supervision_visit", len(visits)),
            "project": np.array(first[0], dtype=np.int64),
            "visit_date": _dates(first[1]),
            "inspector": _column(first[2]),
        },
    ), make_table(
        "visit_finding",
        {
            "visit": np.array(second[0], dtype=np.int64),
            "item": _column(second[1]),
            "deduction": np.array(second[2]),
            "finding": _column(second[3]),
            "rectify_by": _dates(second[4]),
            "rechecked_date": _dates(second[5]),
        },
    )


def _documents(works: list[Work], schedules: list[list[Reached]]) -> pa.Table:
    said = words()["renewal"]
    rows: list[Row] = []
    for number, (_work, schedule) in enumerate(zip(works, schedules, strict=True), 1):
        for stage, kind in (("approved", "approval"), ("designed", "design"), ("as_built", "as_built")):
            when = actual_of(schedule, stage)
            if when is not None:
                paper = said["document"].format(year=when.year, number=number)
                rows.append((number, kind, said[kind], paper, when))
    columns = list(zip(*rows, strict=True))
    return make_table(
        "project_document",
        {
            "project": np.array(columns[0], dtype=np.int64),
            "kind": _column(columns[1]),
            "title": _column(columns[2]),
            "number": _column(columns[3]),
            "document_date": _dates(columns[4]),
        },
    )


def _column(values: Any) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    return column


def _numbers(values: Any) -> Any:
    return np.array([np.nan if value is None else float(value) for value in values])


def _dates(days: Any) -> Any:
    return _column([None if day is None else day.isoformat() for day in days])
