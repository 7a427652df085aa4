"""How long the plan of each act on the network takes on a large register; nothing is changed.

    python -m tests.benchmarks.editing_bench REGISTER.gpkg [--rounds 40]

REGISTER.gpkg is a register of the synthetic city (2.73 M assets; see city_register.py). Prints one table of processor
milliseconds of this process, so that other work on the machine plays little part: half, 95 of 100, and the longest.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import shapely

from layers.editing.drawing import plan_draw
from layers.editing.ending import plan_replace, plan_retire
from layers.editing.lines import plan_reverse
from layers.editing.moving import plan_move_assets, plan_move_node, plan_move_vertex
from layers.editing.plan import EditPlan
from layers.editing.splitting import plan_split
from layers.model.asset import Asset
from layers.register import Register

SEED = 5
Act = Callable[[Register, Asset], EditPlan]


def _inside(pipe: Asset) -> tuple[float, float]:
    place = pipe["geom"].interpolate(0.4, normalized=True)
    return place.x, place.y


def _beside(place: tuple[float, ...]) -> tuple[float, float]:
    return place[0] + 1.5, place[1] + 1.0


ACTS: dict[str, Act] = {
    "draw": lambda r, p: plan_draw(
        r, "pipe", shapely.LineString([_inside(p), (_inside(p)[0] + 30, _inside(p)[1] + 40)]), reach=0.5
    ),
    "place": lambda r, p: plan_draw(r, "valve", shapely.Point(_inside(p)), reach=0.5),
    "split": lambda r, p: plan_split(r, p.key, _inside(p)),
    "move node": lambda r, p: plan_move_node(r, p["geom"].coords[0], _beside(p["geom"].coords[0])),
    "move vertex": lambda r, p: plan_move_vertex(r, p.key, 1, _beside(p["geom"].coords[1])),
    "move line": lambda r, p: plan_move_assets(r, [p.key], 1.5, 1.0),
    "reverse": lambda r, p: plan_reverse(r, [p.key]),
    "retire": lambda r, p: plan_retire(r, [p.key], "2026"),
    "replace": lambda r, p: plan_replace(r, p.key, "2026"),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    numbers = random.Random(SEED)
    with Register.open(chosen.register, actor="bench", read_only=True) as register:
        count = register.count("pipe")
        read = (register.get("pipe", numbers.randint(1, count)) for _ in range(chosen.rounds))
        pipes = [pipe for pipe in read if pipe is not None and pipe.geometry is not None]
        ACTS["split"](register, pipes[0])
        print(f"{len(pipes)} pipes of {count:,}; ms of the processor: half, 95 %, longest")
        for name, act in ACTS.items():
            times = []
            for pipe in pipes:
                began = time.process_time()
                act(register, pipe)
                times.append((time.process_time() - began) * 1e3)
            times.sort()
            print(
                f"{name:12} {times[len(times) // 2]:6.1f} {times[int(len(times) * 0.95)]:6.1f} {times[-1]:6.1f}"
            )


if __name__ == "__main__":
    main()
