"""Packed R-trees: SQLite's own check finds them sound, and they answer and take edits like any other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pysqlite3.dbapi2 as sqlite
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.model.change import IdRange
from layers.store.rtree_check import is_sound
from layers.store.rtree_graft import graft, is_packable, prune
from layers.store.rtree_pack import pack, round_down, round_up


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://", module=sqlite)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def empty_tree(connection: sa.Connection) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS tree")
    connection.exec_driver_sql("CREATE VIRTUAL TABLE tree USING rtree(id, minx, maxx, miny, maxy)")


def boxes(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    low = random.uniform([400_000, 3_000_000], [420_000, 3_020_000], (count, 2))
    return np.concatenate([low, low + random.uniform(0, 50, (count, 2))], 1)


def insert(connection: sa.Connection, bounds: np.ndarray, first: int) -> IdRange:
    packed = pack(np.arange(1, len(bounds) + 1), bounds)
    leaves = graft(connection, "tree", packed, first - 1)
    rows = zip(range(first, first + len(bounds)), leaves[packed.leaf_of - 1].tolist(), strict=True)
    connection.exec_driver_sql("INSERT INTO tree_rowid VALUES (?, ?)", list(rows))
    return IdRange(first, first + len(bounds) - 1)


def found(connection: sa.Connection, box: tuple[float, ...]) -> set[int]:
    query = "SELECT id FROM tree WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
    return {row[0] for row in connection.exec_driver_sql(query, (box[0], box[2], box[1], box[3]))}


def inside(bounds: np.ndarray, box: tuple[float, ...], first: int = 1) -> set[int]:
    # The tree rounds outward to 32 bits: about 0.25 m at these coordinates.
    touching = (
        (bounds[:, 2] >= box[0])
        & (bounds[:, 0] <= box[2])
        & (bounds[:, 3] >= box[1])
        & (bounds[:, 1] <= box[3])
    )
    return set((np.flatnonzero(touching) + first).tolist())


BOX = (405_000.0, 3_005_000.0, 408_000.0, 3_009_000.0)


def assert_answers(connection: sa.Connection, expected: set[int]) -> None:
    assert connection.exec_driver_sql("SELECT rtreecheck('main', 'tree')").scalar_one() == "ok"
    assert is_sound(connection, "tree")
    answer = found(connection, BOX)
    assert expected <= answer
    assert len(answer) <= len(expected) + 20


@pytest.mark.parametrize("count", [1, 50, 51, 52, 51 * 51, 51 * 51 + 1, 20_000])
def test_packed_tree_is_sound_and_finds_what_lies_in_a_box(connection: sa.Connection, count: int) -> None:
    empty_tree(connection)
    assert is_packable(connection, "tree")
    bounds = boxes(count, count)
    insert(connection, bounds, 1)
    assert_answers(connection, inside(bounds, BOX))


def test_tree_takes_edits_after_packing(connection: sa.Connection) -> None:
    empty_tree(connection)
    bounds = boxes(8_000, 1)
    insert(connection, bounds, 1)
    extra = boxes(3_000, 2)
    for number, (x0, y0, x1, y1) in enumerate(extra.tolist(), 8_001):
        connection.exec_driver_sql("INSERT INTO tree VALUES (?, ?, ?, ?, ?)", (number, x0, x1, y0, y1))
    connection.exec_driver_sql("DELETE FROM tree WHERE id % 3 = 0")
    everything = inside(np.concatenate([bounds, extra]), BOX)
    assert_answers(connection, {number for number in everything if number % 3})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=6), st.integers(0, 200), st.data())
def test_grafted_and_pruned_in_any_order(sizes: list[int], live: int, data: st.DataObject) -> None:
    engine = sa.create_engine("sqlite://", module=sqlite)
    with engine.connect() as connection:
        empty_tree(connection)
        bounds = boxes(live, 99)
        for number, (x0, y0, x1, y1) in enumerate(bounds.tolist(), 1):
            connection.exec_driver_sql("INSERT INTO tree VALUES (?, ?, ?, ?, ?)", (number, x0, x1, y0, y1))
        spans, first = [], live + 1
        for seed, size in enumerate(sizes):
            added = boxes(size, seed)
            spans.append(insert(connection, added, first))
            bounds = np.concatenate([bounds, added])
            first += size
        assert_answers(connection, inside(bounds, BOX))
        chosen = data.draw(st.lists(st.sampled_from(spans), unique=True))
        prune(connection, "tree", chosen)
        left = inside(bounds, BOX) - {n for span in chosen for n in range(span.first, span.last + 1)}
        assert_answers(connection, left)
        again = insert(connection, boxes(500, 7), first)
        assert_answers(connection, left | inside(boxes(500, 7), BOX, again.first))
    engine.dispose()


def test_pruning_everything_leaves_an_empty_tree(connection: sa.Connection) -> None:
    empty_tree(connection)
    span = insert(connection, boxes(10_000, 3), 1)
    prune(connection, "tree", [span])
    assert_answers(connection, set())
    assert connection.exec_driver_sql("SELECT count(*) FROM tree_node").scalar_one() == 1
    insert(connection, boxes(10_000, 4), 20_001)
    assert_answers(connection, inside(boxes(10_000, 4), BOX, 20_001))


DAMAGE = (
    "DELETE FROM tree_rowid WHERE rowid = 77",
    "UPDATE tree_rowid SET nodeno = nodeno + 1 WHERE rowid = 77",
    "UPDATE tree_rowid SET rowid = 100001 WHERE rowid = 77",
    "UPDATE tree_parent SET parentnode = parentnode + 1 WHERE nodeno = 4",
    "DELETE FROM tree_parent WHERE nodeno = 4",
    "DELETE FROM tree_node WHERE nodeno = 4",
    "UPDATE tree_node SET data = zeroblob(1228) WHERE nodeno = 1",
    "UPDATE tree_node SET data = zeroblob(100) WHERE nodeno = 4",
    # A cell's box outside that of its parent, and a row id that is another one.
    "UPDATE tree_node SET data = cast(substr(data, 1, 12) || x'00000000' || substr(data, 17) AS BLOB)"
    " WHERE nodeno = 4",
    "UPDATE tree_node SET data = cast(substr(data, 1, 4) || x'00000000000F4240' || substr(data, 13) AS BLOB)"
    " WHERE nodeno = 4",
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_by_our_check_as_by_sqlites(connection: sa.Connection, damage: str) -> None:
    empty_tree(connection)
    insert(connection, boxes(10_000, 5), 1)
    assert is_sound(connection, "tree")
    connection.exec_driver_sql(damage)
    assert not is_sound(connection, "tree")
    assert connection.exec_driver_sql("SELECT rtreecheck('main', 'tree')").scalar_one() != "ok"


def test_node_that_nothing_leads_to_is_found(connection: sa.Connection) -> None:
    empty_tree(connection)
    insert(connection, boxes(10_000, 5), 1)
    connection.exec_driver_sql("INSERT INTO tree_node SELECT 99999, data FROM tree_node WHERE nodeno = 4")
    assert not is_sound(connection, "tree")


@given(st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_bounds_are_rounded_outward(values: list[float]) -> None:
    given_values = np.array(values)
    assert (round_down(given_values).astype(float) <= given_values).all()
    assert (round_up(given_values).astype(float) >= given_values).all()
