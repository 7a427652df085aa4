"""Logging: what somebody saw of one target becomes its record, its defects and the orders they call for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.census.links import find_linked
from layers.census.values import as_text, book_values, differing_of
from layers.census.words import (
    AGAIN,
    DEFECT,
    INACCESSIBLE,
    MOVED,
    NEW,
    ORDER,
    PLANNED,
    RECORD,
    SEEN,
    VISITED,
)
from layers.editing.plan import Born, EditPlan, Insert, Update
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType, Catalogue
from layers.model.code_list import CodeEntry
from layers.model.fields import format_instant
from layers.register import Register
from layers.text import Message, Title

KINDS = "defect_kind"
TO_LOG = (PLANNED, VISITED, AGAIN)
"""States of a record in which what was seen can be written: nobody has signed it off or decided on it."""
ResponsibleOf = Callable[[AssetKey], int | None]
"""The id of the person who looks after an asset today; None where nobody does."""
ResponsibleAt = Callable[[BaseGeometry], int | None]
"""The same of a place, for what is not in the book."""


@dataclass(frozen=True)
class SeenDefect:
    """A defect as it was seen; ``severity`` None takes that of its kind."""

    kind: str
    severity: int | None = None
    remark: str | None = None


@dataclass(frozen=True)
class Logged:
    """What was seen of a target. ``found`` holds only the fields that were looked at.

    ``place`` is where it was found, metres in the register's CRS; ``photos`` how many are attached in the same act.
    """

    outcome: str
    found: Mapping[str, Any] = field(default_factory=dict)
    place: BaseGeometry | None = None
    position_origin: str | None = None
    position_accuracy_m: float | None = None
    defects: tuple[SeenDefect, ...] = ()
    photos: int = 0
    remark: str | None = None
    surveyor: int | None = None
    finder: str | None = None
    seconds: float | None = None


def defect_kinds(catalogue: Catalogue, type_name: str) -> tuple[CodeEntry, ...]:
    """The kinds of defects that assets of a type can have."""
    entries = catalogue.code_lists[KINDS].entries
    return tuple(entry for entry in entries if entry.active and _is_for(entry, type_name))


def plan_log(
    register: Register,
    record: Asset,
    logged: Logged,
    when: datetime.datetime,
    fields: Sequence[str],
    responsible_of: ResponsibleOf = lambda _: None,
    responsible_at: ResponsibleAt = lambda _: None,
) -> EditPlan:
    """Fill in a record (again, as long as it is not decided). ``fields``: the campaign's form of its type.

    The book is not touched. A defect as severe as the setting says raises an order for whoever looks after the asset.
    Raises ``UserError`` for a record that is signed off or decided, values no field takes, values of something that
    was not seen, a place missing for a new asset, a severe defect without a photo, and a target that could not be
    reached without a word why.
    """
    asset_type = register.catalogue[record["target_type"]]
    target = find_linked(register, record["target"])
    if record["state"] not in TO_LOG:
        entry = register.catalogue.code_lists["record_state"].get(record["state"])
        told = {"code": _code(record, target), "state": record["state"] if entry is None else entry.title}
        raise UserError(Message("census.log_decided", told), Message("census.log_decided_hint"))
    _refuse(register, asset_type, logged)
    book = {} if target is None else book_values(target, tuple(fields))
    values: dict[str, Any] = {
        "state": VISITED,
        "outcome": logged.outcome,
        "found": as_text(logged.found) if logged.found else None,
        "book": as_text(book) if book else None,
        "differing": differing_of(asset_type, book, logged.found),
        "surveyor": logged.surveyor,
        "logged_at": format_instant(when),
        "seconds": logged.seconds,
        "remark": logged.remark,
    }
    if logged.place is not None:
        values |= {
            "geom": logged.place,
            "position_origin": logged.position_origin,
            "position_accuracy_m": logged.position_accuracy_m,
        }
    label = Message(
        "census.logged",
        {"type": asset_type.title, "code": _code(record, target), "outcome": _outcome(register, logged)},
    )
    home = record.key if target is None else target.key
    place = logged.place or record.geometry
    inserts = _defects(
        register,
        f"{home.type}:{home.id}",
        record.id,
        logged,
        when.date(),
        lambda: _whose(target, place, responsible_of, responsible_at),
        before=0,
    )
    return EditPlan(label, tuple(inserts), (Update(RECORD, record.id, record.version, values),))


def plan_new(
    register: Register,
    campaign: int,
    lot: int | None,
    type_name: str,
    logged: Logged,
    when: datetime.datetime,
    provisional_code: str,
    responsible_at: ResponsibleAt = lambda _: None,
) -> EditPlan:
    """A record of an asset that is not in the book, under a provisional code; the first that the plan makes.

    Its defects hang on the record until that is accepted. Raises ``UserError`` as ``plan_log``.
    """
    asset_type = register.catalogue[type_name]
    _refuse(register, asset_type, logged)
    values = {
        "campaign": campaign,
        "lot": lot,
        "target_type": type_name,
        "state": VISITED,
        "outcome": NEW,
        "found": as_text(logged.found),
        "provisional_code": provisional_code,
        "surveyor": logged.surveyor,
        "logged_at": format_instant(when),
        "seconds": logged.seconds,
        "remark": logged.remark,
        "geom": logged.place,
        "position_origin": logged.position_origin,
        "position_accuracy_m": logged.position_accuracy_m,
    }
    label = Message("census.logged_new", {"type": asset_type.title, "code": provisional_code})
    place, made = logged.place, Born(0)
    assert place is not None, "refused before"
    defects = _defects(register, made, made, logged, when.date(), lambda: responsible_at(place), before=1)
    return EditPlan(label, (Insert(RECORD, values), *defects))


def _whose(
    target: Asset | None, place: BaseGeometry | None, of: ResponsibleOf, at: ResponsibleAt
) -> int | None:
    if target is not None:
        return of(target.key)
    return None if place is None else at(place)


def _code(record: Asset, target: Asset | None) -> str:
    return str((target or record).get("code") or record.get("provisional_code") or "")


def _outcome(register: Register, logged: Logged) -> Any:
    entry = register.catalogue.code_lists["census_outcome"].get(logged.outcome)
    return logged.outcome if entry is None else entry.title


def _is_for(entry: CodeEntry, type_name: str) -> bool:
    names = str(entry.value("for_types") or "").replace(",", " ").split()
    return not names or type_name in names


def _refuse(register: Register, asset_type: AssetType, logged: Logged) -> None:
    if logged.outcome not in SEEN and (logged.found or logged.defects):
        raise UserError(Message("census.unseen_values"), Message("census.unseen_values_hint"))
    if logged.outcome in (NEW, MOVED) and logged.place is None:
        raise UserError(Message("census.no_found_place"), Message("census.no_found_place_hint"))
    if logged.outcome == INACCESSIBLE and not (logged.remark or "").strip():
        raise UserError(Message("census.why_not"), Message("census.why_not_hint"))
    refuse_values(asset_type, logged.found)
    least = register.setting("defect_photo_severity")
    kinds = register.catalogue.code_lists[KINDS]
    for defect in logged.defects:
        if _severity(kinds.get(defect.kind), defect) >= least and not logged.photos:
            entry = kinds.get(defect.kind)
            title: Title | str = defect.kind if entry is None else entry.title
            raise UserError(
                Message("census.photo_missing", {"defect": title, "severity": least}),
                Message("census.photo_missing_hint"),
            )


def refuse_values(asset_type: AssetType, found: Mapping[str, Any]) -> None:
    """Raises ``UserError`` for the first value that its field cannot have."""
    for name, value in found.items():
        problem = next((p for p in asset_type.field_named(name).check(value) if p.severity == "error"), None)
        if problem is not None:
            raise UserError(problem.message, Message("census.correct_hint"))


def _severity(entry: CodeEntry | None, defect: SeenDefect) -> int:
    return int(defect.severity or (entry.value("severity") if entry is not None else None) or 1)


def _defects(
    register: Register,
    target: str | Born,
    record: int | Born,
    logged: Logged,
    today: datetime.date,
    person: Callable[[], int | None],
    before: int,
) -> list[Insert]:
    """The defects, each with its order where it is severe: the order stands before the defect that links to it.

    ``before``: how many other inserts the plan has before these.
    """
    kinds, least = register.catalogue.code_lists[KINDS], register.setting("defect_photo_severity")
    days = register.setting("order_days")
    found: list[Insert] = []
    for defect in logged.defects:
        entry = kinds.get(defect.kind)
        severity = _severity(entry, defect)
        values: dict[str, Any] = {
            "target": target,
            "record": record,
            "kind": defect.kind,
            "severity": severity,
            "found_date": str(today),
            "finder": logged.finder,
            "state": "open",
            "remark": defect.remark,
        }
        if severity >= least:
            found.append(
                Insert(
                    ORDER,
                    {
                        "kind": "repair",
                        "target": target,
                        "task": defect.kind if entry is None else entry.title.zh,
                        "state": "open",
                        "raised_date": str(today),
                        "due_date": str(today + datetime.timedelta(days=days)),
                        "person": person(),
                    },
                )
            )
            values |= {"work_order": Born(before + len(found) - 1), "state": "ordered"}
        found.append(Insert(DEFECT, values))
    return found
