"""Merged cells of a sheet: the one value that they show holds for every row they span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineSheet


@dataclass(frozen=True)
class Span:
    """Cells of one column that were merged: the sheet's rows ``first`` to ``last``, by number from 1."""

    first: int
    last: int
    column: int


def spans_of(sheet: CalamineSheet) -> tuple[Span, ...]:
    """What spans several rows. Of cells merged across columns, which are titles, only the first has a value."""
    return tuple(
        Span(first + 1, last + 1, column)
        for (first, column), (last, _) in sheet.merged_cell_ranges or ()
        if last > first
    )


def fill_down(
    numbers: Sequence[int], rows: Sequence[list[Any]], spans: Sequence[Span], below: int
) -> list[tuple[int, int]]:
    """Write the value of each span that begins below row ``below`` into its other rows; which cells were filled.

    ``numbers`` are those of ``rows`` in the sheet. A row that is blank but for merged cells stays as it is: nobody
    filled it in.
    """
    at = {number: place for place, number in enumerate(numbers)}
    is_blank = [all(cell in ("", None) for cell in row) for row in rows]
    filled = []
    for span in spans:
        place = at.get(span.first)
        if span.first <= below or place is None or span.column >= len(rows[place]):
            continue
        value = rows[place][span.column]
        if value in ("", None):
            continue
        for number in range(span.first + 1, min(span.last, numbers[-1]) + 1):
            other = at.get(number)
            if other is None or is_blank[other]:
                continue
            row = rows[other]
            row.extend([None] * (span.column + 1 - len(row)))
            if row[span.column] in ("", None):
                row[span.column] = value
                filled.append((number, span.column))
    return filled
