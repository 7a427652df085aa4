"""How long a proposal for grids takes, how even and compact it is, and how soon it can be stopped.

    python -m tests.benchmarks.partition_bench [REGISTER.gpkg]

REGISTER.gpkg is a register of the synthetic city (2 M meters; see city_register.py): its meters and present grids are
taken, for the smaller case the 290,000 meters nearest to the middle. Without it a town of made-up streets is divided.
Prints seconds by the clock and of the processor, the largest load against the continuous lower bound (the mean: no
division into so many grids has a smaller one), compactness (0.79 = square), and how long after the wish to stop it
stopped. Target: 290,000 meters into 100 connected grids with max/mean <= 1.10.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import shapely

from layers.errors import Cancelled
from layers.feedback import Feedback
from layers.geometry.packed import pack_points
from layers.grids.dividing.quality import pieces_of
from layers.grids.dividing.wishes import Wishes
from layers.grids.faces import Floats, Shapes
from layers.grids.ground import read_grids
from layers.grids.proposing.designing import Site, propose
from layers.register import Register
from tests.layers.grids.towns import NONE, around, lattice, site

CASES = ((290_000, 100), (2_000_000, 300))
STOP_AT = (0.1, 0.3, 0.62, 0.9)
BLOCK = 125.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("register", nargs="?")
    chosen = parser.parse_args()
    known = None if chosen.register is None else _of_register(chosen.register)
    for meters, grids in CASES:
        there = _made_up(meters) if known is None else _nearest(*known, meters)
        _measure(there, Wishes(grids), f"{len(there.loads.xy):,} meters -> {grids} grids")
    if known is not None:
        there = _nearest(*known, len(known[0]))
        _measure(there, Wishes(len(known[1]), is_rebalance=True), f"re-balance the {len(known[1])} there are")
    _stop(there, Wishes(CASES[-1][1]))


def _measure(there: Site, wishes: Wishes, name: str) -> None:
    told: list[float] = []
    clock, work = time.perf_counter(), time.process_time()
    made = propose(there, wishes, Feedback(lambda *_: told.append(time.perf_counter())))
    spent, worked = time.perf_counter() - clock, time.process_time() - work
    shapes = made.shapes_of(made.after)
    kept = shapes[~shapely.is_missing(shapes)]
    figures = made.quality_of(made.after, shapes)
    pieces = pieces_of(made.after, made.blocks.touching.pair, made.grids).max()
    union = shapely.coverage_union_all(kept)
    print(name)
    print(f"  {spent:.1f} s by the clock, {worked:.1f} s of the processor, {len(made.blocks.faces):,} blocks")
    print(
        f"  max/mean {figures.worst:.3f}, min/mean {figures.least:.3f}, spread {figures.spread:.3f}; "
        f"lower bound of the largest load {figures.mean:,.1f}"
    )
    print(
        f"  compactness {figures.compactness:.2f} (least {figures.least_compact:.2f}), most pieces of a grid {pieces}, "
        f"coverage {'valid' if shapely.coverage_is_valid(kept) else 'BROKEN'}, "
        f"{shapely.symmetric_difference(union, there.area).area:.6f} m2 not covered"
    )
    if made.least_move is not None:
        print(f"  moved {made.moved_share(made.after):.1%} of the load, lower bound {made.least_move:.1%}")
    gaps = np.diff(told) if len(told) > 1 else np.zeros(1)
    print(f"  progress told {len(told)} times, longest silence {gaps.max():.1f} s")


def _stop(there: Site, wishes: Wishes) -> None:
    """How long it goes on after the wish to stop, wherever it is."""
    for share in STOP_AT:
        spent = _stopped_after(there, wishes, share)
        print(f"  stopped at {share:.0%}: {spent:.3f} s after the wish")


def _stopped_after(there: Site, wishes: Wishes, share: float) -> float:
    wished: list[float] = []

    def tell(fraction: float | None, _: object) -> None:
        if not wished and (fraction or 0.0) >= share:
            wished.append(time.perf_counter())
            feedback.cancel()

    feedback = Feedback(tell, interval=0.0)
    try:
        propose(there, wishes, feedback)
    except Cancelled:
        return time.perf_counter() - wished[0]
    return float("nan")


def _of_register(path: str) -> tuple[Floats, Shapes]:
    with Register.open(path, actor="bench") as register:
        xy = pack_points(register.columns("meter", [], geometry=True).column("geom")).xy
        grids = read_grids(register)
    return xy, grids.shapes[grids.lowest]


def _nearest(xy: Floats, grids: Shapes, count: int) -> Site:
    if count < len(xy):
        away = np.hypot(*(xy - np.median(xy, axis=0)).T)
        xy = xy[np.argpartition(away, count)[:count]]
        return site(around(xy, 300.0), xy)
    return site(shapely.union_all(grids), xy, grids=grids)


def _made_up(meters: int) -> Site:
    blocks = int(np.ceil(np.sqrt(meters / 100)))
    area, roads, xy = lattice(blocks, BLOCK, 7, loads=meters)
    return site(area, xy, roads=roads, grids=NONE)


if __name__ == "__main__":
    main()
