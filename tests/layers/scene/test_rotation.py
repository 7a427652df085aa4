"""A symbol turns with the main it lies on, however many mains there are."""

from __future__ import annotations

import numpy as np
import pytest

from layers.scene.rotation import _each, _near, rotation_along


def test_of_many_mains_the_near_ones_are_found() -> None:
    generator = np.random.default_rng(4)
    start = generator.random((3000, 2)) * 5000
    pieces = np.concatenate([start, start + generator.normal(0, 40, (3000, 2))], axis=1)
    share = generator.random((400, 1))
    on = pieces[:400, :2] * (1 - share) + pieces[:400, 2:] * share
    places = np.concatenate(
        [on + generator.normal(0, 0.3, (400, 2)), generator.random((200, 2)) * 9000 - 2000]
    )
    few = [rotation_along(place[None], pieces)[0] for place in places]
    assert np.count_nonzero(few) > 300
    assert rotation_along(places, pieces).tolist() == pytest.approx(few)
    near = set(zip(*map(np.ndarray.tolist, _near(places, pieces)), strict=True))
    assert len(near) < len(places) * 40
    assert near < set(zip(*map(np.ndarray.tolist, _each(places, pieces)), strict=True))


@pytest.mark.parametrize("count", [1, 1000])
def test_a_symbol_on_no_main_stays_as_it_is(count: int) -> None:
    pieces = np.tile([0.0, 0.0, 100.0, 100.0], (count, 1))
    places = np.tile([[50.0, 52.0]], (300, 1))
    assert not rotation_along(places, pieces).any()
    assert rotation_along(places - (0, 2), pieces).tolist() == pytest.approx([-45.0] * 300)
