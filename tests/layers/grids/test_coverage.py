"""Gaps, overlaps and what lies outside: found, told, mended in one act; what cannot be drawn is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely

from layers.errors import UserError
from layers.grids.colouring import colours, neighbours
from layers.grids.coverage import find_coverage
from layers.grids.ground import read_grids
from layers.grids.shaping.boundary import plan_move_boundary
from layers.grids.shaping.corners import plan_delete_corner, plan_move_corner
from layers.grids.shaping.drawing import plan_draw_grid
from layers.grids.shaping.merging import plan_merge
from layers.grids.shaping.repairs import plan_repair
from layers.grids.shaping.splitting import plan_split
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.grids.patches import SIDE, add, add_grid, at, block, four, line
from tests.layers.grids.shaping.test_boundaries import do
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

WIDE = 2 * SIDE


def test_gaps_and_overlaps_are_found_and_mended_in_one_act(new_place: NewPlace) -> None:
    with new_place().open() as register:
        add(register, "service_area", code="FQ", geom=block(0, 0, WIDE, SIDE))
        one = add_grid(register, "G1", block(0, 0, SIDE + 20, SIDE))
        two = add_grid(register, "G2", block(SIDE, 0, 500, SIDE))
        three = add_grid(register, "G3", block(510, 0, WIDE + 5, SIDE))
        # A hair's breadth beside a border is no gap; neither is a gap below the company's tolerance.
        add_grid(register, "G4", block(0, SIDE, 0.4, SIDE + 1))
        meter = add(register, "meter", code="M", geom=shapely.Point(at(SIDE + 10, 5)))
        found = find_coverage(register)
        told = [(flaw.fault, round(flaw.area), flaw.grids) for flaw in found.flaws]
        assert told == [
            ("overlap", 6000, (one, two)),
            ("gap", 3000, (two, three)),
            ("outside", 1500, (three,)),
        ]
        assert (found.area_gaps, found.area_overlaps) == (pytest.approx(3000), pytest.approx(6000))
        plan = plan_repair(register, found.flaws)
        # The place on shared land was the smaller code's already: nothing changes its grid.
        assert not plan.bulk
        do(register, plan)
        assert find_coverage(register).flaws == ()
        grids = read_grids(register)
        assert grids.shape_of(one).area == pytest.approx((SIDE + 20) * SIDE)
        assert grids.shape_of(two).area == pytest.approx(190 * SIDE)
        assert register.get("meter", meter)["grid"] == one
        register.undo()
        assert len(find_coverage(register).flaws) == 3
        (gap,) = find_coverage(register).gaps
        do(register, plan_repair(register, [gap], to=three))
        assert read_grids(register).shape_of(three).area == pytest.approx(105 * SIDE)


def test_without_a_service_area_the_grids_above_say_what_to_cover(register: Register) -> None:
    ids = four(register)
    assert find_coverage(register).flaws == ()
    with register.edit(plan_merge(register, ids[0], [ids[1]]).label) as edit:
        edit.update("grid", ids[3], 1, {"geom": block(SIDE, SIDE, WIDE, WIDE - 10)})
    (gap,) = find_coverage(register).flaws
    assert (gap.fault, gap.grids, round(gap.area)) == ("gap", (ids[3], ids[2]), 3000)


def test_a_grid_is_drawn_on_free_land_up_to_its_neighbours(register: Register) -> None:
    add(register, "service_area", code="FQ", geom=block(0, 0, WIDE, SIDE))
    one = add_grid(register, "WG-07", block(0, 0, SIDE, SIDE), level="grid")
    done = do(register, plan_draw_grid(register, "grid", block(SIDE - 30, -20, WIDE + 40, SIDE + 3)))
    made = register.get(*done.made[0])
    assert (made["code"], made["level"], made.geometry.area) == ("WG-08", "grid", pytest.approx(SIDE * SIDE))
    assert find_coverage(register).flaws == ()
    beside = neighbours(read_grids(register))
    assert beside == {one: [made.id], made.id: [one]}
    inside = block(10, 10, 90, 90)
    with pytest.raises(UserError, match=r"grid_ground\.taken"):
        plan_draw_grid(register, "grid", inside)


@pytest.fixture(scope="module")
def four_grids(
    tmp_path_factory: pytest.TempPathFactory, empty_register: Path, worker: Worker
) -> Iterator[tuple[Register, list[int]]]:
    """Four grids in one area: nothing is written to them here."""
    path = tmp_path_factory.mktemp("four") / "four.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as opened:
        opened.worker = worker
        yield opened, four(opened)


BOW = shapely.Polygon([at(0, 0), at(90, 90), at(90, 0), at(0, 90)])
RING = line((400, 100), (500, 100), (500, 200), (400, 200), (400, 100))


@pytest.mark.parametrize(
    ("refused", "act"),
    [
        ("crosses_itself", lambda r, _: plan_draw_grid(r, "grid", BOW)),
        ("outside", lambda r, _: plan_draw_grid(r, "grid", block(900, 900, 950, 950))),
        ("code_taken", lambda r, _: plan_draw_grid(r, "grid", block(0, 0, 9, 9), {"code": "g2"})),
        ("code_taken", lambda r, g: plan_split(r, g[0], line((150, -1), (150, 301)), {"code": "G3"})),
        ("cuts_nothing", lambda r, g: plan_split(r, g[0], line((-50, -50), (-50, 400)))),
        ("hole", lambda r, g: plan_split(r, g[1], RING)),
        ("cuts_too_often", lambda r, g: plan_split(r, g[0], line((-9, 50), (310, 50), (310, 90), (-9, 90)))),
        ("has_parts", lambda r, _: plan_split(r, 1, line((0, 10), (600, 10)))),
        ("do_not_touch", lambda r, g: plan_merge(r, g[0], [g[3]])),
        ("merge_two", lambda r, g: plan_merge(r, g[0], [])),
        ("stretch_ends", lambda r, g: plan_move_boundary(r, g[0], line((50, 50), (90, 90)))),
        ("outside", lambda r, g: plan_move_boundary(r, g[0], line((0, 50), (-80, 100), (0, 200)))),
        ("falls_apart", lambda r, g: plan_move_boundary(r, g[0], line((300, 50), (601, 100), (300, 200)))),
        ("crosses_itself", lambda r, _: plan_move_corner(r, at(SIDE, 0), at(SIDE, SIDE + 80))),
        ("no_boundary", lambda r, _: plan_move_corner(r, at(50, 50), at(60, 60))),
        ("junction", lambda r, _: plan_delete_corner(r, at(SIDE, SIDE))),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_a_sentence(
    four_grids: tuple[Register, list[int]], refused: str, act: Callable[[Register, list[int]], object]
) -> None:
    register, ids = four_grids
    before = register.data_version
    with pytest.raises(UserError) as told:
        act(register, ids)
    assert told.value.title.id == f"grid_ground.{refused}"
    assert told.value.hint is not None
    assert register.data_version == before


def test_neighbours_differ_in_few_colours_that_last(register: Register) -> None:
    rows = {}
    for number in range(30):
        x, y = number % 6 * 100 + (number // 6 % 2) * 50, number // 6 * 100
        rows[add_grid(register, f"G{number:02}", block(x, y, x + 100, y + 100))] = number
    grids = read_grids(register)
    found = colours(grids)
    beside = neighbours(grids)
    assert set(found) == set(rows)
    assert max(found.values()) < 4
    assert all(found[a] != found[b] for a, others in beside.items() for b in others)
    assert colours(grids, found) == found
    # A grid that is divided takes its new colour from what its neighbours leave; here none of the others changes.
    middle = next(id for id, number in rows.items() if number == 5)
    x0, y0, x1, _y1 = grids.shape_of(middle).bounds
    do(register, plan_split(register, middle, shapely.LineString([(x0, y0 + 50), (x1, y0 + 50)])))
    again = colours(read_grids(register))
    assert {id: again[id] for id in rows} == found
