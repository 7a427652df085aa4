"""The overview of a day read at once, for documents and styles of the map that no desk has read it for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from layers.feedback import Feedback
from layers.grids.ground import Grids, read_grids
from layers.grids.load.stock import Stock, read_stock
from layers.grids.load.workload import workload
from layers.model.personal import mask
from layers.register import Register
from layers.responsibility.book import Book, read_book
from layers.responsibility.key_accounts import read_accounts
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.overview import Overview, overview_of


@dataclass(frozen=True, eq=False)
class OverviewOfDay:
    """What is known of a day; ``stock`` is None where it was not asked to be counted."""

    book: Book
    grids: Grids
    overview: Overview
    stock: Stock | None


def read_overview(
    register: Register,
    day: datetime.date | None = None,
    feedback: Feedback | None = None,
    *,
    counted: bool = True,
    in_clear: bool = True,
) -> OverviewOfDay:
    """Who looks after which grid on a day (default: today), and what is wrong with that.

    ``counted``: also what the grids hold and how much work that is, which reads every asset. Not ``in_clear``: names
    and telephones of people are masked. Long: a task.
    """
    feedback, day = feedback or Feedback(), day or datetime.date.today()
    book, grids = read_book(register), read_grids(register, day)
    if not in_clear:
        book = book.masked(name=mask, phone=mask)
    settings = AlarmSettings.of(register)
    if not counted:
        found = alarms(book, day, settings)
        return OverviewOfDay(book, grids, overview_of(grids, book, day, found), None)
    held = read_stock(register, day, feedback)
    loads = workload(register, held)
    percents = {id: load.percent for id, load in loads.items()}
    found = alarms(book, day, settings, percents, read_accounts(register))
    return OverviewOfDay(book, grids, overview_of(grids, book, day, found, held, loads), held)
