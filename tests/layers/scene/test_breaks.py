"""Limits between classes against figures worked out by hand and by brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.scene.breaks import MOST_NATURAL, inner_limits
from layers.scene.style import Method

METHODS: tuple[Method, ...] = ("quantile", "equal", "natural")


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_equal_steps() -> None:
    assert inner_limits(numbers(0, 3, 100), 4, "equal") == (25.0, 50.0, 75.0)


def test_equal_counts() -> None:
    # Twelve numbers in four classes: three each, and each class begins with a number that occurs.
    assert inner_limits(np.arange(1.0, 13.0), 4, "quantile") == (4.0, 7.0, 10.0)


def test_natural_breaks_lie_in_the_gaps() -> None:
    assert inner_limits(numbers(1, 2, 2, 3, 10, 11, 50, 51), 3, "natural") == (10.0, 50.0)


def test_natural_breaks_of_a_known_set() -> None:
    # The example of jenkspy's own documentation: classes end with 2.3, 5.0 and 7.8.
    data = numbers(1.3, 7.1, 7.3, 2.3, 3.9, 4.1, 7.8, 1.2, 4.3, 7.3, 5.0, 4.3)
    assert inner_limits(data, 3, "natural") == (3.9, 7.1)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=12, unique=True), st.integers(2, 4))
def test_natural_breaks_are_the_best_there_are(values: list[int], count: int) -> None:
    data = np.sort(np.array(values, dtype=np.float64))
    found = inner_limits(data, count, "natural")

    def spread(limits: tuple[float, ...]) -> float:
        parts = np.split(data, np.searchsorted(data, limits))
        return float(sum(((part - part.mean()) ** 2).sum() for part in parts if len(part)))

    count = min(count, len(values))
    best = min(spread(tuple(limits)) for limits in combinations(data[1:], count - 1))
    assert spread(found) == pytest.approx(best, abs=1e-6)


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=60),
    st.integers(2, 9),
    st.sampled_from(METHODS),
)
def test_every_class_begins_within_the_numbers(values: list[float], count: int, method: Method) -> None:
    data = np.array(values, dtype=np.float64)
    limits = inner_limits(data, count, method)
    assert list(limits) == sorted(set(limits))
    assert len(limits) < count
    assert all(data.min() < limit <= data.max() for limit in limits)


def test_what_is_no_number_is_left_out() -> None:
    assert inner_limits(numbers(float("nan"), 1, float("inf"), 3), 2, "equal") == (2.0,)
    assert inner_limits(numbers(), 5, "quantile") == ()
    assert inner_limits(numbers(4, 4, 4), 5, "natural") == ()


def test_many_numbers_are_sampled_with_both_ends() -> None:
    data = np.concatenate([np.linspace(0, 1, 3 * MOST_NATURAL), np.linspace(100, 101, MOST_NATURAL)])
    (limit,) = inner_limits(data, 2, "natural")
    assert 1.0 < limit <= 100.01


def test_categories_have_no_limits() -> None:
    with pytest.raises(ValueError, match="categories"):
        inner_limits(numbers(1, 2, 3), 2, "categories")
