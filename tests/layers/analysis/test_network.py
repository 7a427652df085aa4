"""Connectivity from geometry: against a slow, obvious reckoning, and the cases that are easy to get wrong."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.analysis.network import Network, derive_network
from layers.geometry.packed import PackedLines

TOLERANCE = 0.01
Line = list[tuple[float, float]]


def network(*lines: Line) -> Network:
    xy = np.array([place for line in lines for place in line], dtype=np.float64).reshape(-1, 2)
    offsets = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    return derive_network(PackedLines(xy, offsets, np.arange(len(lines))), TOLERANCE)


def parts(derived: Network) -> set[frozenset[int]]:
    groups: dict[int, set[int]] = {}
    for line, component in enumerate(derived.line_component.tolist()):
        groups.setdefault(component, set()).add(line)
    return {frozenset(group) for group in groups.values()}


def test_ends_within_the_tolerance_are_one_node() -> None:
    derived = network([(0, 0), (10, 0)], [(10.006, 0), (20, 0)], [(20.02, 0), (30, 0)])
    assert parts(derived) == {frozenset({0, 1}), frozenset({2})}
    assert sorted(derived.degree.tolist()) == [1, 1, 1, 1, 2]


def test_a_branch_joins_a_main_between_its_ends_and_at_a_vertex() -> None:
    main: Line = [(0, 0), (10, 0), (20, 0)]
    derived = network(main, [(5, 0), (5, 8)], [(10, 0), (10, 8)], [(15, 0.5), (15, 8)])
    assert parts(derived) == {frozenset({0, 1, 2}), frozenset({3})}
    assert derived.join_line.tolist() == [0, 0]


def test_lines_that_only_cross_are_not_connected() -> None:
    assert len(parts(network([(0, 0), (10, 10)], [(0, 10), (10, 0)]))) == 2


def test_no_lines_and_a_ring() -> None:
    assert parts(network()) == set()
    ring = network([(0, 0), (5, 0), (5, 5), (0, 0)])
    assert ring.degree.tolist() == [2]
    assert ring.join_node.tolist() == []


places = st.tuples(st.integers(0, 6), st.integers(0, 6))
lines = st.lists(st.lists(places, min_size=2, max_size=4, unique=True), min_size=1, max_size=8)


@given(lines)
def test_as_a_slow_reckoning_of_every_pair_says(drawn: list[Line]) -> None:
    shapes = [shapely.LineString(line) for line in drawn]
    group = list(range(len(drawn)))
    for one, other in combinations(range(len(drawn)), 2):
        ends = [shapely.Point(drawn[one][k]) for k in (0, -1)]
        others = [shapely.Point(drawn[other][k]) for k in (0, -1)]
        touching = any(e.distance(shapes[other]) < TOLERANCE for e in ends)
        touching |= any(e.distance(shapes[one]) < TOLERANCE for e in others)
        if touching:
            old, new = group[other], group[one]
            group = [new if g == old else g for g in group]
    expected = {frozenset(i for i, g in enumerate(group) if g == name) for name in set(group)}
    assert parts(network(*drawn)) == expected
