"""The statement of any period: kilometres laid and renewed, cost, plan, funnel, supervision - each figure opens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.renewal.book import Day, ProjectRows, day_of, read_projects
from layers.renewal.breakdowns import FLOWS_ONLY, WITH_STOCK, Grouping, breakdown, ratio, whole
from layers.renewal.figure import Breakdown, Figure, Unit
from layers.renewal.fulfilment import FulfilmentRow, fulfilment, milestones_due
from layers.renewal.funnel import Funnel, funnel
from layers.renewal.groupings import (
    by_class,
    by_code,
    by_link,
    by_part,
    by_source,
    by_text,
    by_year,
    of_projects,
)
from layers.renewal.kilometres import LAID, RENEWED, Counted, count_pipes
from layers.renewal.period import Period
from layers.renewal.pipes import Flags, Ids, PipeArrays, Texts, read_pipes
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import kind_meaning, stage_meaning
from layers.renewal.supervision import SupervisionRow, supervision, supervision_total
from layers.text import Message

__all__ = [
    "BREAKDOWNS",
    "HEADLINE",
    "FulfilmentRow",
    "Period",
    "Statement",
    "StatementBook",
    "SupervisionRow",
    "read_book",
    "statement",
    "statement_of",
]

BREAKDOWNS = (
    "dn_class",
    "material",
    "road",
    "community",
    "fund_source",
    "contractor",
    "kind",
    "project",
    "year",
)
"""All of them divide the same metres and the same cost, so their sums are equal."""

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
)
"""The names of ``Statement.headline``."""


@dataclass(frozen=True)
class Statement:
    """All figures of a period as of ``day``. The same whenever it is computed from the same data.

    Kilometres: a pipe counts once, in the year it went into service, by the kind of its project, in the class of its
    own DN, with its as-built length, else measured, else recorded, else drawn. ``length_sources`` shows which.
    """

    title: str
    period: Period
    day: Day
    data_version: int
    settings: RenewalSettings
    headline: Mapping[str, Figure]
    breakdowns: Mapping[str, Breakdown]
    length_sources: Breakdown
    funnel: Funnel
    supervision: tuple[SupervisionRow, ...]
    supervision_total: SupervisionRow | None
    fulfilment: tuple[FulfilmentRow, ...]
    notes: tuple[Message, ...]


@dataclass(frozen=True, eq=False)
class StatementBook:
    """Everything that statements are made from, read once; any period can be computed from it."""

    catalogue: Catalogue
    data_version: int
    settings: RenewalSettings
    rows: ProjectRows
    pipes: PipeArrays
    roads: Mapping[int, str]
    communities: Mapping[int, str]


def statement(
    register: Register,
    period: Period,
    settings: RenewalSettings | None = None,
    day: Day | None = None,
    feedback: Feedback | None = None,
) -> Statement:
    """The statement of a period, from the register as it is now; ``settings`` default to the register's.

    ``day``: the day it is made, by default today; nothing after it counts. May run in a task.
    """
    feedback = feedback or Feedback()
    book = read_book(register, settings, feedback.part(0, 0.8))
    made = statement_of(book, period, day or datetime.date.today())
    feedback.progress(1)
    return made


def read_book(
    register: Register, settings: RenewalSettings | None = None, feedback: Feedback | None = None
) -> StatementBook:
    """Read what statements are made from."""
    feedback = feedback or Feedback()
    settings = settings or RenewalSettings.of(register)
    version = register.data_version
    rows = read_projects(register, feedback=feedback.part(0, 0.3))
    pipes = read_pipes(register, settings, feedback=feedback.part(0.3, 0.9))
    return StatementBook(
        register.catalogue,
        version,
        settings,
        rows,
        pipes,
        _names(register, "road"),
        _names(register, "community"),
    )


def statement_of(book: StatementBook, period: Period, day: Day, title: str = "") -> Statement:
    """The statement of a period from what was read before."""
    rows, settings = book.rows, book.settings
    kinds = {entry.code: entry.means for entry in book.catalogue.code_lists["project_kind"].entries}
    meanings = {id: kind_meaning(book.catalogue, row["kind"]) for id, row in rows.projects.items()}
    counted = count_pipes(book.pipes, period, day, rows.projects, meanings, settings)
    until = min(period.last, day)
    steps = funnel(book, rows, until)
    finished = _finished(book, until)
    plans = fulfilment(rows, counted, period, finished, meanings, kinds)
    breakdowns = _breakdowns(book, counted)
    headline = _headline(book, counted, period, breakdowns["dn_class"], plans)
    due, on_time = milestones_due(rows, period, day)
    headline |= {
        "milestones_due": due,
        "milestones_on_time": on_time,
        **_conversion(book, steps, finished, period),
    }
    return Statement(
        title,
        period,
        day,
        book.data_version,
        settings,
        {name: headline[name] for name in HEADLINE},
        breakdowns,
        breakdown("length_source", counted, by_source(book.pipes), WITH_STOCK),
        steps,
        supervision(rows, period, day, settings),
        supervision_total(rows, period, day, settings),
        plans,
        _notes(headline, steps),
    )


def _breakdowns(book: StatementBook, counted: Counted) -> dict[str, Breakdown]:
    sizes = breakdown("dn_class", counted, by_class(book.pipes, book.settings), WITH_STOCK)
    grouping, parts = by_part(book.pipes, book.settings)
    finer = {row.key: row for row in breakdown("dn_class", counted, grouping, WITH_STOCK).rows}
    rows = []
    for row in sizes.rows:
        rows.append(row)
        rows += [finer[key] for key in parts.get(row.key, ()) if key in finer]
    if counted.unknown.any():
        unknown = whole(counted, WITH_STOCK, counted.unknown, "unknown", "unknown")
        if any(figure.ids for figure in unknown.cells.values()):
            rows.append(unknown)
    found = {"dn_class": replace(sizes, rows=tuple(rows))}
    flows = counted.take(counted.begun | counted.masks["retired"])
    for name, each in _flow_groupings(book, flows.pipes).items():
        found[name] = breakdown(name, flows, each, FLOWS_ONLY)
    return {name: found[name] for name in BREAKDOWNS}


def _flow_groupings(book: StatementBook, pipes: PipeArrays) -> dict[str, Grouping]:
    rows, catalogue = book.rows, book.catalogue
    links = (pipes.project_in, pipes.project_out)
    titles = {id: row["name"] or row["code"] or str(id) for id, row in rows.projects.items()}
    contractors = _contractors(rows)

    def texts(of: Ids, own: Texts, value: Mapping[int, str]) -> Texts:
        told = of_projects(rows, of, lambda row: value.get(row["fid"], ""))
        return np.where(own == "", told, own)

    roads = {id: book.roads.get(row["road"], "") for id, row in rows.projects.items()}
    builders = [texts(of, _section_contractors(rows, pipes.section), contractors) for of in links]
    community_in, community_out = (_or_of_project(rows, of, pipes.community) for of in links)
    funds = [of_projects(rows, of, itemgetter("fund_source")) for of in links]
    kinds = [of_projects(rows, of, itemgetter("kind")) for of in links]
    return {
        "material": by_code(pipes.material, catalogue, "material"),
        "road": by_text(*(texts(of, pipes.road, roads) for of in links)),
        "community": by_link(community_in, community_out, book.communities),
        "fund_source": by_code(funds[0], catalogue, "fund_source", funds[1]),
        "contractor": by_text(*builders),
        "kind": by_code(kinds[0], catalogue, "project_kind", kinds[1]),
        "project": by_link(*links, titles),
        "year": by_year(pipes),
    }


def _headline(
    book: StatementBook, counted: Counted, period: Period, sizes: Breakdown, plans: tuple[FulfilmentRow, ...]
) -> dict[str, Figure]:
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
        planned = [row.planned for row in plans if row.means == means]
        ids = tuple(sorted({id for figure in planned if figure.type == "programme" for id in figure.ids}))
        amount = sum(figure.value or 0.0 for figure in planned)
        found[f"{means}_plan"] = Figure(amount, "m", "programme", ids)
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
        "undated": _metres(counted, counted.chosen("after") & np.isnat(pipes.begun)),
    }
    return found


def _conversion(
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


def _finished(book: StatementBook, until: Day) -> dict[int, Day | None]:
    """The day each project was finished, as far as it was by then."""
    ends: dict[str, str] = {}
    found: dict[int, Day | None] = {}
    for id, row in book.rows.projects.items():
        kind = row["kind"] or ""
        if kind not in ends:
            stage = stage_meaning(book, kind, "finish", "in_service")
            ends[kind] = stage.code if stage is not None else ""
        dates = [
            day_of(m["actual_date"]) for m in book.rows.rows("milestone", id) if m["stage"] == ends[kind]
        ]
        told = [d for d in dates if d is not None]
        day = max(told) if told and len(told) == len(dates) else None
        if day is None and row["state"] == "completed":
            day = day_of(row["completed_date"])
        found[id] = day if day is not None and day <= until else None
    return found


def _notes(headline: Mapping[str, Figure], steps: Funnel) -> tuple[Message, ...]:
    notes = []
    for name in (
        "unclassified",
        "unknown_dn",
        "below_threshold",
        "lengths_differ",
        "not_settled",
        "vague_dates",
        "undated",
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


def _contractors(rows: ProjectRows) -> dict[int, str]:
    """The contractor of each project: that of its largest contract."""
    found = {}
    for id, contracts in rows.of_project["contract"].items():
        told = [c for c in contracts if c["contractor"]]
        if told:
            found[id] = max(told, key=lambda c: c["value"] or 0.0)["contractor"]
    return found


def _section_contractors(rows: ProjectRows, sections: Ids) -> Texts:
    told = {s["fid"]: s["contractor"] or "" for each in rows.of_project["section"].values() for s in each}
    found: Texts = np.array([told.get(id, "") for id in sections.tolist()], dtype=object)
    return found


def _or_of_project(rows: ProjectRows, links: Ids, own: Ids) -> Ids:
    of_project = {id: row["community"] or 0 for id, row in rows.projects.items()}
    told = np.array([of_project.get(id, 0) for id in links.tolist()], dtype=np.int64)
    return np.where(own > 0, own, told)


def _names(register: Register, type: str) -> dict[int, str]:
    table = register.values(type, ("name",))
    return {
        id: name or "" for id, name in zip(table["fid"].to_pylist(), table["name"].to_pylist(), strict=True)
    }
