"""What holds of any splits, merges and moves of boundaries: no gap, no overlap, all in one piece, every meter in
exactly one grid, and all of it can be taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.grids.coverage import find_coverage
from layers.grids.ground import Grids, read_grids
from layers.grids.patchwork import holes_of, parts_of
from layers.grids.shaping.boundary import plan_move_boundary
from layers.grids.shaping.corners import plan_move_corner
from layers.grids.shaping.merging import plan_merge
from layers.grids.shaping.splitting import plan_split
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message
from tests.layers.grids.patches import SIDE, add, at, block, four
from tests.layers.grids.shaping.test_boundaries import do

pytestmark = pytest.mark.keeps_running

WIDE = 2 * SIDE
shares = st.floats(0.03, 0.97)
steps = st.tuples(
    st.sampled_from(["split", "merge", "redraw", "corner"]),
    st.integers(0, 99),
    st.lists(shares, min_size=4, max_size=4),
)
QUIET = settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""No search for a smaller case: every example takes a register some way and back."""


@pytest.fixture(scope="module")
def land(
    tmp_path_factory: pytest.TempPathFactory, empty_register: Path, worker: Worker
) -> Iterator[Register]:
    """One register for all examples: each ends where it began."""
    path = tmp_path_factory.mktemp("land") / "land.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as opened:
        opened.worker = worker
        add(opened, "service_area", code="FQ", geom=block(0, 0, WIDE, WIDE))
        four(opened)
        places = np.random.default_rng(6).uniform(0, WIDE, (120, 2)).round(2).tolist()
        with opened.edit(Message("store.created")) as edit:
            for number, (x, y) in enumerate([*places, (SIDE, SIDE), (SIDE, 40.0), (0.0, SIDE)]):
                edit.insert("meter", {"code": f"M{number}", "geom": shapely.Point(at(x, y))})
        yield opened


def chosen(grids: Grids, number: int) -> int:
    return int(grids.ids[grids.lowest[number % len(grids.lowest)]])


def plan_of(register: Register, act: str, number: int, share: list[float]) -> EditPlan:
    grids = read_grids(register)
    id = chosen(grids, number)
    shape = grids.shape_of(id)
    x0, y0, x1, y1 = shape.bounds
    # Never one and the same place: a line has a length.
    a = x0 + share[0] * (x1 - x0), y0 + share[1] * 0.4 * (y1 - y0)
    b = x0 + share[2] * (x1 - x0), y1 - share[3] * 0.4 * (y1 - y0)
    if act == "split":
        return plan_split(register, id, shapely.LineString([a, b]))
    if act == "merge":
        return plan_merge(register, id, [chosen(grids, number + 1 + int(share[0] * 3))])
    if act == "redraw":
        ring = shape.exterior
        from_, to = share[0] * ring.length, (share[0] + 0.1 + 0.2 * share[1]) * ring.length % ring.length
        ends = [ring.interpolate(from_), ring.interpolate(to)]
        middle = (ends[0].x + 80 * (share[2] - 0.5), ends[0].y + 80 * (share[3] - 0.5))
        return plan_move_boundary(register, id, shapely.LineString([ends[0], middle, ends[1]]), reach=0.01)
    corner = shapely.get_coordinates(shape)[int(share[0] * 100) % (shapely.get_num_coordinates(shape) - 1)]
    goal = corner + 60 * (np.array(share[1:3]) - 0.5)
    return plan_move_corner(register, tuple(corner.tolist()), tuple(goal.tolist()))


def check(register: Register, *, whole: bool) -> None:
    grids = read_grids(register)
    shapes = grids.shapes[grids.lowest]
    assert shapely.coverage_is_valid(list(shapes))
    assert all(len(parts_of(shape)) == 1 and not holes_of(shape) for shape in shapes)
    found = find_coverage(register, grids)
    assert found.overlaps == ()
    if whole:
        assert found.flaws == ()
        # An act may lead a square metre beyond the border, the company's tolerance.
        assert sum(shape.area for shape in shapes) == pytest.approx(WIDE * WIDE, abs=10.0)
    meters = register.find(Query("meter"))
    told = np.array([meter["grid"] or -1 for meter in meters])
    assert (told == grids.of([meter.geometry for meter in meters])).all()
    if whole:
        assert (told != -1).all()


@QUIET
@given(acts=st.lists(steps, min_size=4, max_size=7))
def test_grids_stay_a_partition_whatever_is_done_to_them(
    land: Register, acts: list[tuple[str, int, list[float]]]
) -> None:
    before = content(land)
    done = 0
    whole = True
    for act, number, share in acts:
        try:
            plan = plan_of(land, act, number, share)
        except UserError:
            # What cannot be is refused; that nothing is half done then shows below.
            continue
        change = land.data_version
        do(land, plan)
        done += land.data_version != change
        # A stretch of the outer border may be drawn inwards: what is cut off then is a gap that is told.
        whole = whole and not (act in ("redraw", "corner") and find_coverage(land).gaps)
        check(land, whole=whole)
    for _ in range(done):
        land.undo()
    assert content(land) == before


def content(register: Register) -> dict[str, object]:
    meters = {meter.id: meter["grid"] for meter in register.find(Query("meter"))}
    grids = {
        grid.id: (grid["code"], grid["valid_to"], grid.geometry.wkb) for grid in register.find(Query("grid"))
    }
    return {"meters": meters, "grids": grids}
