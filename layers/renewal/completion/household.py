"""Household-meter conversion at its end: every customer of the community behind a meter of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import shapely

from layers.editing.draft import Draft, Item
from layers.editing.ending import retire
from layers.editing.plan import Choice
from layers.model.asset import AssetKey
from layers.model.query import All, Box, Compare, Query
from layers.renewal.mains.reattaching import is_planned
from layers.renewal.stages import CONVERSION, stage_list_of
from layers.renewal.words import CHECK, HOUSEHOLD, TOTAL
from layers.text import Message

#: What a meter is for when nobody said more than this.
_UNTOLD = (None, "other")
_AT_ONCE = 500


def convert(draft: Draft, project: Item, day: str) -> None:
    """Put planned meters of the project's community into service, give the others their purpose, add missing ones.

    Asks what becomes of the total meters (question ``total_meter``). Does nothing for other projects.
    """
    number = project.values.get("community")
    if number is None or stage_list_of(draft.catalogue, project.values.get("kind")) != CONVERSION:
        return
    community = draft.get(AssetKey("community", number))
    customers = _customers(draft, number)
    theirs = _meters_of(draft, customers)
    planned, totals, others = _inside(draft, community)
    counts = {"put": 0, "given": 0, "made": 0}
    free = _given(draft, planned, customers, theirs, day)
    for meter in planned:
        _begin(draft, meter, number, day)
        counts["put"] += 1
    behind = totals[0] if len(totals) == 1 else None
    for customer in customers:
        if customer in free:
            continue
        mine = [meter for meter in theirs[customer] if not meter.is_gone]
        for meter in mine:
            if meter.values.get("role") not in (HOUSEHOLD, "unit"):
                draft.set(meter, role=HOUSEHOLD)
                counts["given"] += 1
        if not mine:
            _make(draft, customer, number, day, behind)
            counts["made"] += 1
    for meter in others:
        if meter.values.get("role") in _UNTOLD and meter.values.get("customer") is None:
            draft.set(meter, role=HOUSEHOLD)
            counts["given"] += 1
    draft.set(community, meter_mode=HOUSEHOLD)
    draft.figure(Message("completion.household", {"name": str(community.values.get("name") or ""), **counts}))
    _close_totals(draft, totals, day)
    households = project.values.get("households")
    metered = len(customers) or len(planned) + sum(each.values.get("role") == HOUSEHOLD for each in others)
    if households is not None and households != metered:
        draft.figure(Message("completion.households_differ", {"households": households, "meters": metered}))


def _customers(draft: Draft, community: int) -> list[Item]:
    """Who lives there and has not left."""
    where = All((Compare("community", "=", community), Compare("closed_date", "is null")))
    found = draft.register.find(Query("customer", where=where))
    return [draft.get(each.key) for each in found]


def _meters_of(draft: Draft, customers: Sequence[Item]) -> dict[Item, list[Item]]:
    by_id = {item.asset.id: item for item in customers if item.asset is not None}
    found: dict[Item, list[Item]] = defaultdict(list)
    ids = sorted(by_id)
    for first in range(0, len(ids), _AT_ONCE):
        where = Compare("customer", "in", tuple(ids[first : first + _AT_ONCE]))
        for meter in draft.register.find(Query("meter", where=where)):
            found[by_id[meter["customer"]]].append(draft.get(meter.key))
    return found


def _inside(draft: Draft, community: Item) -> tuple[list[Item], list[Item], list[Item]]:
    """The planned meters within the community, its total meters in use, and the others in use."""
    if community.geometry is None:
        return [], [], []
    box = Box(*community.geometry.bounds)
    inside = [
        meter
        for meter in draft.near((draft.catalogue["meter"],), box)
        if shapely.intersects(community.geometry, meter.geometry)
    ]
    planned = [meter for meter in inside if is_planned(meter)]
    totals = [meter for meter in inside if not is_planned(meter) and meter.values.get("role") == TOTAL]
    known = {*planned, *totals}
    return planned, totals, [meter for meter in inside if meter not in known]


def _given(
    draft: Draft,
    planned: Sequence[Item],
    customers: Sequence[Item],
    theirs: dict[Item, list[Item]],
    day: str,
) -> set[Item]:
    """Customers who have a planned meter: linked to it, or named by it. Their meters of before retire."""
    by_code = {str(item.values.get("code")).casefold(): item for item in customers}
    served: set[Item] = set()
    replaced: list[tuple[Item, Item]] = []
    for meter in planned:
        owner = next((customer for customer in customers if meter in theirs[customer]), None)
        if owner is None:
            owner = by_code.get(str(meter.values.get("customer_no") or "").casefold())
            if owner is not None:
                draft.set(meter, customer=owner.link)
        if owner is not None:
            served.add(owner)
            for before in theirs[owner]:
                if before is not meter and not before.is_gone and not is_planned(before):
                    replaced.append((before, meter))
    for before, meter in replaced:
        if before.values.get("role") != TOTAL:
            draft.set(before, replaced_by=meter.link)
            retire(draft, before, day)
    return served


def _begin(draft: Draft, meter: Item, community: int, day: str) -> None:
    words = meter.type.lifetime
    values: dict[str, Any] = {str(words.status): words.alive, "completion_date": day}
    if meter.values.get("installed_date") is None:
        values["installed_date"] = day
    if meter.values.get("role") is None:
        values["role"] = HOUSEHOLD
    if meter.values.get("community") is None:
        values["community"] = community
    draft.set(meter, **values)


def _make(draft: Draft, customer: Item, community: int, day: str, behind: Item | None) -> None:
    words = draft.catalogue["meter"].lifetime
    values: dict[str, Any] = {
        "customer": customer.link,
        "community": community,
        "customer_no": customer.values.get("code"),
        "role": HOUSEHOLD,
        str(words.status): words.alive,
        "installed_date": day,
        "completion_date": day,
    }
    if behind is not None:
        values["total_meter"] = behind.link
    draft.add("meter", values)


def _close_totals(draft: Draft, totals: Sequence[Item], day: str) -> None:
    """The total meters measure the community's losses from now on, or go."""
    if not totals:
        return
    choices = (
        Choice("check", Message("completion.total_check")),
        Choice("retire", Message("completion.total_retire")),
    )
    text = Message("completion.total", {"count": len(totals)})
    if draft.ask("total_meter", text, choices, "check") == "check":
        for meter in totals:
            draft.set(meter, role=CHECK)
    else:
        for meter in totals:
            retire(draft, meter, day)
            for other, name in draft.linked_to(meter):
                if name == "total_meter":
                    draft.set(other, total_meter=None)
