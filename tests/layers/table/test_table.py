"""Tables in memory: order, filter, totals and patches are those of plain Python on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from layers.feedback import Feedback
from layers.model.catalogue import AssetType
from layers.model.catalogue_file import load_catalogue
from layers.model.query import Order
from layers.table import data
from layers.table.arranging import Arrangement, after, arranged
from layers.table.columns import Column, NumberColumn, WordColumn, date_key, is_number
from layers.table.data import DRAWN_LENGTH, TableData
from layers.table.reading import encode
from layers.table.text_order import MOST_READ, sorted_texts, word_ranks
from layers.table.totals import totals

PIPE = load_catalogue()["pipe"]
NAMES = ("road", "status", "laid_date", "dn", "roughness", "remark")
WORDS = st.sampled_from(
    ["大塘路", "解放巷", "DN9", "DN10", "dn9", "a", "A", "", "阿", "重庆", "9", "010", "10"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "road": WORDS.filter(bool),
    "status": st.sampled_from([e.code for e in PIPE.field_named("status").code_list.entries]),  # type: ignore[attr-defined]
    "laid_date": st.sampled_from(["1998", "199X", "1990", "1998-05", "1998-05-01", "XXXX"]),
    "dn": st.integers(1, 4000),
    "roughness": st.floats(-1e6, 1e6, allow_nan=False),
    "remark": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6).filter(bool),
}
ROW = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})
ROWS = st.lists(ROW, max_size=30)


def column_of(asset_type: AssetType, name: str, values: Sequence[Any]) -> Column:
    field = asset_type.field_named(name)
    if is_number(field):
        return NumberColumn(field, np.array([np.nan if v is None else float(v) for v in values], np.float64))
    encoded = pa.array(values, pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return WordColumn(field, encoded.dictionary, codes)


def table(rows: Sequence[dict[str, Any]]) -> TableData:
    fids = np.arange(1, len(rows) + 1, dtype=np.int64) * 3
    columns = {name: column_of(PIPE, name, [row[name] for row in rows]) for name in NAMES}
    return TableData(PIPE, fids, np.ones(len(rows), np.int64), columns)


def reference_key(name: str, rows: Sequence[dict[str, Any]]) -> Any:
    """What a value of a column is put in order by."""
    if name == "status":
        codes = [entry.code for entry in PIPE.field_named(name).code_list.entries]  # type: ignore[attr-defined]
        return codes.index
    if name == "laid_date":
        return date_key
    if name in ("dn", "roughness"):
        return float
    place = {t: n for n, t in enumerate(sorted_texts({row[name] for row in rows if row[name] is not None}))}
    return place.__getitem__


def reference(rows: Sequence[dict[str, Any]], sorts: Sequence[Order]) -> list[int]:
    """The last key first, each sorting stable; blanks and unknown dates behind, whichever way."""
    order = list(range(len(rows)))
    for sort in reversed(sorts):
        key = reference_key(sort.field, rows)
        blank = [n for n in order if rows[n][sort.field] in (None, "XXXX")]
        known = [n for n in order if rows[n][sort.field] not in (None, "XXXX")]
        known.sort(key=lambda n, s=sort, k=key: k(rows[n][s.field]), reverse=sort.descending)
        if sort.descending:
            # Turning a stable order over turns equals too: back again.
            known = _equals_kept(known, lambda n, s=sort, k=key: k(rows[n][s.field]), order)
        order = known + blank
    return order


def _equals_kept(known: list[int], key: Any, before: list[int]) -> list[int]:
    place = {n: at for at, n in enumerate(before)}
    found: list[int] = []
    for value in dict.fromkeys(map(key, known)):
        found += sorted((n for n in known if key(n) == value), key=place.__getitem__)
    return found


@given(ROWS, st.lists(st.builds(Order, st.sampled_from(NAMES), st.booleans()), max_size=3))
def test_rows_are_in_the_order_of_plain_sorting(rows: list[dict[str, Any]], sorts: list[Order]) -> None:
    found = arranged(table(rows), Arrangement(tuple(sorts)), "zh")
    assert found.tolist() == reference(rows, sorts)


@given(
    ROWS,
    st.sampled_from(["路", "dn", "9", "在用", "DN9 在", "10", "x", "199"]),
    st.none() | st.sets(st.integers(0, 90)),
)
def test_typed_words_keep_the_rows_that_show_them(
    rows: list[dict[str, Any]], typed: str, kept: set[int] | None
) -> None:
    data = table(rows)
    ids = None if kept is None else np.array(sorted(kept), np.int64)
    found = arranged(data, Arrangement(typed=typed, names=NAMES, kept=ids), "zh")

    def shows(row: dict[str, Any], word: str) -> bool:
        for name in NAMES:
            field, value = PIPE.field_named(name), row[name]
            if value is None:
                continue
            if is_number(field):
                if word.isdecimal() and float(word) == value:
                    return True
            elif word.lower() in (field.show(value) if name == "status" else value).lower():
                return True
        return False

    expected = [
        n
        for n, row in enumerate(rows)
        if all(shows(row, word) for word in typed.split()) and (kept is None or int(data.fids[n]) in kept)
    ]
    assert found.tolist() == expected


@given(ROWS)
def test_totals_are_plain_sums(rows: list[dict[str, Any]]) -> None:
    data = table(rows)
    lengths = np.arange(len(rows), dtype=np.float64)
    data = data.with_columns({DRAWN_LENGTH.name: NumberColumn(DRAWN_LENGTH, lengths)})
    shown = arranged(data, Arrangement((Order("dn"),)), "zh")
    found = totals(data, shown, NAMES, "status")
    assert found.count == len(rows)
    assert found.metres == pytest.approx(lengths.sum())
    given_values = [row["roughness"] for row in rows if row["roughness"] is not None]
    means = {figure.field.name: figure for figure in found.figures}
    assert ("roughness" in means) == bool(given_values)
    # Nominal sizes have no mean.
    assert "dn" not in means
    if given_values:
        assert means["roughness"].count == len(given_values)
        assert means["roughness"].value == pytest.approx(np.mean(given_values), abs=1e-6)
    counts = {c.value: c.count for c in found.classes}
    assert counts == {v: sum(r["status"] == v for r in rows) for v in {r["status"] for r in rows}}
    assert sum(c.metres or 0 for c in found.classes) == pytest.approx(lengths.sum())


@given(
    st.lists(st.integers(0, 60), unique=True, min_size=1),
    st.data(),
)
def test_rows_that_come_and_go_leave_the_others_in_order(ids: list[int], data: st.DataObject) -> None:
    old = sorted(ids)
    order = data.draw(st.permutations(range(len(old))))
    gone = sorted(data.draw(st.sets(st.sampled_from(range(len(old))))))
    new_ids = data.draw(st.sets(st.integers(0, 60).filter(lambda n: n not in old)))
    left = [id for n, id in enumerate(old) if n not in gone]
    new = sorted([*left, *new_ids])
    come = [new.index(id) for id in sorted(new_ids)]
    moved = after(np.array(order), np.array(gone, np.int64), np.array(come, np.int64))
    assert [new[n] for n in moved] == [old[n] for n in order if n not in gone]


def test_people_read_numbers_letters_and_pinyin() -> None:
    texts = ["阀2", "阀10", "b", "A10", "a9", "中山路", "阿房路", "大塘路", "解放巷"]
    assert sorted_texts(reversed(texts)) == [
        "a9", "A10", "b", "阿房路", "大塘路", "阀2", "阀10", "解放巷", "中山路",
    ]  # fmt: skip


def test_codes_beyond_number_are_put_in_order_by_their_bytes() -> None:
    count = MOST_READ + 10
    words = [f"SB-{number % (count - 3):07d}" for number in range(count)]
    for given_words in (words, words[::-1], sorted(words)):
        ranks, distinct = word_ranks(pa.array(given_words))
        assert distinct == count - 3
        place = {word: n for n, word in enumerate(sorted(set(words)))}
        assert ranks.tolist() == [place[word] for word in given_words]


def test_the_worker_sends_rows_by_id_whatever_the_store_gives() -> None:
    found = pa.table({
        "fid": pa.chunked_array([[7, 2], [5]]), "row_version": [1, 2, 3], "road": ["b", None, "b"],
        "dn": pa.array([100, None, 80], pa.int32()), "burst": [True, None, False],
    })  # fmt: skip
    kinds = {"road": "word", "dn": "number", "burst": "number"}
    encoded = encode(Feedback(), lambda _: found, kinds, False)  # type: ignore[arg-type]
    assert encoded.fids.tolist() == [2, 5, 7]
    assert encoded.versions.tolist() == [2, 3, 1]
    words, codes = encoded.columns["road"]
    assert [None if code < 0 else words[int(code)].as_py() for code in codes] == [None, "b", "b"]
    assert np.array_equal(encoded.columns["dn"], [np.nan, 80, 100], equal_nan=True)
    assert np.array_equal(encoded.columns["burst"], [np.nan, 0, 1], equal_nan=True)


def test_many_ids_are_found_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asset_type = load_catalogue()["pipe"]
    rng = np.random.default_rng(7)
    for spread in (2, 50):  # with few gaps between the ids, and with many
        fids = np.sort(rng.choice(3_000 * spread, 3_000, replace=False)).astype(np.int64)
        table = TableData(asset_type, fids, np.ones(3_000, np.int64), {})
        ids = rng.integers(-100, 3_000 * spread + 100, 2_000)
        slow = table.holds(ids)
        with monkeypatch.context() as many:
            many.setattr(data, "_MANY", 0)
            assert np.array_equal(table.holds(ids), slow)
        assert slow.any()
        assert table.holds(fids).all()
