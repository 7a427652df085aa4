"""Contract of every store: bulk inserts and their undo; rows, spatial index, trail, constraints."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
import sqlalchemy as sa

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.model.change import IdRange
from layers.model.query import Box, Query
from layers.register import Register
from layers.store import bulk_undo
from layers.text import Message

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
ORIGIN = 500_000.0


def hydrants(count: int, first: int = 1, seed: int = 0) -> pa.Table:
    random = np.random.default_rng(seed)
    points = shapely.points(ORIGIN + random.uniform(0, 10_000, (count, 2)))
    return pa.table(
        {
            "code": [f"T-{number}" for number in range(first, first + count)],
            "geom": pa.array(shapely.to_wkb(points), pa.binary()),
            "road": pa.array([f"路 {n % 7}" for n in range(count)]).dictionary_encode(),
            "remark": pa.nulls(count, pa.string()),
        }
    )


def sound(opened: Register, type_name: str) -> None:
    """SQLite itself calls the tree sound, and it knows exactly the located rows; links lead somewhere."""
    with opened._store.read() as connection:
        if connection.dialect.name != "sqlite":
            return  # a server keeps indexes and keys itself
        tree = f"rtree_{type_name}_geom"
        assert connection.execute(sa.text(f"SELECT rtreecheck('main', '{tree}')")).scalar_one() == "ok"
        query = f"SELECT count(*) FROM {type_name} WHERE geom IS NOT NULL"
        located = connection.exec_driver_sql(query).scalar_one()
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {tree}").scalar_one() == located
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()


def insert(opened: Register, rows: pa.Table, type_name: str = "hydrant") -> IdRange:
    with opened.edit(LABEL, "import") as edit:
        return edit.insert_bulk(type_name, rows)


@pytest.mark.parametrize("count", [1, 400, 3_000])
def test_rows_arrive_with_place_values_and_trail(opened: Register, count: int) -> None:
    ids = insert(opened, hydrants(count))
    assert len(ids) == count == opened.count("hydrant")
    table = opened.columns("hydrant", ["code", "road"], geometry=True)
    given = hydrants(count)
    assert table["fid"].to_pylist() == list(range(ids.first, ids.last + 1))
    assert table["code"].to_pylist() == given["code"].to_pylist()
    assert table["road"].to_pylist() == given["road"].to_pylist()
    assert (shapely.from_wkb(table["geom"].to_pylist()) == shapely.from_wkb(given["geom"].to_pylist())).all()
    (change_set,) = opened.change_sets(limit=1)
    assert change_set.changes["hydrant"].inserted_ranges == (ids,)
    assert change_set.changes["hydrant"].count == count
    asset = opened.get("hydrant", ids.first)
    assert asset is not None
    assert asset.version == 1
    sound(opened, "hydrant")


def test_box_finds_bulk_rows_and_single_ones_alike(opened: Register) -> None:
    insert(opened, hydrants(5_000))
    with opened.edit(LABEL) as edit:
        for number, (x, y) in enumerate(np.random.default_rng(9).uniform(0, 10_000, (50, 2))):
            edit.insert("hydrant", {"code": f"S-{number}", "geom": shapely.Point(ORIGIN + x, ORIGIN + y)})
    insert(opened, hydrants(3_000, 10_001, seed=4))
    box = Box(ORIGIN + 2_000, ORIGIN + 2_000, ORIGIN + 4_500, ORIGIN + 3_000)
    everything = opened.find(Query("hydrant"))
    inside = {a.id for a in everything if shapely.box(*box).buffer(0.1).covers(a.geometry)}
    found = {a.id for a in opened.find(Query("hydrant", box=box))}
    assert len(everything) == 8_050
    assert inside
    assert abs(len(found) - len(inside)) <= len(found ^ inside) <= 3
    sound(opened, "hydrant")


def test_unlocated_empty_and_several_shapes(opened: Register) -> None:
    pipes = pa.table(
        {
            "code": ["P1", "P2", "P3", "P4"],
            "dn": pa.array([100, 200, None, 300], pa.int32()),
            "geom": pa.array(
                [
                    shapely.to_wkb(shapely.LineString([(0, 0, 5), (10, 0, 6)])),
                    None,
                    shapely.to_wkb(shapely.LineString()),
                    shapely.to_wkb(shapely.LineString([(0, 0), (0, 7), (3, 7)])),
                ],
                pa.binary(),
            ),
        }
    )
    ids = insert(opened, pipes, "pipe")
    first, second, third, fourth = (opened.get("pipe", id) for id in range(ids.first, ids.last + 1))
    assert first.geometry.has_z
    assert list(first.geometry.coords)[1] == (10, 0, 6)
    assert second.geometry is None
    assert third.geometry is None
    assert fourth.geometry.length == 10
    grid = pa.table(
        {"name": ["网格一"], "geom": pa.array([shapely.to_wkb(shapely.box(0, 0, 5, 5))], pa.binary())}
    )
    found = opened.get("grid", insert(opened, grid, "grid").first)
    assert found.geometry.equals(shapely.box(0, 0, 5, 5))
    sound(opened, "pipe")
    sound(opened, "grid")


def test_types_without_place_and_codes_by_pattern(opened: Register) -> None:
    given = pa.table({"name": ["张三", "李四", "王五"], "code": [None, "YH-X", None]})
    ids = insert(opened, given, "person")
    codes = [opened.get("person", id)["code"] for id in range(ids.first, ids.last + 1)]
    assert codes[1] == "YH-X"
    assert codes[0] != codes[2]
    with opened.edit(LABEL) as edit:
        single = edit.insert("person", {"name": "赵六"})
    assert opened.get("person", single)["code"] not in codes


def test_edits_after_a_bulk_insert_are_in_the_trail(opened: Register) -> None:
    ids = insert(opened, hydrants(1_000))
    with opened.edit(LABEL) as edit:
        edit.update("hydrant", ids.first + 5, 1, {"road": "新路", "geom": shapely.Point(ORIGIN - 50, ORIGIN)})
        edit.delete("hydrant", ids.first + 6, 1)
    assert [c.operation for c in opened.row_changes(type="hydrant", id=ids.first + 5)] == ["update"]
    assert opened.find(Query("hydrant", box=Box(ORIGIN - 60, ORIGIN - 10, ORIGIN - 40, ORIGIN + 10)))
    sound(opened, "hydrant")


def test_undo_and_redo_restore_exactly(opened: Register) -> None:
    insert(opened, hydrants(2_000))
    before = opened.columns("hydrant", geometry=True)
    insert(opened, hydrants(4_000, 5_001, seed=2))
    after = opened.columns("hydrant", geometry=True)
    opened.undo()
    assert opened.columns("hydrant", geometry=True).equals(before)
    sound(opened, "hydrant")
    opened.redo()
    assert opened.columns("hydrant", geometry=True).equals(after)
    sound(opened, "hydrant")
    opened.undo()
    opened.undo()
    assert opened.count("hydrant") == 0
    sound(opened, "hydrant")
    ids = insert(opened, hydrants(10, 90_001))
    assert ids.first > 6_000, "ids are never used again"


class _StoppedAt(Feedback):
    """Somebody presses stop when it has been told ``count`` times how far it is."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def part(self, start: float, end: float) -> Feedback:
        return self

    def progress(self, fraction: float | None, what: Message | None = None) -> None:
        self.left -= 1
        if self.left <= 0:
            self.cancel()
        super().progress(fraction, what)


def test_a_long_undo_can_be_stopped_and_leaves_all_as_it_was(
    opened: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_undo, "_AT_ONCE", 700)
    insert(opened, hydrants(2_000))
    before, version = opened.columns("hydrant", ["code", "road"], geometry=True), opened.data_version
    for count in (1, 2, 4):  # before the first rows go, and in the midst of it
        with pytest.raises(Cancelled):
            opened.undo(_StoppedAt(count))
        assert opened.columns("hydrant", ["code", "road"], geometry=True).equals(before)
        assert opened.data_version == version
        sound(opened, "hydrant")
    assert opened.undo(Feedback()) is not None
    assert opened.count("hydrant") == 0
    sound(opened, "hydrant")
    with pytest.raises(Cancelled):
        opened.redo(_StoppedAt(1))
    assert opened.count("hydrant") == 0
    assert opened.redo(Feedback()) is not None
    assert opened.columns("hydrant", ["code", "road"], geometry=True).equals(before)


def test_undo_refuses_when_a_row_was_edited_since(opened: Register) -> None:
    ids = insert(opened, hydrants(1_000))
    with opened.edit(LABEL) as edit:
        edit.update("hydrant", ids.first + 5, 1, {"road": "新路"})
    import_set = opened.change_sets(limit=2)[1].id
    with pytest.raises(UserError) as told:
        opened.undo_change_set(import_set)
    assert told.value.hint is not None
    assert opened.count("hydrant") == 1_000
    opened.undo()
    opened.undo()
    assert opened.count("hydrant") == 0


@pytest.mark.parametrize("bad", ["T-7", "t-7"])
def test_a_refused_row_leaves_nothing_of_the_whole_import(opened: Register, bad: str) -> None:
    insert(opened, hydrants(20))
    rows = hydrants(900, 1_001).set_column(0, "code", pa.array([bad, *(f"N-{n}" for n in range(899))]))
    newest = opened.data_version
    with pytest.raises(UserError):
        insert(opened, rows)
    assert opened.count("hydrant") == 20
    assert opened.data_version == newest
    sound(opened, "hydrant")
    insert(opened, hydrants(900, 1_001))
    assert opened.count("hydrant") == 920


def test_wrong_choice_is_refused_by_the_store_itself(opened: Register) -> None:
    rows = hydrants(5).append_column("status", pa.array(["no-such-status"] * 5))
    with pytest.raises(UserError):
        insert(opened, rows)
    assert opened.count("hydrant") == 0


def test_staged_beforehand_and_discarded(opened: Register) -> None:
    staged = opened.stage("hydrant", hydrants(700))
    try:
        with opened.edit(LABEL, "import") as edit:
            edit.insert_bulk("hydrant", staged)
            edit.insert("hydrant", {"code": "ONE"})
    finally:
        staged.discard()
    assert opened.count("hydrant") == 701
    opened.undo()
    assert opened.count("hydrant") == 0
    with opened._store.read() as connection:
        if connection.dialect.name == "sqlite":
            left = connection.exec_driver_sql("PRAGMA database_list").all()[1:]
        else:
            query = "SELECT relname FROM pg_class WHERE relname LIKE 'wa_staging%%'"
            left = connection.exec_driver_sql(query).all()
        assert not left


def test_many_rows_are_checked_set_wise_with_the_same_result(opened: Register) -> None:
    rows = hydrants(25_000).append_column("status", pa.array(["in_service"] * 24_999 + ["no-such-status"]))
    with pytest.raises(UserError):
        insert(opened, rows)
    assert opened.count("hydrant") == 0
    ids = insert(opened, hydrants(25_000))
    with pytest.raises(UserError), opened.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "T-9"})
    with opened.edit(LABEL) as edit:
        well = edit.insert("meter_well", {})
        edit.delete("meter_well", well, 1)
        edit.insert_bulk("hydrant", hydrants(30_000, 100_001, seed=5))
    assert opened.count("hydrant") == 55_000
    opened.undo()
    opened.undo()
    assert opened.count("hydrant") == 0
    opened.redo()
    assert opened.count("hydrant") == len(ids)
    sound(opened, "hydrant")
