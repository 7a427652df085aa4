"""The budget of a project as its mains are drawn: metres of every size and material at the company's prices."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from layers.editing.draft import Draft, Item
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model import edtf
from layers.model.asset import Asset, AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.renewal.mains.lengths import drawn_m
from layers.renewal.mains.reattaching import is_planned
from layers.renewal.words import IN, PROJECT, laying_types
from layers.text import Message

PIPE = "pipe"
"""The kind of price that is for metres of main."""

Kind = tuple[int | None, str | None]
"""DN and material of mains that cost the same."""


def plan_budget(register: Register, project: int, *, today: datetime.date | None = None) -> EditPlan:
    """Planned length, budget lines and budget of a project from its planned and laid mains.

    A line whose price is one for mains gets the metres as drawn and today's price; other lines of the budget stay
    and count. Raises ``UserError`` when the project has no mains to lay, or no price fits any of them.
    """
    draft = Draft(register)
    item = draft.get(AssetKey(PROJECT, project))
    metres = _metres(draft, project)
    names = {"code": item.code}
    if not metres:
        raise UserError(Message("works.no_mains", names), Message("works.no_mains_hint"))
    prices = _prices(register, today or datetime.date.today())
    lines = _lines(draft, project)
    total, unpriced, used = 0.0, [], set()
    for (dn, material), length in sorted(metres.items(), key=lambda pair: -(pair[0][0] or 0)):
        price = _price_of(prices, dn, material)
        if price is None:
            unpriced.append(f"DN{dn}" if dn else "DN?")
            continue
        used.add(price.id)
        total += _write(draft, project, lines.get(price.id), price, length)
    if not used:
        raise UserError(Message("works.no_price", {"sizes": tuple(unpriced)}), Message("works.no_price_hint"))
    total += sum(
        (line.values.get("quantity") or 0.0) * (line.values.get("unit_price") or 0.0)
        for number, line in lines.items()
        if number not in used
    )
    length = round(sum(metres.values()), 2)
    draft.set(item, planned_length=length, budget=round(total, 2))
    draft.figure(Message("works.figure_budget", {"metres": f"{length:,.1f}", "yuan": f"{total:,.2f}"}))
    if unpriced:
        draft.figure(Message("works.unpriced", {"sizes": tuple(dict.fromkeys(unpriced))}))
    return draft.plan(Message("works.budget", {**names, "yuan": f"{total:,.2f}"}))


def follow_length(draft: Draft, project: Item, before: float, after: float) -> None:
    """The planned length follows what is drawn, unless somebody set it to something else."""
    planned = project.values.get("planned_length")
    if planned is None or abs(planned - before) < 1.0:
        draft.set(project, planned_length=round(after, 2) if after else None)


def planned_m(draft: Draft, project: int) -> float:
    """Metres of the mains that a project lays, as drawn."""
    return sum(_metres(draft, project).values())


def _metres(draft: Draft, project: int) -> Mapping[Kind, float]:
    found: dict[Kind, float] = defaultdict(float)
    for asset_type in laying_types(draft.catalogue):
        for asset in draft.register.find(Query(asset_type.name, where=Compare(IN, "=", project))):
            main = draft.get(asset.key)
            if main.geometry is not None and (is_planned(main) or not main.is_gone):
                found[main.values.get("dn"), main.values.get("material")] += drawn_m(main)
    return found


def _prices(register: Register, today: datetime.date) -> list[Asset]:
    """Prices of mains that hold today, the newest first."""
    found = register.find(Query("price_item", where=Compare("kind", "=", PIPE)))
    valid = [(edtf.earliest(price.get("valid_from")) or datetime.date.min, price) for price in found]
    holding = [pair for pair in valid if pair[0] <= today and pair[1].get("unit_price") is not None]
    return [price for _, price in sorted(holding, key=lambda pair: pair[0], reverse=True)]


def _price_of(prices: Sequence[Asset], dn: int | None, material: str | None) -> Asset | None:
    """The newest price of this size and material, else of this size whatever the material."""
    same = [price for price in prices if dn is not None and price.get("dn") == dn]
    return next(
        (price for price in same if price.get("material") == material),
        next((price for price in same if price.get("material") is None), None),
    )


def _lines(draft: Draft, project: int) -> dict[int, Item]:
    """The lines of the budget, by price; those without a price by a number below zero."""
    found = draft.register.find(Query("budget_item", where=Compare(PROJECT, "=", project)))
    return {asset.get("price_item") or -asset.id: draft.get(asset.key) for asset in found}


def _write(draft: Draft, project: int, line: Item | None, price: Asset, length: float) -> float:
    values: dict[str, Any] = {"quantity": round(length, 2), "unit_price": price["unit_price"]}
    if line is None:
        draft.add("budget_item", {PROJECT: project, "price_item": price.id, "name": price["name"], **values})
    else:
        draft.set(line, **values)
    return float(values["quantity"] * values["unit_price"])
