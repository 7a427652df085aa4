"""Gaps: the days on which a target that needs a primary has none.

Every grid of the lowest level needs one in each role that says so in its list, every key account one contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.model.asset import AssetKey
from layers.model.duty_words import CUSTOMER, GRID
from layers.responsibility.book import Book
from layers.responsibility.days import Days, common, day_of, days, without
from layers.responsibility.finding import Gap
from layers.responsibility.key_accounts import Account
from layers.responsibility.person import PRIMARY, Day


def gaps(
    book: Book, first: Day | None, last: Day | None, accounts: Mapping[int, Account] | None = None
) -> tuple[Gap, ...]:
    """The gaps that meet a period (None: open), in full length: of the grids, and of key accounts where given."""
    window = days(first, last)
    needs = [(AssetKey(GRID, id), periods) for id, periods in book.lowest_periods.items()]
    for account in (accounts or {}).values():
        needs.append((AssetKey(CUSTOMER, account.id), (days(account.opened, account.closed),)))
    found: list[Gap] = []
    for target, periods in needs:
        for role in book.needed_roles(target.type):
            found += [gap for gap in _gaps_of(book, target, role, periods) if _meets(gap, window)]
    return tuple(found)


def gaps_of(book: Book, target: AssetKey, role: str) -> tuple[Gap, ...]:
    """The gaps of one grid or account in one role, whenever."""
    periods = book.lowest_periods.get(target.id, ()) if target.type == GRID else (days(None, None),)
    return tuple(_gaps_of(book, target, role, periods))


def _gaps_of(book: Book, target: AssetKey, role: str, periods: Iterable[Days]) -> list[Gap]:
    held = [a for a in book.of_target.get(target, ()) if a.role == role and a.rank == PRIMARY]
    left = without(periods, (days(a.first, a.last) for a in held))
    found = []
    for begin, end in left:
        before = [a for a in held if days(a.first, a.last)[1] < begin]
        last = max(before, key=lambda a: days(a.first, a.last)[1], default=None)
        found.append(Gap(target, role, day_of(begin), day_of(end), last.gap_reason if last else ""))
    return found


def _meets(gap: Gap, window: Days) -> bool:
    return common(days(gap.first, gap.last), window) is not None
