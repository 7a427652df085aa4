"""Due dates of projects: what is planned or to be put right and not done yet, with the day it is due."""

from __future__ import annotations

import hashlib
from typing import Any

from layers.model import edtf
from layers.model.due_date import DueDate
from layers.model.query import Query
from layers.register import Register
from layers.text import Message, Title


def due_dates(
    register: Register, *, manager: int | None = None, projects: tuple[int, ...] | None = None
) -> tuple[DueDate, ...]:
    """Of open projects: milestones without a date, ends that contracts agree on, findings to be put right; by day.

    A plan for a month is due on its last day. ``manager``: what this person's projects and own milestones ask for.
    ``projects``: only those. Nothing of persons is told.
    """
    roads = {road.id: road["name"] for road in register.find(Query("road", fields=("name",)))}
    homes = {home.id: home["name"] for home in register.find(Query("community", fields=("name",)))}
    known = {
        each.id: each
        for each in register.find(Query("project"))
        if each["state"] in (None, "open") and (projects is None or each.id in projects)
    }
    found: list[DueDate] = []

    def add(kind: str, asset: Any, date: str | None, project: int, title: str, said: dict[str, Any]) -> None:
        day, of = edtf.latest(date), known.get(project)
        if day is None or of is None:
            return
        words: dict[str, Any] = {"project": of["name"], **said}
        place = homes.get(of["community"]) or roads.get(of["road"])
        notes = (Message("due.project", {"project": of["name"], "code": of["code"]}),)
        found.append(
            DueDate(kind, asset.id, asset.version, day, Message(title, words), notes, project, place)
        )

    def is_asked(project: int, owner: int | None = None) -> bool:
        of = known.get(project)
        return manager is None or manager == owner or (of is not None and of["manager"] == manager)

    stages = register.catalogue.code_lists["project_stage"]
    for each in register.find(Query("milestone")):
        if each["actual_date"] is None and is_asked(each["project"], each["owner"]):
            entry = stages.get(each["stage"])
            stage = Title(each["stage"], each["stage"]) if entry is None else entry.title
            add("milestone", each, each["planned_date"], each["project"], "due.milestone", {"stage": stage})
    for each in register.find(Query("contract")):
        if is_asked(each["project"]):
            said = {"number": each["number"] or each["code"]}
            add("contract", each, each["planned_finish"], each["project"], "due.contract", said)
    visited = {v.id: v["project"] for v in register.find(Query("supervision_visit", fields=("project",)))}
    items = register.catalogue.code_lists["checklist_item"]
    for each in register.find(Query("visit_finding")):
        project = visited.get(each["visit"], 0)
        if each["rechecked_date"] is None and is_asked(project):
            entry = items.get(each["item"])
            item = Title(each["item"], each["item"]) if entry is None else entry.title
            add("visit_finding", each, each["rectify_by"], project, "due.finding", {"item": item})
    return tuple(sorted(found, key=lambda due: (due.day, due.project or 0, due.kind, due.id)))


def lasting_name(register: Register) -> str:
    """What the register is known by wherever its file lies: its making."""
    made = register.changes_after(0, 1)
    said = f"{made[0].at if made else ''}|{register.crs}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
