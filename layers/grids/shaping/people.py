"""What becomes of the people of a grid whose land is divided, or that ends."""

from __future__ import annotations

import datetime
from typing import Any, Final

from layers.editing.plan import Born, Delete, Insert, Update
from layers.model.asset import Asset
from layers.model.duty_words import ASSIGNMENT, GRID
from layers.model.query import Compare, Query
from layers.model.validity import days_between
from layers.register import Register

_COPIED: Final = ("person", "role", "rank", "to_date", "document")


def copied_assignments(register: Register, grid: int, to: Born, day: datetime.date) -> list[Insert]:
    """The people of a grid on ``day`` for a new grid, from that day on."""
    found = []
    for each in assignments_of(register, grid):
        first, last = days_between(each.get("from_date"), each.get("to_date"))
        if first <= day <= last:
            values: dict[str, Any] = {name: each[name] for name in _COPIED}
            found.append(Insert(ASSIGNMENT, {**values, "target": to, "from_date": day.isoformat()}))
    return found


def ended_assignments(
    register: Register, grid: int, day: datetime.date, reason: str
) -> tuple[list[Update], list[Delete]]:
    """Ends the assignments to a grid the day before ``day``; those not begun by then never come into force."""
    updates, deletes = [], []
    before = day - datetime.timedelta(1)
    for each in assignments_of(register, grid):
        first, last = days_between(each.get("from_date"), each.get("to_date"))
        if first > before:
            deletes.append(Delete(ASSIGNMENT, each.id, each.version))
        elif last > before:
            values: dict[str, Any] = {"to_date": before.isoformat()}
            if reason:
                values["reason"] = reason
            updates.append(Update(ASSIGNMENT, each.id, each.version, values))
    return updates, deletes


def assignments_of(register: Register, grid: int) -> list[Asset]:
    """Every assignment to a grid, of any time."""
    return register.find(Query(ASSIGNMENT, where=Compare("target", "=", f"{GRID}:{grid}")))
