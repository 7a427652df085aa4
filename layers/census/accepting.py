"""Acceptance: what the field says goes into the book, as one change set that names the campaign. Never before."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.census.values import from_text, same
from layers.census.words import (
    ACCEPTANCE,
    ACCEPTED,
    AGAIN,
    FOUND,
    MOVED,
    NEW,
    NOT_FOUND,
    RECORD,
    REJECTED,
    WAITING,
)
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import format_instant
from layers.model.query import Query
from layers.register import Edit, Register
from layers.text import Message

_AT_ONCE = 500
Decision = str
"""The state a record goes to: accepted, rejected, visit_again."""


@dataclass(frozen=True)
class Clash:
    """A value that is no longer what it was when the record was made: the book keeps it until somebody decides."""

    record: int
    target: AssetKey
    field: str
    logged: Any
    book: Any
    found: Any


@dataclass(frozen=True)
class _Change:
    asset: Asset
    values: dict[str, Any]


@dataclass(frozen=True)
class _Addition:
    record: Asset
    values: dict[str, Any]


@dataclass(frozen=True)
class AcceptancePlan:
    """What accepting records would do: ``apply`` does it within an edit called ``label``.

    ``not_found``: assets that nobody found; they stay in the book as they are, somebody has to look into each.
    """

    label: Message
    campaign: int
    lot: int | None
    records: tuple[int, ...]
    changes: tuple[_Change, ...]
    additions: tuple[_Addition, ...]
    clashes: tuple[Clash, ...]
    not_found: tuple[AssetKey, ...]

    @property
    def figures(self) -> tuple[Message, ...]:
        """What will happen, in sentences."""
        told = (
            (len(self.records), Message("census.accept_records", {"count": len(self.records)})),
            (len(self.changes), Message("census.accept_changes", {"count": len(self.changes)})),
            (len(self.additions), Message("census.accept_additions", {"count": len(self.additions)})),
            (len(self.clashes), Message("census.accept_clashes", {"count": len(self.clashes)})),
            (len(self.not_found), Message("census.accept_not_found", {"count": len(self.not_found)})),
        )
        return tuple(words for count, words in told if count)

    def apply(self, edit: Edit, when: datetime.datetime, actor: str) -> int:
        """Do it; the id of the acceptance. Raises ``Conflict`` when an asset changed since the plan was made."""
        for change in self.changes:
            edit.update(change.asset.type, change.asset.id, change.asset.version, change.values)
        for addition in self.additions:
            record = addition.record
            name = str(record["target_type"])
            id = edit.insert(name, addition.values)
            edit.update(RECORD, record.id, record.version, {"target": f"{name}:{id}"})
        decide(edit, self.records, ACCEPTED, actor)
        return edit.insert(
            ACCEPTANCE,
            {
                "campaign": self.campaign,
                "lot": self.lot,
                "accepted_at": format_instant(when),
                "accepted_by": actor,
                "records": len(self.records),
            },
        )


def decide(edit: Edit, records: Sequence[int], state: Decision, actor: str, reason: str = "") -> int:
    """Set records to a state within an open edit, in bulk; how many are in another one now.

    Raises ``UserError`` when a record is sent back or rejected without a reason.
    """
    if state in (REJECTED, AGAIN) and not reason.strip():
        raise UserError(Message("census.reason_missing"), Message("census.reason_missing_hint"))
    values = {"state": state, "decided_by": actor, "decision_reason": reason.strip() or None}
    return edit.update_many(RECORD, np.asarray(records, np.int64), values)


def plan_acceptance(
    register: Register,
    campaign: Asset,
    records: Collection[int],
    *,
    lot: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> AcceptancePlan:
    """What of these records goes into the book. Records that are not waiting are left out.

    Three ways are looked at for every field: the book when it was logged, the book now, the field. Where the book has
    changed since to something else, it is a clash and the book keeps its value. Raises ``UserError`` when nothing is
    left to accept. ``check`` is called between parts and may raise to stop.
    """
    waiting = [r for r in _read(register, RECORD, sorted(records), check) if r["state"] in WAITING]
    if not waiting:
        raise UserError(Message("census.nothing_to_accept"), Message("census.nothing_to_accept_hint"))
    targets = _targets(register, waiting, check)
    changes: list[_Change] = []
    additions: list[_Addition] = []
    clashes: list[Clash] = []
    missing: list[AssetKey] = []
    for record in waiting:
        asset_type = register.catalogue[record["target_type"]]
        target = targets.get(record["target"] or "")
        if record["outcome"] == NEW and target is None:
            additions.append(_Addition(record, _new_values(asset_type, record)))
        elif target is None:
            continue
        elif record["outcome"] == NOT_FOUND:
            missing.append(target.key)
        elif record["outcome"] in (FOUND, MOVED):
            values, against = _merged(asset_type, record, target)
            clashes += against
            if values:
                changes.append(_Change(target, values))
    return AcceptancePlan(
        Message("census.accepting", {"campaign": campaign["name"], "count": len(waiting)}),
        campaign.id,
        lot,
        tuple(record.id for record in waiting),
        tuple(changes),
        tuple(additions),
        tuple(clashes),
        tuple(missing),
    )


def _merged(asset_type: AssetType, record: Asset, target: Asset) -> tuple[dict[str, Any], list[Clash]]:
    logged, found = from_text(record["book"]), from_text(record["found"])
    values: dict[str, Any] = {}
    clashes = []
    for name, value in found.items():
        if name not in asset_type or same(value, now := target.values.get(name)):
            continue
        if same(logged.get(name), now):
            values[name] = value
        else:
            clashes.append(Clash(record.id, target.key, name, logged.get(name), now, value))
    if record["outcome"] == MOVED and asset_type.shape == "point" and record.geometry is not None:
        values |= _place(record)
    return values, clashes


def _new_values(asset_type: AssetType, record: Asset) -> dict[str, Any]:
    values = {name: value for name, value in from_text(record["found"]).items() if name in asset_type}
    life = asset_type.lifetime
    if life.status is not None and values.get(life.status) is None:
        values[life.status] = life.alive
    return values | (_place(record) if asset_type.shape == "point" else {})


def _place(record: Asset) -> dict[str, Any]:
    names = ("geom", "position_origin", "position_accuracy_m")
    return {name: record.values[name] for name in names if record.values.get(name) is not None}


def _targets(register: Register, records: Sequence[Asset], check: Callable[[], None]) -> dict[str, Asset]:
    ids: dict[str, list[int]] = {}
    for record in records:
        if record["target"]:
            name, _, id = str(record["target"]).partition(":")
            ids.setdefault(name, []).append(int(id))
    found = (
        asset for name, numbers in ids.items() for asset in _read(register, name, sorted(numbers), check)
    )
    return {f"{asset.type}:{asset.id}": asset for asset in found}


def _read(register: Register, type: str, ids: Sequence[int], check: Callable[[], None]) -> list[Asset]:
    found: list[Asset] = []
    for first in range(0, len(ids), _AT_ONCE):
        check()
        found += register.find(Query(type, ids=ids[first : first + _AT_ONCE]))
    return found
