"""How soon "who is responsible here" is answered in a register of millions of assets.

    python -m tests.benchmarks.who_bench REGISTER.gpkg [--grids 300] [--rounds 40]

REGISTER.gpkg is a register of the synthetic city (2.73 M assets, 2 M meters; see city_register.py). Grids, people and
assignments are put into it: take a copy. Prints milliseconds by the clock (median, 95th percentile, longest) by what
is asked; "index" is the making of the search index, once. Target: 50.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import shapely

from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.responsibility.asking.enquiry import Enquiry
from layers.responsibility.book import read_book
from layers.search.index import SearchIndex
from layers.text import Message

PAST = datetime.date(2024, 5, 1)
SINCE = "2021-11-01"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register", type=Path)
    parser.add_argument("--grids", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    with Register.open(chosen.register, actor="bench") as register:
        if not register.count("assignment"):
            _give_people(register, chosen.grids)
        counts = {
            name: register.count(name) for name in ("meter", "grid", "assignment", "person", "customer")
        }
        print(", ".join(f"{count:,} {name}" for name, count in counts.items()), flush=True)
        _measure(register, chosen.rounds)


def _give_people(register: Register, count: int) -> None:
    """A chessboard of grids over the city, with two people each and a hand-over in every third."""
    box = register.bounds("meter")
    assert box is not None
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    width, height = box.width / columns + 1, box.height / rows + 1
    with register.edit(Message("store.created")) as edit:
        for existing in register.find(Query("grid", fields=("code",))):
            edit.update("grid", existing.id, existing.version, {"valid_to": "2021-10-31"})
        people = [
            edit.insert(
                "person", {"code": f"BENCH{n}", "name": f"管家{n}", "main_role": "steward", "active": True}
            )
            for n in range(count)
        ]
        for number in range(count):
            x, y = box.x0 + number % columns * width, box.y0 + number // columns * height
            shape = shapely.segmentize(shapely.box(x, y, x + width, y + height), width / 200)
            values = {"code": f"BENCH{number}", "name": f"网格{number}", "level": "grid", "valid_from": SINCE}
            grid = edit.insert("grid", {**values, "geom": shape})
            given = {"role": "steward", "target": f"grid:{grid}", "from_date": SINCE}
            first = {"person": people[number], "rank": "primary"}
            if number % 3 == 0:
                edit.insert("assignment", {**given, **first, "to_date": "2024-06-30"})
                later = {"person": people[(number + 2) % count], "rank": "primary", "from_date": "2024-07-01"}
                edit.insert("assignment", {**given, **later})
            else:
                edit.insert("assignment", {**given, **first})
            edit.insert("assignment", {**given, "person": people[(number + 1) % count], "rank": "backup"})


def _measure(register: Register, rounds: int) -> None:
    random = np.random.default_rng(6)
    box = register.bounds("meter")
    assert box is not None
    places = [(float(x), float(y)) for x, y in random.uniform(box[:2], box[2:], (rounds, 2))]
    ids = random.integers(1, register.count("meter"), rounds).tolist()
    meters = register.find(Query("meter", ids=ids, fields=("code", "meter_no", "address")))
    read_book(register)
    _say("the book, after a change of people", [lambda: read_book(register)] * 5)
    enquiry = Enquiry(register)
    start = time.perf_counter()
    enquiry.who(place=places[0])
    print(f"{'first answer of a session':34}{(time.perf_counter() - start) * 1000:8.1f} ms", flush=True)
    _say("a place", [lambda p=p: enquiry.who(place=p) for p in places])  # type: ignore[misc]
    enquiry.who(place=places[0], day=PAST)
    _say("a place on a past day", [lambda p=p: enquiry.who(place=p, day=PAST) for p in places])  # type: ignore[misc]
    keys = [AssetKey("meter", id) for id in ids]
    _say("a meter clicked", [lambda k=k: enquiry.who(asset=k) for k in keys])  # type: ignore[misc]
    codes = [str(meter["code"]) for meter in meters]
    _say("a meter by its code", [lambda c=c: enquiry.who(text=c) for c in codes])  # type: ignore[misc]
    start = time.perf_counter()
    index = SearchIndex.build(register, Feedback())
    print(f"{'index':34}{(time.perf_counter() - start) * 1000:8.1f} ms", flush=True)
    numbers = [str(meter.get("meter_no") or meter["code"]) for meter in meters]
    _say("a meter by its number", [lambda n=n: enquiry.who(text=n, index=index) for n in numbers])  # type: ignore[misc]
    names = [f"网格{n % 300}" for n in range(rounds)]
    _say("a grid by its name", [lambda n=n: enquiry.who(text=n, index=index) for n in names])  # type: ignore[misc]


def _say(what: str, asked: Sequence[Callable[[], object]]) -> None:
    took = []
    for ask in asked:
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    late = took[int(len(took) * 0.95)]
    print(
        f"{what:34}{statistics.median(took):8.1f} ms   p95 {late:6.1f}   longest {took[-1]:6.1f}", flush=True
    )


if __name__ == "__main__":
    main()
