"""What those who check found, beside what the team had found; and the word over a lot: signed off, or sent back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.census.deciding import decide
from layers.census.fieldwork.logging import refuse_values
from layers.census.links import find_all_linked, find_linked
from layers.census.meanwhile import refuse_others
from layers.census.quality.sampling import SIGNED, CheckRow, SampleBook, is_of_crew, is_signed
from layers.census.values import as_text, differences, told_in
from layers.census.words import (
    AGAIN,
    CHECK,
    CHECKED,
    INACCESSIBLE,
    LOT,
    NOT_FOUND,
    RECORD,
    SEEN,
    VISITED,
    WAITING,
)
from layers.editing.plan import EditPlan, Update
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.fields import format_instant
from layers.model.query import All, Compare, Condition, Query
from layers.register import Edit, Register
from layers.text import Message

OUTCOME = "outcome"
OUT, SIGNED_OFF = "out", "checked"
"""States of a lot."""


@dataclass(frozen=True)
class CheckSeen:
    """What was seen at a check. ``found`` holds only the fields looked at; ``place`` is where it lies, in metres."""

    outcome: str
    found: Mapping[str, Any] = field(default_factory=dict)
    place: BaseGeometry | None = None
    checker: int | None = None
    remark: str | None = None


def team_values(record: Asset, target: Asset | None = None) -> dict[str, Any]:
    """What the team says of an asset: what it found, and where it entered nothing what the book said."""
    book = dict(target.values) if target is not None else {}
    return {**book, **told_in(record["book"]), **told_in(record["found"])}


def plan_check(
    register: Register, book: SampleBook, row: CheckRow, seen: CheckSeen, day: datetime.date
) -> EditPlan:
    """Fill in a check, again as long as the lot is not signed off.

    Without a new place the distance measured before stays.
    Raises ``UserError`` for a checker who surveyed here or is not named, for a record that is to be visited again,
    for values no field takes, for an excavation without a position, and for no access without a word why.
    """
    record, asset_type = row.record, register.catalogue[row.record["target_type"]]
    if is_signed(book):
        raise UserError(Message("quality.signed_already"), Message("quality.signed_hint"))
    if seen.checker is None:
        raise UserError(Message("quality.no_checker"), Message("quality.no_checker_hint"))
    if is_of_crew(book, seen.checker):
        raise UserError(Message("quality.own_team"), Message("quality.own_team_hint"))
    if record["state"] == AGAIN:
        raise UserError(Message("quality.visited_again", {"code": row.code}), Message("quality.draw_hint"))
    refuse_values(asset_type, seen.found)
    if seen.outcome == INACCESSIBLE and not (seen.remark or "").strip():
        raise UserError(Message("census.why_not"), Message("census.why_not_hint"))
    is_there = seen.outcome in SEEN
    kept = row.check["distance_m"] if seen.place is None and not row.is_outdated else None
    if row.kind == "excavation" and is_there and seen.place is None and kept is None:
        raise UserError(Message("quality.dug_without_place"), Message("quality.dug_without_place_hint"))
    wrong = wrong_fields(register, record, seen)
    distance = (_distance(record, seen) if kept is None else kept) if is_there else None
    reached = seen.outcome != INACCESSIBLE
    is_wrong = bool(wrong) or (distance or 0.0) > book.limit_m
    values: dict[str, Any] = {
        "outcome": seen.outcome,
        "found": as_text(seen.found) if seen.found and is_there else None,
        "checker": seen.checker,
        "checked_date": str(day),
        "distance_m": distance,
        "differences": len(wrong) if reached else None,
        "differing": ",".join(wrong) or None,
        "result": ("wrong" if is_wrong else "right") if reached else None,
        "logged_at": record["logged_at"],
        "remark": seen.remark,
    }
    label = Message("quality.checked", {"type": asset_type.title, "code": row.code})
    return EditPlan(label, updates=(Update(CHECK, row.id, row.check.version, values),))


def wrong_fields(register: Register, record: Asset, seen: CheckSeen) -> tuple[str, ...]:
    """The fields in which the team was wrong; ``outcome`` where it found what is not there, or did not find what is."""
    if seen.outcome == INACCESSIBLE:
        return ()
    says_there, is_there = record["outcome"] in SEEN, seen.outcome in SEEN
    if record["outcome"] != INACCESSIBLE and says_there != is_there:
        return (OUTCOME,)
    if not (says_there and is_there):
        return ()
    asset_type, target = register.catalogue[record["target_type"]], find_linked(register, record["target"])
    return tuple(each.field for each in differences(asset_type, team_values(record, target), seen.found))


def _distance(record: Asset, seen: CheckSeen) -> float | None:
    if seen.place is None or record.geometry is None or record["outcome"] in (NOT_FOUND, INACCESSIBLE):
        return None
    return round(float(seen.place.distance(record.geometry)), 3)


def why_no_sign_off(book: SampleBook, actor: int | None) -> Message | None:
    """Why it cannot be signed off now; None when it can."""
    if is_signed(book):
        return Message("quality.signed_already")
    if is_of_crew(book, actor):
        return Message("quality.own_team")
    match book.standing:
        case "not_drawn":
            return Message("quality.not_drawn")
        case "open":
            return Message("quality.checks_open", {"count": len(book.undone)})
        case "draw_again":
            return Message("quality.must_draw_again")
        case "fails":
            return Message("quality.must_go_back")
    if book.left:
        return Message("quality.not_all_logged", {"count": book.left})
    if book.is_small:
        wanted = sum(book.to_draw(kind) for kind in book.quality)
        return Message("quality.sample_small", {"logged": len(book.logged), "count": wanted})
    return None


@dataclass(frozen=True)
class LotWord:
    """A word over lots and their records: ``apply`` says it within an edit called ``label``."""

    label: Message
    lots: tuple[Update, ...]
    records: tuple[int, ...]
    state: str
    reason: str

    def apply(self, edit: Edit, actor: str) -> None:
        """Do it. Raises ``Conflict`` when a lot changed since, ``UserError`` when others sent a record back or decided
        on it."""
        for lot in self.lots:
            edit.update(lot.type, lot.id, lot.version, lot.values)
        if self.state == AGAIN:
            decide(edit, self.records, AGAIN, actor, self.reason)
        else:
            refuse_others(edit, self.records, (VISITED,))
            edit.update_many(RECORD, np.asarray(self.records, np.int64), {"state": self.state})


def plan_sign_off(
    register: Register, book: SampleBook, when: datetime.datetime, actor: str, person: int | None, remark: str
) -> LotWord:
    """Sign a lot off: it and its records are checked. Raises ``UserError`` with the reason why it cannot be.

    Records arrive all the time: made within the act that applies it, it judges what there is.
    """
    refusal = why_no_sign_off(book, person)
    if refusal is not None:
        raise UserError(refusal, Message("quality.sign_hint"))
    values = {
        "state": SIGNED_OFF,
        "checked_at": format_instant(when),
        "checked_by": actor,
        "check_note": remark.strip() or None,
    }
    lots = tuple(Update(LOT, lot.id, lot.version, values) for lot in book.lots if lot["state"] not in SIGNED)
    label = Message("quality.signed", {"name": name_of(book)})
    return LotWord(label, lots, _records(register, book, (VISITED,)), CHECKED, "")


def plan_send_back(register: Register, book: SampleBook, reason: str) -> LotWord:
    """Send what failed back into the field: every record that is not decided is to be visited again.

    Raises ``UserError`` without a reason, and for a lot that did not fail.
    """
    if book.standing not in ("fails", "draw_again"):
        raise UserError(Message("quality.not_failed"), Message("quality.not_failed_hint"))
    if not reason.strip():
        raise UserError(Message("census.reason_missing"), Message("census.reason_missing_hint"))
    lots = tuple(Update(LOT, lot.id, lot.version, {"state": OUT}) for lot in book.lots)
    label = Message("quality.sent_back", {"name": name_of(book)})
    return LotWord(label, lots, _records(register, book, WAITING), AGAIN, reason)


def name_of(book: SampleBook) -> str:
    """What is checked, by its name."""
    return str((book.campaign if book.lot is None else book.lot)["name"])


def _records(register: Register, book: SampleBook, states: tuple[str, ...]) -> tuple[int, ...]:
    conditions: list[Condition] = [Compare("campaign", "=", book.campaign.id), Compare("state", "in", states)]
    if book.lot is not None:
        conditions.append(Compare("lot", "=", book.lot.id))
    return tuple(register.values(RECORD, ("state",), All(tuple(conditions)))["fid"].to_pylist())


def read_person(register: Register, name: str) -> int | None:
    """The id of the person of a name; None where nobody, or more than one, is called so."""
    found = register.find(Query("person", Compare("name", "=", name), limit=2)) if name else []
    return found[0].id if len(found) == 1 else None


def read_checkers(register: Register, book: SampleBook) -> tuple[tuple[int, str], ...]:
    """Who may check here: persons at work who are of no team that surveyed."""
    people = [p for p in register.find(Query("person")) if p["active"] is not False and p.id not in book.crew]
    return tuple((person.id, str(person["name"])) for person in people)


def read_targets_of(register: Register, rows: tuple[CheckRow, ...]) -> dict[str, Asset]:
    """The assets of the book that checks are of, by link."""
    return find_all_linked(register, [row.record["target"] for row in rows])
