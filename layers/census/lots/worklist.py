"""What a team has before it: the lots of a campaign, how far they are, and the targets of one as they are walked."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from layers.census.counting import outdone_of, read_outdone
from layers.census.links import find_all_linked, find_many
from layers.census.reconciling import Reconciliation, read_reconciliation
from layers.census.values import place_of
from layers.census.words import (
    ACCEPTED,
    AGAIN,
    CAMPAIGN,
    CANCELLED,
    INACCESSIBLE,
    KINDS,
    LOGGED,
    LOT,
    MOVED,
    NEW,
    NOT_FOUND,
    PLANNED,
    RECORD,
    REJECTED,
    Kind,
)
from layers.geometry.packed import Integers
from layers.model.asset import Asset
from layers.model.query import All, Compare, Order, Query
from layers.register import Register
from layers.store.tallying import Tally

W = TypeVar("W", bound=str)
UNDECIDED = (PLANNED, AGAIN)
"""States of a record in which somebody has to go there."""
DECIDED = (ACCEPTED, REJECTED)


@dataclass(frozen=True)
class LotRow:
    """A lot, who goes out with it, and how many of its records say what.

    Targets of the book make ``total`` and ``done``; what was found ``new`` is told beside them.
    """

    lot: Asset
    team: str
    counts: Mapping[Kind, int]
    again: int
    types: Mapping[str, int] = field(default_factory=dict)
    """How many of its records are of which type."""

    @property
    def id(self) -> int:
        return self.lot.id

    @property
    def total(self) -> int:
        return sum(self.counts.values()) - self.new

    @property
    def new(self) -> int:
        """How many were found beyond the book."""
        return self.counts.get("new", 0)

    @property
    def done(self) -> int:
        """How many targets were logged."""
        return self.total - self.counts.get("planned", 0)

    def is_late(self, day: datetime.date) -> bool:
        """Whether it was due before this day and is not done."""
        due = self.lot.get("due_date")
        return bool(due) and str(due) < day.isoformat() and self.done < self.total


@dataclass(frozen=True)
class CampaignBook:
    """A campaign with its lots and what its records say."""

    campaign: Asset
    lots: tuple[LotRow, ...]
    found: Reconciliation

    def lot(self, id: int | None) -> LotRow | None:
        return next((row for row in self.lots if row.id == id), None)

    @property
    def total(self) -> int:
        return int(self.found.is_target.sum())

    @property
    def done(self) -> int:
        return int((self.found.is_target & self.found.of(states=LOGGED)).sum())


@dataclass(frozen=True)
class WorkRow:
    """One target of a lot: its record, the asset of the book (None for one found new), and how far it is from the one
    before in metres as the crow flies."""

    record: Asset
    target: Asset | None
    metres: float | None = None
    is_older: bool = False
    """Another record of the same target counts (``layers.census.counting``)."""

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def type(self) -> str:
        return str(self.record["target_type"])

    @property
    def code(self) -> str:
        asset = self.target
        return str(
            (asset.get("code") if asset is not None else None) or self.record["provisional_code"] or ""
        )

    @property
    def road(self) -> str:
        """The road it lies at, or its address."""
        if self.target is None:
            return ""
        return str(self.target.values.get("road") or self.target.values.get("address") or "")

    @property
    def kind(self) -> Kind:
        """What the record says."""
        return kind_of(self.record)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to go there."""
        return self.record["state"] in UNDECIDED and not self.is_older


def kind_of(record: Asset) -> Kind:
    """What a record says, as the reconciliation counts it."""
    if record["outcome"] == NEW:
        return "new"
    if record["state"] not in LOGGED:
        return "planned"
    said: dict[str, Kind] = {
        NOT_FOUND: "not_found",
        INACCESSIBLE: "inaccessible",
        MOVED: "moved",
    }
    return said.get(record["outcome"] or "") or ("differs" if record["differing"] else "same")


def read_campaigns(register: Register) -> list[Asset]:
    """All campaigns, the newest first."""
    found = register.find(Query(CAMPAIGN))
    return sorted(found, key=lambda c: (str(c["from_date"] or ""), c.id), reverse=True)


def read_campaign_book(register: Register, campaign: int) -> CampaignBook | None:
    """A campaign with its lots; None when it is gone."""
    asset = register.get(CAMPAIGN, campaign)
    if asset is None:
        return None
    found = read_reconciliation(register, campaign)
    lots = register.find(
        Query(
            LOT,
            All((Compare("campaign", "=", campaign), Compare("state", "!=", CANCELLED))),
            order=(Order("code"),),
        )
    )
    teams = _teams(register, lots)
    counts = _by_lot(found.lot, found.kind, KINDS)
    types = _by_lot(found.lot, found.types.place, found.types.words)
    waiting = found.lot[found.of(states=(AGAIN,))]
    again = dict(zip(*(each.tolist() for each in np.unique(waiting, return_counts=True)), strict=True))
    rows = tuple(
        LotRow(
            lot,
            teams.get(lot["team"] or 0, ""),
            counts.get(lot.id, {}),
            again.get(lot.id, 0),
            types.get(lot.id, {}),
        )
        for lot in lots
    )
    return CampaignBook(asset, rows, found)


def _by_lot(lot: Integers, place: Integers, words: Sequence[W]) -> dict[int, dict[W, int]]:
    """By lot how often each word stands beside it; ``place`` is the position of each one in ``words``."""
    known, at = np.unique(lot, return_inverse=True)
    sizes = np.bincount(at.ravel() * len(words) + place, minlength=len(known) * len(words))
    found: dict[int, dict[W, int]] = {}
    for pair in np.flatnonzero(sizes).tolist():
        number, word = divmod(pair, len(words))
        found.setdefault(int(known[number]), {})[words[word]] = int(sizes[pair])
    return found


def count_left(register: Register, lots: Sequence[Asset]) -> dict[int, int]:
    """By lot how many of its targets somebody still has to go to; without the lots in which that is none."""
    waits = Tally(Compare("state", "in", UNDECIDED))
    counted = register.tally(RECORD, "lot", [waits], targets=[lot.id for lot in lots]) if lots else ()
    left = Counter({row.target: row.found[0][0] for row in counted})
    for campaign in {lot["campaign"] for lot in lots}:
        older = find_many(register, RECORD, sorted(read_outdone(register, campaign)))
        left.subtract(record["lot"] for record in older if record["state"] in UNDECIDED)
    return {lot: count for lot, count in left.items() if count > 0}


def read_worklist(register: Register, lot: int) -> tuple[WorkRow, ...]:
    """The targets of a lot in their walking order; unnumbered ones and those found new at the end."""
    where = All((Compare("lot", "=", lot), Compare("state", "!=", CANCELLED)))
    found = register.find(Query(RECORD, where))
    # A type that the register does not know has no form to be filled in.
    records = [record for record in found if record["target_type"] in register.catalogue]
    return _rows(register, records, find_all_linked(register, [record["target"] for record in records]))


def follow_worklist(
    register: Register, rows: Sequence[WorkRow], changed: Iterable[int], lot: int
) -> tuple[WorkRow, ...]:
    """The same list after some of its records changed or came; the assets themselves are as they were read."""
    ids = sorted(changed)
    fresh = {record.id: record for record in find_many(register, RECORD, ids)}
    kept = [
        replace(row, record=fresh.pop(row.id, row.record))
        for row in rows
        if row.id in fresh or row.id not in set(ids)
    ]
    known_types = register.catalogue
    added = [r for r in fresh.values() if r["lot"] == lot and r["target_type"] in known_types]
    stays = [
        row
        for row in kept
        if row.record["lot"] == lot and row.record["state"] != CANCELLED and row.type in known_types
    ]
    known = {_link(row.target): row.target for row in stays if row.target is not None}
    for record in added:
        if record["target"] and record["target"] not in known:
            known.update(find_all_linked(register, [record["target"]]))
    records = [*(row.record for row in stays), *added]
    return _rows(register, records, {link: asset for link, asset in known.items() if asset is not None})


def _rows(register: Register, records: Sequence[Asset], targets: Mapping[str, Asset]) -> tuple[WorkRow, ...]:
    """The records as they are walked."""
    older = outdone_of(register, records)
    ordered = sorted(records, key=lambda r: (r["sequence"] is None, r["sequence"] or 0, r.id))
    rows = []
    before: tuple[float, float] | None = None
    for record in ordered:
        target = targets.get(str(record["target"]))
        at = place_of(record)
        metres = None
        if at is not None and before is not None and record["sequence"] is not None:
            metres = float(np.hypot(at[0] - before[0], at[1] - before[1]))
        rows.append(WorkRow(record, target, metres, record.id in older))
        before = at or before
    return tuple(rows)


def _link(asset: Asset | None) -> str:
    return "" if asset is None else f"{asset.type}:{asset.id}"


def _teams(register: Register, lots: Sequence[Asset]) -> dict[int, str]:
    ids = sorted({lot["team"] for lot in lots if lot["team"]})
    return {team.id: str(team["name"]) for team in find_many(register, "team", ids)}
