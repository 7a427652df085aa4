"""Contract of every store: what is new or moves gets the grid of its place, however it comes in."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
import shapely

from layers.register import Register
from tests.layers.store.test_contract_bulk import LABEL

pytestmark = pytest.mark.keeps_running


def grid(opened: Register, code: str, x: float, **values: object) -> int:
    """A square grid of 100 m with its lower left corner at (x, 0)."""
    shape = {"geom": shapely.box(x, 0, x + 100, 100), **values}
    with opened.edit(LABEL) as edit:
        return edit.insert("grid", {"code": code, "name": code, **shape})


def grid_of(opened: Register, name: str, id: int) -> int | None:
    asset = opened.get(name, id)
    assert asset is not None
    found: int | None = asset.values["grid"]
    return found


def test_new_and_moved_assets_get_the_grid_of_their_place(opened: Register) -> None:
    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    area = grid(opened, "A", 0, geom=shapely.box(0, 0, 200, 100))
    west, east = grid(opened, "G2", 0, parent=area), grid(opened, "G1", 100, parent=area)
    ended = grid(opened, "G0", 0, valid_to=yesterday)
    with opened.edit(LABEL) as edit:
        undrawn = edit.insert("grid", {"code": "X", "name": "x"})
    with opened.edit(LABEL) as edit:
        meter = edit.insert("meter", {"geom": shapely.Point(20, 20), "grid": east})
        on_edge = edit.insert("meter", {"geom": shapely.Point(100, 20)})
        line = edit.insert(
            "pipe", {"dn": 100, "geom": shapely.LineString([(50, 50), (90, 50), (150, 50), (180, 50)])}
        )
        outside = edit.insert("meter", {"geom": shapely.Point(500, 20), "grid": undrawn})
        nowhere = edit.insert("meter", {"geom": shapely.Point(500, 20), "grid": west})
        unplaced = edit.insert("meter", {"grid": ended})
    assert [grid_of(opened, "meter", id) for id in (meter, on_edge, outside, nowhere, unplaced)] == [
        west, east, undrawn, None, ended,
    ]  # fmt: skip
    assert grid_of(opened, "pipe", line) == east
    with opened.edit(LABEL) as edit:
        edit.update("meter", meter, 1, {"geom": shapely.Point(120, 20)})
        edit.update("meter", on_edge, 1, {"remark": "stays", "grid": west})
    assert (grid_of(opened, "meter", meter), grid_of(opened, "meter", on_edge)) == (east, west)
    assert {"geom", "grid"} <= (edit.change_set.changes["meter"].fields if edit.change_set else set())
    opened.undo()
    assert grid_of(opened, "meter", meter) == west
    with opened.edit(LABEL) as edit:
        half = edit.insert(
            "grid", {"code": "G3", "name": "3", "geom": shapely.box(0, 0, 50, 100), "parent": west}
        )
        inside = edit.insert("meter", {"geom": shapely.Point(20, 30)})
    assert grid_of(opened, "meter", inside) == half


def test_rows_in_bulk_get_the_grid_of_their_place(opened: Register) -> None:
    with opened.edit(LABEL) as edit:
        undrawn = edit.insert("grid", {"code": "X", "name": "x"})
    xy = np.array([[10.0, 10.0], [100.0, 50.0], [150.0, 10.0], [900.0, 10.0], [900.0, 10.0]])
    wkb = pa.array([*shapely.to_wkb(shapely.points(xy)), None], pa.binary())
    given = pa.array([None, None, undrawn, undrawn, None, undrawn], pa.int64())
    rows = pa.table({"code": [f"M{n}" for n in range(6)], "geom": wkb, "grid": given})
    with opened.edit(LABEL, "import") as edit:
        before = edit.insert_bulk("meter", rows.set_column(0, "code", pa.array([f"B{n}" for n in range(6)])))
    assert [grid_of(opened, "meter", before.first + n) for n in range(6)] == given.to_pylist()
    with opened.edit(LABEL, "import") as edit:
        shapes = [shapely.box(100, 0, 200, 100), shapely.box(0, 0, 100, 100)]
        grids = [
            edit.insert("grid", {"code": f"G{1 - n}", "name": "n", "geom": s}) for n, s in enumerate(shapes)
        ]
        ids = edit.insert_bulk("meter", rows)
        bare = edit.insert_bulk("hydrant", rows.drop_columns(["grid"]))
    east, west = grids
    assert [grid_of(opened, "meter", ids.first + n) for n in range(6)] == [
        west,
        west,
        east,
        undrawn,
        None,
        undrawn,
    ]
    assert [grid_of(opened, "hydrant", bare.first + n) for n in range(6)] == [
        west,
        west,
        east,
        None,
        None,
        None,
    ]
    assert opened.get("meter", ids.first).version == 1  # type: ignore[union-attr]
