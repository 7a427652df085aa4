"""What becomes of the people of a grid whose land is divided, or that ends."""

from __future__ import annotations

import datetime
from typing import Any, Final

from layers.editing.plan import Born, Delete, Insert, Update
from layers.grids.ground import GRID
from layers.model.asset import Asset
from layers.model.query import Compare, Query
from layers.register import Register

ASSIGNMENT: Final = "assignment"
_COPIED: Final = ("person", "role", "rank", "to_date", "document")


def copied_assignments(register: Register, grid: int, to: Born, day: datetime.date) -> list[Insert]:
    """The people of a grid on ``day`` for a new grid, from that day on."""
    found = []
    for each in assignments_of(register, grid):
        if str(each["from_date"]) <= day.isoformat() <= str(each.get("to_date") or "9999"):
            values: dict[str, Any] = {name: each[name] for name in _COPIED}
            found.append(Insert(ASSIGNMENT, {**values, "target": to, "from_date": day.isoformat()}))
    return found


def ended_assignments(
    register: Register, grid: int, day: datetime.date, reason: str
) -> tuple[list[Update], list[Delete]]:
    """Ends the assignments to a grid the day before ``day``; those not begun by then never come into force."""
    updates, deletes = [], []
    last = (day - datetime.timedelta(1)).isoformat()
    for each in assignments_of(register, grid):
        if str(each["from_date"]) > last:
            deletes.append(Delete(ASSIGNMENT, each.id, each.version))
        elif str(each.get("to_date") or "9999") > last:
            values: dict[str, Any] = {"to_date": last}
            if reason:
                values["reason"] = reason
            updates.append(Update(ASSIGNMENT, each.id, each.version, values))
    return updates, deletes


def assignments_of(register: Register, grid: int) -> list[Asset]:
    """Every assignment to a grid, of any time."""
    return register.find(Query(ASSIGNMENT, where=Compare("target", "=", f"{GRID}:{grid}")))
