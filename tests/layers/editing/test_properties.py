"""What holds of any acts on the network: nothing is lost, nothing comes apart, all can be taken back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from layers.editing.copying import plan_copy_attributes
from layers.editing.drawing import plan_draw
from layers.editing.ending import plan_delete_mistake, plan_replace, plan_retire
from layers.editing.lines import (
    plan_continue,
    plan_delete_vertex,
    plan_insert_vertex,
    plan_reverse,
    plan_trim,
)
from layers.editing.moving import plan_move_assets, plan_move_node, plan_move_vertex
from layers.editing.plan import EditPlan
from layers.editing.splitting import plan_merge, plan_split
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.editing.networks import add, at, content, do, line, on_lines, parts
from tests.layers.editing.town import GRID, build

pytestmark = pytest.mark.keeps_running

SITTING = ("valve", "hydrant", "network_point")
metres = st.integers(-3000, 3000).map(lambda number: number / 1000)
shares = st.floats(0.05, 0.95)
numbers = st.integers(0, 50)
QUIET = settings(
    max_examples=7,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""No search for a smaller case: every example takes a register some way and back."""


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, empty_register: Path, worker: Worker
) -> Iterator[Register]:
    """One register for all examples: each ends where it began."""
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as opened:
        opened.worker = worker
        build(opened)
        yield opened


def lines_of(register: Register) -> list[Asset]:
    return [pipe for pipe in register.find(Query("pipe")) if pipe["status"] != "abandoned"]


def chosen(register: Register, number: int) -> Asset:
    pipes = lines_of(register)
    return pipes[number % len(pipes)]


def along(pipe: Asset, share: float) -> tuple[float, float]:
    place = pipe.geometry.interpolate(share, normalized=True)
    return place.x, place.y


def vertex_of(pipe: Asset, number: int) -> int:
    return number % len(pipe.geometry.coords)


def by(place: tuple[float, ...], dx: float, dy: float) -> tuple[float, float]:
    return place[0] + dx, place[1] + dy


Maker = Callable[[Register, int, float, float, float], EditPlan]


def _merged(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    one, other = chosen(register, number), chosen(register, number + 1 + int(share * 5))
    return plan_merge(
        register, one.key, other.key, answers={"dn": "first", "material": "first", "status": "first"}
    )


def _drawn(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    start = along(chosen(register, number), share)
    return plan_draw(
        register, "pipe", shapely.LineString([start, by(start, dx + 4, dy + 9)]), {"dn": 63}, reach=0.5
    )


def _placed(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    kind = ("valve", "hydrant", "network_point")[number % 3]
    return plan_draw(register, kind, shapely.Point(along(chosen(register, number), share)), reach=0.5)


def _node(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    pipe = chosen(register, number)
    place = pipe.geometry.coords[0 if share < 0.5 else -1]
    return plan_move_node(register, place, by(place, dx, dy))


def _vertex(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    pipe = chosen(register, number)
    index = vertex_of(pipe, int(share * 10))
    return plan_move_vertex(register, pipe.key, index, by(pipe.geometry.coords[index], dx, dy))


def _asset(register: Register, number: int, share: float, dx: float, dy: float) -> EditPlan:
    kind = ("pipe", "valve", "hydrant", "meter_well", "meter")[number % 5]
    assets = [a for a in register.find(Query(kind)) if a.get("status") != "abandoned"]
    return plan_move_assets(register, [assets[number % len(assets)].key], dx, dy)


KEEPING: dict[str, Maker] = {
    "draw": _drawn,
    "place": _placed,
    "split": lambda r, n, s, dx, dy: plan_split(r, chosen(r, n).key, along(chosen(r, n), s)),
    "merge": _merged,
    "reverse": lambda r, n, s, dx, dy: plan_reverse(r, [chosen(r, n).key]),
    "node": _node,
    "vertex": _vertex,
    "asset": _asset,
    "insert vertex": lambda r, n, s, dx, dy: plan_insert_vertex(r, chosen(r, n).key, along(chosen(r, n), s)),
    "delete vertex": lambda r, n, s, dx, dy: plan_delete_vertex(r, chosen(r, n).key, 1),
    "continue": lambda r, n, s, dx, dy: plan_continue(
        r, chosen(r, n).key, "end", [by(chosen(r, n).geometry.coords[-1], dx + 5, dy + 5)]
    ),
    "copy": lambda r, n, s, dx, dy: plan_copy_attributes(r, chosen(r, n).key, [chosen(r, n + 1).key]),
    "replace": lambda r, n, s, dx, dy: plan_replace(r, chosen(r, n).key, "2026"),
}
"""Acts after which all that was connected is connected."""
PARTING: dict[str, Maker] = {
    "trim": lambda r, n, s, dx, dy: plan_trim(r, chosen(r, n).key, along(chosen(r, n), s)),
    "retire": lambda r, n, s, dx, dy: plan_retire(r, [chosen(r, n).key], "2026"),
    "delete": lambda r, n, s, dx, dy: plan_delete_mistake(
        r, [chosen(r, n).key], "test", answers={"linked": "clear"}
    ),
}
acts = st.tuples(st.sampled_from([*KEEPING, *KEEPING, *PARTING]), numbers, shares, metres, metres)


@QUIET
@given(doings=st.lists(acts, min_size=1, max_size=6))
def test_any_acts_keep_what_is_connected_and_can_all_be_taken_back(town: Register, doings: list[Any]) -> None:
    start, version = content(town), town.data_version
    done = 0
    for name, number, share, dx, dy in doings:
        before, on_before = parts(town), on_lines(town, *SITTING)
        make = (KEEPING | PARTING)[name]
        try:
            plan = make(town, number, share, dx, dy)
            do(town, plan)
        except UserError:
            # What cannot be is refused whole.
            continue
        done += town.data_version > version
        version = town.data_version
        if name in KEEPING:
            assert parts(town) <= before, name
            after = on_lines(town, *SITTING)
            off = {key for key, away in on_before.items() if away <= 0.01 < after.get(key, 0.0)}
            assert not off, name
    for _ in range(done):
        town.undo()
    assert content(town) == start


@QUIET
@given(number=numbers, share=shares, first=st.booleans())
def test_split_then_merge_is_the_start(town: Register, number: int, share: float, first: bool) -> None:
    pipe, start = chosen(town, number), content(town)
    with contextlib.suppress(UserError):
        (half,) = do(town, plan_split(town, pipe.key, along(pipe, share))).made
        assert content(town) != start
        do(town, plan_merge(town, pipe.key, half))
        assert content(town) == start
        town.undo()
        town.undo()
    assert content(town) == start


places_ = st.tuples(st.integers(-50_000, 50_000), st.integers(-50_000, 50_000)).map(
    lambda place: (place[0] / 1000, place[1] / 1000)
)


@QUIET
@given(
    course=st.lists(places_, min_size=2, max_size=6, unique=True),
    heights=st.lists(st.integers(0, 90_000), min_size=6, max_size=6) | st.none(),
    length=st.integers(1, 10_000_000).map(lambda number: number / 1000),
    share=shares,
)
def test_split_then_merge_gives_any_line_back(
    town: Register, course: list[Any], heights: list[int] | None, length: float, share: float
) -> None:
    if heights is not None:
        course = [(x, y, z / 1000) for (x, y), z in zip(course, heights, strict=False)]
    shape = line(*course)
    assume(shape.is_simple and not shape.is_ring and shape.length > 1)
    key = add(town, "pipe", shape, recorded_length_m=length, start_elevation_m=1.5, end_point_no="E")
    start = content(town)
    with contextlib.suppress(UserError):
        (half,) = do(town, plan_split(town, key, along(town.get(*key), share))).made
        do(town, plan_merge(town, key, half))
        assert content(town) == start
        town.undo()
        town.undo()
    town.undo()


@QUIET
@given(act=st.sampled_from(["node", "vertex", "asset"]), number=numbers, share=shares, dx=metres, dy=metres)
def test_move_then_move_back_is_the_start(
    town: Register, act: str, number: int, share: float, dx: float, dy: float
) -> None:
    assume(abs(dx) + abs(dy) > 0.05)
    start = content(town)
    plan = KEEPING[act](town, number, share, dx, dy)
    # What lands on another line is tied to it and takes it along on the way back.
    assume(all(figure.id != "editing.gets_vertex" for figure in plan.figures))
    do(town, plan)
    assert content(town) != start
    do(town, _back(town, act, number, share, dx, dy, start))
    # A line that ran through a moved node without a vertex keeps the vertex it got.
    assert _without_new_vertices(content(town), start) == start
    town.undo()
    town.undo()
    assert content(town) == start


def _back(town: Register, act: str, number: int, share: float, dx: float, dy: float, start: Any) -> EditPlan:
    if act == "asset":
        return _asset(town, number, share, -dx, -dy)
    pipe = chosen(town, number)
    before = shapely.from_wkb(start["pipe"][pipe.id]["geom"])
    count = len(before.coords)
    index = (0 if share < 0.5 else count - 1) if act == "node" else int(share * 10) % count
    old = before.coords[index]
    place = by(old, dx, dy)
    now = min(pipe.geometry.coords, key=lambda each: abs(each[0] - place[0]) + abs(each[1] - place[1]))
    if act == "node":
        return plan_move_node(town, now, old[:2])
    return plan_move_vertex(town, pipe.key, list(pipe.geometry.coords).index(now), old[:2])


def _without_new_vertices(now: Any, start: Any) -> Any:
    for type_name, rows in now.items():
        for id, row in rows.items():
            if row["geom"] is None or row["geom"] == start[type_name][id]["geom"]:
                continue
            before, after = (shapely.from_wkb(each["geom"]) for each in (start[type_name][id], row))
            if before.geom_type == "LineString":
                kept = [place for place in after.coords if place in set(before.coords)]
                assert shapely.hausdorff_distance(before, after) < 1e-5
                row["geom"] = shapely.to_wkb(shapely.LineString(kept), output_dimension=3, hex=True)
    return now


def test_the_town_hangs_together(town: Register) -> None:
    assert parts(town) == 1
    assert max(on_lines(town, "valve", "network_point").values()) <= 0.01
    assert at(GRID, 0)[0] > 0
