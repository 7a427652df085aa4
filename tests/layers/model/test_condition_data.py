"""Conditions kept between two starts come back the same, or are refused when they fit no more."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.condition_data import condition_data, condition_of
from layers.model.query import Condition
from tests.layers.model.test_condition_text import CATALOGUE, TYPES, conditions


@given(st.sampled_from(TYPES).flatmap(lambda name: st.tuples(st.just(name), conditions(name))))
def test_through_a_file_and_back(typed: tuple[str, Condition]) -> None:
    name, condition = typed
    kept = json.loads(json.dumps(condition_data(condition)))
    assert condition_of(kept, CATALOGUE[name]) == condition


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        "dn",
        ["=", "gone", 1],
        ["like", "dn", 1],
        ["=", "dn"],
        ["not"],
        ["all", 3],
        ["=", "geom", 1],
    ],
)
def test_what_does_not_fit_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="no "):
        condition_of(data, CATALOGUE["pipe"])
