"""The curve of a campaign: round numbers at its side."""

from __future__ import annotations

import pytest

from gisapp.panels.census.progress_chart import ticks


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (1, (0, 1)),
        (5, (0, 1, 2, 3, 4, 5)),
        (7, (0, 2, 4, 6)),
        (533, (0, 100, 200, 300, 400, 500)),
        (95, (0, 20, 40, 60, 80)),
        (250_000, (0, 50_000, 100_000, 150_000, 200_000, 250_000)),
    ],
)
def test_round_numbers_up_to_the_plan(top: int, expected: tuple[int, ...]) -> None:
    assert ticks(top, 6) == expected
