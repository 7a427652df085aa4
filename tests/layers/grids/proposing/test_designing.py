"""Dividing the ground: whatever is divided, the grids cover it exactly, hang together, and carry even loads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.grids.dividing.balancing import smallest_flow
from layers.grids.dividing.partition import allotted
from layers.grids.dividing.quality import pieces_of
from layers.grids.dividing.wishes import Wishes
from layers.grids.faces import faces_at, places_tree
from layers.grids.proposing.designing import Site, propose
from layers.grids.proposing.proposal import Proposal
from tests.layers.grids.towns import around, kitchener, lattice, narok, site


def check(made: Proposal, there: Site) -> None:
    """Every promise a division makes, whatever it is of."""
    shapes = made.shapes_of(made.after)
    kept = shapes[~shapely.is_missing(shapes)]
    assert len(kept) == made.wishes.grids
    assert shapely.is_valid(kept).all()
    # Shared vertices, no overlap, no gap: a coverage whose union is the area itself.
    assert shapely.coverage_is_valid(kept)
    union = shapely.coverage_union_all(kept)
    assert shapely.symmetric_difference(union, there.area).area < 1e-6 * there.area.area
    if not made.bridges:
        assert {shape.geom_type for shape in kept} == {"Polygon"}
        assert pieces_of(made.after, made.blocks.touching.pair, made.grids).max() == 1
    # Every load lies in exactly one grid, and the table tells what a recount finds.
    at = faces_at(kept, places_tree(there.loads.xy, Feedback()), Feedback())
    recount = np.bincount(at[at >= 0], there.loads.weight[at >= 0], len(kept))
    numbers = np.flatnonzero(~shapely.is_missing(shapes))
    told = made.loads_of(made.after)[numbers]
    assert told.sum() == pytest.approx(there.loads.weight[made.blocks.face_of_load >= 0].sum())
    on_edges = sum(
        shapely.dwithin(shapely.points(there.loads.xy), each, 1e-6) for each in shapely.boundary(kept)
    )
    assert np.abs(recount - told).sum() <= 2 * there.loads.weight[np.asarray(on_edges) > 0].sum() + 1e-6
    # Moves put together make the proposal.
    assert (made.accepted(range(len(made.moves))) == made.after).all()
    assert (made.accepted(()) == made.before).all()


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000), blocks=st.integers(4, 7), grids=st.integers(1, 7), side=st.floats(60, 140)
)
def test_any_division_covers_the_area_in_connected_grids(
    seed: int, blocks: int, grids: int, side: float
) -> None:
    area, roads, xy = lattice(blocks, side, seed)
    there = site(area, xy, roads=roads)
    made = propose(there, Wishes(grids))
    check(made, there)
    assert made.quality_of(made.after).worst <= 1.10


def test_real_meters_and_real_breaks_are_shared_out_evenly(fixtures: Path) -> None:
    for places, grids in ((narok(fixtures), 8), (kitchener(fixtures), 12)):
        there = site(around(places, 150.0), places)
        made = propose(there, Wishes(grids))
        check(made, there)
        figures = made.quality_of(made.after)
        assert figures.worst <= 1.10
        assert figures.mean == pytest.approx(len(places) / grids, rel=1e-3)
        assert figures.compactness > 0.35


def test_rebalancing_moves_little_and_leaves_other_boundaries_as_they_are_to_the_bit() -> None:
    area, roads, xy = lattice(8, 100.0, 3, loads=800)
    columns = [shapely.box(x, 0, x + 200, 800) for x in (0, 200, 400, 600)]
    grids = np.array([shapely.segmentize(each, 100.0) for each in columns], dtype=object)
    there = site(area, xy, grids=grids, roads=roads)
    made = propose(there, Wishes(4, is_rebalance=True, limit=1.05))
    check(made, there)
    before, after = made.quality_of(made.before, made.shapes_before), made.quality_of(made.after)
    assert before.worst > 1.15
    assert after.worst <= 1.10
    assert made.least_move is not None
    assert made.least_move - 1e-9 <= made.moved_share(made.after) <= 3 * made.least_move + 0.05
    anew = propose(there, Wishes(4))
    assert made.moved_share(made.after) < anew.moved_share(anew.after) + 0.05
    # What is not moved is drawn as it was.
    for grid, shape in enumerate(made.shapes_before):
        assert shapely.equals_exact(shapely.normalize(shape), shapely.normalize(grids[grid]))
    # Fewer or more grids from those there are: numbers of the present ones stay.
    for wished in (3, 6):
        other = propose(there, Wishes(wished, is_rebalance=True))
        check(other, there)
        kept = set(np.unique(other.after).tolist()) & set(range(4))
        assert len(kept) == min(wished, 4)


def test_communities_stay_whole_and_areas_are_not_crossed() -> None:
    area, roads, xy = lattice(8, 100.0, 11, loads=900)
    houses = np.array(
        [shapely.box(x + 8, y + 8, x + 92, y + 92) for x in range(0, 800, 100) for y in (0, 300, 500)]
    )
    halves = np.array([shapely.box(0, 0, 400, 800), shapely.box(400, 0, 800, 800)], dtype=object)
    there = site(area, xy, roads=roads, communities=houses, grids=halves, area_of_grid=[0, 1])
    made = propose(there, Wishes(6, limit=1.10))
    check(made, there)
    assert made.cut_communities == 0
    for shape in made.shapes_of(made.after):
        if shape is not None:
            inside = shapely.intersection(shape, halves)
            assert min(part.area for part in inside) < 1e-6
    across = propose(there, Wishes(6, areas=False, limit=1.10))
    check(across, there)


def test_islands_have_their_own_grids_and_a_small_one_joins_the_nearest() -> None:
    chance = np.random.default_rng(5)
    big, isle = shapely.box(0, 0, 900, 600), shapely.box(1500, 0, 1800, 300)
    rock = shapely.box(950, 0, 990, 40)
    xy = np.concatenate(
        [
            chance.uniform((5, 5), (895, 595), (600, 2)),
            chance.uniform((1505, 5), (1795, 295), (200, 2)),
            [(970, 20)],
        ]
    )
    there = site(shapely.MultiPolygon([big, isle, rock]), xy)
    made = propose(there, Wishes(4))
    check(made, there)
    assert made.bridges == 1
    shapes = [shape for shape in made.shapes_of(made.after) if shape is not None]
    on_isle = [shape for shape in shapes if shapely.intersects(shape, isle)]
    assert len(on_isle) == 1
    assert shapely.equals(on_isle[0], isle)
    assert made.quality_of(made.after).worst <= 1.10


def test_loads_are_levelled_along_the_smallest_flow() -> None:
    pair = np.array([[0, 1], [1, 2]])
    load = np.array([13.0, 10.0, 7.0])
    flow = smallest_flow(load, pair, np.zeros(3), np.full(3, 11.0))
    assert flow is not None
    # Two leave the first grid; one of them may stay in the second.
    assert np.abs(flow).sum() == pytest.approx(3.0)
    assert smallest_flow(load, pair[:1], np.zeros(3), np.full(3, 9.0)) is None


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.integers(1, 9)), min_size=1, max_size=6), st.integers(0, 20)
)
def test_grids_are_allotted_to_pieces_by_their_load(pieces: list[tuple[float, int]], more: int) -> None:
    load, room = np.array([load for load, _ in pieces]), np.array([room for _, room in pieces])
    parts = min(len(pieces) + more, int(room.sum()))
    found = allotted(load, room, parts)
    assert found.sum() == parts
    assert ((found >= 1) & (found <= room)).all()


def test_what_cannot_be_divided_is_said_and_the_user_can_stop() -> None:
    area, roads, xy = lattice(4, 100.0, 1)
    there = site(area, xy, roads=roads)
    with pytest.raises(UserError) as refused:
        propose(site(area, np.empty((0, 2))), Wishes(3))
    assert refused.value.title.id == "grid_proposal.nothing"
    with pytest.raises(UserError) as refused:
        propose(there, Wishes(3, is_rebalance=True))
    assert refused.value.title.id == "grid_proposal.no_grids"
    one_place = site(area, np.full((50, 2), 50.0))
    with pytest.raises(UserError) as refused:
        propose(one_place, Wishes(4000))
    assert refused.value.title.id == "grid_proposal.too_many_grids"
    feedback = Feedback(
        lambda fraction, _: feedback.cancel() if (fraction or 0) > 0.5 else None, interval=0.0
    )
    with pytest.raises(Cancelled):
        propose(there, Wishes(5), feedback)
