"""How what a record says is shown: a word, a sign and a tone, the same in lists, bars and on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.language import Words
from layers.census.words import AGAIN, KINDS
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.lots.worklist import WorkRow

ICONS = {
    "current": "clock",
    "same": "check",
    "differs": "swap",
    "moved": "arrows-out-cardinal",
    "not_found": "x",
    "inaccessible": "prohibit",
    "new": "plus",
}
TONES = {
    "current": "info",
    "same": "ok",
    "differs": "warn",
    "moved": "warn",
    "not_found": "danger",
    "inaccessible": "neutral",
    "new": "works",
}
#: In the order of a bar: what was looked at first.
BAR = tuple(
    kind for kind in ("same", "new", "moved", "differs", "not_found", "inaccessible") if kind in KINDS
)


def done_words(done: int, total: int, new: int) -> Words:
    """How many targets of the book were logged; what was found new is no part of it."""
    words = f"{done:,} / {total:,}"
    return Message("census_desk.done_and_new", {"words": words, "count": new}) if new else words


def kind_words(row: WorkRow, *, is_current: bool) -> Message:
    """What a row says at its end."""
    if row.is_older:
        return Message("census_desk.kind.older")
    if row.is_open and is_current:
        return Message("census_desk.kind.current")
    if row.record["state"] == AGAIN:
        return Message("census_desk.kind.again")
    return Message(f"census_desk.kind.{row.kind}")
