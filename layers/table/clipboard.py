"""Cells as sheets exchange them: tabs between cells, quotes around those that hold tabs, quotes or new lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: What a sheet would run instead of showing it; a number with its sign is none.
_FORMULA = re.compile(r"'*(?![+-]?[\d.,]+%?$)[=+\-@]")


def write_cells(rows: Iterable[Sequence[str]]) -> str:
    """The text that goes to the clipboard. What a sheet would run as a formula gets an apostrophe in front, as sheets
    do themselves; ``read_cells`` takes it away again."""
    out = io.StringIO(newline="")
    safe = ([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    csv.writer(out, csv.excel_tab, lineterminator="\n").writerows(safe)
    text = out.getvalue()
    return text.removesuffix("\n")


def read_cells(text: str) -> list[list[str]]:
    """The cells that a sheet has put there; a last empty line is none. Rows are of one length."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not text:
        return [[""]]
    if not text.endswith("\n"):
        text += "\n"
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), csv.excel_tab, strict=True))
    except csv.Error:
        # Quotes as letters, not around cells.
        rows = [line.split("\t") for line in text[:-1].split("\n")]
    # A column of empty cells comes as empty lines: still one cell each.
    width = max(1, *map(len, rows))
    return [[_plain(cell) for cell in row] + [""] * (width - len(row)) for row in rows]


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
