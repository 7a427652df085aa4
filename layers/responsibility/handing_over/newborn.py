"""Hand-over of a grid that the same act makes: a split gives the new half its people, one of whom hands it on."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from layers.editing.plan import Born, EditPlan, Insert
from layers.errors import UserError
from layers.model.duty_words import ASSIGNMENT
from layers.responsibility.book import Book
from layers.responsibility.person import ONE_DAY, PRIMARY, Day
from layers.text import Message


def hand_over_new(
    plan: EditPlan,
    to: int,
    day: Day,
    *,
    book: Book,
    number: int = 0,
    old_becomes: str | None = None,
    document: str = "",
    reason: str = "",
    note: str = "",
) -> EditPlan:
    """The plan of a split, with the new grid (insert ``number``) handed to a person from ``day`` on: one act.

    The people that the plan copies onto the new grid keep it until the day before. Raises ``UserError`` when the person
    has it already.
    """
    role = next(iter(book.grid_roles), "")
    inserts: list[Insert] = []
    held: int | None = None
    for each in plan.inserts:
        values = dict(each.values)
        is_ours = (
            each.type == ASSIGNMENT and values.get("target") == Born(number) and values.get("role") == role
        )
        if not is_ours:
            inserts.append(each)
            continue
        person, rank = int(values["person"]), values["rank"]
        if rank == PRIMARY:
            held = person
        if rank == PRIMARY or person == to:
            if rank == PRIMARY and person == to:
                name = book.people[to].name if to in book.people else ""
                raise UserError(Message("duty.refused.has_half", {"name": name}))
            if datetime.date.fromisoformat(str(values["from_date"])) >= day:
                continue
            values["to_date"] = (day - ONE_DAY).isoformat()
        inserts.append(Insert(ASSIGNMENT, values))
    said = {"document": document.strip() or None, "reason": reason.strip() or None}
    new: dict[str, Any] = {
        "role": role, "target": Born(number), "from_date": day.isoformat(), **said,
        "handover_note": note.strip() or None,
    }  # fmt: skip
    inserts.append(Insert(ASSIGNMENT, {**new, "person": to, "rank": PRIMARY}))
    if old_becomes is not None and held is not None:
        inserts.append(Insert(ASSIGNMENT, {**new, "person": held, "rank": old_becomes}))
    taker = book.people.get(to)
    figure = Message("duty.figure.new_half", {"name": "" if taker is None else taker.name, "day": str(day)})
    return replace(plan, inserts=tuple(inserts), figures=(*plan.figures, figure))
