"""What somebody saw in passing (全员查明漏): noted in a moment, turned into an order, dealt with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.census.fieldwork.repairs import CLOSED, ORDER_CLOSED, is_overdue, names_of, order_values
from layers.census.links import find_many
from layers.census.listing import codes_of_targets
from layers.census.words import ORDER, REPORT
from layers.editing.plan import Born, EditPlan, Insert, Update
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.fields import format_instant
from layers.model.query import Order, Query
from layers.register import Register
from layers.text import Message, Title

KINDS = "report_kind"
REPORTED, CONFIRMED, UNFOUNDED = "open", "confirmed", "unfounded"
"""States of a report (closed list ``report_state``) beside ``closed``."""
WAITS = (REPORTED, CONFIRMED)
_ORDER_CANCELLED = "cancelled"
_MOST = 2000


@dataclass(frozen=True)
class Seen:
    """What was seen: the code of its kind, where (metres in the register's CRS), when and by whom."""

    kind: str | None
    place: BaseGeometry | None
    when: datetime.datetime
    finder: str | None = None
    words: str | None = None
    target: AssetKey | None = None


@dataclass(frozen=True)
class ReportCase:
    """A report with the code of the asset it names, its order and who is responsible for that."""

    report: Asset
    code: str
    order: Asset | None
    person: str

    @property
    def id(self) -> int:
        return self.report.id

    @property
    def state(self) -> str:
        return str(self.report["state"])

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITS

    def is_late(self, day: datetime.date) -> bool:
        """Whether its order was due before this day and it is not dealt with."""
        return self.is_waiting and is_overdue(self.order, day)


def plan_report(register: Register, seen: Seen, now: datetime.datetime) -> EditPlan:
    """Note it. Raises ``UserError`` without a kind or a place, and for a moment to come."""
    entry = register.catalogue.code_lists[KINDS].get(seen.kind) if seen.kind else None
    if entry is None:
        raise UserError(Message("sighting.no_kind"), Message("sighting.no_kind_hint"))
    if seen.place is None:
        raise UserError(Message("sighting.no_place"), Message("sighting.no_place_hint"))
    if seen.when > now + datetime.timedelta(minutes=5):
        raise UserError(Message("sighting.to_come"), Message("sighting.to_come_hint"))
    values: dict[str, Any] = {
        "kind": entry.code,
        "finder": seen.finder,
        "found_at": format_instant(seen.when),
        "seen": seen.words,
        "target": None if seen.target is None else f"{seen.target.type}:{seen.target.id}",
        "state": REPORTED,
        "geom": seen.place,
    }
    given = {name: value for name, value in values.items() if value is not None}
    return EditPlan(Message("sighting.noted", {"kind": entry.title}), (Insert(REPORT, given),))


def read_reports(register: Register) -> tuple[ReportCase, ...]:
    """All reports: what waits first, the newest first."""
    found = register.find(Query(REPORT, order=(Order("found_at", descending=True),), limit=_MOST))
    orders = {
        order.id: order
        for order in find_many(register, ORDER, sorted({r["work_order"] for r in found if r["work_order"]}))
    }
    codes, names = codes_of_targets(register, found), names_of(register, list(orders.values()))
    cases = [
        ReportCase(
            report,
            codes.get(str(report["target"]), ""),
            order := orders.get(report["work_order"] or 0),
            "" if order is None else names.get(order["person"] or 0, ""),
        )
        for report in found
    ]
    return tuple(sorted(cases, key=lambda case: not case.is_waiting))


def plan_report_order(
    register: Register, case: ReportCase, today: datetime.date, person: int | None
) -> EditPlan:
    """It is true and somebody has to go there. Raises ``UserError`` when it has an order or is dealt with."""
    report = case.report
    if case.order is not None or not case.is_waiting:
        raise UserError(Message("sighting.ordered_already"), Message("repairs.ordered_already_hint"))
    title = _title(register, case)
    words = title if isinstance(title, str) else title.zh
    task = f"{words} {report['seen']}" if report["seen"] else words
    values = order_values(register, today, person, None, report["target"], task[:400])
    change = Update(REPORT, report.id, report.version, {"state": CONFIRMED, "work_order": Born(0)})
    label = Message("sighting.order_raised", {"code": str(report["code"])})
    return EditPlan(label, (Insert(ORDER, values),), (change,))


def plan_report_closed(
    register: Register, case: ReportCase, day: str, result: str, today: datetime.date, *, is_true: bool
) -> EditPlan:
    """It is dealt with, or there was nothing: its order ends too.

    Raises ``UserError`` without a word what came of it, and for a day to come.
    """
    report = case.report
    if not case.is_waiting:
        raise UserError(Message("sighting.closed_already"), Message("sighting.closed_already_hint"))
    if not result.strip():
        raise UserError(Message("sighting.no_result"), Message("sighting.no_result_hint"))
    if not day or day > today.isoformat():
        raise UserError(Message("repairs.day_to_come"))
    state = CLOSED if is_true else UNFOUNDED
    values = {"state": state, "closed_date": day, "result": result.strip()}
    updates = [Update(REPORT, report.id, report.version, values)]
    if case.order is not None and case.order["state"] not in (ORDER_CLOSED, _ORDER_CANCELLED):
        ended: dict[str, Any] = {"state": ORDER_CLOSED, "done_date": day}
        if not is_true:
            ended = {"state": _ORDER_CANCELLED}
        updates.append(Update(ORDER, case.order.id, case.order.version, ended))
    label = Message(f"sighting.{state}", {"code": str(report["code"]), "kind": _title(register, case)})
    return EditPlan(label, updates=tuple(updates))


def _title(register: Register, case: ReportCase) -> Title | str:
    entry = register.catalogue.code_lists[KINDS].get(case.report["kind"])
    return str(case.report["kind"]) if entry is None else entry.title
