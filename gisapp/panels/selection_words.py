"""A selection in one line: how many, of what."""

from __future__ import annotations

from layers.model.catalogue import Catalogue
from layers.model.selection import Selection
from layers.text import Message

TYPES_NAMED = 3


def selection_words(selection: Selection, catalogue: Catalogue) -> Message | None:
    """``42 selected: pipes 40, valves 2``; None when nothing is."""
    if not selection:
        return None
    counts = [
        (catalogue[name].plural if count > 1 else catalogue[name].title, count)
        for name, count in selection.counts.items()
    ]
    total = f"{len(selection):,}"
    if len(counts) == 1:
        return Message("selecting.status_one", {"count": total, "type": counts[0][0]})
    named = tuple(
        Message("selecting.of_type", {"type": title, "count": f"{count:,}"})
        for title, count in counts[:TYPES_NAMED]
    )
    told = {"count": total, "types": named}
    if len(counts) > TYPES_NAMED:
        return Message("selecting.status_more", told)
    return Message("selecting.status", told)
