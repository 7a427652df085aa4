"""The network of the sample city: connected, with valves, hydrants and points where they belong."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.sample.city import SampleCity
from tests.layers.sample.looking import column, ends, places, planted_codes, shapes

ON_NODES = ("valve", "hydrant", "network_point", "facility")


@pytest.fixture(scope="module")
def alive(demo: SampleCity) -> pa.Table:
    """The pipes that carry water, without those that are wrong on purpose."""
    pipes = demo.tables["pipe"]
    wrong = planted_codes(demo, "near_miss", "isolated_pipe", "duplicate_pipe")
    good = pc.invert(pc.is_in(pipes["code"], value_set=pa.array(sorted(wrong))))
    return pipes.filter(pc.and_(good, pc.equal(pipes["status"], "in_service")))


def numbered_ends(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Distinct end places, and which of them every pipe begins and ends at (n, 2)."""
    both = np.round(ends(shapes(table)).reshape(-1, 2), 3)
    place, number = np.unique(both, axis=0, return_inverse=True)
    return place, number.reshape(-1, 2)


def test_the_network_is_one(demo: SampleCity) -> None:
    pipes = demo.tables["pipe"]
    wrong = planted_codes(demo, "isolated_pipe", "near_miss")
    live = pipes.filter(pc.is_in(pipes["status"], value_set=pa.array(["in_service", "construction"])))
    place, node = numbered_ends(live)
    graph = coo_matrix((np.ones(len(node)), node.T), shape=(len(place), len(place)))
    count, part = connected_components(graph, directed=False)
    largest = np.bincount(part).argmax()
    # The two isolated pipes, and what hangs on the three that end too early.
    assert 1 < count <= 6
    assert (part == largest).mean() > 0.98
    lost = set(column(live, "code")[part[node[:, 0]] != largest])
    assert planted_codes(demo, "isolated_pipe") <= lost
    assert lost & wrong


def test_pipes_meet_exactly_or_not_at_all(alive: pa.Table) -> None:
    place, _node = numbered_ends(alive)
    near = cKDTree(place).query(place, k=2)[0][:, 1]
    assert near.min() > 0.05


@pytest.mark.parametrize("name", ON_NODES)
def test_points_stand_where_pipes_end(demo: SampleCity, name: str) -> None:
    pipes = demo.tables["pipe"]
    place, _node = numbered_ends(pipes.filter(pc.is_valid(pipes["start_point_no"])))
    table = demo.tables[name]
    off = cKDTree(place).query(places(table))[0] > 0.0015
    expected = planted_codes(demo, "duplicate_point", "valve_off_pipe")
    assert set(column(table, "code")[off]) <= expected
    assert off.sum() == {"valve": 2, "hydrant": 2}.get(name, 0)


def test_point_numbers_of_pipes_are_those_of_the_points_there(demo: SampleCity, alive: pa.Table) -> None:
    where = {}
    for name in ("valve", "hydrant", "meter_well", "network_point", "facility"):
        table = demo.tables[name]
        found = dict(zip(table["survey_no"].to_pylist(), places(table), strict=True))
        where |= {k: v for k, v in found.items() if k is not None}
    moved = set(
        column(demo.tables["valve"], "survey_no")[
            np.isin(column(demo.tables["valve"], "code"), list(planted_codes(demo, "valve_off_pipe")))
        ]
    )
    both = ends(shapes(alive))
    for side, name in enumerate(("start_point_no", "end_point_no")):
        for number, place in zip(alive[name].to_pylist(), both[:, side], strict=True):
            if number not in moved:
                assert np.hypot(*(where[number] - place)) < 0.002


def test_kinds_of_points_tell_how_many_pipes_meet(demo: SampleCity) -> None:
    pipes = demo.tables["pipe"]
    network = pipes.filter(pc.is_in(pipes["status"], value_set=pa.array(["in_service", "construction"])))
    # Mains to be laid join at points of today's network.
    network = network.filter(pc.is_valid(network["end_point_no"]))
    copies = {codes[1] for codes in (p.codes for p in demo.planted if p.rule == "duplicate_pipe")}
    degree: dict[str, int] = defaultdict(int)
    for name in ("start_point_no", "end_point_no"):
        for code, number in zip(network["code"].to_pylist(), network[name].to_pylist(), strict=True):
            degree[number] += code not in copies
    points = demo.tables["network_point"]
    expected = {"cap": {1}, "tee": {3}, "cross": {4}, "bend": {2}, "straight": {2}, "reducer": {2}}
    for kind, number in zip(points["kind"].to_pylist(), points["survey_no"].to_pylist(), strict=True):
        assert degree[number] in expected[kind]


def test_sizes_change_at_reducers_and_fittings_only(demo: SampleCity, alive: pa.Table) -> None:
    """Where just two pipes meet and their sizes differ stands a reducer, but for the planted jumps."""
    place, node = numbered_ends(alive)
    dn = np.array([d or 0 for d in column(alive, "dn")])
    sizes: dict[int, list[int]] = defaultdict(list)
    owners: dict[int, list[str]] = defaultdict(list)
    for row, code in enumerate(alive["code"].to_pylist()):
        for number in node[row]:
            sizes[number].append(dn[row])
            owners[number].append(code)
    points = demo.tables["network_point"]
    kind_at = cKDTree(places(points))
    kinds = column(points, "kind")
    odd = planted_codes(demo, "dn_jump", "dn_unknown") | _branches(demo)
    for number, found in sizes.items():
        if len(found) == 2 and found[0] != found[1] and not odd & set(owners[number]):
            far, which = kind_at.query(place[number])
            assert far < 0.01
            assert kinds[which] in ("reducer", "tee", "cross"), owners[number]


def _branches(demo: SampleCity) -> set[str]:
    """The branches of hydrants whose feed is too thin on purpose."""
    hydrants, pipes = demo.tables["hydrant"], demo.tables["pipe"]
    thin = np.isin(column(hydrants, "code"), list(planted_codes(demo, "thin_feed")))
    numbers = set(column(hydrants, "survey_no")[thin])
    at_end = [n in numbers for n in column(pipes, "end_point_no")]
    at_start = [n in numbers for n in column(pipes, "start_point_no")]
    return set(column(pipes, "code")[np.array(at_end) | np.array(at_start)])


def test_valves_cut_the_mains_into_short_segments(demo: SampleCity, alive: pa.Table) -> None:
    mains = alive.filter(pc.greater_equal(alive["dn"], 100))
    place, node = numbered_ends(mains)
    valves = demo.tables["valve"]
    closing = valves.filter(pc.is_in(valves["valve_type"], value_set=pa.array(["gate", "butterfly"])))
    at_valve = cKDTree(places(closing)).query(place)[0] < 0.01
    # A pipe belongs to the segment of its end that is no valve; valves themselves separate.
    through = ~at_valve[node]
    graph = coo_matrix(
        (np.ones(through.all(axis=1).sum()), node[through.all(axis=1)].T), shape=(len(place), len(place))
    )
    _count, part = connected_components(graph, directed=False)
    owner = np.where(through[:, 0], part[node[:, 0]], part[node[:, 1]])
    length = np.bincount(owner, shapely.length(shapes(mains)))
    length = length[length > 0]
    assert len(length) > 200
    assert np.median(length) < 500
    assert length.max() < 6000


def test_hydrants_line_the_streets(demo: SampleCity, alive: pa.Table) -> None:
    streets = alive.filter(
        pc.and_(
            pc.and_(pc.greater_equal(alive["dn"], 100), pc.less_equal(alive["dn"], 500)),
            pc.is_valid(alive["road"]),
        )
    )
    long = streets.filter(pc.greater(streets["recorded_length_m"], 20.0))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shapes(long), 0.5, normalized=True))
    hydrants = places(demo.tables["hydrant"])
    far = cKDTree(hydrants).query(middle)[0]
    assert np.mean(far < 90) > 0.95
    between = cKDTree(hydrants).query(hydrants, k=2)[0][:, 1]
    assert np.median(between) > 40
    feeds = column(demo.tables["hydrant"], "feed_dn")
    assert min(feeds) >= 100
