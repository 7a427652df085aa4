"""The map's figures in one command; ``python3 dev.py benchmark`` installs what it needs and does the same.

    python -m tests.benchmarks [--meters 2000000] [--rounds 5] [--town generated|real] [--no-peer] [--json OUT]

The cities are made from the shared fixtures (GISAPP_FIXTURES) once and kept in --folder. Nobody else should work
on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import compileall
import dataclasses
import json
import os
import platform
import sys
from pathlib import Path

from platformdirs import user_cache_path

from tests.benchmarks.map_bench import ROOT, figures_of, has_peer, prepare, run_rounds, table


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--meters", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=5, help="drawings of a view in each process")
    parser.add_argument("--town", choices=("generated", "real"), action="append")
    parser.add_argument("--no-peer", action="store_true", help="without QGIS")
    parser.add_argument("--folder", type=Path, default=user_cache_path("gisapp-benchmarks", appauthor=False))
    parser.add_argument("--json", type=Path, default=None)
    chosen = parser.parse_args()
    fixtures = Path(os.environ.get("GISAPP_FIXTURES") or ROOT.parent / "shared" / "data")
    if not (fixtures / "ky4-gis").is_dir():
        print("GISAPP_FIXTURES must name the folder of the shared fixtures.", file=sys.stderr)
        return 2
    peer = not chosen.no_peer
    if peer and not has_peer():
        print("QGIS is missing: apt-get install python3-qgis, or --no-peer.", file=sys.stderr)
        return 2
    # As an installed program is: where no bytecode may be written, every start would compile half a second long.
    for package in ("gisapp", "layers"):
        compileall.compile_dir(ROOT / package, quiet=2)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    result = {"machine": platform.platform(), "cores": os.cpu_count(), "meters": chosen.meters, "towns": {}}
    for name in chosen.town or ("generated", "real"):
        town = prepare(name, chosen.meters, fixtures, chosen.folder)
        answers = run_rounds(
            town, chosen.folder, chosen.rounds, repeat=chosen.repeat, peer=peer,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )  # fmt: skip
        figures = list(figures_of(answers))
        print(table(name, figures), flush=True)
        rows = [{**dataclasses.asdict(f), "value": f.value, "holds": f.holds} for f in figures]
        result["towns"][name] = {"figures": rows, "answers": answers}
        out = chosen.json or chosen.folder / "map-figures.json"
        out.write_text(json.dumps(result, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
