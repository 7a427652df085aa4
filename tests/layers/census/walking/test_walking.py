"""The walking order follows the streets: up one side of a river and down the other, not across where no bridge is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.census.walking import order as walking
from layers.census.walking.order import road_distances, walking_order


def _lines(*coordinates: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.LineString(each) for each in coordinates], dtype=object)


BANKS = _lines([(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(0, 0), (0, 100)])
"""Two streets along a river, joined by one bridge at the west end."""


def test_ways_lead_along_the_roads_and_over_the_bridge() -> None:
    spots = np.array([(900.0, 5.0), (900.0, 95.0), (400.0, 0.0)])
    apart = road_distances(spots, BANKS)
    assert apart is not None
    assert apart[0, 1] == pytest.approx(900 + 100 + 900 + 10)
    assert apart[0, 2] == pytest.approx(505)
    assert (apart == apart.T).all()


def test_roads_that_cross_without_a_common_vertex_are_joined() -> None:
    cross = _lines([(0, 0), (200, 0)], [(100, -100), (100, 100)])
    apart = road_distances(np.array([(0.0, 0.0), (100.0, 100.0)]), cross)
    assert apart is not None
    assert apart[0, 1] == pytest.approx(200)


def test_one_bank_is_walked_before_the_other() -> None:
    random = np.random.default_rng(7)
    x = random.uniform(50, 950, 40)
    places = np.column_stack([x, np.where(np.arange(40) % 2, 97.0, 3.0)])
    walk = walking_order(places, BANKS)
    assert walk.by_road
    side = np.arange(40)[walk.order] % 2
    assert np.count_nonzero(np.diff(side)) == 1
    assert walk.metres < 2300


def test_meters_of_one_well_are_one_stop_and_no_roads_are_no_hindrance() -> None:
    places = np.array([(0.0, 0.0), (50.0, 0.0), (0.0, 0.0), (50.0, 0.0), (20.0, 0.0)])
    walk = walking_order(places, np.zeros(0, dtype=object))
    assert not walk.by_road
    assert sorted(walk.order.tolist()) == list(range(5))
    assert walk.metres == pytest.approx(50)
    assert np.count_nonzero(walk.legs) == 2


def test_many_places_are_walked_part_by_part_and_a_walk_goes_on_from_where_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(7)
    places = np.column_stack([random.uniform(0, 1000, 400), np.zeros(400)])
    monkeypatch.setattr(walking, "MOST_AT_ONCE", 60)
    walk = walking_order(places, BANKS, start=(1000.0, 0.0))
    assert walk.by_road
    assert sorted(walk.order.tolist()) == list(range(400))
    assert places[walk.order[0], 0] > 990
    assert walk.metres < 1100
    back = walking_order(places, BANKS, start=(0.0, 0.0))
    assert places[back.order[0], 0] < 10


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(-200, 300)), max_size=12))
def test_every_target_is_passed_once(places: list[tuple[int, int]]) -> None:
    walk = walking_order(np.array(places, dtype=np.float64).reshape(-1, 2), BANKS)
    assert sorted(walk.order.tolist()) == list(range(len(places)))
    assert len(walk.legs) == len(places)
    assert (walk.legs >= 0).all()
