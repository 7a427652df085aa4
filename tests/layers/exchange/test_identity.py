"""Which imported row is which asset, and the fingerprints that tell unchanged ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from layers.exchange.identity import (
    Book,
    differing_fields,
    identify,
    make_keys,
    occurrence,
    repeated_after_first,
    same_file,
    single,
    taken,
)
from layers.exchange.row_hash import hash_rows

texts = st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=30)


def test_the_fingerprint_never_changes() -> None:
    """It lies in registers: another value here would call every row of every register changed."""
    columns = [
        pa.array(["G-1", None, "", "供水管" * 9]),
        pa.array([1, None, -7, 2**40], pa.int64()),
        pa.array([0.1, None, -0.0, float("inf")]),
        pa.array([True, None, False, True]),
        pa.array([b"\x00\x01", None, b"", bytes(range(256)) * 12]),
    ]
    assert hash_rows(columns, 4, "pipe").tolist() == [
        -3328333003783889169, 7440677340622263630, -1440955172727488871, -8630443807600383045,
    ]  # fmt: skip


@given(texts)
def test_equal_rows_have_equal_fingerprints_and_others_differ(values: list[str | None]) -> None:
    numbers = hash_rows([pa.array(values, pa.string())], len(values)).tolist()
    distinct = dict(zip(values, numbers, strict=True))
    assert [distinct[value] for value in values] == numbers
    assert len(set(numbers)) == len(set(values))


@given(texts)
def test_a_slice_and_chunks_have_the_fingerprint_of_the_whole(values: list[str | None]) -> None:
    array = pa.array(["front", *values], pa.string())
    whole = hash_rows([pa.array(values, pa.string())], len(values)).tolist()
    assert hash_rows([array.slice(1)], len(values)).tolist() == whole
    halves = pa.chunked_array([values[: len(values) // 2], values[len(values) // 2 :]], pa.string())
    assert hash_rows([halves], len(values)).tolist() == whole
    assert hash_rows([pa.array(values, pa.string()).dictionary_encode()], len(values)).tolist() == whole


def test_order_and_seed_matter() -> None:
    a, b = pa.array(["x"]), pa.array(["y"])
    assert hash_rows([a, b], 1)[0] != hash_rows([b, a], 1)[0]
    assert hash_rows([a], 1, "pipe")[0] != hash_rows([a], 1, "valve")[0]


@given(texts)
def test_occurrence_counts_in_order(values: list[str | None]) -> None:
    seen: dict[str | None, int] = {}
    expected = []
    for value in values:
        seen[value] = seen.get(value, 0) + 1
        expected.append(seen[value])
    assert occurrence(pa.array(values, pa.string())).tolist() == expected
    assert single(pa.array(values, pa.string())).tolist() == [
        v is not None and values.count(v) == 1 for v in values
    ]


@given(texts)
def test_keys_are_unique_and_native_where_they_can_be(values: list[str | None]) -> None:
    native = pa.array(values, pa.string())
    hashes = hash_rows([native], len(values))
    keys = make_keys(native, hashes).to_pylist()
    assert len(set(keys)) == len(keys)
    for key, value in zip(keys, values, strict=True):
        if value is not None and values.count(value) == 1:
            assert key == value
        else:
            assert key.startswith("#")


def test_rows_of_a_known_source_are_found_again() -> None:
    book = Book(
        np.array([10, 11, 12]),
        pa.array(["P1", "P2", "X"]),
        np.array([1, 1, 2]),
        pa.array(["a", "b", "a"]),
        np.array([100, 200, 300]),
    )
    keys = pa.array(["a", "b", "c"])
    found = identify(keys, np.array([100, 999, 5]), 1, book)
    assert found.fid.tolist() == [10, 11, -1]
    assert found.same.tolist() == [True, False, False]
    assert identify(keys, np.array([1, 2, 3]), None, book).fid.tolist() == [-1, -1, -1]


def test_codes_clash_whatever_their_case() -> None:
    flags, first = repeated_after_first(pa.array(["JS1", None, "js1", "Js1", None, "b"]))
    assert flags.tolist() == [False, False, True, True, False, False]
    assert first.tolist()[2:4] == [0, 0]
    book = Book(
        np.array([7]), pa.array(["Js1"]), np.array([-1]), pa.array([None], pa.string()), np.array([0])
    )
    assert taken(pa.array(["JS1", "b", None]), np.array([-1, -1, -1]), book).tolist() == [True, False, False]
    assert taken(pa.array(["JS1"]), np.array([7]), book).tolist() == [False]


def test_a_blank_in_the_file_is_no_difference() -> None:
    staged = pa.table({"dn": [100, None, 200], "road": ["a", None, "b"]})
    book = pa.table({"dn": [100, 150, 100], "road": ["a", "x", "b"]})
    assert differing_fields(staged, book, ["dn", "road"]) == [(), (), ("dn",)]


def test_one_file_by_any_name(tmp_path: Path) -> None:
    real, link, other = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    real.write_bytes(b"1")
    other.write_bytes(b"1")
    link.symlink_to(real)
    hard = tmp_path / "d"
    hard.hardlink_to(real)
    assert same_file(real, link)
    assert same_file(real, hard)
    assert not same_file(real, other)
    assert not same_file(real, tmp_path / "none")
