"""Findings that somebody let stand: kept in the register by rule and assets, with a reason, perhaps until a day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from layers.analysis.checking.finding import Finding, Findings
from layers.model.edtf import UNKNOWN, latest
from layers.model.query import Query
from layers.register import Edit, Register

#: The catalogue type that keeps them.
WAIVER = "waiver"


@dataclass(frozen=True)
class Waiver:
    """One finding that is let stand. ``until`` (EDTF) is the last day; None is for good."""

    id: int
    version: int
    finding: str
    text: str
    reason: str
    until: str | None
    waived_by: str

    def holds(self, day: datetime.date) -> bool:
        """Whether it is still good on a day. One whose day cannot be read hides nothing."""
        if not self.until:
            return True
        last = latest(self.until)
        return self.until == UNKNOWN if last is None else day <= last


@dataclass(frozen=True)
class Sorted:
    """Findings that are open, and those that are waived."""

    open: list[Findings]
    waived: list[Findings]


def read_waivers(register: Register) -> list[Waiver]:
    """Every waiver of a register, those that ran out too."""
    return [
        Waiver(
            asset.id,
            asset.version,
            str(asset["finding"]),
            str(asset.get("text") or ""),
            str(asset.get("reason") or ""),
            str(asset.get("until") or "") or None,
            str(asset.get("waived_by") or ""),
        )
        for asset in register.find(Query(WAIVER))
    ]


def sort_out(
    found: Iterable[Findings], waivers: Iterable[Waiver], day: datetime.date | None = None
) -> Sorted:
    """What is open and what is waived on a day (default: today)."""
    day = day or today()
    let_stand = {waiver.finding for waiver in waivers if waiver.holds(day)}
    rules = {name.split(" ", 1)[0] for name in let_stand}
    still_open: list[Findings] = []
    waived: list[Findings] = []
    for part in found:
        name = f"{part.rule}/{part.subject}" if part.subject else part.rule
        if name not in rules:
            still_open.append(part)
            continue
        at = part.places_of(let_stand)
        mark = np.zeros(len(part), dtype=bool)
        mark[at] = True
        for chosen, into in ((mark, waived), (~mark, still_open)):
            if chosen.any():
                into.append(part if chosen.all() else part.take(chosen))
    return Sorted(still_open, waived)


def waive(
    edit: Edit,
    finding: Finding,
    text: str,
    reason: str,
    until: str | None,
    actor: str,
    known: Iterable[Waiver],
) -> int:
    """Let a finding stand; ``text`` is the sentence it was told in. One that was waived before gets the new reason.

    Raises ``ValuesRefused`` without a reason or for a day that is none.
    """
    values = {"text": text[:400], "reason": reason, "until": until, "waived_by": actor}
    before = next((waiver for waiver in known if waiver.finding == finding.identity), None)
    if before is not None:
        edit.update(WAIVER, before.id, before.version, values)
        return before.id
    return edit.insert(WAIVER, {"finding": finding.identity, **values})


def withdraw(edit: Edit, waiver: Waiver) -> None:
    """The finding counts again."""
    edit.delete(WAIVER, waiver.id, waiver.version)


def today() -> datetime.date:
    """The day it is here."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date()
