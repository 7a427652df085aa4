"""A column read at once says the same as the field says of each value."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.model.columns import arrow_type, judge, parse_column
from layers.model.fields import Field
from layers.model.problem import Severity

CATALOGUE = load_catalogue()
PIPE, METER, ASSIGNMENT = CATALOGUE["pipe"], CATALOGUE["meter"], CATALOGUE["assignment"]
FIELDS = [
    PIPE.field_named(name)
    for name in ("code", "dn", "material", "laid_date", "recorded_length_m", "start_depth_m", "replaced_by")
] + [
    METER.field_named("sensitive"),
    METER.field_named("meter_no"),
    ASSIGNMENT.field_named("target"),
    CATALOGUE["attachment"].field_named("taken_at"),
    CATALOGUE["attachment"].field_named("sha256"),
]
WORDS = st.one_of(
    st.sampled_from(
        [
            "DN100",
            "100.0",
            "100",
            "0",
            "-5",
            "99999",
            "2.5",
            "1,000",
            "1,5",
            "nan",
            "NaN",
            "无",
            "-",
            "是",
            "否",
            "球墨铸铁",
            "DI",
            "PE100",
            "1990年代",
            "2009.6",
            "200X",
            "grid:1",
            "grid:007",
            "pipe:3",
            "2023-09-15T06:30:00.000Z",
            "100mm",
            "100m",
            "１００",
            "1e3",
            "inf",
            "2147483648",
        ]
    ),
    st.text(max_size=8),
    st.from_regex(r"[ ]?-?[0-9]{1,6}(\.[0-9]{0,3})?[ ]?", fullmatch=True),
)


def slowly(field: Field, array: pa.Array) -> tuple[list[Any], dict[tuple[str, Severity], list[int]]]:
    """The column, value by value."""
    values, broken = [], {}
    for row, text in enumerate(array.to_pylist()):
        value, problems = judge(field, text)
        values.append(value)
        for problem in problems:
            broken.setdefault((problem.rule, problem.severity), []).append(row)
    return values, broken


def assert_same(field: Field, array: pa.Array) -> None:
    values, broken = slowly(field, array)
    parsed = parse_column(field, array)
    assert parsed.values.type == arrow_type(field)
    assert parsed.values.to_pylist() == values
    assert {(p.rule, p.severity): p.rows.tolist() for p in parsed.problems} == broken
    for found in parsed.problems:
        row = int(found.rows[-1])
        assert found.problem(len(found) - 1) in judge(field, array[row].as_py())[1]


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
@given(words=st.lists(st.none() | WORDS, max_size=30))
def test_text_columns(field: Field, words: list[str | None]) -> None:
    assert_same(field, pa.array(words, pa.string()))


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
@given(
    numbers=st.lists(
        st.none() | st.floats() | st.integers(-3, 5000).map(float) | st.sampled_from([2.0**31, -0.0, 1e300]),
        max_size=30,
    )
)
def test_columns_of_floats(field: Field, numbers: list[float | None]) -> None:
    assert_same(field, pa.array(numbers, pa.float64()))


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
@given(numbers=st.lists(st.none() | st.integers(-3, 5000) | st.integers(-(2**63), 2**63 - 1), max_size=30))
def test_columns_of_whole_numbers(field: Field, numbers: list[int | None]) -> None:
    assert_same(field, pa.array(numbers, pa.int64()))


@pytest.mark.parametrize(
    "array",
    [
        pa.array([True, None, False]),
        pa.array([datetime.date(2009, 6, 15), None]),
        pa.array([datetime.datetime(2009, 6, 15, 12)], pa.timestamp("ms")),
        pa.array([datetime.datetime(2009, 6, 15, 12)], pa.timestamp("us", tz="UTC")),
        pa.array(["DI", "DI", None, "?"]).dictionary_encode(),
        pa.array(["DI", "100"], pa.large_string()),
        pa.array([2**64 - 1, 7], pa.uint64()),
        pa.array([], pa.string()),
        pa.nulls(3),
    ],
    ids=lambda a: str(a.type),
)
@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
def test_columns_of_other_types(field: Field, array: pa.Array) -> None:
    assert_same(field, array.dictionary_decode() if pa.types.is_dictionary(array.type) else array)
    assert parse_column(field, array).values.to_pylist() == slowly(field, array)[0]


def test_chunks_are_read_as_one_column() -> None:
    chunked = pa.chunked_array([pa.array(["DN100"]), pa.array(["x", "2.5"])])
    parsed = parse_column(PIPE.field_named("dn"), chunked)
    assert parsed.values.to_pylist() == [100, None, None]
    assert {(p.rule, tuple(p.rows.tolist())) for p in parsed.problems} == {
        ("not_a_number", (1,)),
        ("not_whole", (2,)),
    }


def test_a_million_ordinary_values_never_reach_the_field() -> None:
    """What makes it fast: only distinct odd values are asked about one by one."""
    numbers = np.random.default_rng(1).uniform(1, 500, 200_000)
    numbers[::1000] = -1.0
    asked: list[Any] = []

    class Counting(type(PIPE.field_named("recorded_length_m"))):  # type: ignore[misc]
        def parse(self, text: Any) -> Any:
            asked.append(text)
            return super().parse(text)

    field = Counting(name="length", title=PIPE.title)
    parsed = parse_column(field, pa.array(numbers))
    assert asked == [-1.0]
    assert parsed.problems[0].rows.tolist() == list(range(0, 200_000, 1000))
    assert parsed.values.null_count == 200
