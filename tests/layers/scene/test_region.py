"""A region meets exactly what shapely, asked one by one, says it meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layers.geometry.packed import boxes, pack_lines, pack_points
from layers.model.query import Box
from layers.scene.region import FEW, MANY, Region

# Whole numbers on a small board: points on edges and corners, and lines that only touch, are common.
WHOLE = st.integers(0, 12).map(float)
PLACE = st.tuples(WHOLE, WHOLE)
LINE = st.lists(PLACE, min_size=2, max_size=5).filter(lambda xy: len(set(xy)) > 1).map(LineString)
CORNERS = st.lists(PLACE, min_size=3, max_size=7)
POLYGONS = CORNERS.map(lambda xy: Region.of_corners(np.array(xy)))
REGIONS = st.one_of(
    POLYGONS,
    st.tuples(PLACE, st.integers(1, 6)).map(lambda t: Region.around(*t[0], float(t[1]))),
    st.tuples(LINE, st.sampled_from((0.0, 1.0, 2.0))).map(lambda t: Region(*t)),
    st.tuples(PLACE, PLACE).map(
        lambda t: Region.of_box(Box(*map(min, *t), *map(max, *t)))  # may have no width
    ),
)


def one_by_one(region: Region, shapes: Sequence[BaseGeometry | None]) -> list[bool]:
    """What a plain check says, without any cell or preparation."""
    return [
        shape is not None
        and not shape.is_empty
        and not region.shape.is_empty
        and (
            bool(shapely.dwithin(region.shape, shape, region.reach))
            if region.reach
            else region.shape.intersects(shape)
        )
        for shape in shapes
    ]


def many(shapes: list[Any]) -> list[Any]:
    """As often as it takes for the cells to decide instead of each shape being tested."""
    return shapes * (FEW // len(shapes) + 1)


def wkb(shapes: Sequence[BaseGeometry | None]) -> pa.Array:
    return pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary())


@given(REGIONS, st.lists(PLACE, min_size=1, max_size=20), st.booleans())
def test_points(region: Region, places: list[tuple[float, float]], often: bool) -> None:
    with patch("layers.scene.region.MANY", 1 if often else MANY):
        found = region.meets_points(np.array(places))
    assert found.tolist() == one_by_one(region, [Point(p) for p in places])


@given(REGIONS, st.lists(LINE, min_size=1, max_size=12), st.booleans())
def test_lines(region: Region, lines: list[LineString], often: bool) -> None:
    lines = many(lines) if often else lines
    packed = pack_lines(wkb(lines))
    found = region.meets_lines(packed.xy, packed.offsets, boxes(packed))
    assert found.tolist() == one_by_one(region, lines)


@given(
    REGIONS,
    st.lists(st.one_of(st.none(), PLACE.map(lambda p: Point(*p, 7.0)), st.just(Point())), min_size=1),
)
def test_blank_and_empty_points_are_nowhere_and_height_plays_no_part(
    region: Region, points: list[Point | None]
) -> None:
    packed = pack_points(wkb(points))
    found = np.zeros(len(points), bool)
    found[packed.row] = region.meets_points(packed.xy)
    assert found.tolist() == one_by_one(region, points)


@given(
    REGIONS,
    st.lists(
        st.one_of(
            st.none(),
            st.just(LineString()),
            LINE.map(lambda line: shapely.force_3d(line, 5.0)),
            st.lists(LINE, min_size=1, max_size=3).map(MultiLineString),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_a_line_of_several_parts_is_met_with_any_of_them(
    region: Region, lines: list[BaseGeometry | None]
) -> None:
    packed = pack_lines(wkb(lines))
    met = region.meets_lines(packed.xy, packed.offsets, boxes(packed))
    found = np.isin(np.arange(len(lines)), packed.row[met])
    assert found.tolist() == one_by_one(region, lines)


@given(REGIONS, st.lists(CORNERS, min_size=1, max_size=6))
def test_areas(region: Region, drawn: list[list[tuple[float, float]]]) -> None:
    drawn_areas = (Region.of_corners(np.array(corners)).shape for corners in drawn)
    # As far away as the reach to the last bit: shapely itself says either, prepared or not.
    areas = [
        a for a in drawn_areas if not region.reach or abs(region.shape.distance(a) - region.reach) > 1e-9
    ]
    packed = pack_lines(wkb(areas))
    found = region.meets_areas(packed.xy, packed.offsets, packed.row)
    assert np.isin(np.arange(len(areas)), found).tolist() == one_by_one(region, areas)


def test_a_region_in_the_hole_of_an_area_does_not_meet_it() -> None:
    ring = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    two = MultiPolygon([ring, Polygon([(20, 0), (29, 0), (29, 9), (20, 9)])])
    packed = pack_lines(wkb([two]))

    def met(x: float, y: float) -> bool:
        return len(Region.around(x, y, 0.5).meets_areas(packed.xy, packed.offsets, packed.row)) == 1

    assert [met(1, 1), met(4.5, 4.5), met(25, 5), met(15, 5)] == [True, False, True, False]


def test_on_the_edge_is_inside() -> None:
    square = Region.of_box(Box(0.0, 0.0, 10.0, 10.0))
    edge = np.array([[0.0, 5.0], [10.0, 10.0], [5.0, 10.0], [10.000001, 5.0]])
    assert square.meets_points(edge).tolist() == [True, True, True, False]
    circle = Region.around(0.0, 0.0, 5.0)
    assert circle.meets_points(np.array([[3.0, 4.0], [5.0, 0.0], [3.6, 3.6]])).tolist() == [True, True, False]


def test_in_real_coordinates_the_cells_decide_as_shapely_does() -> None:
    """Six-figure coordinates with centimetres: rounding at the edges of cells must lose nothing."""
    generator = np.random.default_rng(7)
    origin = np.array([538_123.37, 3_016_456.91])
    corners = origin + generator.random((9, 2)) * 5000
    region = Region.of_corners(corners[np.argsort(np.arctan2(*(corners - corners.mean(axis=0)).T))])
    xy = np.round(origin + (generator.random((40_000, 2)) * 1.4 - 0.2) * 5000, 2)
    expected = shapely.intersects_xy(region.shape, xy)
    assert 0.1 < expected.mean() < 0.6
    assert np.array_equal(region.meets_points(xy), expected)
    with patch("layers.scene.region.MANY", 1):
        assert np.array_equal(region.meets_points(xy), expected)
    lines = [LineString(np.round(p + generator.normal(0, 60, (3, 2)).cumsum(axis=0), 2)) for p in xy[:8000]]
    packed = pack_lines(wkb(lines))
    found = region.meets_lines(packed.xy, packed.offsets, boxes(packed))
    assert np.array_equal(found, shapely.intersects(region.shape, lines))


@pytest.mark.parametrize("corners", [[], [(0, 0)], [(0, 0), (1, 1)], [(0, 0), (1, 1), (2, 2)]])
def test_a_polygon_without_area_meets_nothing(corners: list[tuple[float, float]]) -> None:
    region = Region.of_corners(np.array(corners, float).reshape(-1, 2))
    assert not region.meets_points(np.array([[0.0, 0.0], [1.0, 1.0]])).any()


@pytest.mark.parametrize("seed", range(6))
def test_cells_of_a_wild_polygon_far_from_the_origin_decide_as_shapely_does(seed: int) -> None:
    random = np.random.default_rng(seed)
    middle, reach = np.array([538_000.0, 3_416_000.0]), 10.0 ** random.uniform(0.5, 4)
    xy = middle + random.uniform(-reach, reach, (int(random.integers(4, 30)), 2))
    whole = Region.of_corners(xy)
    hole = whole.shape.representative_point().buffer(reach / 8)
    apart = shapely.box(*(middle + 2 * reach), *(middle + 3 * reach))
    region = Region(whole.shape.difference(hole).union(apart))
    edge = shapely.get_coordinates(region.shape.boundary.segmentize(reach / 20))
    near = edge + random.choice([0.0, 1e-9, -1e-6, 1e-3], edge.shape)
    points = np.concatenate([middle + random.uniform(-2, 4, (MANY, 2)) * reach, edge, near])
    assert np.array_equal(region.meets_points(points), shapely.intersects_xy(region.shape, *points.T))
    ends = middle + random.uniform(-2, 4, (2 * FEW, 1, 2)) * reach
    lines = np.concatenate([ends, ends + random.normal(0, reach / 30, ends.shape)], axis=1)
    flat, offsets = lines.reshape(-1, 2), np.arange(0, 4 * FEW + 1, 2)
    extents = np.concatenate([lines.min(axis=1), lines.max(axis=1)], axis=1)
    expected = shapely.intersects(region.shape, shapely.linestrings(lines))
    assert np.array_equal(region.meets_lines(flat, offsets, extents), expected)
    assert expected.any()
