"""What was planned for a period and what was done: metres by programme, milestones on time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.model import edtf
from layers.renewal.book import ID, ProjectRows, Values
from layers.renewal.figure import Figure, Words
from layers.renewal.period import Day, Period
from layers.renewal.statement.breakdowns import ratio
from layers.renewal.statement.kilometres import Counted, is_among
from layers.text import Message


@dataclass(frozen=True)
class FulfilmentRow:
    """One programme (None: projects of none): metres planned for the period, in service in it; projects finished.

    ``means``: what its kind counts as (``laid``, ``renewed``, ...), empty where its projects differ.
    """

    programme: int | None
    title: Words
    means: str
    planned: Figure
    done: Figure
    percent: Figure
    projects: Figure
    finished: Figure


def fulfilment(
    rows: ProjectRows,
    counted: Counted,
    period: Period,
    finished: Mapping[int, Day | None],
    meanings: Mapping[int, str],
    kind_meanings: Mapping[str, str],
) -> tuple[FulfilmentRow, ...]:
    """A programme plans its target evenly over its years; without a target, the projects to be finished in the period.

    ``finished``: the day each project was finished; ``meanings`` what projects count as, ``kind_meanings`` what
    kinds do. Cancelled projects plan nothing.
    """
    found = []
    for id, programme in rows.programmes.items():
        mine = [p for p, row in rows.projects.items() if row["programme"] == id]
        span = _span(programme)
        if span is not None and not period.share_of(span):
            continue
        target = programme["target_length"]
        if target and span is not None:
            planned = Figure(target * period.share_of(span), "m", "programme", (id,))
        else:
            planned = _planned(rows, mine, period)
        means = kind_meanings.get(programme["kind"] or "", "")
        title = programme["name"] or programme["code"] or ""
        found.append(_row(rows, counted, period, finished, mine, id, title, means, planned))
    for means in sorted({m for m in meanings.values() if m}):
        mine = [p for p, row in rows.projects.items() if row["programme"] is None and meanings[p] == means]
        planned = _planned(rows, mine, period)
        row = _row(
            rows,
            counted,
            period,
            finished,
            mine,
            None,
            Message(f"kilometres.no_programme.{means}"),
            means,
            planned,
        )
        if planned.value or row.done.value:
            found.append(row)
    return tuple(found)


def milestones_due(rows: ProjectRows, period: Period, day: Day) -> tuple[Figure, Figure]:
    """The milestones planned for the period until ``day``, and those of them reached by their day."""
    due, on_time = [], []
    for id, project in rows.projects.items():
        if project["state"] == "cancelled":
            continue
        for row in rows.rows("milestone", id):
            planned, actual = edtf.latest(row["planned_date"]), edtf.earliest(row["actual_date"])
            if planned is not None and planned in period and planned <= day:
                due.append(row[ID])
                if actual is not None and actual <= planned:
                    on_time.append(row[ID])
    return (
        Figure(float(len(due)), "count", "milestone", tuple(sorted(due))),
        Figure(float(len(on_time)), "count", "milestone", tuple(sorted(on_time))),
    )


def _row(
    rows: ProjectRows,
    counted: Counted,
    period: Period,
    finished: Mapping[int, Day | None],
    projects: Sequence[int],
    programme: int | None,
    title: Words,
    means: str,
    planned: Figure,
) -> FulfilmentRow:
    mine = is_among(counted.pipes.project_in, list(projects)) & counted.begun & counted.headline
    ids = tuple(counted.pipes.ids[mine].tolist())
    done = Figure(float(np.sum(counted.pipes.length[mine])), "m", "pipe", ids)
    ended = sorted(p for p in projects if (d := finished.get(p)) is not None and d <= period.last)
    running = sorted(p for p in projects if rows.projects[p]["state"] != "cancelled")
    return FulfilmentRow(
        programme,
        title,
        means,
        planned,
        done,
        Figure(ratio(done.value, planned.value, 100), "%", "pipe", ids),
        Figure(float(len(running)), "count", "project", tuple(running)),
        Figure(float(len(ended)), "count", "project", tuple(ended)),
    )


def _planned(rows: ProjectRows, projects: Sequence[int], period: Period) -> Figure:
    found = {}
    for id in projects:
        row = rows.projects[id]
        finish = edtf.latest(row["planned_finish"])
        if finish is not None and finish in period and row["planned_length"] and row["state"] != "cancelled":
            found[id] = row["planned_length"]
    return Figure(float(sum(found.values())), "m", "project", tuple(sorted(found)))


def _span(programme: Values) -> Period | None:
    first, last = programme["first_year"], programme["last_year"]
    if not first or not 1 <= first <= (last or first) <= 9998:
        return None
    return Period.years(first, last or first)
