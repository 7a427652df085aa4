"""Acceptance: what the field says goes into the book, as one change set that names the campaign. Never before."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from layers.census.acceptance.admitting import Admission, Awaited, Held, as_link, in_order
from layers.census.acceptance.twins import read_twins
from layers.census.acceptance.unsigned import Unsigned, read_unsigned
from layers.census.counting import read_outdone
from layers.census.deciding import set_state
from layers.census.links import find_all_linked, find_many
from layers.census.meanwhile import refuse_others
from layers.census.values import as_text, as_wkt, from_text, is_object, same
from layers.census.words import (
    ACCEPTANCE,
    ACCEPTED,
    MOVED,
    NEW,
    NOT_FOUND,
    RECORD,
    SEEN,
    WAITING,
)
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import LinkField, format_instant
from layers.model.outline import GEOMETRY
from layers.model.query import Compare, Query
from layers.register import Edit, Register
from layers.store import read
from layers.text import Message

_AT_ONCE = 500
_NAMED, _LOTS_NAMED = 5, 3


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
    ``held``: records that the book cannot take yet; they go on waiting. ``twins``: new ones that somebody else may
    have found too.
    """

    label: Message
    campaign: int
    lot: int | None
    records: tuple[int, ...]
    changes: tuple[_Change, ...]
    additions: tuple[_Addition, ...]
    clashes: tuple[Clash, ...]
    not_found: tuple[AssetKey, ...]
    held: tuple[Held, ...] = ()
    twins: int = 0
    read_at: Mapping[int, int] = field(default_factory=dict)
    """The version at which each record was read."""
    unsigned: int = 0
    """How many of the records nobody signed off."""
    unsigned_lots: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Message, ...]:
        """What will happen, in sentences."""
        told = (
            (len(self.records), Message("census.accept_records", {"count": len(self.records)})),
            (len(self.changes), Message("census.accept_changes", {"count": len(self.changes)})),
            (len(self.additions), Message("census.accept_additions", {"count": len(self.additions)})),
            (len(self.clashes), Message("census.accept_clashes", {"count": len(self.clashes)})),
            (len(self.not_found), Message("census.accept_not_found", {"count": len(self.not_found)})),
            (self.twins, Message("census.accept_twins", {"count": self.twins})),
            (len(self.held), self._told_held),
            (self.unsigned, self._told_unsigned),
        )
        return tuple(words for count, words in told if count)

    @property
    def _told_held(self) -> Message:
        first = self.held[0] if self.held else None
        names = [each.code for each in self.held[:_NAMED]] + (["\u2026"] if len(self.held) > _NAMED else [])
        why = "" if first is None else first.why
        return Message("census.accept_held", {"count": len(self.held), "names": tuple(names), "why": why})

    @property
    def _told_unsigned(self) -> Message:
        names = self.unsigned_lots
        told = (*names[:_LOTS_NAMED], *(["\u2026"] if len(names) > _LOTS_NAMED else []))
        return Message("census.accept_unsigned", {"count": self.unsigned, "lots": told})

    def apply(self, edit: Edit, when: datetime.datetime, actor: str, reason: str = "") -> int:
        """Do it; the id of the acceptance. Raises ``Conflict`` when an asset changed since the plan was made, and
        ``UserError`` when a record was: what somebody logged anew or sent back is not what was looked at.
        ``reason``: why it is accepted though nobody signed it off; without, such a plan raises ``UserError``."""
        if self.unsigned and not reason.strip():
            raise UserError(Message("census.unsigned_reason"), Message("census.unsigned_reason_hint"))
        refuse_others(edit, self.records, WAITING, self.read_at)
        made: dict[int, AssetKey] = {}
        for addition in self.additions:
            record = addition.record
            name = str(record["target_type"])
            values = _linked(edit, name, addition.values, made)
            id = edit.insert(name, values)
            made[record.id] = AssetKey(name, id)
            # What comes in later is compared with what went into the book now.
            found = from_text(record["found"])
            book = {n: found[n] if n == GEOMETRY else values.get(n) for n in found}
            edit.update(RECORD, record.id, record.version, {"target": f"{name}:{id}", "book": as_text(book)})
        for change in self.changes:
            of = change.asset
            edit.update(of.type, of.id, of.version, _linked(edit, of.type, change.values, made))
        _hand_over(edit, made)
        set_state(edit, self.records, ACCEPTED, actor)
        return edit.insert(
            ACCEPTANCE,
            {
                "campaign": self.campaign,
                "lot": self.lot,
                "accepted_at": format_instant(when),
                "accepted_by": actor,
                "records": len(self.records),
                "unsigned": self.unsigned or None,
                "reason": reason.strip() or None if self.unsigned else None,
            },
        )


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
    waiting = [r for r in find_many(register, RECORD, sorted(records), check) if r["state"] in WAITING]
    if not waiting:
        raise UserError(Message("census.nothing_to_accept"), Message("census.nothing_to_accept_hint"))
    unsigned = read_unsigned(register, campaign, waiting, check)
    targets = find_all_linked(register, [record["target"] for record in waiting], check)
    older = read_outdone(register, campaign.id)
    batch = _Batch(register, waiting, targets, unsigned, older)
    for record in waiting:
        batch.take(record)
    return batch.plan(campaign, lot)


class _Batch:
    """Records that are to be accepted, looked at one after the other."""

    def __init__(
        self,
        register: Register,
        waiting: Sequence[Asset],
        targets: Mapping[str, Asset],
        unsigned: Unsigned,
        older: Collection[int],
    ) -> None:
        self._register, self._waiting, self._targets = register, waiting, targets
        self._unsigned, self._older = unsigned, older
        self._admission = Admission(register, waiting)
        self._changes: dict[int, _Change] = {}
        self._additions: dict[int, _Addition] = {}
        self._clashes: list[Clash] = []
        self._missing: list[AssetKey] = []
        self._held: dict[int, Held] = {}

    def take(self, record: Asset) -> None:
        """Note what accepting a record would do."""
        name, target = str(record["target_type"]), self._targets.get(record["target"] or "")
        if name not in self._register.catalogue or not _is_readable(record):
            self._hold(record, Message("census.held_unreadable"))
            return
        if record.id in self._older:
            self._hold(record, Message("census.held_older"))
            return
        if record.id in self._unsigned.refused:
            self._hold(record, self._unsigned.refused[record.id])
            return
        asset_type = self._register.catalogue[name]
        if record["outcome"] == NEW and target is None:
            values = self._admitted(asset_type, record, _new_values(asset_type, record), None)
            self._additions[record.id] = _Addition(record, values)
        elif target is None:
            if record["outcome"] in SEEN:
                self._hold(record, Message("census.held_gone"))
        elif record["outcome"] == NOT_FOUND:
            self._missing.append(target.key)
        elif record["outcome"] in SEEN:
            values, against = _merged(asset_type, record, target)
            self._clashes += against
            values = self._admitted(asset_type, record, values, target.id) if values else values
            if values:
                self._changes[record.id] = _Change(target, values)

    def _admitted(
        self, asset_type: AssetType, record: Asset, values: Mapping[str, Any], id: int | None
    ) -> dict[str, Any]:
        taken = self._admission.values(asset_type, values, id)
        if isinstance(taken, Message):
            self._hold(record, taken)
            return {}
        return taken

    def _hold(self, record: Asset, why: Message) -> None:
        target = self._targets.get(str(record["target"] or ""))
        code = None if target is None else target.get("code")
        name = str(code or record["provisional_code"] or f"#{record.id}")
        self._held[record.id] = Held(record.id, name, why)

    def plan(self, campaign: Asset, lot: int | None) -> AcceptancePlan:
        """The plan for all that were taken. Raises ``UserError`` when every one has to wait."""
        order, lost = in_order(
            (id, each.values) for id, each in self._additions.items() if id not in self._held
        )
        gone = {*self._held, *lost}
        for record in self._waiting:
            change = self._changes.get(record.id)
            awaited = (
                {v.record for v in change.values.values() if isinstance(v, Awaited)} if change else set()
            )
            if record.id in lost or awaited & gone:
                self._hold(record, Message("census.held_new"))
        held = self._held
        taken = tuple(record.id for record in self._waiting if record.id not in held)
        if not taken:
            first = next(iter(held.values()))
            told = {"count": len(held), "names": (first.code,), "why": first.why}
            raise UserError(Message("census.accept_held", told), Message("census.accept_held_hint"))
        twins = read_twins(self._register, campaign.id) if order else ()
        return AcceptancePlan(
            Message("census.accepting", {"campaign": campaign["name"], "count": len(taken)}),
            campaign.id,
            lot,
            taken,
            tuple(change for id, change in self._changes.items() if id not in held),
            tuple(self._additions[id] for id in order),
            tuple(clash for clash in self._clashes if clash.record not in held),
            tuple(self._missing),
            tuple(held.values()),
            len({twin.record.id for twin in twins} & set(order)),
            {record.id: record.version for record in self._waiting if record.id not in held},
            len(self._unsigned.records.intersection(taken)),
            self._unsigned.lots,
        )


def _linked(
    edit: Edit, type_name: str, values: Mapping[str, Any], made: Mapping[int, AssetKey]
) -> dict[str, Any]:
    """The values with links to what was made just now."""
    asset_type, found = edit.catalogue[type_name], dict(values)
    for name, value in values.items():
        if isinstance(value, Awaited):
            link = asset_type.field_named(name)
            assert isinstance(link, LinkField)
            found[name] = as_link(link, made[value.record])
    return found


def _hand_over(edit: Edit, made: Mapping[int, AssetKey]) -> None:
    """Defects, orders and the like that hung on a record hang on its asset now; photos stay what they prove."""
    links = [f"{RECORD}:{id}" for id in made]
    for asset_type, link in edit.catalogue.linking_to(RECORD):
        if not link.several or "media_type" in asset_type:
            continue
        for first in range(0, len(links), _AT_ONCE):
            where = Compare(link.name, "in", tuple(links[first : first + _AT_ONCE]))
            for row in read.find(edit.store, edit.connection, Query(asset_type.name, where)):
                home = made[int(str(row[link.name]).partition(":")[2])]
                edit.update(row.type, row.id, row.version, {link.name: f"{home.type}:{home.id}"})


def _merged(asset_type: AssetType, record: Asset, target: Asset) -> tuple[dict[str, Any], list[Clash]]:
    logged, found = from_text(record["book"]), from_text(record["found"])
    values: dict[str, Any] = {}
    clashes = []
    held = {**target.values, GEOMETRY: as_wkt(target.geometry)}
    for name, value in found.items():
        if name not in asset_type or same(value, now := held.get(name)):
            continue
        if same(logged.get(name), now):
            values[name] = value
        else:
            clashes.append(Clash(record.id, target.key, name, logged.get(name), now, value))
    if record["outcome"] in (MOVED, NEW) and asset_type.shape == "point" and record.geometry is not None:
        values |= _place(record)
    return _with_shape(values), clashes


def _new_values(asset_type: AssetType, record: Asset) -> dict[str, Any]:
    values = {name: value for name, value in from_text(record["found"]).items() if name in asset_type}
    life = asset_type.lifetime
    if life.status is not None and values.get(life.status) is None:
        values[life.status] = life.alive
    return _with_shape(values) | (_place(record) if asset_type.shape == "point" else {})


def _is_readable(record: Asset) -> bool:
    """Whether its values are what the program writes: other programs may have put anything there."""
    if not all(map(is_object, (record["found"], record["book"]))):
        return False
    wkt = from_text(record["found"]).get(GEOMETRY)
    return wkt is None or (isinstance(wkt, str) and shapely.from_wkt(wkt, on_invalid="ignore") is not None)


def _with_shape(values: dict[str, Any]) -> dict[str, Any]:
    """Values with the shape that a record keeps as text."""
    wkt = values.get(GEOMETRY)
    return {**values, GEOMETRY: shapely.from_wkt(wkt)} if isinstance(wkt, str) else values


def _place(record: Asset) -> dict[str, Any]:
    names = ("geom", "position_origin", "position_accuracy_m")
    return {name: record.values[name] for name in names if record.values.get(name) is not None}
