"""Selection behaves as a set of assets, and stays cheap when it is large."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.asset import AssetKey
from layers.model.change import IdRange
from layers.model.selection import NOTHING, Selection, SelectionMode

# Some far off, as where another program numbers rows: no table of marks is worth its room there.
NUMBERS = st.one_of(st.integers(1, 30), st.sampled_from((10**9, 10**12, 2**62)))
KEYS = st.lists(st.builds(AssetKey, st.sampled_from(("pipe", "valve", "meter")), NUMBERS))
AS_SETS: dict[SelectionMode, Callable[[set[AssetKey], set[AssetKey]], set[AssetKey]]] = {
    "new": lambda _, b: b,
    "add": lambda a, b: a | b,
    "remove": lambda a, b: a - b,
    "intersect": lambda a, b: a & b,
    "toggle": lambda a, b: a ^ b,
}


@given(KEYS, KEYS, st.sampled_from(list(AS_SETS)))
def test_modes_are_those_of_sets(one: list[AssetKey], other: list[AssetKey], mode: SelectionMode) -> None:
    found = Selection.of(one).combined(Selection.of(other), mode)
    expected = AS_SETS[mode](set(one), set(other))
    assert set(found) == expected
    assert len(found) == len(expected)
    assert found == Selection.of(expected)
    assert hash(found) == hash(Selection.of(expected))
    assert all((key in found) == (key in expected) for key in {*one, *other})
    assert sum(found.counts.values()) == len(expected)
    assert found.only == (next(iter(expected)) if len(expected) == 1 else None)


@given(KEYS, st.integers(1, 30), st.integers(1, 30))
def test_a_run_of_ids_is_taken_out(keys: list[AssetKey], first: int, last: int) -> None:
    left = Selection.of(keys).without_ranges("pipe", (IdRange(first, last),))
    assert set(left) == {key for key in keys if key.type != "pipe" or not first <= key.id <= last}


def test_ids_cannot_be_changed_behind_its_back() -> None:
    numbers = np.array([3, 1, 2])
    selection = Selection({"pipe": numbers, "valve": []})
    numbers[0] = 9
    assert selection.ids("pipe").tolist() == [1, 2, 3]
    assert list(selection.by_type) == ["pipe"]
    with pytest.raises(ValueError, match="read-only"):
        selection.ids("pipe")[0] = 7


def test_strangers_are_not_in_it() -> None:
    assert "pipe" not in Selection.of([AssetKey("pipe", 1)])
    assert AssetKey("pipe", 1) not in NOTHING
    assert not NOTHING
    assert Selection.of([AssetKey("pipe", 1)]) != (AssetKey("pipe", 1),)
