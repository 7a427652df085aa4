"""The figures at the head of a statement, and the notes beneath it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from layers.model import edtf
from layers.renewal.figure import Breakdown, Figure, Unit
from layers.renewal.period import Day, Period
from layers.renewal.pipes import Flags, PipeArrays
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import stage_meaning
from layers.renewal.statement.book import StatementBook
from layers.renewal.statement.breakdowns import ratio
from layers.renewal.statement.fulfilment import FulfilmentRow
from layers.renewal.statement.funnel import Funnel
from layers.renewal.statement.kilometres import Counted
from layers.renewal.words import LAID, RENEWED
from layers.text import Message

HEADLINE = (
    "in_service_before",
    "in_service",
    "laid",
    "renewed",
    "other",
    "retired",
    "laid_per_year",
    "renewed_per_year",
    "laying_cost",
    "laying_unit_cost",
    "renewal_cost",
    "unit_cost",
    "renewal_rate",
    "laid_plan",
    "laid_fulfilment",
    "renewed_plan",
    "renewed_fulfilment",
    "milestones_due",
    "milestones_on_time",
    "communities",
    "communities_finished",
    "households_finished",
    "unknown_dn",
    "below_threshold",
    "unclassified",
    "lengths_differ",
    "not_settled",
    "vague_dates",
    "undated",
    "no_status",
)
"""The names of ``Statement.headline``."""


def headline_of(
    book: StatementBook, counted: Counted, period: Period, sizes: Breakdown, plans: tuple[FulfilmentRow, ...]
) -> dict[str, Figure]:
    """The figures of pipes and plans; those of conversion and milestones come from elsewhere."""
    total, pipes = sizes.total.cells, book.pipes
    years = max(1.0, period.length_years)
    found = {
        "in_service_before": total["before"],
        "in_service": total["after"],
        LAID: total[LAID],
        RENEWED: total[RENEWED],
        "other": total["other"],
        "retired": total["retired"],
        "renewal_cost": total["cost"],
        "unit_cost": total["unit_cost"],
        "renewal_rate": _derived(total["renewal_rate"].value, "%", total[RENEWED], years),
    }
    settled = counted.chosen(LAID) & ~np.isnan(counted.cost)
    found["laying_cost"] = _cost(counted, settled)
    cost = ratio(found["laying_cost"].value, float(pipes.length[settled].sum()))
    found["laying_unit_cost"] = Figure(cost, "yuan/m", "project", found["laying_cost"].ids)
    for means in (LAID, RENEWED):
        found[f"{means}_per_year"] = _derived(total[means].value, "m/a", total[means], years)
        planned = [row.planned for row in plans if row.means == means and row.planned.value]
        amount = sum(figure.value or 0.0 for figure in planned)
        type = "programme" if any(figure.type == "programme" for figure in planned) else "project"
        ids = tuple(sorted({id for figure in planned if figure.type == type for id in figure.ids}))
        found[f"{means}_plan"] = Figure(float(amount), "m", type, ids)
        found[f"{means}_fulfilment"] = Figure(
            ratio(total[means].value, amount, 100), "%", "pipe", total[means].ids
        )
    begun = counted.begun
    unclassified = [row for row in sizes.rows if row.level == "unclassified"]
    out = {id for row in unclassified for name in (LAID, RENEWED, "other") for id in row.cells[name].ids}
    found |= {
        "unknown_dn": _metres(counted, counted.unknown & (begun | counted.masks["after"])),
        "below_threshold": _metres(counted, begun & ~counted.headline & ~counted.unknown),
        "unclassified": _metres(counted, np.isin(pipes.ids, np.array(sorted(out), dtype=np.int64))),
        "lengths_differ": _metres(counted, begun & counted.headline & _differing(pipes, book.settings)),
        "not_settled": _metres(counted, counted.chosen(RENEWED) & np.isnan(counted.cost)),
        "vague_dates": _metres(counted, begun & counted.headline & pipes.vague),
        "no_status": _metres(counted, pipes.unstated),
        "undated": _metres(counted, counted.chosen("after") & np.isnat(pipes.begun)),
    }
    return found


def conversion_of(
    book: StatementBook, steps: Funnel, finished: Mapping[int, Day | None], period: Period
) -> dict[str, Figure]:
    """What was finished in the period."""
    done = sorted(id for id in steps.communities.ids if (d := finished.get(id)) is not None and d in period)
    homes = sum(book.rows.projects[id]["households"] or 0 for id in done)
    return {
        "communities": steps.communities,
        "communities_finished": Figure(float(len(done)), "count", "project", tuple(done)),
        "households_finished": Figure(float(homes), "households", "project", tuple(done)),
    }


def finished_projects(book: StatementBook, until: Day) -> dict[int, Day | None]:
    """The day each project was finished, as far as it was by then."""
    ends: dict[str, str] = {}
    found: dict[int, Day | None] = {}
    for id, row in book.rows.projects.items():
        kind = row["kind"] or ""
        if kind not in ends:
            stage = stage_meaning(book, kind, "finish", "in_service")
            ends[kind] = stage.code if stage is not None else ""
        dates = [
            edtf.earliest(m["actual_date"])
            for m in book.rows.rows("milestone", id)
            if m["stage"] == ends[kind]
        ]
        told = [d for d in dates if d is not None]
        day = max(told) if told and len(told) == len(dates) else None
        if day is None and row["state"] == "completed":
            day = edtf.earliest(row["completed_date"])
        found[id] = day if day is not None and day <= until else None
    return found


def notes_of(headline: Mapping[str, Figure], steps: Funnel) -> tuple[Message, ...]:
    """What a reader must know, as sentences."""
    notes = []
    for name in (
        "unclassified",
        "unknown_dn",
        "below_threshold",
        "lengths_differ",
        "not_settled",
        "vague_dates",
        "undated",
        "no_status",
    ):
        figure = headline[name]
        if figure.ids:
            amount = {"pipes": len(figure.ids), "kilometres": f"{(figure.value or 0) / 1000:,.2f}"}
            notes.append(Message(f"kilometres.note.{name}", amount))
    for step in steps.steps:
        if step.skipped:
            said = {"stage": step.stage.title, "communities": len(step.skipped)}
            notes.append(Message("kilometres.note.skipped", said))
    return tuple(notes)


def _differing(pipes: PipeArrays, settings: RenewalSettings) -> Flags:
    """Where the counted length and the drawn one differ by more than the company allows."""
    with np.errstate(invalid="ignore", divide="ignore"):
        smaller = np.minimum(pipes.length, pipes.drawn)
        differing: Flags = (
            np.abs(pipes.length - pipes.drawn) > smaller * settings.length_difference_percent / 100
        )
    return differing


def _metres(counted: Counted, chosen: Flags) -> Figure:
    return Figure(
        float(counted.pipes.length[chosen].sum()), "m", "pipe", tuple(counted.pipes.ids[chosen].tolist())
    )


def _cost(counted: Counted, chosen: Flags) -> Figure:
    ids = tuple(np.unique(counted.pipes.project_in[chosen]).tolist())
    return Figure(float(counted.cost[chosen].sum()), "yuan", "project", ids)


def _derived(value: float | None, unit: Unit, of: Figure, years: float) -> Figure:
    return Figure(None if value is None else value / years, unit, of.type, of.ids)
