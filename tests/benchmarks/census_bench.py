"""A census as large as a city: lots made, teams logging, the screen of differences, a lot accepted, the report.

    python -m tests.benchmarks.census_bench WORK.gpkg [--meters 290000] [--rounds 5]

Makes a register of its own (refused when the file is there): invented meters in a square of streets, one campaign over
all of them. Printed as JSON, seconds on the clock; ``reconcile_ms`` is the median of reading all records side by side
and counting them, which the screen of differences does when it is opened (goal: 300 ms at 290,000 records).
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.census.accepting import plan_acceptance
from layers.census.progress import read_progress
from layers.census.reconciling import rates, read_reconciliation
from layers.census.report_data import read_figures
from layers.geometry.crs import Crs
from layers.register import Register
from layers.reports.census.report import report_of
from tests.layers.census.teams import FIRST, LABEL, Sight, campaign_of, go_out, lots_of, records_of

LOT = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("register", type=Path)
    parser.add_argument("--meters", type=int, default=290_000)
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    with Register.create(words.register, Crs.parse("EPSG:4546"), actor="bench") as register:
        print(json.dumps(measure(register, words.meters, words.rounds), indent=1))


def measure(register: Register, count: int, rounds: int) -> dict[str, Any]:
    """Seconds, and how much it was about."""
    random = np.random.default_rng(3)
    places = shapely.points(
        538_000 + random.uniform(0, 9_000, count), 3_016_000 + random.uniform(0, 9_000, count)
    )
    with register.edit(LABEL) as edit:
        teams = [edit.insert("team", {"name": f"T{number}"}) for number in range(8)]
        rows = {"meter_no": [f"{n:08d}" for n in range(count)], "status": ["in_service"] * count}
        edit.insert_bulk("meter", pa.table({**rows, "geom": list(shapely.to_wkb(places))}))
    campaign = campaign_of(register, "meter", ["meter_no", "condition"], to_date="2026-11-30")
    figures: dict[str, Any] = {"meters": count}
    figures["lots_made_s"], cuts = timed(lambda: lots_of(register, campaign, LOT, teams))
    figures["lots"] = len(cuts)

    record_of = records_of(register, campaign)
    kinds = random.choice(["same", "differs", "not_found"], count, p=[0.85, 0.12, 0.03]).tolist()
    sights = {}
    for (target, record), kind in zip(record_of.items(), kinds, strict=True):
        number = f"{target - 1:08d}"
        seen = {"meter_no": number if kind == "same" else f"X{number}", "condition": "1"}
        book = {"meter_no": number, "condition": "1"}
        sights[record] = Sight("not_found", {}, book) if kind == "not_found" else Sight("found", seen, book)
    figures["logged_in_bulk_s"], _ = timed(lambda: go_out(register, "meter", sights, 4_000))

    def side_by_side() -> Any:
        found = read_reconciliation(register, campaign.id)
        return found, found.counts(), found.fields(), rates(found)

    found = read_reconciliation(register, campaign.id)
    figures["records"] = len(found)
    figures["reconcile_ms"] = round(1000 * median(side_by_side, rounds))
    day = datetime.date(2026, 11, 20)
    figures["progress_s"] = median(lambda: read_progress(register, campaign, day), rounds)

    one = found.ids[found.lot == found.lot[0]].tolist()
    figures["lot_records"] = len(one)
    figures["lot_planned_s"], plan = timed(lambda: plan_acceptance(register, campaign, one))
    figures["lot_accepted_s"], _ = timed(lambda: accept(register, plan))
    figures["lot_undone_s"], _ = timed(register.undo)
    some = found.ids[np.isin(found.lot, np.unique(found.lot)[:35])].tolist()
    figures["batch_records"] = len(some)
    figures["batch_planned_s"], plan = timed(lambda: plan_acceptance(register, campaign, some))
    figures["batch_accepted_s"], _ = timed(lambda: accept(register, plan))
    figures["report_s"], _ = timed(lambda: report_of(register, read_figures(register, campaign, day)))
    return figures


def accept(register: Register, plan: Any) -> None:
    with register.edit(plan.label) as edit:
        plan.apply(edit, FIRST, "bench")


def median(work: Callable[[], object], rounds: int) -> float:
    return round(statistics.median(timed(work)[0] for _ in range(rounds)), 3)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return round(time.perf_counter() - start, 3), found


if __name__ == "__main__":
    main()
