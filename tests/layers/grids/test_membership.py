"""Assets change their grid when boundaries do: the rule of edges, what follows others, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.geometry.belonging import areas_at
from layers.grids.ground import Grids, read_grids
from layers.grids.membership import membership_changes
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.grids.patches import SIDE, at, block, four

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


def members(register: Register, name: str) -> dict[int, int | None]:
    return {asset.id: asset.values["grid"] for asset in register.find(Query(name))}


def apply(register: Register, before: Grids, after: Grids) -> dict[str, int]:
    """Do what follows from new boundaries; how many change, by type."""
    changes = membership_changes(register, before, after)
    with register.edit(LABEL) as edit:
        for name, found in changes.items():
            grids = [None if grid < 0 else grid for grid in found.grids.tolist()]
            edit.update_many(name, found.ids, {"grid": grids})
    return {name: len(found.ids) for name, found in changes.items()}


def test_assets_of_every_shape_follow_a_moved_boundary_and_customers_follow_them(register: Register) -> None:
    one, two, *_ = four(register)
    with register.edit(LABEL) as edit:
        customer = edit.insert("customer", {"code": "C1", "name": "甲"})
        neighbour = edit.insert("customer", {"code": "C2", "name": "乙"})
        place = edit.insert("community", {"name": "小区", "geom": block(330, 50, 380, 90)})
        edit.insert("meter", {"geom": shapely.Point(at(340, 100)), "customer": customer})
        edit.insert("meter", {"geom": shapely.Point(at(100, 100)), "customer": customer})
        edit.update("customer", neighbour, 1, {"community": place})
        line = edit.insert(
            "pipe", {"dn": 100, "geom": shapely.LineString([at(250, 20), at(350, 20), at(430, 20)])}
        )
        far = edit.insert("hydrant", {"geom": shapely.Point(at(500, 100))})
        unplaced = edit.insert("valve", {"grid": two})
    before = read_grids(register)
    with register.edit(LABEL) as edit:
        edit.update_many("meter", list(members(register, "meter")), {"grid": [two, one]})
        for name, id in (("customer", customer), ("customer", neighbour), ("community", place)):
            edit.update_many(name, [id], {"grid": two})
        edit.update_many("pipe", [line], {"grid": two})
        edit.update_many("hydrant", [far], {"grid": two})
    after = before.with_shapes({one: block(0, 0, 390, SIDE), two: block(390, 0, 2 * SIDE, SIDE)})
    told = apply(register, before, after)
    assert told == {"meter": 1, "community": 1, "pipe": 1, "customer": 2}
    assert set(members(register, "customer").values()) == {one}
    assert members(register, "pipe") == {line: one}
    assert members(register, "hydrant") == {far: two}
    assert members(register, "valve") == {unplaced: two}
    assert apply(register, after, after) == {}


def test_random_boundaries_leave_every_meter_in_the_grid_of_its_place(register: Register) -> None:
    ids = four(register)
    random = np.random.default_rng(4)
    # Many on the edges and corners: multiples of half a side.
    spots = np.round(random.uniform(0, 2 * SIDE, (300, 2)) / 25) * 25
    with register.edit(LABEL) as edit:
        for x, y in spots.tolist():
            edit.insert("meter", {"geom": shapely.Point(at(x, y))})
    now = read_grids(register)
    xy = spots + np.array(at(0, 0))
    with register.edit(LABEL) as edit:
        edit.update_many("meter", list(members(register, "meter")), {"grid": now.at(xy)})
    for _ in range(6):
        x, y = (np.round(random.uniform(100, 500, 2) / 25) * 25).tolist()
        cells = ((0, 0, x, y), (x, 0, 600, y), (0, y, x, 600), (x, y, 600, 600))
        after = now.with_shapes({id: block(*cell) for id, cell in zip(ids, cells, strict=True)})
        apply(register, now, after)
        assert list(members(register, "meter").values()) == after.at(xy).tolist()
        now = after


def test_the_first_area_has_places_on_an_edge_however_many_are_asked() -> None:
    shapes = np.array(
        [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2.0005, 0, 3, 1)], object
    )
    few = np.array([[1.0, 0.5], [2.0003, 0.5], [5.0, 5.0], [np.nan, 0.0], [1.5, 0.5]])
    assert areas_at(few, shapes).tolist() == [0, 1, -1, -1, 1]
    many = np.tile(few, (50, 1))
    assert areas_at(many, shapes).tolist() == [0, 1, -1, -1, 1] * 50
    assert areas_at(few, shapes[:0]).tolist() == [-1] * 5
