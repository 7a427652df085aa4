"""The sample is drawn by seed and the verdict follows the rules of the survey code."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.census.quality.rules import Checked, draw, judge, plan_draw

RECORDS = tuple(range(1, 1001))


def test_five_percent_again_and_three_dug_up() -> None:
    sample = draw(RECORDS, RECORDS[:40], 20260901, 1, percent=5.0, dug_percent=1.0)
    assert len(sample.resurvey) == len(set(sample.resurvey)) == 50
    assert len(sample.excavation) == 3
    assert set(sample.excavation) <= set(RECORDS[:40])


def test_small_lots_have_one_and_nothing_hidden_is_not_dug() -> None:
    assert len(draw((7, 8), (), 1, 1, percent=5.0, dug_percent=1.0).resurvey) == 1
    assert draw((), (), 1, 1, percent=5.0, dug_percent=1.0).resurvey == ()
    assert draw((1, 2), (1, 2), 1, 1, percent=0.0, dug_percent=0.0).excavation in ((1, 2), (2, 1))


@given(st.permutations(range(60)), st.integers(0, 10**9))
def test_anybody_draws_the_same_sample_again(records: list[int], seed: int) -> None:
    one = draw(records, (), seed, 1, percent=20, dug_percent=1)
    assert one == draw(sorted(records), (), seed, 1, percent=20, dug_percent=1)
    second = draw(records, (), seed, 2, percent=20, dug_percent=1, before=one.resurvey)
    assert not set(second.resurvey) & set(one.resurvey)


def test_samples_of_other_seeds_are_others() -> None:
    drawn = {draw(RECORDS, (), seed, 1, percent=1, dug_percent=1).resurvey for seed in range(20)}
    assert len(drawn) == 20


def checks(right: int, wrong: int, distance: float = 0.1) -> list[Checked]:
    good = [Checked(n, distance, 0) for n in range(right)]
    return [*good, *(Checked(1000 + n, 0.1, 1) for n in range(wrong))]


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        (0, 0, "not_checked"),
        (50, 0, "passes"),
        (90, 10, "passes"),
        (89, 11, "draw_again"),
        (80, 20, "draw_again"),
        (79, 21, "fails"),
        (7, 3, "draw_again"),  # no more than 10 points: not enough to fail
        (8, 3, "fails"),
    ],
)
def test_verdicts(right: int, wrong: int, verdict: str) -> None:
    found = judge(checks(right, wrong), 1.0)
    assert found.verdict == verdict
    assert len(found.over) == wrong == found.wrong_values


def test_mean_error_counts_beyond_twenty_points() -> None:
    few, many = judge(checks(20, 0, 0.9), 1.0), judge(checks(21, 0, 0.9), 1.0)
    assert many.mean_error_m == pytest.approx(0.9 / math.sqrt(2))
    assert (few.verdict, many.verdict) == ("passes", "draw_again")
    assert judge([Checked(1, 1.01, 0)], 1.0).over == (1,)
    assert judge([Checked(1, None, None)], 1.0).verdict == "not_checked"


def test_the_rows_to_be_filled_in() -> None:
    sample = draw(range(100), range(5), 3, 2, percent=5, dug_percent=1)
    plan = plan_draw(None, 4, 9, sample, 2)  # type: ignore[arg-type]
    assert [row.values["kind"] for row in plan.inserts] == ["resurvey"] * 5 + ["excavation"] * 3
    assert {(row.values["campaign"], row.values["lot"], row.values["draw"]) for row in plan.inserts} == {
        (4, 9, 2)
    }
