"""The statement of any period: kilometres laid and renewed, cost, plan, funnel, supervision - each figure opens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from layers.feedback import Feedback
from layers.register import Register
from layers.renewal.book import ProjectRows
from layers.renewal.figure import Breakdown, Figure
from layers.renewal.period import Day, Period
from layers.renewal.pipes import Ids, PipeArrays, Texts
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import kind_meaning
from layers.renewal.statement.book import StatementBook, read_book
from layers.renewal.statement.breakdowns import FLOWS_ONLY, WITH_STOCK, Grouping, breakdown, whole
from layers.renewal.statement.fulfilment import FulfilmentRow, fulfilment, milestones_due
from layers.renewal.statement.funnel import Funnel, funnel
from layers.renewal.statement.groupings import (
    by_class,
    by_code,
    by_link,
    by_part,
    by_source,
    by_text,
    by_year,
    of_projects,
)
from layers.renewal.statement.headline import (
    HEADLINE,
    conversion_of,
    finished_projects,
    headline_of,
    notes_of,
)
from layers.renewal.statement.kilometres import Counted, count_pipes
from layers.renewal.statement.supervision import SupervisionRow, supervision, supervision_total
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


def statement_of(book: StatementBook, period: Period, day: Day, title: str = "") -> Statement:
    """The statement of a period from what was read before."""
    rows, settings = book.rows, book.settings
    kinds = {entry.code: entry.means for entry in book.catalogue.code_lists["project_kind"].entries}
    meanings = {id: kind_meaning(book.catalogue, row["kind"]) for id, row in rows.projects.items()}
    counted = count_pipes(book.pipes, period, day, rows.projects, meanings, settings)
    until = min(period.last, day)
    steps = funnel(book, rows, until)
    finished = finished_projects(book, until)
    plans = fulfilment(rows, counted, period, finished, meanings, kinds)
    breakdowns = _breakdowns(book, counted)
    headline = headline_of(book, counted, period, breakdowns["dn_class"], plans)
    due, on_time = milestones_due(rows, period, day)
    headline |= {
        "milestones_due": due,
        "milestones_on_time": on_time,
        **conversion_of(book, steps, finished, period),
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
        notes_of(headline, steps),
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
