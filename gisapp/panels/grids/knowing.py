"""What the desk knows of a day, read beside the window: first who has what, then how much that is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.feedback import Feedback
from layers.grids import coverage
from layers.grids.ground import Grids
from layers.grids.load import stock, workload
from layers.model.change import ChangeSet
from layers.register import Register
from layers.responsibility import key_accounts
from layers.responsibility.asking.enquiry import Enquiry
from layers.responsibility.oversight import alarms, overview

if TYPE_CHECKING:
    from layers.grids.coverage import Coverage
    from layers.grids.load.stock import Stock
    from layers.grids.load.workload import Load
    from layers.responsibility.oversight.overview import Overview


@dataclass(frozen=True)
class Known:
    """As of a day: the grids, one row for each, and once they are counted what they hold and how they cover."""

    enquiry: Enquiry
    day: datetime.date
    grids: Grids
    overview: Overview
    stock: Stock | None = None
    loads: dict[int, Load] | None = None
    coverage: Coverage | None = None


def read_people(
    register: Register, enquiry: Enquiry | None, day: datetime.date, changes: Sequence[ChangeSet]
) -> Known:
    """Who has what on a day. An ``enquiry`` of before follows ``changes``."""
    if enquiry is None:
        enquiry = Enquiry(register)
    for change in changes:
        enquiry.follow(change)
    grids = enquiry.grids(day)
    found = alarms.alarms(enquiry.book, day, alarms.AlarmSettings.of(register))
    return Known(enquiry, day, grids, overview.overview_of(grids, enquiry.book, day, found))


def count_stock(
    register: Register, known: Known, before: Known | None, changes: Sequence[ChangeSet], feedback: Feedback
) -> Known:
    """The same with what every grid holds; of ``before`` only what ``changes`` touched is counted anew."""
    held = None if before is None else before.stock
    if held is None or before is None or before.day != known.day:
        held = stock.read_stock(register, known.day, feedback)
    else:
        held = stock.follow_stock(register, held, changes, feedback)
    loads = workload.workload(register, held)
    percents = {id: load.percent for id, load in loads.items()}
    book = known.enquiry.book
    settings, accounts = alarms.AlarmSettings.of(register), key_accounts.read_accounts(register)
    # Loads are those of today: of a day gone by they say nothing that was wrong then.
    judged = percents if known.day >= book.today else None
    found = alarms.alarms(book, known.day, settings, judged, accounts)
    rows = overview.overview_of(known.grids, book, known.day, found, held, loads)
    covered = coverage.find_coverage(register)
    return Known(known.enquiry, known.day, known.grids, rows, held, loads, covered)
