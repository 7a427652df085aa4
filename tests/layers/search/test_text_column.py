"""The searchable column: finds exactly the rows whose text holds what is asked."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from layers.search.initials import PHRASES, pinyin_keys
from layers.search.text_column import CONTAINS, EXACT, PREFIX, TextColumn, squeeze

WORDS = st.text(alphabet="ab-大塘路01 ", max_size=6)


@given(st.lists(st.none() | WORDS, min_size=1, max_size=30), WORDS.filter(lambda text: squeeze(text)))
def test_contains_exact_and_prefix_agree_with_the_plain_way(values: list[str | None], typed: str) -> None:
    query = squeeze(typed)
    squeezed = [squeeze(value or "") for value in values]
    column = TextColumn("name", pa.array(values, pa.string()))
    found = list(column.search(query, 1000))

    def rows(rank: int) -> set[int]:
        return {row for row, how in found if how == rank}

    assert rows(CONTAINS) == {n for n, text in enumerate(squeezed) if query in text}
    assert rows(PREFIX) == {n for n, text in enumerate(squeezed) if text.startswith(query)}
    assert rows(EXACT) >= {n for n, text in enumerate(squeezed) if text == query}


def test_many_names_are_read_by_character() -> None:
    names = ["大塘路"] * (PHRASES + 1)
    assert pinyin_keys(names)[-1] == ("dtl", "datanglu")
    assert pinyin_keys(["大塘路12号A"]) == [("dtl12ha", "datanglu12haoa")]


def test_no_rows() -> None:
    column = TextColumn("name", pa.array([], pa.string()))
    column.prepare()
    assert list(column.search("a", 5)) == []
