"""The stock of grids: right figures up the levels, and counted anew only where changes were, with the same result."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
import shapely

from layers.grids.ground import read_grids
from layers.grids.load.measures import read_measures
from layers.grids.load.stock import Stock, follow_stock, ids_of, read_stock
from layers.grids.load.workload import workload
from layers.model.change import ChangeSet
from layers.register import Register
from layers.text import Message
from tests.layers.grids.patches import SIDE, at, block, four
from tests.layers.grids.test_membership import apply

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


def town(register: Register) -> tuple[int, list[int]]:
    """Four grids in an area and things in them: the area and the grids."""
    ids = four(register)
    random = np.random.default_rng(7)
    with register.edit(LABEL) as edit:
        for x, y in (random.uniform(0, 2 * SIDE, (60, 2))).tolist():
            edit.insert(
                "meter", {"geom": shapely.Point(at(x, y)), "role": "household", "status": "in_service"}
            )
        for n, (x, y) in enumerate(random.uniform(0, 500, (12, 2)).tolist()):
            course = shapely.LineString([at(x, y), at(x + 80, y)])
            edit.insert("pipe", {"dn": (100, 300)[n % 2], "geom": course, "status": "in_service"})
        edit.insert("community", {"name": "小区", "meter_mode": "total", "household_count": 40,
                                  "geom": block(20, 20, 60, 60)})  # fmt: skip
    now = read_grids(register)
    with register.edit(LABEL) as edit:
        for name in ("meter", "pipe", "community"):
            table = register.columns(name, [], geometry=True)
            shapes = shapely.from_wkb(table.column("geom").to_numpy(zero_copy_only=False))
            edit.update_many(name, table.column("fid").to_numpy(), {"grid": now.of(shapes)})
    return int(now.parents[now.position(ids[0])]), ids


def same(one: Stock, other: Stock) -> bool:
    return one.measures == other.measures and dict(one.own) == dict(other.own)


def test_figures_add_up_and_open_their_assets(register: Register) -> None:
    area, ids = town(register)
    stock = read_stock(register)
    assert {m.code for m in stock.measures} >= {"households", "meters", "pipes", "communities", "open_leaks"}
    mine = [stock.figures(id) for id in ids]
    whole = stock.figures(area)
    for code, figure in whole.items():
        assert figure.value == pytest.approx(sum(each[code].value for each in mine))
        assert figure.count == stock.total()[code].count == sum(each[code].count for each in mine)
    assert whole["households"].value == 60
    assert whole["shared"].value == 40
    assert whole["pipes"].value == pytest.approx(12 * 0.08)
    assert whole["pipes"].unit == "km"
    assert [part.count for part in whole["pipes"].parts.values()] == [6, 6]
    for id in (area, ids[1]):
        assert len(ids_of(register, stock, id, "meters")) == stock.figures(id)["meters"].count
    loads = workload(register, stock)
    assert sum(loads[id].percent for id in ids) == pytest.approx(400)
    assert loads[area].percent == pytest.approx(100)
    assert {loads[id].standing for id in ids} & {"high", "over", "low"}


def test_followed_stock_equals_a_recount(register: Register) -> None:
    _, ids = town(register)
    stock = read_stock(register)
    told: list[ChangeSet] = []
    register.listen(told.append)
    random = np.random.default_rng(11)
    meters = register.columns("meter", []).column("fid").to_pylist()

    def follows() -> Stock:
        nonlocal stock
        stock = follow_stock(register, stock, told)
        told.clear()
        assert same(stock, read_stock(register))
        return stock

    with register.edit(LABEL) as edit:
        edit.insert("person", {"code": "P1", "name": "张三"})
    assert follow_stock(register, stock, told) is stock
    now = read_grids(register)
    for _ in range(5):
        x, y = random.uniform(100, 500, 2).tolist()
        cells = ((0, 0, x, y), (x, 0, 600, y), (0, y, x, 600), (x, y, 600, 600))
        after = now.with_shapes({id: block(*cell) for id, cell in zip(ids, cells, strict=True)})
        apply(register, now, after)
        now = after
        one = int(random.choice(meters))
        with register.edit(LABEL) as edit:
            asset = register.get("meter", one)
            assert asset is not None
            edit.update(
                "meter", one, asset.version, {"status": str(random.choice(["in_service", "removed"]))}
            )
        follows()
    with register.edit(LABEL) as edit:
        asset = register.get("meter", meters[0])
        assert asset is not None
        edit.delete("meter", meters[0], asset.version)
        edit.insert("hydrant", {"grid": ids[2], "status": "in_service"})
    follows()
    register.undo()
    register.undo()
    follows()
    register.redo()
    follows()
    with register.edit(LABEL) as edit:
        row = register.by_code("c_stock_measure", "hydrants")
        assert row is not None
        edit.update("c_stock_measure", row.id, row.version, {"weight": 9.0, "condition": None})
    assert next(m for m in follows().measures if m.code == "hydrants").weight == 9.0


def test_measures_that_name_what_is_not_there_are_left_out(register: Register) -> None:
    entries = (
        ("wrong", "spaceship", "x = 1"),
        ("roads", "阀门", "road = x"),
        ("field", "meter", "spaceship = 1"),
    )
    with register.edit(LABEL) as edit:
        for code, name, condition in entries:
            titles = {"title_zh": code, "title_en": code}
            edit.insert(
                "c_stock_measure", {"code": code, **titles, "type_name": name, "condition": condition}
            )
    codes = {measure.code: measure for measure in read_measures(register)}
    assert not codes.keys() & {"wrong", "field"}
    assert codes["roads"].type == "valve"
    assert codes["roads"].fields == {"road"}
    assert read_stock(register, datetime.date(2020, 1, 1)).total()["roads"].count == 0
