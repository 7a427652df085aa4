"""Times of both stores on the synthetic city, beside ogr2ogr on the same file in the same run.

    python -m tests.benchmarks.store_bench CITY.gpkg [--rounds 3] [--no-server]

CITY.gpkg is written by the shared make_city.py (--meters 2000000 gives 2.73 M features). Prints one table; medians,
the bulk loads are single runs.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import shapely.affinity

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Box, Query
from layers.register import Register
from layers.store.worker import Worker
from layers.store.worker_columns import read_columns
from layers.text import Message
from tests.layers.store.postgres import TestServer, find_programs

LABEL = Message("store.created")
# Asset type: its columns by the names that the city's file gives them; the layer has the type's name.
MAPPED = {
    "grid": {"code": "code", "name": "name"},
    "meter_well": {"code": "code", "road": "road"},
    "pipe": {"code": "code", "dn": "dn", "road": "road", "recorded_length_m": "length_m"},
    "hydrant": {"code": "code", "road": "road"},
    "meter": {"code": "code", "address": "address", "dn": "caliber", "customer_no": "user_no"},
}


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_ms(rounds: int, work: Callable[[], object]) -> float:
    """Median in milliseconds."""
    return statistics.median(timed(work) for _ in range(rounds)) * 1000


def rows_of(worker: Worker, city: Path, name: str) -> pa.Table:
    """A layer of the city in the register's columns."""
    wanted = MAPPED[name]
    found = worker.run(read_columns, city, name, list(wanted.values()), True, None, None)
    columns = {field: found[source] for field, source in wanted.items()}
    if "customer_no" in columns:
        columns["customer_no"] = columns["customer_no"].cast(pa.string())
    return pa.table({**columns, "geom": found["geom"]})


def load(register: Register, city: Path) -> None:
    """The whole city as one change set, read from its file."""
    with register.edit(LABEL, "import") as edit:
        for name in MAPPED:
            edit.insert_bulk(name, rows_of(register.worker, city, name))
    register.idle()


def measure(register: Register, rounds: int) -> dict[str, float]:
    """Everything but the load, in milliseconds."""
    box = register.bounds("meter")
    assert box is not None
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    views = {
        name: Box(x - half, y - half, x + half, y + half) for name, half in (("200 m", 100), ("1 km", 500))
    }
    pipe = register.find(Query("pipe", limit=1))[0]
    state = {"version": pipe.version}

    def edit_once() -> None:
        with register.edit(LABEL) as edit:
            moved = shapely.affinity.translate(pipe.geometry, state["version"] % 7, 0)
            state["version"] = edit.update("pipe", pipe.id, state["version"], {"geom": moved})

    found = {"one edit": median_ms(rounds * 10, edit_once)}
    for name, view in views.items():
        query = Query("meter", box=view, fields=("code", "geom"))
        found[f"meters in {name}"] = median_ms(rounds * 5, lambda query=query: register.find(query))  # type: ignore[misc]
    register.columns("grid")
    found["all meters, code and place"] = median_ms(
        rounds, lambda: register.columns("meter", ["code"], geometry=True)
    )
    found["all meters, all columns"] = median_ms(rounds, lambda: register.columns("meter", geometry=True))
    return found


@contextmanager
def targets(folder: Path, *, with_server: bool) -> Iterator[dict[str, str]]:
    """Where the registers are made: a file, and a database if a server can be started."""
    found = {"GeoPackage": str(folder / "register.gpkg")}
    programs = find_programs() if with_server else None
    if programs is None:
        yield found
        return
    server = TestServer(programs)
    server.start()
    try:
        yield found | {"PostGIS": server.new_database("template_postgis")}
    finally:
        server.stop()


def run(city: Path, rounds: int, *, with_server: bool) -> dict[str, dict[str, float]]:
    """Figures by store; the peer's under ``ogr2ogr``."""
    folder = Path(tempfile.mkdtemp(prefix="store-bench-"))
    figures: dict[str, dict[str, float]] = {}
    try:
        peer = ["ogr2ogr", str(folder / "peer.gpkg"), str(city)]
        if shutil.which("ogr2ogr"):
            seconds = timed(lambda: subprocess.run(peer, check=True, capture_output=True))
            figures["ogr2ogr"] = {"bulk load": seconds * 1000}
        with targets(folder, with_server=with_server) as places:
            for store, target in places.items():
                with Register.create(target, Crs.parse("EPSG:4546"), actor="bench") as register:
                    register.worker.run(_nothing)
                    seconds = timed(lambda register=register: load(register, city))  # type: ignore[misc]
                    figures[store] = {"bulk load": seconds * 1000, **measure(register, rounds)}
                    figures[store]["undo of the load"] = timed(_undoing(register)) * 1000
    finally:
        shutil.rmtree(folder)
    return figures


def _nothing(feedback: Feedback) -> None:
    """Starts the worker, which is not what is measured."""


def _undoing(register: Register) -> Callable[[], object]:
    load_set = next(c for c in register.change_sets(limit=10_000) if c.kind == "import")

    def undo() -> None:
        for change_set in register.change_sets(limit=10_000):
            if change_set.id > load_set.id:
                register.undo_change_set(change_set.id)
        register.undo_change_set(load_set.id)

    return undo


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the table: milliseconds, and the load's ratio to the peer's."""
    names = list(dict.fromkeys(name for row in figures.values() for name in row))
    print(f"{'milliseconds (median)':32}" + "".join(f"{store:>14}" for store in figures))
    for name in names:
        cells = (f"{row[name]:14.1f}" if name in row else " " * 14 for row in figures.values())
        print(f"{name:32}" + "".join(cells))
    if "ogr2ogr" in figures:
        peer = figures["ogr2ogr"]["bulk load"]
        ratios = (f"{row['bulk load'] / peer:14.2f}" for row in figures.values())
        print(f"{'bulk load / ogr2ogr':32}" + "".join(ratios))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-server", action="store_true")
    chosen = parser.parse_args()
    show(run(chosen.city, chosen.rounds, with_server=not chosen.no_server))
