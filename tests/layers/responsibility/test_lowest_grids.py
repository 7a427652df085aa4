"""Which grids are of the lowest level when: what gaps are counted for is what is listed on a day."""

from __future__ import annotations

from datetime import date

from layers.responsibility.book import Book
from layers.responsibility.person import GridPeriod

WHOLE, EAST, WEST, NEVER = 1, 2, 3, 4


def _book(*grids: GridPeriod) -> Book:
    return Book(date(2026, 1, 1), {}, {}, {}, {}, {grid.id: grid for grid in grids}, {})


def test_a_grid_is_of_the_lowest_level_until_it_is_divided_and_again_after() -> None:
    book = _book(
        GridPeriod(WHOLE, "G1", "", first=date(2020, 1, 1)),
        GridPeriod(EAST, "G2", "", parent=WHOLE, first=date(2021, 1, 1), last=date(2021, 12, 31)),
        GridPeriod(WEST, "G3", "", parent=WHOLE, first=date(2021, 6, 1), last=date(2022, 6, 30)),
    )

    def lowest(*day: int) -> list[str]:
        return [grid.code for grid in book.lowest_grids(date(*day))]

    assert lowest(2019, 12, 31) == []
    assert lowest(2020, 12, 31) == ["G1"]
    assert lowest(2021, 1, 1) == ["G2"]
    assert lowest(2021, 12, 31) == ["G2", "G3"]
    assert lowest(2022, 6, 30) == ["G3"]
    assert lowest(2022, 7, 1) == ["G1"]


def test_a_part_that_ends_before_it_begins_divides_nothing() -> None:
    never = GridPeriod(NEVER, "G9", "", parent=WHOLE, first=date(2021, 6, 1), last=date(2021, 1, 1))
    book = _book(GridPeriod(WHOLE, "G1", "", first=date(2020, 1, 1), last=date(2022, 1, 1)), never)
    assert book.lowest_periods[WHOLE] == ((date(2020, 1, 1).toordinal(), date(2022, 1, 1).toordinal()),)
    assert [grid.code for grid in book.lowest_grids(date(2021, 3, 1))] == ["G1"]
    assert book.lowest_grids(date(2021, 6, 1))[0].code == "G1"
