"""Defects put right: an order for each, closed with a photo of how it looks afterwards, and looked at again later."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layers.census.fieldwork.logging import KINDS
from layers.census.links import find_many
from layers.census.listing import MOST_LISTED, codes_of_targets
from layers.census.words import DEFECT, ORDER, RECORD
from layers.editing.plan import Born, EditPlan, Insert, Update
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Compare
from layers.register import Register
from layers.text import Message, Title

#: States of a defect (closed list ``defect_state``) and of an order (``order_state``).
OPEN, ORDERED, REPAIRED, CLOSED = "open", "ordered", "repaired", "closed"
ORDER_OPEN, ORDER_SENT, ORDER_CLOSED = "open", "sent", "closed"
WAITS = (OPEN, ORDERED)
"""A defect in one of these is not put right."""
AFTER, PHOTO = "after", "photo"


@dataclass(frozen=True)
class DefectCase:
    """A defect with the code of its asset, the order raised for it, and who is responsible for that."""

    defect: Asset
    code: str
    order: Asset | None
    person: str

    @property
    def id(self) -> int:
        return self.defect.id

    @property
    def state(self) -> str:
        return str(self.defect["state"])

    def is_late(self, day: datetime.date) -> bool:
        """Whether its order was due before this day and it is not put right."""
        return self.state in WAITS and is_overdue(self.order, day)


def is_overdue(order: Asset | None, day: datetime.date) -> bool:
    """Whether an order was due before this day."""
    due = None if order is None else order["due_date"]
    return bool(due) and str(due) < day.isoformat()


def read_cases(register: Register, campaign: int | None) -> tuple[DefectCase, ...]:
    """The defects found in a campaign (None: all there are): what waits first, the worst first."""
    table = register.values(DEFECT, ("record", "severity", "state"))
    rows = zip(*(table[name].to_pylist() for name in ("fid", "record", "severity", "state")), strict=True)
    if campaign is not None:
        mine = set(
            register.values(RECORD, ("campaign",), Compare("campaign", "=", campaign))["fid"].to_pylist()
        )
        rows = (row for row in rows if row[1] in mine)  # type: ignore[assignment]
    ranked = sorted(rows, key=lambda row: (_rank(row[3]), -int(row[2] or 0), row[0]))
    ids = [row[0] for row in ranked[:MOST_LISTED]]
    found = {defect.id: defect for defect in find_many(register, DEFECT, sorted(ids))}
    defects = [found[id] for id in ids if id in found]
    codes = codes_of_targets(register, defects)
    orders = {o.id: o for o in find_many(register, ORDER, _linked(defects, "work_order"))}
    names = names_of(register, list(orders.values()))
    return tuple(
        DefectCase(
            defect,
            codes.get(str(defect["target"]), ""),
            order := orders.get(defect["work_order"] or 0),
            "" if order is None else names.get(order["person"] or 0, ""),
        )
        for defect in defects
    )


def names_of(register: Register, orders: Sequence[Asset]) -> dict[int, str]:
    """The names of those responsible for orders."""
    return {p.id: str(p["name"]) for p in find_many(register, "person", _linked(orders, "person"))}


def _linked(rows: Sequence[Asset], link: str) -> list[int]:
    return sorted({int(row[link]) for row in rows if row[link]})


def _rank(state: str) -> int:
    order = (ORDERED, OPEN, REPAIRED, CLOSED)
    return order.index(state) if state in order else len(order)


# ---- orders


def plan_order(
    register: Register, case: DefectCase, today: datetime.date, person: int | None, due: str | None = None
) -> EditPlan:
    """Raise an order for a defect that has none. Raises ``UserError`` when it has one, or is put right."""
    defect = case.defect
    if case.order is not None or case.state != OPEN:
        raise UserError(Message("repairs.ordered_already"), Message("repairs.ordered_already_hint"))
    entry = register.catalogue.code_lists[KINDS].get(defect["kind"])
    values = order_values(
        register, today, person, due, str(defect["target"]), defect["kind"] if entry is None else entry.title
    )
    label = Message("repairs.order_raised", {"code": case.code or str(defect["code"])})
    change = Update(DEFECT, defect.id, defect.version, {"state": ORDERED, "work_order": Born(0)})
    return EditPlan(label, (Insert(ORDER, values),), (change,))


def order_values(
    register: Register,
    today: datetime.date,
    person: int | None,
    due: str | None,
    target: str | None,
    task: Title | str,
    kind: str = "repair",
) -> dict[str, Any]:
    """The values of an order raised today; due as the company has it where no day is named."""
    days = register.setting("order_days")
    return {
        "kind": kind,
        "target": target,
        "task": task if isinstance(task, str) else task.zh,
        "state": ORDER_SENT if person is not None else ORDER_OPEN,
        "raised_date": str(today),
        "due_date": due or str(today + datetime.timedelta(days=days)),
        "person": person,
    }


# ---- put right


def plan_repair(
    register: Register, case: DefectCase, day: str, photos: int, remark: str, today: datetime.date
) -> EditPlan:
    """It is put right: the defect waits for being looked at again, its order is closed.

    ``photos``: how many of afterwards are attached in the same act. Raises ``UserError`` without one, for a day to come
    or before it was found, and for a defect that does not wait.
    """
    defect = case.defect
    if case.state not in WAITS:
        raise UserError(Message("repairs.not_waiting", {"state": _state(register, case)}))
    if photos < 1:
        raise UserError(Message("repairs.no_after_photo"), Message("repairs.no_after_photo_hint"))
    _refuse_day(day, today)
    if defect["found_date"] and day < str(defect["found_date"]):
        raise UserError(Message("repairs.before_found", {"day": str(defect["found_date"])}))
    values: dict[str, Any] = {"state": REPAIRED, "repaired_date": day}
    updates = [Update(DEFECT, defect.id, defect.version, values | _noted(defect, remark))]
    if case.order is not None:
        done = {"state": ORDER_CLOSED, "done_date": day}
        if case.order["raised_date"] and day < str(case.order["raised_date"]):
            # Mended before the order was written out.
            done["raised_date"] = day
        updates.append(Update(ORDER, case.order.id, case.order.version, done))
    label = Message("repairs.put_right", {"code": case.code, "kind": _kind(register, case)})
    return EditPlan(label, updates=tuple(updates))


def plan_look_again(
    register: Register,
    case: DefectCase,
    day: str,
    inspector: str,
    reason: str,
    today: datetime.date,
    *,
    is_right: bool,
) -> EditPlan:
    """Look at it again: it is right and closed, or opened anew with its order, due as from today.

    Raises ``UserError`` for a defect that was not put right, for a day before that or to come, and when it is opened
    again without a word why.
    """
    defect = case.defect
    if case.state != REPAIRED:
        raise UserError(Message("repairs.not_repaired", {"state": _state(register, case)}))
    _refuse_day(day, today)
    if defect["repaired_date"] and day < str(defect["repaired_date"]):
        raise UserError(Message("repairs.before_repaired", {"day": str(defect["repaired_date"])}))
    told = {"code": case.code, "kind": _kind(register, case)}
    if is_right:
        values: dict[str, Any] = {"state": CLOSED, "closed_date": day, "closed_by": inspector or None}
        change = Update(DEFECT, defect.id, defect.version, values | _noted(defect, reason))
        return EditPlan(Message("repairs.confirmed", told), updates=(change,))
    if not reason.strip():
        raise UserError(Message("repairs.reason_missing"), Message("repairs.reason_missing_hint"))
    anew = {"state": OPEN if case.order is None else ORDERED, "repaired_date": None}
    updates = [Update(DEFECT, defect.id, defect.version, anew | _noted(defect, reason))]
    if case.order is not None:
        due = today + datetime.timedelta(days=register.setting("order_days"))
        values = {"state": ORDER_SENT, "done_date": None, "due_date": str(due)}
        updates.append(Update(ORDER, case.order.id, case.order.version, values | _noted(case.order, reason)))
    return EditPlan(Message("repairs.reopened", told), updates=tuple(updates))


def photos_of(register: Register, defect: Asset) -> tuple[tuple[Asset, ...], tuple[Asset, ...]]:
    """The attachments that show a defect before and after it was put right; before: of its record where it has none."""
    own = register.attachments(DEFECT, defect.id)
    after = tuple(each for each in own if each["kind"] == AFTER)
    before = [each for each in own if each["kind"] != AFTER]
    if not before and defect["record"]:
        before = [e for e in register.attachments(RECORD, int(defect["record"])) if e["kind"] == PHOTO]
    return tuple(before), after


def _refuse_day(day: str, today: datetime.date) -> None:
    if not day or day > today.isoformat():
        raise UserError(Message("repairs.day_to_come"))


def _noted(asset: Asset, remark: str) -> dict[str, Any]:
    """A word added to the remark, which stays."""
    words = remark.strip()
    return {"remark": "\n".join(part for part in (asset["remark"], words) if part)} if words else {}


def _kind(register: Register, case: DefectCase) -> Title | str:
    entry = register.catalogue.code_lists[KINDS].get(case.defect["kind"])
    return str(case.defect["kind"]) if entry is None else entry.title


def _state(register: Register, case: DefectCase) -> Title | str:
    entry = register.catalogue.code_lists["defect_state"].get(case.state)
    return case.state if entry is None else entry.title
