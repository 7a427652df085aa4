"""The checks of a city: seconds of the processor for what each needs, against shapely's own pass over the pipes.

``python -m tests.benchmarks.checks_bench REGISTER [--rounds N]``; a register of the size is made by city_register.
The yardstick is what anybody would write first: read every pipe's shape, put them into a tree, ask which of them
intersect and which cross.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import shapely

from layers.analysis.checking.book import Book
from layers.analysis.checking.gathering import FIELD_RULE, CheckJob, check_book, check_job
from layers.feedback import Feedback
from layers.register import Register

PIPES = "pipe"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("register", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with Register.open(options.register, actor="bench") as register:
        job = check_job(register)
        rounds = [one_round(job) for _ in range(options.rounds)]
    for name in rounds[0]:
        told = [each[name] for each in rounds]
        print(f"{name:40} {statistics.median(told):8.2f}  ({min(told):.2f}-{max(told):.2f})")


def one_round(job: CheckJob) -> dict[str, float]:
    """Everything once, in an order in which nothing is read twice."""
    found: dict[str, float] = {}
    tables: dict[str, pa.Table] = {}
    reading = 0.0

    def read(name: str) -> pa.Table:
        nonlocal reading
        if name not in tables:
            begin = time.process_time()
            tables[name] = job.reads[name](Feedback())
            reading += time.process_time() - begin
        return tables[name]

    pipes = read(PIPES)
    yardstick = timed(lambda: own_pass(pipes))
    found["shapely's own pass, pipes, s"] = yardstick
    rules = [rule.id for rule in job.rule_book.rules if rule.type == PIPES]
    before = reading
    all_of_pipes = timed(lambda: check_book(book_of(job, read), job.rule_book, rules)) - (reading - before)
    found[f"{len(rules)} rules of pipes, s"] = all_of_pipes
    found["rules of pipes / shapely's own pass"] = all_of_pipes / yardstick
    before = reading
    everything = timed(lambda: check_book(book_of(job, read), job.rule_book)) - (reading - before)
    found[f"all {len(job.rule_book.rules)} rules and {FIELD_RULE}, s"] = everything
    found["reading all columns, s"] = reading
    found["pipes"] = float(len(pipes))
    found["assets"] = float(sum(map(len, tables.values())))
    return found


def book_of(job: CheckJob, read: Callable[[str], pa.Table]) -> Book:
    """A book that has reckoned nothing yet."""
    return Book(job.catalogue, read, job.settings.__getitem__, job.rule_book.connected_statuses, Feedback())


def own_pass(pipes: pa.Table) -> None:
    """Which pipes meet, and which cross, by shapely alone."""
    shapes = shapely.from_wkb(pipes.column("geom").to_numpy())
    tree = shapely.STRtree(shapes)
    tree.query(shapes, predicate="intersects")
    tree.query(shapes, predicate="crosses")


def timed(act: Callable[[], object]) -> float:
    """Seconds of this process's own work."""
    begin = time.process_time()
    act()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
