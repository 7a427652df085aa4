"""The funnel of household-meter conversion: how many communities and households have reached each stage.

Stages are independent dates: a later one may be reached before an earlier one, so the funnel need not narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.model import edtf
from layers.renewal.book import ProjectRows, Values
from layers.renewal.figure import Figure, Unit
from layers.renewal.period import Day
from layers.renewal.stages import CONVERSION, HasCatalogue, Stage, stage_list_of, stages_of
from layers.renewal.statement.breakdowns import ratio


@dataclass(frozen=True)
class FunnelStep:
    """One stage. ``communities`` and ``households`` reached (ids: projects); percents of all in the funnel.

    ``beyond_previous``: communities more than the required stage before it has (0 where it narrows).
    ``skipped``: the projects that reached it although that stage before is not.
    """

    stage: Stage
    communities: Figure
    households: Figure
    percent: float | None
    household_percent: float | None
    beyond_previous: int
    skipped: tuple[int, ...]


@dataclass(frozen=True)
class Funnel:
    """All conversion projects (of a programme, or all). ``communities`` and ``households`` are the whole."""

    programme: int | None
    communities: Figure
    households: Figure
    signed: Figure
    signed_percent: float | None
    steps: tuple[FunnelStep, ...]

    @property
    def narrows(self) -> bool:
        """Whether every stage has been reached by no more communities than the one before."""
        return not any(step.beyond_previous for step in self.steps)


def funnel(source: HasCatalogue, rows: ProjectRows, day: Day, programme: int | None = None) -> Funnel:
    """The conversion projects that are not cancelled (of a programme: its own), as they stand on ``day``."""
    mine = {
        id: row
        for id, row in rows.projects.items()
        if row["state"] != "cancelled"
        and stage_list_of(source, row["kind"]) == CONVERSION
        and programme in (None, row["programme"])
    }
    kinds = sorted({row["kind"] for row in mine.values()})
    stages = stages_of(source, kinds[0]) if kinds else ()
    communities = _projects(mine, list(mine), "count")
    households = _projects(mine, list(mine), "households")
    reached = _reached(rows, mine, day)
    steps: list[FunnelStep] = []
    before: frozenset[int] | None = None
    for stage in stages:
        here = frozenset(reached.get(stage.code, ()))
        skipped = frozenset() if before is None or stage.optional else here - before
        beyond = 0 if before is None or stage.optional else max(0, len(here) - len(before))
        homes = _projects(mine, sorted(here), "households")
        steps.append(
            FunnelStep(
                stage,
                _projects(mine, sorted(here), "count"),
                homes,
                ratio(len(here), len(mine), 100),
                ratio(homes.value, households.value, 100),
                beyond,
                tuple(sorted(skipped)),
            )
        )
        if not stage.optional:
            before = here
    signed = Figure(
        float(sum(row["households_signed"] or 0 for row in mine.values())),
        "households",
        "project",
        tuple(sorted(id for id, row in mine.items() if row["households_signed"])),
    )
    return Funnel(
        programme, communities, households, signed, ratio(signed.value, households.value, 100), tuple(steps)
    )


def _reached(rows: ProjectRows, projects: dict[int, Values], day: Day) -> dict[str, list[int]]:
    """The projects that have reached each stage: with an actual date, not after ``day``, in every row of it."""
    found: dict[str, list[int]] = {}
    for id in projects:
        dates: dict[str, list[Day | None]] = {}
        for row in rows.rows("milestone", id):
            dates.setdefault(row["stage"], []).append(edtf.earliest(row["actual_date"]))
        for stage, actual in dates.items():
            if all(d is not None and d <= day for d in actual):
                found.setdefault(stage, []).append(id)
    return found


def _projects(projects: dict[int, Values], ids: Sequence[int], unit: Unit) -> Figure:
    if unit == "count":
        return Figure(float(len(ids)), unit, "project", tuple(sorted(ids)))
    return Figure(
        float(sum(projects[id]["households"] or 0 for id in ids)), unit, "project", tuple(sorted(ids))
    )
