"""Cells go to a sheet and come back as they were."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from layers.table.clipboard import read_cells, write_cells

LETTER = st.characters(exclude_categories=("Cs",), exclude_characters="\0\r") | st.sampled_from("'=+-@1")
CELL = st.text(LETTER, max_size=6)
CELLS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(CELLS)
def test_cells_come_back(cells: list[list[str]]) -> None:
    assert read_cells(write_cells(cells) + "\n") == cells


def test_no_sheet_runs_what_was_copied() -> None:
    run = ["=1+1", "@SUM(A1)", "+HYPERLINK(1)", "-cmd|' /C calc'!A0", "'=1"]
    assert write_cells([run]) == "\t".join(f"'{cell}" for cell in run)
    kept = ["-5", "+86", "-0.35", "1=1", "GD-1", "'abc", "-12%"]
    assert write_cells([kept]) == "\t".join(kept)
    assert read_cells("'=1+1\t'abc") == [["=1+1", "'abc"]]


def test_what_sheets_write() -> None:
    assert read_cells("a\tb\r\n\r\n") == [["a", "b"], ["", ""]]
    assert read_cells('"two\nlines"\t"a ""b"""\r\n') == [["two\nlines", 'a "b"']]
    # Quotes that are letters: inches, an unclosed one.
    assert read_cells('2" valve\tx') == [['2" valve', "x"]]
    assert read_cells('"open\tx\ny') == [['"open', "x"], ["y", ""]]
    assert read_cells("") == [[""]]
    assert read_cells("\r\n\r\n") == [[""], [""]]
