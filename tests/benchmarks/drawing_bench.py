"""Times of what the mouse asks while one draws on a large register: snapping, the way along mains, the plan of a move.

    python -m tests.benchmarks.drawing_bench REGISTER.gpkg

REGISTER.gpkg is a register of the synthetic city (2.73 M assets; see city_register.py). Prints one table of processor
milliseconds of this process, so that other work on the machine plays little part: half, 95 of 100, and the longest.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from shapely.geometry import LineString

from layers.editing.drawing import plan_draw
from layers.editing.moving import plan_move_node
from layers.feedback import Feedback
from layers.model.query import Box
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.snapping import Place, find_snap, mains_inside
from layers.scene.style import METRES_PER_PIXEL
from layers.scene.tracing import trace

SEED = 11
TIMES = 200
SCALES = (500, 1000, 2000, 5000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register")
    with Register.open(parser.parse_args().register, actor="bench", read_only=True) as register:
        scene = build_scene(register, "diameter", Feedback())
        ends = _ends(scene)
        random = np.random.default_rng(SEED)
        print(f"{'':34} {'half':>8} {'95 %':>8} {'longest':>8}")
        for scale in SCALES:
            metres = scale * METRES_PER_PIXEL
            near = ends[random.integers(len(ends), size=TIMES)] + random.normal(0, 4 * metres, (TIMES, 2))
            _table(
                f"snap, 1:{scale}",
                [lambda p=p, m=metres: find_snap(scene, *p, m, 10, origin=(p[0] + 20, p[1])) for p in near],
            )
        for distance in (100.0, 500.0, 1500.0):
            pairs = _pairs(ends, random, distance)
            _table(f"way of about {distance:.0f} m", [lambda a=a, b=b: trace(scene, a, b) for a, b in pairs])
        starts = ends[random.integers(len(ends), size=40)]
        lines = [LineString([s, s + np.array([15.0, 20.0])]) for s in starts]
        _table("plan of a new main", [lambda g=g: plan_draw(register, "pipe", g, {"dn": 200}) for g in lines])
        places = [(float(x), float(y)) for x, y in starts]
        _table(
            "plan of moving a node",
            [lambda p=p: plan_move_node(register, p, (p[0] + 3, p[1] + 2)) for p in places],
        )


def _ends(scene: Scene) -> np.ndarray:
    whole = scene.box
    assert whole is not None
    middle = np.array([(whole.x0 + whole.x1) / 2, (whole.y0 + whole.y1) / 2])
    around = Box(*(middle - 4000).tolist(), *(middle + 4000).tolist())
    return np.concatenate([part.xy[part.offsets[:-1]] for part in mains_inside(scene, around)])


def _pairs(ends: np.ndarray, random: np.random.Generator, distance: float) -> list[tuple[Place, Place]]:
    """Places of ends about so far from each other."""
    found = []
    for start in ends[random.integers(len(ends), size=30)]:
        away = np.abs(np.hypot(*(ends - start).T) - distance)
        end = ends[int(np.argmin(away))]
        found.append(((float(start[0]), float(start[1])), (float(end[0]), float(end[1]))))
    return found


def _table(name: str, calls: Sequence[Callable[[], Any]]) -> None:
    spent = []
    for call in calls:
        begin = time.process_time()
        call()
        spent.append((time.process_time() - begin) * 1000)
    print(f"{name:34} {np.median(spent):8.2f} {np.percentile(spent, 95):8.2f} {max(spent):8.2f}")


if __name__ == "__main__":
    main()
