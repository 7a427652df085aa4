"""The table of 2 M meters: open, sort, filter, edit; beside QGIS on the same file.

    python -m tests.benchmarks.table_bench REGISTER.gpkg [--type meter] [--rounds 3] [--no-peer]

REGISTER.gpkg is a register of the synthetic city (see city_register.py); it is copied, not written to. Ours opens
in the way of the window: columns read in the worker, which runs already, and put in order; QGIS in the way of its
attribute table. Rounds run alternately; the ratio is of the medians.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from layers.model.query import Order, Query
from layers.register import Register
from layers.table.arranging import Arrangement, arranged
from layers.table.patching import patched
from layers.table.reading import read_table, usual_columns
from layers.table.totals import totals
from layers.text import Message

PEER = Path(__file__).with_name("table_peer.py")
PYTHON = "/usr/bin/python3"
#: The floors of the house and its ambitions, as ratios to QGIS.
FLOORS = {"open": (6.0, 12.0), "sort text": (20.0, 40.0), "filter": (5.0, 10.0)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register", type=Path)
    parser.add_argument("--type", default="meter")
    parser.add_argument("--text", default="address")
    parser.add_argument("--number", default="dn")
    parser.add_argument("--word", default="风路8")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(chosen.register, Path(folder) / "register.gpkg"))
        print(
            figures(
                copy, chosen.type, chosen.text, chosen.number, chosen.word, chosen.rounds, not chosen.no_peer
            )
        )


def figures(
    path: Path, type_name: str, text: str, number: str, word: str, rounds: int, with_peer: bool
) -> str:
    """The table of figures. Raises ``AssertionError`` when the two sides do not find the same rows."""
    ours: list[Mapping[str, float]] = []
    theirs: list[Mapping[str, float]] = []
    for _ in range(rounds):
        ours.append(_ours(path, type_name, text, number, word))
        if with_peer:
            theirs.append(_peer(path, type_name, text, number, word))
            assert ours[-1]["rows"] == theirs[-1]["rows"]
            assert ours[-1]["hits"] == theirs[-1]["hits"]
    lines = [
        f"{'table of ' + type_name:24}{'ours ms':>10}{'QGIS ms':>10}{'ratio':>8}{'floor':>8}{'ambition':>10}"
    ]
    for name in ours[0]:
        mine = statistics.median(each[name] for each in ours)
        if name in ("rows", "hits"):
            lines.append(f"{name:24}{mine:>10,.0f}")
            continue
        line = f"{name:24}{mine * 1000:>10.1f}"
        if theirs and name in theirs[0]:
            peer = statistics.median(each[name] for each in theirs)
            floor, ambition = FLOORS.get(name, (None, None))
            line += f"{peer * 1000:>10.0f}{peer / mine:>8.1f}" + (
                f"{floor:>8.0f}{ambition:>10.0f}" if floor else ""
            )
        lines.append(line)
    return "\n".join(lines)


def _ours(path: Path, type_name: str, text: str, number: str, word: str) -> dict[str, float]:
    answer: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        answer[name] = time.perf_counter() - start
        return result

    with Register.open(path, actor="bench") as register:
        asset_type = register.catalogue[type_name]
        # The window's worker runs, for it has read the map.
        register.columns("pipe", [])

        def opened() -> Any:
            names = tuple(dict.fromkeys((*usual_columns(register, asset_type), text, number)))
            data = read_table(register, type_name, names)
            rows = arranged(data, Arrangement(), "zh")
            totals(data, rows, names)
            return names, data

        names, data = timed("open", opened)
        answer["rows"] = len(data)
        timed("sort text", lambda: arranged(data, Arrangement((Order(text),)), "zh"))
        timed("sort number", lambda: arranged(data, Arrangement((Order(number),)), "zh"))
        wanted = Arrangement((Order(text),), word, (text,))
        answer["hits"] = len(timed("filter", lambda: arranged(data, wanted, "zh")))
        timed("filter again", lambda: arranged(data, wanted, "zh"))
        timed("totals by class", lambda: totals(data, data.rows_of(data.fids), names, number))
        asset = register.find(Query(type_name, limit=1))[0]
        with register.edit(Message("store.created")) as edit:
            edit.update(type_name, asset.id, asset.version, {text: "新的地址"})
        register.rows(type_name, [asset.id], [text])
        timed("an edit patched in", lambda: patched(register, data, [asset.id]))
    return answer


def _peer(path: Path, *request: str) -> dict[str, float]:
    said = subprocess.run(
        [PYTHON, str(PEER), str(path), *request], capture_output=True, text=True, check=False
    )
    line = next((each for each in said.stdout.splitlines() if each.startswith("ANSWER ")), None)
    if line is None:
        raise RuntimeError(said.stderr[-2000:])
    answer: dict[str, float] = json.loads(line.removeprefix("ANSWER "))
    return answer


if __name__ == "__main__":
    main()
