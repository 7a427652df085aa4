"""A census as large as a city: lots made, teams logging, the screen of differences, a lot accepted, the report.

    python -m tests.benchmarks.census_bench WORK.gpkg [--meters 290000] [--rounds 5]

Makes a register of its own (refused when the file is there): invented meters in a square of streets, one campaign over
all of them. Printed as JSON, seconds on the clock; ``_cpu_ms`` are medians of processor time, which a busy machine does
not change. ``reconcile`` is reading all records side by side and counting them, which the screen of differences does
when it is opened (goal: 300 ms at 290,000 records); ``board`` what the board of lots reads, ``even`` its proposal,
``walk`` the walking order of all lots along the streets.
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

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.lots.assigning import even_out
from layers.census.lots.board import read_lot_board
from layers.census.lots.worklist import read_campaign_book
from layers.census.progress import read_progress
from layers.census.reconciling import rates, read_reconciliation
from layers.census.report_data import read_figures
from layers.census.walking.walks import number_walks, plan_walks
from layers.geometry.crs import Crs
from layers.model.query import Query
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
        edit.insert_bulk("road", streets())
    campaign = campaign_of(register, "meter", ["meter_no", "condition"], to_date="2026-11-30")
    figures: dict[str, Any] = {"meters": count}
    figures["lots_made_s"], cuts = timed(lambda: lots_of(register, campaign, LOT, teams))
    figures["lots"] = len(cuts)
    ids = [lot.id for lot in register.find(Query("lot"))]
    figures["walk_cpu_s"], found_walks = on_processor(lambda: plan_walks(register, ids))
    figures["walk_km"] = round(sum(found_walks.metres.values()) / 1000)
    with register.edit(LABEL) as edit:
        figures["walk_written_s"], _ = timed(lambda: number_walks(edit, found_walks))

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
    book = read_campaign_book(register, campaign.id)
    assert book is not None
    board = read_lot_board(register, book, day)
    for name, work in {
        "reconcile": side_by_side,
        "book": lambda: read_campaign_book(register, campaign.id),
        "progress": lambda: read_progress(register, campaign, day),
        "board": lambda: read_lot_board(register, book, day),
        "even": lambda: even_out(board, board.working),
    }.items():
        figures[f"{name}_cpu_ms"] = round(
            1000 * statistics.median(on_processor(work)[0] for _ in range(rounds))
        )

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
        plan.apply(edit, FIRST, "bench", "bench")


def streets() -> pa.Table:
    """A street every 150 m, both ways."""
    lines = []
    for at in range(0, 9_001, 150):
        lines.append(shapely.LineString([(538_000 + at, 3_016_000), (538_000 + at, 3_025_000)]))
        lines.append(shapely.LineString([(538_000, 3_016_000 + at), (547_000, 3_016_000 + at)]))
    names = [f"R{number}" for number in range(len(lines))]
    return pa.table({"name": names, "geom": list(shapely.to_wkb(np.array(lines)))})


def on_processor(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of this process, in seconds, and what came of it."""
    start = time.process_time()
    found = work()
    return round(time.process_time() - start, 3), found


def median(work: Callable[[], object], rounds: int) -> float:
    return round(statistics.median(timed(work)[0] for _ in range(rounds)), 3)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return round(time.perf_counter() - start, 3), found


if __name__ == "__main__":
    main()
