"""Times of selecting and filtering on a large register, and whether what is selected is exactly right.

    python -m tests.benchmarks.select_bench REGISTER.gpkg

REGISTER.gpkg is a register of the synthetic city (2.73 M assets; see city_register.py). Prints one table: processor
milliseconds of this process, best of five, so that other work on the machine plays no part; counts by condition and
filters run in SQLite and in the worker and are given by the clock. The exact check asks shapely asset by asset.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from layers.feedback import Feedback
from layers.model.condition_text import read_condition
from layers.model.query import Box, Query
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.region import Region
from layers.scene.scene import Scene
from layers.scene.selecting import class_figures, inverted, select_all, select_region, selected_shapes

ROUNDS = 5
RADIUS = 2500.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register")
    with Register.open(parser.parse_args().register, actor="bench") as register:
        scene = build_scene(register, "diameter", Feedback())
        assert scene.box is not None
        _regions(register, scene, scene.box)
        _conditions(register, scene)


def _regions(register: Register, scene: Scene, whole: Box) -> None:
    middle = np.array([(whole.x0 + whole.x1) / 2, (whole.y0 + whole.y1) / 2])
    corners = _corners(middle)
    around = Box(*(middle - RADIUS).tolist(), *(middle + RADIUS).tolist())
    across = shapely.LineString([(whole.x0, whole.y0), (whole.x1, whole.y1)])
    found = _timed("polygon of 5 km", lambda: select_region(scene, Region.of_corners(corners)))
    _timed("circle of 5 km", lambda: select_region(scene, Region.around(*middle.tolist(), RADIUS)))
    _timed("box of 5 km", lambda: select_region(scene, Region.of_box(around)))
    _timed("line across the city", lambda: select_region(scene, Region(across), symbol_reach=5.0))
    _timed("polygon of the whole city", lambda: select_region(scene, Region.of_box(whole)))
    everything = _timed("everything", lambda: select_all(scene))
    _timed("all but the polygon", lambda: inverted(scene, found))
    _timed("polygon joined to everything", lambda: found.union(everything))
    _timed("figures of the polygon", lambda: class_figures(scene, found))
    _timed("places of the polygon", lambda: selected_shapes(scene, found))
    shape = Region.of_corners(corners).shape
    shapely.prepare(shape)
    for name in ("meter", "pipe"):
        table = register.columns(name, [], geometry=True)
        shapes = shapely.from_wkb(table.column("geom").to_numpy(zero_copy_only=False))
        expected = np.sort(table.column("fid").to_numpy()[shapely.intersects(shape, shapes)])
        print(f"{name + ': exact':34}{np.array_equal(expected, found.ids(name))!s:>10}  {len(expected):,}")


def _conditions(register: Register, scene: Scene) -> None:
    for name, text in (("pipe", "dn >= 300 and material = DI"), ("meter", "dn >= 20")):
        where = read_condition(text, register.catalogue[name])
        start = time.perf_counter()
        count = register.count(Query(name, where))
        counted = time.perf_counter()
        build_scene(register, scene.style, Feedback(), before=scene, filters={name: where} if where else {})
        print(f"{f'count {name}: {text}':34}{(counted - start) * 1000:10.1f}  {count:,}")
        print(f"{f'filter {name} on the map':34}{(time.perf_counter() - counted) * 1000:10.1f}")


def _corners(middle: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Twelve corners at 0.8 to 1.2 of the radius."""
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    reach = RADIUS * (0.8 + 0.4 * np.random.default_rng(1).random(12))
    return middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]


def _timed(name: str, work: Callable[[], Any]) -> Any:
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        result = work()
        times.append((time.process_time() - start) * 1000)
    told = f"{len(result):,}" if hasattr(result, "counts") else ""
    print(f"{name:34}{min(times):10.1f}  {told}")
    return result


if __name__ == "__main__":
    main()
