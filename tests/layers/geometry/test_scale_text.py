"""Scales as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry.scale_text import read_scale, scale_text


@pytest.mark.parametrize(
    ("text", "denominator"),
    [
        ("1:2000", 2000), ("1：2000", 2000), ("1 : 2 000", 2000), ("1:2\u2009000", 2000), ("1/500", 500),
        ("1比500", 500),        ("1:1万", 10_000), ("1:2.5万", 25_000), ("1:5千", 5000), ("2000", 2000),
        ("１：５００", 500), ("1:25,000", 25_000),
    ],
)  # fmt: skip
def test_scales_are_read(text: str, denominator: float) -> None:
    assert read_scale(text) == denominator


@pytest.mark.parametrize(
    "text", ["", "abc", "1:", ":2000", "2:1000", "1:0", "1:-5", "1:5", "1:99999999999", "DN100"]
)
def test_other_texts_are_no_scales(text: str) -> None:
    assert read_scale(text) is None


def test_a_bare_number_is_a_scale_only_where_scales_are_asked_for() -> None:
    assert read_scale("2000", bare=False) is None
    assert read_scale("1:2000", bare=False) == 2000


@given(st.integers(10, 50_000_000))
def test_what_the_foot_shows_is_read_back(denominator: int) -> None:
    assert read_scale(f"1 : {denominator:,}".replace(",", "\u2009")) == denominator


@given(st.integers(10, 50_000_000))
def test_what_is_written_is_read_back(denominator: int) -> None:
    assert read_scale(scale_text(denominator)) == denominator


def test_only_large_scales_are_written_with_a_fraction() -> None:
    assert [scale_text(n) for n in (2000.0, 1234.56, 50.0, 12.34)] == ["1:2000", "1:1235", "1:50", "1:12.3"]
