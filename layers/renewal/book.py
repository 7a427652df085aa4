"""What figures are computed from, read from the register once: rows of each type by project, and pipes as arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.feedback import Feedback
from layers.model.query import AnyOf, Compare, Condition, Query
from layers.register import Register
from layers.renewal.converted import HouseholdMeters, read_household_meters
from layers.renewal.pipes import PipeArrays, read_pipes
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import CONVERSION, stage_list_of

Values = Mapping[str, Any]
ID = "fid"
MANY_ROWS = 20_000

#: Types whose rows belong to a project, and what is asked of them.
OF_PROJECT: Mapping[str, tuple[str, ...]] = {
    "milestone": ("stage", "section", "planned_date", "actual_date", "owner", "evidence", "reason"),
    "daily_log": ("section", "work_date", "work", "dn", "metres"),
    "contract": ("contractor", "value", "paid", "signed_date", "planned_finish"),
    "budget_item": ("price_item", "quantity", "unit_price"),
    "section": ("code", "name", "contractor", "planned_start", "planned_finish"),
    "supervision_visit": ("visit_date",),
}
PROJECT_FIELDS = (
    "code", "name", "kind", "state", "programme", "road", "community", "manager", "planned_start", "planned_finish",
    "planned_length", "as_built_length", "settlement_length", "budget", "settled_cost", "fund_source", "households",
    "households_signed", "completed_date",
)  # fmt: skip
PROGRAMME_FIELDS = (
    "code", "name", "kind", "first_year", "last_year", "target_length", "target_households", "target_communities",
    "budget",
)  # fmt: skip


@dataclass(frozen=True)
class ProjectRows:
    """Rows of the projects and of what hangs on them; each has its id as ``fid``."""

    projects: Mapping[int, Values]
    of_project: Mapping[str, Mapping[int, Sequence[Values]]]
    """By type, by project."""
    findings: Mapping[int, Sequence[Values]]
    """By visit."""
    unit_prices: Mapping[int, float]
    programmes: Mapping[int, Values]
    household_meters: HouseholdMeters = field(default_factory=HouseholdMeters)

    def rows(self, type: str, project: int) -> Sequence[Values]:
        """The rows of a type that belong to a project."""
        return self.of_project[type].get(project, ())


def read_projects(
    register: Register, ids: Collection[int] | None = None, feedback: Feedback | None = None
) -> ProjectRows:
    """The rows of all projects, or of these."""
    feedback = feedback or Feedback()
    projects = _projects(register, ids)
    of_project = {}
    for number, (type, fields) in enumerate(OF_PROJECT.items()):
        feedback.progress(number / len(OF_PROJECT))
        of_project[type] = _by("project", _read(register, type, ("project", *fields), _in("project", ids)))
    visits = [v[ID] for rows in of_project["supervision_visit"].values() for v in rows]
    finding_fields = ("visit", "deduction", "rectify_by", "rechecked_date")
    findings = _read(register, "visit_finding", finding_fields, _in("visit", None if ids is None else visits))
    programmes = _read(register, "programme", PROGRAMME_FIELDS, None)
    prices = _read(register, "price_item", ("unit_price",), None)
    return ProjectRows(
        {row[ID]: row for row in projects},
        of_project,
        _by("visit", findings),
        {row[ID]: row["unit_price"] for row in prices if row["unit_price"] is not None},
        {row[ID]: row for row in programmes},
        read_household_meters(register, _converted(register, projects)),
    )


def _converted(register: Register, projects: Sequence[Values]) -> set[int]:
    """The communities whose conversion is under way: those done are no longer counted by their meters."""
    return {
        row["community"]
        for row in projects
        if row["community"] is not None
        and row["state"] != "completed"
        and stage_list_of(register, row["kind"]) == CONVERSION
    }


def read_project_pipes(
    register: Register,
    settings: RenewalSettings,
    ids: Collection[int] | None = None,
    feedback: Feedback | None = None,
) -> PipeArrays:
    """The pipes that projects lay or retire, with their drawn lengths."""
    if ids is None:
        where: Condition = AnyOf(
            (Compare("project_in", "is not null"), Compare("project_out", "is not null"))
        )
    else:
        chosen = tuple(ids)
        where = AnyOf((Compare("project_in", "in", chosen), Compare("project_out", "in", chosen)))
    return read_pipes(register, settings, where, feedback, few=ids is not None)


def _read(
    register: Register, type: str, fields: tuple[str, ...], where: Condition | None
) -> list[dict[str, Any]]:
    """A few thousand rows are read here, all of many in the worker, so that no window stutters."""
    in_worker = where is None and register.count(type) > MANY_ROWS
    table = register.columns(type, fields) if in_worker else register.values(type, fields, where)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _projects(register: Register, ids: Collection[int] | None) -> list[dict[str, Any]]:
    if ids is None:
        return _read(register, "project", PROJECT_FIELDS, None)
    found = register.find(Query("project", ids=list(ids), fields=PROJECT_FIELDS))
    return [{ID: each.id, **each.values} for each in found]


def _in(field: str, ids: Collection[int] | None) -> Condition | None:
    return None if ids is None else Compare(field, "in", tuple(ids))


def _by(name: str, rows: Sequence[dict[str, Any]]) -> dict[int, list[Values]]:
    grouped: dict[int, list[Values]] = defaultdict(list)
    for row in rows:
        if row[name] is not None:
            grouped[row[name]].append(row)
    return dict(grouped)
