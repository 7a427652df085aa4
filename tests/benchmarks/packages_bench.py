"""How long a lot of 5,000 records takes out and in: seconds of the clock and of the processor.

python -m tests.benchmarks.packages_bench FOLDER
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.census.lots.cutting import by_size
from layers.census.lots.making import make_lots
from layers.census.lots.targets import read_targets
from layers.census.packages.back.checkin import check_in
from layers.census.packages.back.examining import examine
from layers.census.packages.out.checkout import check_out, prepare
from layers.census.packages.scope import of_lot
from layers.geometry.crs import Crs
from layers.register import Register
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.text import Message

ACT = Message("store.created")
RECORDS = 5_000
SEED = 7


def run(folder: Path, records: int = RECORDS) -> dict[str, tuple[float, float]]:
    """Seconds (clock, processor) of a checkout, and of its check-in with every record logged, every asset edited."""
    figures: dict[str, tuple[float, float]] = {}
    with Register.create(folder / "city.gpkg", Crs.parse("EPSG:4546"), actor="bench") as register:
        lot = _lot(register, records)
        path = folder / "lot.gpkg"
        figures["checkout"] = _timed(lambda: _out(register, lot, path))
        _edit(
            path,
            "UPDATE census_record SET state = 'visited', outcome = 'found', seconds = fid % 50,"
            """ found = '{"dn":' || (fid % 4 * 5 + 15) || '}', logged_at = '2026-11-23T01:00:00.000Z'""",
        )
        figures["check-in, records"] = _timed(lambda: _in(register, path, records))
        _edit(path, "UPDATE meter SET remark = 'r' || fid")
        figures["check-in, assets"] = _timed(lambda: _in(register, path, records))
    return figures


def _lot(register: Register, count: int) -> int:
    places = shapely.points(np.random.default_rng(SEED).uniform(0, 3_000, (count, 2)))
    meters = {
        "code": [f"M{number}" for number in range(count)],
        "status": ["in_service"] * count,
        "geom": pa.array(list(shapely.to_wkb(places)), pa.binary()),
    }
    with register.edit(ACT) as edit:
        edit.insert_bulk("meter", pa.table(meters))
        id = edit.insert("campaign", {"name": "bench", "types": "meter", "state": "open"})
    campaign = register.get("campaign", id)
    assert campaign is not None
    with register.edit(ACT) as edit:
        return make_lots(edit, id, by_size(read_targets(register, campaign), count), lambda m: m.id).lots[0]


def _out(register: Register, lot: int, path: Path) -> None:
    prepared = prepare(register, of_lot(register, lot), path)
    with register.edit(ACT) as edit:
        check_out(edit, prepared)
    prepared.discard()


def _in(register: Register, path: Path, records: int) -> None:
    examined = examine(register, path)
    with register.edit(ACT, "checkin") as edit:
        arrival = check_in(edit, examined, "bench")
    assert arrival.updated == records, arrival


def _edit(path: Path, statement: str) -> None:
    raw = sqlite3.connect(path)
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    raw.execute(statement)
    raw.commit()
    raw.close()


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    for name, (seconds, spent) in run(Path(sys.argv[1])).items():
        print(f"{name:22} {seconds:6.2f} s  {spent:6.2f} s of the processor")
