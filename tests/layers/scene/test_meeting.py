"""What lies in a region, block by block: the same as asking every shape, before and after changes."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
import shapely

from layers.geometry.levels import frame_of
from layers.geometry.packed import PackedLines
from layers.model.query import Box
from layers.scene.class_lines import ClassLines
from layers.scene.class_points import ClassPoints
from layers.scene.line_arrays import LineRows
from layers.scene.point_arrays import PointRows
from layers.scene.region import Region

SIZE, COUNT = 10_000.0, 6000
WAVY = shapely.Point(5000, 5000).buffer(3000, 15).difference(shapely.box(4000, 4000, 5200, 9000))
REGIONS = {
    "polygon": Region(WAVY),
    "box": Region.of_box(Box(1000.0, 2000.0, 9000.0, 8000.0)),
    "circle": Region.around(5000.0, 5000.0, 2500.0),
    "beside a line": Region(shapely.LineString([(0, 0), (9000, 8000)]), 300.0),
    "nothing": Region(shapely.Polygon()),
}


def _inside(region: Region, shapes: np.ndarray) -> np.ndarray:
    if region.reach:
        return np.asarray(shapely.dwithin(region.shape, shapes, region.reach))
    return np.asarray(shapely.intersects(region.shape, shapes))


@pytest.fixture(autouse=True)
def few_blocks_are_enough() -> object:
    with patch("layers.scene.region.FEW", 1):
        yield


@pytest.mark.parametrize("name", REGIONS)
def test_points(name: str) -> None:
    xy = np.random.default_rng(3).uniform(0, SIZE, (COUNT, 2))
    ids = np.arange(1, COUNT + 1)
    points = ClassPoints.of(PointRows(xy, ids), frame_of(xy))
    moved = PointRows(xy[:90] + 1700.0, ids[:90])
    for each, places in ((points, xy), (points.patched(ids[:90], moved), np.r_[moved.xy, xy[90:]])):
        expected = ids[_inside(REGIONS[name], shapely.points(places))]
        assert np.array_equal(np.sort(each.ids_meeting(REGIONS[name])), expected)
    assert name == "nothing" or 0 < len(expected) < COUNT


@pytest.mark.parametrize("name", REGIONS)
def test_lines(name: str) -> None:
    chance = np.random.default_rng(4)
    xy = np.repeat(chance.uniform(0, SIZE, (COUNT, 2)), 3, axis=0) + chance.uniform(-40, 40, (3 * COUNT, 2))
    ids = np.arange(1, COUNT + 1)
    rows = LineRows(PackedLines(xy, np.arange(0, 3 * COUNT + 1, 3), ids))
    with patch("layers.scene.line_arrays.CELL", 40):
        lines = ClassLines.of(rows, solid=False)
        changed = lines.patched(ids[:50], rows.take(np.arange(20)))
    shapes = shapely.linestrings(xy.reshape(-1, 3, 2))
    met = ids[_inside(REGIONS[name], shapes)]
    assert np.array_equal(np.sort(lines.ids_meeting(REGIONS[name])), met)
    assert np.array_equal(np.sort(changed.ids_meeting(REGIONS[name])), met[(met <= 20) | (met > 50)])
