"""Values of records: kept as plain JSON, compared as people would."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.census.form import Form, asked_by_default
from layers.census.values import Difference, as_text, differences, from_text, same
from layers.model.asset import Asset
from layers.model.catalogue_file import load_catalogue

CATALOGUE = load_catalogue()
PLAIN = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6) | st.text(max_size=8)


@given(st.dictionaries(st.text(min_size=1, max_size=6), PLAIN, max_size=5))
def test_what_is_kept_reads_back(values: dict[str, Any]) -> None:
    assert from_text(as_text(values)) == values


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (None, "", True),
        (100, 100.0, True),
        (0.1 + 0.2, 0.3, True),
        (True, 1, False),
        ("PE", "pe", False),
        (0, None, False),
    ],
)
def test_same(one: Any, other: Any, expected: bool) -> None:
    assert same(one, other) is expected
    assert same(other, one) is expected


def test_only_what_was_looked_at_differs() -> None:
    found = {"feed_dn": 150, "plate_no": "", "nobody_knows": 1}
    book = {"feed_dn": 100, "plate_no": None, "condition": "intact"}
    assert differences(CATALOGUE["hydrant"], book, found) == (Difference("feed_dn", 100, 150),)


def test_a_form_knows_its_types_and_leaves_out_what_the_catalogue_does_not_have() -> None:
    values = {
        "types": "hydrant, meter ,nothing",
        "form": '{"hydrant": ["feed_dn", "gone"]}',
        "form_version": 3,
    }
    form = Form.of(Asset("campaign", 1, 1, values), CATALOGUE)
    assert form.version == 3
    assert form.fields["hydrant"] == ("feed_dn",)
    assert form.fields["meter"] == asked_by_default(CATALOGUE["meter"])
    assert "customer" not in form.fields["meter"]


def test_a_form_asks_for_no_dates() -> None:
    """Nobody before a hydrant sees when it will be retired or was last tested."""
    for name, of_model in (("pipe", "roughness"), ("network_point", "base_demand_l_s")):
        assert of_model in CATALOGUE[name]
        assert of_model not in asked_by_default(CATALOGUE[name])
    asked = asked_by_default(CATALOGUE["hydrant"])
    assert {"hydrant_type", "condition", "static_pressure_mpa"} <= set(asked)
    assert not {"retired_date", "last_test_date", "completion_date"} & set(asked)
