"""The book as it will be while a change of hands is thought through, and the rows that change comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers.editing.plan import Delete, Insert, Update
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.duty_words import ASSIGNMENT
from layers.model.query import Query
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.days import days
from layers.responsibility.person import ONE_DAY, PRIMARY, Assignment, Day
from layers.text import Message


class Redraft:
    """Ends and begins assignments on paper; ``rows`` are what the register has to change."""

    def __init__(self, register: Register, book: Book) -> None:
        self._register = register
        self.before = book
        self._now = dict(book.assignments)
        self._ended: dict[int, dict[str, Any]] = {}
        self._deleted: set[int] = set()
        self._new: dict[int, dict[str, Any]] = {}

    def get(self, id: int) -> Assignment:
        """An assignment as it will be. Raises ``UserError`` when it is not there any more."""
        found = self._now.get(id)
        if found is None:
            raise UserError(Message("duty.refused.gone"), Message("duty.refused.gone_hint"))
        return found

    @property
    def after(self) -> Book:
        """The book with the changes; new assignments have negative ids."""
        return replace(self.before, assignments=dict(self._now))

    def of(self, target: AssetKey, role: str) -> list[Assignment]:
        """The assignments of a target in a role as they will be, the earliest first."""
        found = [a for a in self._now.values() if (a.target, a.role) == (target, role)]
        return sorted(found, key=lambda a: (a.first, a.id))

    def end(self, id: int, last: Day, reason: str = "", gap_reason: str = "") -> None:
        """Let an assignment end with ``last``; what would not even have begun by then is taken out."""
        old = self.get(id)
        if old.first > last:
            self._remove(old)
            self._pass_on_gap(old, gap_reason)
            return
        values: dict[str, Any] = {"to_date": last.isoformat(), "gap_reason": gap_reason or None}
        if reason and not old.reason:
            values["reason"] = reason
        self._now[id] = replace(
            old, last=last, gap_reason=gap_reason, reason=values.get("reason", old.reason)
        )
        self._set(id, values)

    def begin(self, new: Assignment) -> Assignment:
        """Begin an assignment (its id is of no account) for which the person's and the rank's place is made:

        what the person has of the same target and role then is cut; it ends before the next primary begins.
        """
        last = new.last
        for other in self.of(new.target, new.role):
            if other.person == new.person and other.meets(new.first, last):
                self.end(other.id, new.first - ONE_DAY)
            elif (
                new.rank == other.rank == PRIMARY and other.first > new.first and other.meets(new.first, last)
            ):
                last = other.first - ONE_DAY
        id = min(self._now, default=0)
        made = replace(new, id=min(id, 0) - 1, last=last)
        self._now[made.id] = made
        self._new[made.id] = values_of(made)
        return made

    def rows(self) -> tuple[tuple[Insert, ...], tuple[Update, ...], tuple[Delete, ...]]:
        """What to insert, update and delete, at the versions that the register has now."""
        ids = [*self._ended, *self._deleted]
        found = self._register.find(Query(ASSIGNMENT, ids=ids, fields=("code",))) if ids else []
        versions = {asset.id: asset.version for asset in found}
        if set(ids) - set(versions):
            raise UserError(Message("duty.refused.gone"), Message("duty.refused.gone_hint"))
        inserts = tuple(Insert(ASSIGNMENT, values) for values in self._new.values())
        updates = tuple(Update(ASSIGNMENT, id, versions[id], v) for id, v in self._ended.items())
        return inserts, updates, tuple(Delete(ASSIGNMENT, id, versions[id]) for id in self._deleted)

    def _set(self, id: int, values: Mapping[str, Any]) -> None:
        if id < 0:
            self._new[id] = values_of(self._now[id])
        else:
            self._ended[id] = {**self._ended.get(id, {}), **values}

    def _remove(self, old: Assignment) -> None:
        del self._now[old.id]
        self._ended.pop(old.id, None)
        if self._new.pop(old.id, None) is None:
            self._deleted.add(old.id)

    def _pass_on_gap(self, gone: Assignment, gap_reason: str) -> None:
        """What never began cannot say why nobody follows: the one before it does."""
        earlier = [
            a for a in self.of(gone.target, gone.role) if a.rank == gone.rank and a.first <= gone.first
        ]
        if gap_reason and earlier:
            last = max(earlier, key=lambda a: days(a.first, a.last)[1])
            self._now[last.id] = replace(last, gap_reason=gap_reason)
            self._set(last.id, {"gap_reason": gap_reason})


def values_of(assignment: Assignment) -> dict[str, Any]:
    """The values of a new row; its code is given by the register."""
    target = assignment.target
    return {
        "person": assignment.person,
        "role": assignment.role,
        "target": f"{target.type}:{target.id}",
        "rank": assignment.rank,
        "from_date": assignment.first.isoformat(),
        "to_date": None if assignment.last is None else assignment.last.isoformat(),
        "reason": assignment.reason or None,
        "document": assignment.document or None,
        "handover_note": assignment.note or None,
    }
