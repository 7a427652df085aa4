"""Statements of the sample city: a second at most after loading, and the figures of every project.

    python -m tests.benchmarks.statement_bench [REGISTER.gpkg] [--rounds 5]

Without a register the sample of size ``city`` is made first (half a minute). Printed as JSON: seconds of reading the
book once, the median seconds of a statement of one year and of five, of all projects' figures and of one project's;
and the same statement by geopandas, the way an analyst would write it, for the total and one breakdown only.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio

from layers.register import Register
from layers.renewal.progress.progress import project_figures
from layers.renewal.statement.statement import Period, read_book, statement_of
from layers.sample.write import create_sample

DAY = datetime.date(2026, 10, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("register", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = words.register or Path(folder) / "city.gpkg"
        if words.register is None:
            made, _ = create_sample(path, "city", 1, actor="bench")
            made.close()
        print(json.dumps(measure(path, words.rounds), indent=1))


def measure(path: Path, rounds: int) -> dict[str, Any]:
    """Seconds, and how much it was about."""
    with Register.open(path, actor="bench", read_only=True) as register:
        register.columns("team", ("name",))
        start = time.perf_counter()
        book = read_book(register)
        read = time.perf_counter() - start
        one = frozenset(list(book.rows.projects)[:1])
        return {
            "pipes": len(book.pipes),
            "projects": len(book.rows.projects),
            "read_book_s": round(read, 3),
            "year_s": _median(rounds, lambda: statement_of(book, Period.year(2024), DAY)),
            "five_years_s": _median(rounds, lambda: statement_of(book, Period.years(2021, 2025), DAY)),
            "all_projects_s": _median(rounds, lambda: project_figures(register, DAY)),
            "one_project_s": _median(rounds, lambda: project_figures(register, DAY, ids=one)),
            "peer_read_s": _median(1, lambda: pyogrio.read_dataframe(path, layer="pipe")),
            "peer_five_years_s": _peer(path, rounds),
        }


def _peer(path: Path, rounds: int) -> float:
    pipes = pyogrio.read_dataframe(path, layer="pipe")
    projects = pyogrio.read_dataframe(path, layer="project", read_geometry=False, fid_as_index=True)

    def by_class() -> Any:
        begun = pipes[pipes["completion_date"].fillna(pipes["laid_date"]).str[:4].between("2021", "2025")]
        joined = begun.merge(projects[["kind"]], left_on="project_in", right_index=True)
        joined["metres"] = joined["as_built_length_m"].fillna(joined["recorded_length_m"])
        return joined[joined["dn"] >= 100].groupby([joined["dn"] >= 500, "kind"])["metres"].sum()

    return _median(rounds, by_class)


def _median(rounds: int, work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return round(statistics.median(seconds), 4)


if __name__ == "__main__":
    main()
