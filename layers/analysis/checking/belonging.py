"""Assets that say another grid than the one of their place, or of those that they follow."""

from __future__ import annotations

import datetime

import numpy as np

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Integers
from layers.grids.followers import followed_in
from layers.grids.ground import GEOMETRY, Grids, grids_of
from layers.grids.members import linked
from layers.grids.membership import places_of, rightful
from layers.model.duty_words import GRID
from layers.model.validity import is_valid_on
from layers.text import Message


def grid_differs(book: Book, rule: Rule) -> Findings:
    """Located assets whose grid is not the lowest-level one at their place today; nothing is asked where no grid is
    drawn."""
    grids = grids_today(book)
    table = book.table(rule.type)
    if not len(grids.lowest) or not table.num_rows:
        return findings_at(book, rule, np.zeros(0, np.int64))
    now = linked(table.column(GRID))
    will = rightful(grids, places_of(book.catalogue[rule.type], table), now)
    return _findings(book, rule, now, will)


def follows_other_grid(book: Book, rule: Rule) -> Findings:
    """Assets without a place whose grid is not that of what they follow: a customer's meter, else its community."""
    now, will = followed_in(book.catalogue, book.catalogue[rule.type], book.table)
    return _findings(book, rule, now, will, np.full((len(now), 2), np.nan))


def _findings(
    book: Book, rule: Rule, now: Integers, will: Integers, places: np.ndarray | None = None
) -> Findings:
    rows = np.flatnonzero(now != will)
    codes = dict(zip(book.ids(GRID).tolist(), book.texts(GRID, "code"), strict=True))

    def named(ids: Integers) -> list[str | Message]:
        none = Message("check.no_grid")
        return [codes.get(id) or none for id in ids.tolist()]

    xy = None if places is None else places[rows]
    return findings_at(book, rule, rows, xy=xy, grid=named(now[rows]), right=named(will[rows]))


def grids_today(book: Book) -> Grids:
    """Today's grids by the table of all."""
    table = book.table(GRID)
    names = [name for name in table.column_names if name not in ("fid", GEOMETRY)]
    rows = table.select(names).to_pylist()
    today = datetime.date.today()
    shapes = book.shapes(GRID).tolist()
    found = {
        id: {**row, GEOMETRY: shape}
        for id, row, shape in zip(book.ids(GRID).tolist(), rows, shapes, strict=True)
        if is_valid_on(row, today)
    }
    return grids_of(found, today)
