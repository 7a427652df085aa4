"""Responsibility cover (e.8): active grids and key accounts with a valid primary, and with a backup, of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from layers.model.asset import AssetKey
from layers.model.duty_words import CUSTOMER, GRID
from layers.renewal.figure import Figure
from layers.responsibility.book import Book
from layers.responsibility.key_accounts import Account
from layers.responsibility.person import BACKUP, PRIMARY, Day


@dataclass(frozen=True)
class Cover:
    """Counts with the ids they were counted from; a primary who had left by the day is none."""

    grids: Figure
    grids_with_primary: Figure
    grids_with_backup: Figure
    accounts: Figure
    accounts_with_primary: Figure
    accounts_with_backup: Figure


def cover(book: Book, day: Day, accounts: Mapping[int, Account] | None = None) -> Cover:
    """How far responsibility reaches on a day: lowest-level grids, and the key accounts given."""
    grids = [AssetKey(GRID, grid.id) for grid in book.lowest_grids(day)]
    clients = [AssetKey(CUSTOMER, each.id) for each in (accounts or {}).values() if each.is_open(day)]
    return Cover(
        _figure(GRID, grids),
        _figure(GRID, _with(book, grids, day, PRIMARY)),
        _figure(GRID, _with(book, grids, day, BACKUP)),
        _figure(CUSTOMER, clients),
        _figure(CUSTOMER, _with(book, clients, day, PRIMARY)),
        _figure(CUSTOMER, _with(book, clients, day, BACKUP)),
    )


def _with(book: Book, targets: Iterable[AssetKey], day: Day, rank: str) -> list[AssetKey]:
    """Those that have somebody of a rank in every role they need."""
    return [
        target
        for target in targets
        if all(
            any(a.rank == rank and not book.is_gone(a.person, day) for a in book.running(target, day, role))
            for role in book.needed_roles(target.type)
        )
    ]


def _figure(type: str, found: list[AssetKey]) -> Figure:
    return Figure(float(len(found)), "count", type, tuple(sorted(key.id for key in found)))
