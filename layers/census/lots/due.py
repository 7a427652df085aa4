"""Lots of open campaigns that are due on a day and not finished, for a calendar beside the due dates of projects."""

from __future__ import annotations

from collections.abc import Collection

from layers.census.links import find_many
from layers.census.lots.worklist import count_left
from layers.census.quality.sampling import SIGNED
from layers.census.words import CAMPAIGN, CANCELLED, LOT
from layers.model import edtf
from layers.model.due_date import DueDate
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message

_DONE = (*SIGNED, CANCELLED)


def due_lots(
    register: Register, *, person: int | None = None, lots: Collection[int] | None = None
) -> tuple[DueDate, ...]:
    """By day. ``person``: the lots this one is in charge of; ``lots``: only those. Nothing of persons is told."""
    if LOT not in register.catalogue:
        return ()
    campaigns = {c.id: c for c in register.find(Query(CAMPAIGN, Compare("state", "=", "open")))}
    asked = [
        lot
        for lot in register.find(Query(LOT, Compare("due_date", "is not null")))
        if lot["campaign"] in campaigns
        and lot["state"] not in _DONE
        and (person is None or lot["person"] == person)
        and (lots is None or lot.id in lots)
    ]
    left = count_left(register, asked)
    teams = {
        t.id: t["name"] for t in find_many(register, "team", sorted({x["team"] for x in asked if x["team"]}))
    }
    found = []
    for lot in asked:
        day = edtf.latest(lot["due_date"])
        if day is None or lot.id not in left:
            continue
        campaign = campaigns[lot["campaign"]]
        notes = [
            Message("due.campaign", {"campaign": campaign["name"], "code": lot["code"]}),
            Message("due.lot_left", {"count": left[lot.id]}),
        ]
        if lot["team"] in teams:
            notes.append(Message("due.lot_team", {"team": teams[lot["team"]]}))
        title = Message("due.lot", {"lot": lot["name"]})
        found.append(DueDate(LOT, lot.id, lot.version, day, title, tuple(notes), None))
    return tuple(sorted(found, key=lambda due: (due.day, due.id)))
