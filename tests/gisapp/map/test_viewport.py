"""World to pixels and back, and what panning and zooming keep in place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisapp.map.viewport import LARGEST, SMALLEST, Viewport
from layers.model.query import Box

COORDINATE = st.floats(-5e6, 5e6)
VIEWPORTS = st.builds(
    Viewport, COORDINATE, COORDINATE, st.floats(0.01, 200), st.floats(50, 4000), st.floats(50, 4000)
)
PIXEL = st.floats(-500, 4500)


@given(VIEWPORTS, PIXEL, PIXEL)
def test_pixel_to_world_and_back(viewport: Viewport, px: float, py: float) -> None:
    assert viewport.to_pixel(*viewport.to_world(px, py)) == pytest.approx((px, py), abs=1e-4)


@given(VIEWPORTS, PIXEL, PIXEL, st.floats(0.2, 5))
def test_zoom_keeps_the_place_under_the_cursor(viewport: Viewport, px: float, py: float, f: float) -> None:
    place = viewport.to_world(px, py)
    zoomed = viewport.zoomed(f, px, py)
    assert zoomed.to_pixel(*place) == pytest.approx((px, py), abs=1e-3)
    assert zoomed.metres_per_pixel == pytest.approx(viewport.metres_per_pixel / f)


@given(VIEWPORTS, PIXEL, PIXEL, st.floats(-300, 300), st.floats(-300, 300))
def test_pan_moves_the_map_with_the_hand(
    viewport: Viewport, px: float, py: float, dx: float, dy: float
) -> None:
    place = viewport.to_world(px, py)
    assert viewport.panned(dx, dy).to_pixel(*place) == pytest.approx((px + dx, py + dy), abs=1e-3)


@given(VIEWPORTS, st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=5))
def test_arrays_agree_with_single_places(viewport: Viewport, places: list[tuple[float, float]]) -> None:
    expected = [viewport.to_pixel(x, y) for x, y in places]
    np.testing.assert_allclose(viewport.pixels(np.array(places)), expected, rtol=1e-9, atol=1e-3)
    pieces = np.array([[*p, *p] for p in places])
    np.testing.assert_allclose(viewport.pixels(pieces)[:, 2:], expected, rtol=1e-9, atol=1e-3)


@given(COORDINATE, COORDINATE, st.floats(0.1, 1e5), st.floats(0.1, 1e5))
def test_fitting_shows_all_of_the_box(x: float, y: float, width: float, height: float) -> None:
    box = Box(x, y, x + width, y + height)
    seen = Viewport.fitting(box, 800, 600).box
    assert seen.x0 <= box.x0 + 1e-6
    assert seen.y0 <= box.y0 + 1e-6
    assert seen.x1 >= box.x1 - 1e-6
    assert seen.y1 >= box.y1 - 1e-6


@pytest.mark.parametrize(("width", "room"), [(1000, 64.0), (400, 36.0), (120, 24.0)])
def test_names_beside_what_lies_at_the_edge_have_room(width: int, room: float) -> None:
    box = Box(0.0, 0.0, 9000.0, 100.0)
    view = Viewport.fitting(box, width, 600)
    assert view.to_pixel(box.x0, 0.0)[0] == pytest.approx(room)
    assert view.to_pixel(box.x1, 0.0)[0] == pytest.approx(width - room)


def test_one_point_is_shown_at_a_street_scale() -> None:
    viewport = Viewport.fitting(Box(5, 5, 5, 5), 800, 600)
    assert viewport.to_pixel(5, 5) == (400, 300)
    assert 500 < viewport.denominator < 2000


def test_zoom_stops_at_sense() -> None:
    viewport = Viewport(0, 0, 1, 100, 100)
    assert viewport.zoomed(1e9, 50, 50).metres_per_pixel == SMALLEST
    assert viewport.zoomed(1e-9, 50, 50).metres_per_pixel == LARGEST


def test_five_thousand_on_an_ordinary_screen() -> None:
    assert Viewport(0, 0, 5000 * 0.0254 / 96, 10, 10).denominator == pytest.approx(5000)


@pytest.mark.parametrize("far", [1.7e308, math.inf, math.nan])
def test_an_extent_out_of_the_world_still_makes_a_view(far: float) -> None:
    view = Viewport.fitting(Box(-far, 0.0, far, 10.0), 800, 600)
    assert math.isfinite(view.x + view.y + view.metres_per_pixel)
