"""History of a target: who held it in which rank from when to when, and when nobody did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.responsibility.asking.answer import Span
from layers.responsibility.book import Book
from layers.responsibility.days import FOR_EVER, FROM_EVER, Days, common, day_of, days, without
from layers.responsibility.gaps import gaps_of
from layers.responsibility.person import BACKUP, PRIMARY, RANKS, Assignment


def main_role(book: Book, target: AssetKey) -> str | None:
    """The role a target's history is told by: the one it needs, else that of its latest primary; None without any."""
    needed = book.needed_roles(target.type)
    held = book.of_target.get(target, ())
    roles = [role for role in needed if any(a.role == role for a in held)] or list(needed)
    if roles:
        return roles[0]
    primaries = [a for a in held if a.rank == PRIMARY] or list(held)
    return primaries[-1].role if primaries else None


def spans(book: Book, target: AssetKey, role: str | None = None) -> tuple[Span, ...]:
    """The history of a target in a role (default: its main one): primary, backup, co-steward, each by date.

    Of a grid that replaced another, the days before are those of the other. Days without a primary, and days without
    a backup after the first one, are gaps.
    """
    role = role or main_role(book, target)
    if role is None:
        return ()
    found: list[Span] = []
    for each, period in _targets(book, target):
        own = [a for a in book.of_target.get(each, ()) if a.role == role]
        parts = [*_held(book, own), *_primary_gaps(book, each, role, own), *_backup_gaps(book, each, own)]
        found += [cut for span in parts if (cut := _cut(span, period)) is not None]
    return tuple(sorted(found, key=lambda s: (_place(s.rank), days(s.first, s.last), s.kind)))


def _targets(book: Book, target: AssetKey) -> Iterable[tuple[AssetKey, Days]]:
    """A grid and those it replaced one after the other, with the days that each stands for."""
    end, seen = FOR_EVER, set()
    next_id: int | None = target.id
    if target.type != GRID:
        yield target, (FROM_EVER, FOR_EVER)
        return
    while next_id is not None and next_id not in seen and (grid := book.grids.get(next_id)):
        seen.add(next_id)
        first = days(grid.first, None)[0] if grid.replaces is not None else FROM_EVER
        yield AssetKey(GRID, next_id), (first, end)
        end, next_id = first - 1, grid.replaces


def _held(book: Book, assignments: Iterable[Assignment]) -> list[Span]:
    return [
        Span(a.rank, "held", a.first, a.last, book.people.get(a.person), a, a.reason) for a in assignments
    ]


def _primary_gaps(book: Book, target: AssetKey, role: str, own: list[Assignment]) -> list[Span]:
    if role not in book.needed_roles(target.type):
        return []
    found = gaps_of(book, target, role)
    # Of what was before everything that is known nobody can say that it was a gap.
    return [
        Span(PRIMARY, "accepted" if gap.is_accepted else "gap", gap.first, gap.last, reason=gap.reason)
        for gap in found
        if gap.first is not None or not any(a.rank == PRIMARY for a in own)
    ]


def _backup_gaps(book: Book, target: AssetKey, own: list[Assignment]) -> list[Span]:
    held = [days(a.first, a.last) for a in own if a.rank == BACKUP]
    if not held or target.type != GRID:
        return []
    grid = book.grids.get(target.id)
    last = days(None, None if grid is None else grid.last)[1]
    left = without([(min(first for first, _ in held), last)], held)
    return [Span(BACKUP, "gap", day_of(first), day_of(last)) for first, last in left]


def _cut(span: Span, period: Days) -> Span | None:
    shared = common(days(span.first, span.last), period)
    return None if shared is None else replace(span, first=day_of(shared[0]), last=day_of(shared[1]))


def _place(rank: str) -> int:
    return RANKS.index(rank) if rank in RANKS else len(RANKS)
