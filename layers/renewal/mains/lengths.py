"""Lengths of the mains of a project: drawn, as built, and what is typed for those of one size together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from layers.editing.draft import Draft, Item
from layers.editing.plan import Entry
from layers.errors import UserError
from layers.model.query import Compare, Query
from layers.renewal.words import IN, laying_types
from layers.text import Message

AS_BUILT = "as_built_length_m"
_ENTRY = "as_built:"
_MILLIMETRES = 3
#: What is typed may differ from what is drawn by this factor before it counts as a slip of the keys.
_SLIP = 3.0


def drawn_m(item: Item) -> float:
    """Metres on the plane; 0 without a place."""
    return 0.0 if item.geometry is None else float(item.geometry.length)


def enter_lengths(draft: Draft, new: Sequence[Item]) -> tuple[Entry, ...]:
    """Share the lengths answered out among the mains of each size as they are drawn; what to ask for.

    A size whose mains all have a length of their own is filled in with their sum; what is left blank stays unknown.
    Raises ``UserError`` for what is no length, or far from what is drawn.
    """
    entries: list[Entry] = []
    sizes = {item.values.get("dn") for item in new}
    for dn in sorted(sizes, key=lambda size: -(size or 0)):
        mine = [item for item in new if item.values.get("dn") == dn]
        drawn = sum(drawn_m(item) for item in mine)
        known = [item.values.get(AS_BUILT) for item in mine]
        before = "" if None in known else f"{sum(value or 0.0 for value in known):.2f}"
        name = f"{_ENTRY}{dn or ''}"
        typed = draft.answers.get(name, before).strip()
        if typed and typed != before:
            _share(mine, _metres(typed, drawn), drawn)
        size: Message = Message("completion.size", {"dn": dn}) if dn else Message("completion.size_unknown")
        text = Message("completion.as_built", {"size": size, "count": len(mine)})
        entries.append(Entry(name, text, typed, f"{drawn:.2f}", "m"))
    return tuple(entries)


def typed_metres(text: str) -> float:
    """Metres as people type them (``1,250.5 m``); nan for what is no number."""
    try:
        return float(text.replace(",", "").replace("，", "").strip().removesuffix("m"))
    except ValueError:
        return math.nan


def project_length(draft: Draft, project: Item) -> float | None:
    """The as-built length of all that the project laid; None while one of its mains has none."""
    if project.asset is None:
        return None
    total = 0.0
    count = 0
    for asset_type in laying_types(draft.catalogue):
        for asset in draft.register.find(Query(asset_type.name, where=Compare(IN, "=", project.asset.id))):
            length = draft.get(asset.key).values.get(AS_BUILT)
            if length is None:
                return None
            total += length
            count += 1
    return round(total, _MILLIMETRES) if count else None


def _metres(typed: str, drawn: float) -> float:
    metres = typed_metres(typed)
    if not 0.0 < metres < float("inf"):
        raise UserError(
            Message("completion.no_length", {"text": typed}), Message("completion.no_length_hint")
        )
    if drawn and not drawn / _SLIP <= metres <= drawn * _SLIP:
        names = {"typed": f"{metres:,.2f}", "drawn": f"{drawn:,.2f}"}
        raise UserError(Message("completion.length_slip", names), Message("completion.no_length_hint"))
    return metres


def _share(items: Sequence[Item], metres: float, drawn: float) -> None:
    """Parts in proportion to what is drawn, whose sum is the length again."""
    left = metres
    for number, item in enumerate(items):
        part = round(metres * drawn_m(item) / drawn, _MILLIMETRES) if drawn else metres / len(items)
        if number == len(items) - 1:
            part = round(left, _MILLIMETRES)
        left -= part
        item.values[AS_BUILT] = part
