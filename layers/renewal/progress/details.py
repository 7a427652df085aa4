"""What the page of one project shows beside its figures: its rows as they were read, with their versions."""

from __future__ import annotations

from dataclasses import dataclass

from layers.model.asset import Asset
from layers.model.query import Compare, Order, Query
from layers.register import Register

#: So many of each are shown on the page; the table has the rest.
SHOWN = 400


@dataclass(frozen=True)
class Details:
    """A project with what belongs to it, the newest first."""

    project: Asset
    milestones: tuple[Asset, ...]
    logs: tuple[Asset, ...]
    contracts: tuple[Asset, ...]
    visits: tuple[Asset, ...]
    findings: tuple[Asset, ...]
    documents: tuple[Asset, ...]
    sections: tuple[Asset, ...]
    budget: tuple[Asset, ...]
    counts: dict[str, int]


def read_details(register: Register, project: int) -> Details | None:
    """Read a project with its rows; None when it is gone."""
    asset = register.get("project", project)
    if asset is None:
        return None
    counts: dict[str, int] = {}

    def rows(type_name: str, order: str) -> tuple[Asset, ...]:
        where = Compare("project", "=", project)
        found = register.find(Query(type_name, where, order=(Order(order, descending=True),), limit=SHOWN))
        counts[type_name] = len(found) if len(found) < SHOWN else register.count(Query(type_name, where))
        return tuple(found)

    visits = rows("supervision_visit", "visit_date")
    findings: list[Asset] = []
    if visits:
        ids = tuple(visit.id for visit in visits)
        findings = register.find(Query("visit_finding", Compare("visit", "in", ids), limit=SHOWN))
    return Details(
        asset,
        rows("milestone", "stage"),
        rows("daily_log", "work_date"),
        rows("contract", "signed_date"),
        visits,
        tuple(findings),
        rows("project_document", "document_date"),
        rows("section", "code"),
        rows("budget_item", "name"),
        counts,
    )
