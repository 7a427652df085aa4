"""Grids as other programs write them, and dates that are known to the month: every act goes on, nothing is lost."""

from __future__ import annotations

import datetime
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import Done, EditPlan
from layers.grids.colouring import colours
from layers.grids.coverage import find_coverage
from layers.grids.ground import read_grids
from layers.grids.load.stock import read_stock
from layers.grids.shaping.drawing import plan_draw_grid
from layers.grids.shaping.merging import plan_merge
from layers.grids.shaping.repairs import plan_repair
from layers.grids.shaping.splitting import plan_split
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.asking.enquiry import who
from layers.responsibility.book import read_book
from tests.layers.grids.patches import SIDE, add, at, block, four, line
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

TODAY = datetime.date.today()
BOW = shapely.Polygon([at(0, 0), at(SIDE, SIDE), at(SIDE, 0), at(0, SIDE)])
SHARED = shapely.MultiPolygon([block(0, 0, 200, 200), block(100, 100, SIDE, SIDE)])
NAN = float("nan")
NOWHERE = struct.pack("<BIII8d", 1, 3, 1, 4, *at(0, 0), NAN, NAN, *at(SIDE, 0), *at(0, 0))
MIXED = shapely.GeometryCollection([block(0, 0, SIDE, SIDE), shapely.Point(at(0, 0))])
CURVE = struct.pack("<BIIBI", 1, 10, 1, 1, 2) + shapely.to_wkb(BOW)[9:]


def write(path: Path, statement: str, *values: Any) -> None:
    """What another program without the register's triggers writes."""
    file = sqlite3.connect(path)
    triggers = list(
        file.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='grid'")
    )
    for name, _ in triggers:
        file.execute(f'DROP TRIGGER "{name}"')
    file.execute(statement, values)
    for _, made in triggers:
        file.execute(made)
    file.commit()
    file.close()


def do(register: Register, plan: EditPlan) -> Done:
    with register.edit(plan.label) as edit:
        return plan.apply(edit)


@pytest.mark.parametrize(
    "shape", [BOW, SHARED, NOWHERE, MIXED, CURVE], ids=["bow", "shared", "nowhere", "mixed", "curve"]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_grid_written_by_another_program_stops_nothing(
    register: Register, tmp_path: Path, shape: BaseGeometry | bytes
) -> None:
    one, two, three, last = four(register)
    add(register, "meter", code="M1", geom=shapely.Point(at(10, 150)))
    register.close()
    path = next(tmp_path.glob("*.gpkg"))
    wkb = shape if isinstance(shape, bytes) else shapely.to_wkb(shape)
    write(path, "UPDATE grid SET geom = ? WHERE fid = ?", b"GP\0\x01" + struct.pack("<i", 4546) + wkb, one)
    with Register.open(path, actor="test") as reopened:
        grids = read_grids(reopened)
        assert all(each is None or each.is_valid for each in grids.shapes)
        assert len(colours(grids)) >= 3
        found = find_coverage(reopened)
        plan_repair(reopened, [*found.gaps, *found.overlaps])
        read_stock(reopened)
        who(reopened, place=at(10, 10))
        who(reopened, text="G1")
        do(reopened, plan_split(reopened, two, line((450, -50), (450, 400))))
        plan_merge(reopened, three, [last])
        if grids.shape_of(one) is not None:
            plan_merge(reopened, one, [two])
        else:
            plan_draw_grid(reopened, "grid", block(10, 10, 90, 90))
        meter = add(reopened, "meter", code="M2", geom=shapely.Point(at(SIDE - 5, SIDE + 20)))
        assert reopened.get("meter", meter)["grid"] == three  # type: ignore[index]


def test_people_known_to_the_month_go_with_their_grid(new_place: NewPlace) -> None:
    with new_place().open() as register:
        one, two, *_ = four(register, valid_from="2020")
        person = add(register, "person", name="甲")
        task = {"role": "steward", "rank": "primary", "person": person, "from_date": "2020-01"}
        add(register, "assignment", **task, target=f"grid:{one}", to_date=f"{TODAY:%Y-%m}")
        add(register, "assignment", **task, target=f"grid:{two}", to_date=f"{TODAY:%Y}")
        new = do(register, plan_split(register, one, line((100, -50), (100, 400)))).made[0].id
        assert len(read_book(register).running(AssetKey("grid", new), TODAY)) == 1
        do(register, plan_merge(register, one, [two]))
        assert not read_book(register).running(AssetKey("grid", two), TODAY)


def test_grids_that_replace_each_other_in_a_circle_are_merged(register: Register, tmp_path: Path) -> None:
    first, second, third, stays = four(register, valid_from=TODAY.isoformat())
    register.close()
    path = next(tmp_path.glob("*.gpkg"))
    for id, before in ((first, second), (second, first), (third, first)):
        write(path, "UPDATE grid SET replaces = ? WHERE fid = ?", before, id)
    with Register.open(path, actor="test") as reopened:
        do(reopened, plan_merge(reopened, stays, [first, second, third]))
        assert read_grids(reopened).lowest.size == 1
