"""Grids at the size of a large city: many assets set at once, what follows from a moved boundary, stock and recount.

    python -m tests.benchmarks.grids_bench REGISTER.gpkg [--grids 300] [--rounds 5]

Take a copy: it is written into. Square grids are laid over the meters, every located asset is given its own (one act
of some million rows, taken back and done again), the stock is counted; then one boundary after another is moved:
seconds of planning (what changes its grid), of writing, and of the stock following, beside a recount of everything. A
register that was measured before keeps its grids, and only the second half is measured. Printed as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.grids.ground import Grids, read_grids
from layers.grids.load.stock import follow_stock, read_stock
from layers.grids.members import member_types
from layers.grids.membership import places_of
from layers.grids.shaping.reshaping import plan_boundaries
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

LABEL = Message("store.created")
CODE = "BENCH-{:04d}"
#: So that the company's measures count the assets of the synthetic city.
STATE = {"status": "in_service", "role": "household"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("register", type=Path)
    parser.add_argument("--grids", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    with Register.open(words.register, actor="bench") as register:
        print(json.dumps(measure(register, words.grids, words.rounds), indent=1))


def measure(register: Register, count: int, rounds: int) -> dict[str, Any]:
    """Seconds, and how much it was about."""
    figures: dict[str, Any] = {name: register.count(name) for name in ("meter", "pipe")}
    is_laid = register.by_code(GRID, CODE.format(0)) is not None
    if not is_laid:
        lay_grids(register, count)
    grids = read_grids(register)
    figures["grids"] = len(grids.lowest)
    if not is_laid:
        figures |= assign(register, grids)
    start = time.perf_counter()
    stock = read_stock(register)
    figures["recount_s"] = _since(start)
    told: list[ChangeSet] = []
    register.listen(told.append)
    steps: dict[str, list[float]] = {"plan": [], "write": [], "follow": [], "undo": []}
    moved: list[int] = []
    busiest = sorted(stock.own["meters"], key=lambda id: -stock.figures(id)["meters"].value)
    for number in range(rounds):
        one, other = moved_edge(grids, busiest[number])
        start = time.perf_counter()
        plan = plan_boundaries(register, grids, LABEL, {**one, **other})
        steps["plan"].append(time.perf_counter() - start)
        moved.append(sum(len(part.ids) for part in plan.bulk))
        steps["write"].append(_timed(lambda plan=plan: _apply(register, plan)))
        start = time.perf_counter()
        stock = follow_stock(register, stock, told)
        steps["follow"].append(time.perf_counter() - start)
        told.clear()
        steps["undo"].append(_timed(register.undo))
        stock = follow_stock(register, stock, told)
        told.clear()
        grids = read_grids(register)
    figures["assets_moved"] = int(statistics.median(moved))
    figures |= {f"{name}_s": round(statistics.median(found), 3) for name, found in steps.items()}
    figures["follow_equals_recount"] = read_stock(register).own == stock.own
    return figures


def lay_grids(register: Register, count: int) -> None:
    """Square grids over the meters, in place of those that are there."""
    box = register.bounds("meter")
    assert box is not None
    across = int(np.ceil(np.sqrt(count)))
    x, y = np.linspace(box.x0, box.x1, across + 1), np.linspace(box.y0, box.y1, across + 1)
    with register.edit(LABEL) as edit:
        for asset in register.find(Query(GRID)):
            edit.update(GRID, asset.id, asset.version, {"valid_to": "2000-01-01"})
        for number in range(across * across):
            row, column = divmod(number, across)
            shape = shapely.box(x[column], y[row], x[column + 1], y[row + 1])
            edit.insert(GRID, {"code": CODE.format(number), "name": f"{number}", "geom": shape})


def assign(register: Register, grids: Grids) -> dict[str, Any]:
    """Give every located asset its grid as one act; take it back and do it again."""
    found: dict[str, pa.Table] = {}
    start = time.perf_counter()
    for asset_type in member_types(register.catalogue):
        if asset_type.shape is not None and register.count(asset_type.name):
            table = register.columns(asset_type.name, [], geometry=True)
            at = grids.at(places_of(asset_type, table))
            values: dict[str, Any] = {GRID: [None if id < 0 else id for id in at.tolist()]}
            values |= {name: value for name, value in STATE.items() if name in asset_type}
            found[asset_type.name] = (table.column("fid").to_numpy(), values)
    located = _since(start)
    start = time.perf_counter()
    with register.edit(LABEL) as edit:
        rows = sum(edit.update_many(name, ids, values) for name, (ids, values) in found.items())
    written = _since(start)
    return {
        "rows": rows,
        "locate_s": located,
        "update_many_s": written,
        "undo_s_of_all": _timed(register.undo),
        "redo_s_of_all": _timed(register.redo),
    }


def moved_edge(grids: Grids, one: int) -> tuple[dict[int, Any], dict[int, Any]]:
    """A grid and its neighbour to the east (or west), to which a fifth of its width goes over."""
    x0, y0, x1, y1 = grids.shapes[grids.position(one)].bounds
    east, west = grids.at([[x1 + 1.0, (y0 + y1) / 2], [x0 - 1.0, (y0 + y1) / 2]]).tolist()
    other = east if east >= 0 else west
    ox0, _, ox1, _ = grids.shapes[grids.position(other)].bounds
    if other == east:
        edge = x1 - 0.2 * (x1 - x0)
        return {one: shapely.box(x0, y0, edge, y1)}, {other: shapely.box(edge, y0, ox1, y1)}
    edge = x0 + 0.2 * (x1 - x0)
    return {one: shapely.box(edge, y0, x1, y1)}, {other: shapely.box(ox0, y0, edge, y1)}


def _apply(register: Register, plan: Any) -> None:
    with register.edit(plan.label) as edit:
        plan.apply(edit)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return _since(start)


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 3)


if __name__ == "__main__":
    main()
