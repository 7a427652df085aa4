"""When a project will be finished: from the metres laid lately, or from how late its stages have been so far."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from layers.model import edtf
from layers.renewal.book import Values
from layers.renewal.period import Day
from layers.renewal.progress.project_figure import MilestoneFigure

RECENT_DAYS = 28
"""The days whose logs tell the present pace."""


def forecast_finish(
    milestones: Sequence[MilestoneFigure],
    day: Day,
    laying: Sequence[Values],
    planned_m: float,
    laid_m: float,
    planned_finish: Day | None,
    laying_planned: Day | None,
    laying_reached: bool,
) -> Day | None:
    """The day of the finish as it looks on ``day``, never before it; None when neither plan nor pace tells.

    While pipes are being laid: the metres left at the pace of the last four weeks (of all the time, if nothing was
    laid in these), then what the plan has between laying and finish. Otherwise the plan, moved by the delay of the
    last stage reached; a plan that has passed is today at best.
    """
    remaining = planned_m - laid_m
    pace = _pace(laying, day)
    after = datetime.timedelta(0)
    if planned_finish is not None and laying_planned is not None:
        after = max(after, planned_finish - laying_planned)
    if pace and remaining > 0 and not laying_reached:
        days = min(math.ceil(remaining / pace), 36_500)
        return _later(day, days + after.days)
    if planned_finish is None:
        return None
    reached = [m for m in milestones if m.actual is not None and m.delay_days is not None]
    slip = max(reached, key=lambda m: m.stage.order).delay_days if reached else 0
    due = max((m.delay_days or 0 for m in held_up(milestones)), default=0)
    return max(day, _later(planned_finish, max(slip or 0, due)))


def _later(day: Day, days: int) -> Day:
    """So many days later; who plans for the year 9999 means never, and the calendar ends there."""
    return day + datetime.timedelta(days=min(days, (Day.max - day).days))


def held_up(milestones: Sequence[MilestoneFigure]) -> list[MilestoneFigure]:
    """What is overdue and still to come. One that later stages have passed by holds nothing up: its date is missing."""
    last = max((m.stage.order for m in milestones if m.actual is not None), default=-1)
    return [m for m in overdue(milestones) if m.stage.order > last]


def overdue(milestones: Sequence[MilestoneFigure]) -> list[MilestoneFigure]:
    """All that should have been reached and was not."""
    return [m for m in milestones if m.state == "overdue" and not m.stage.optional]


def _pace(laying: Sequence[Values], day: Day) -> float:
    """Metres a calendar day."""
    told = [
        (d, log["metres"] or 0.0)
        for log in laying
        if (d := edtf.earliest(log["work_date"])) is not None and d <= day
    ]
    if not told:
        return 0.0
    first = min(d for d, _ in told)
    since = max(first, day - datetime.timedelta(days=RECENT_DAYS - 1))
    recent = sum(metres for d, metres in told if d >= since)
    if recent > 0:
        return float(recent) / ((day - since).days + 1)
    return float(sum(metres for _, metres in told)) / ((day - first).days + 1)


def expected_percent(start: Day | None, finish: Day | None, day: Day) -> float | None:
    """What should be done by ``day``: linear from the planned start to the planned end of laying."""
    if start is None or finish is None or finish < start:
        return None
    return min(100.0, max(0.0, (day - start).days / max(1, (finish - start).days) * 100))
