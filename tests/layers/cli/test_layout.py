"""Columns and line breaks where a Chinese character is two cells wide."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from layers.cli.layout import cells, definitions, pad, table, wrap

WORDS = st.text(alphabet="ab 水表消火栓\u3002\uff0c\uff08\uff09\u201c\u201d,(DN100", max_size=80)


def test_widths() -> None:
    assert cells("水表 DN15") == 9
    assert pad("水", 4) == "水  "
    assert pad("12", 4, right=True) == "  12"


@given(WORDS, st.integers(min_value=30, max_value=60))
def test_wrapping_loses_nothing_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    longest_word = max((cells(word) for word in text.split()), default=0)
    assert all(cells(line) <= max(width, longest_word) for line in lines)


def test_no_line_starts_with_a_full_stop() -> None:
    assert wrap("水表水表。水", 8) == ["水表水", "表。水"]


def test_no_line_ends_with_an_opening_bracket() -> None:
    assert wrap("水表水表\uff08默认\uff09", 10) == ["水表水表", "\uff08默认\uff09"]


def test_a_long_name_stands_on_its_own_line() -> None:
    assert definitions([("--a", "one"), ("--" + "b" * 40, "two")], 60).splitlines() == [
        "  --a" + " " * 29 + "one",
        "  --" + "b" * 40,
        " " * 34 + "two",
    ]


def test_a_table_aligns_numbers_to_the_right() -> None:
    assert table(["类", "数"], [["水表", "5"], ["a", "12"]], numbers=[1]) == "类    数\n水表   5\na     12\n"
