"""Milestones as they stand on a day: stages are independent dates, so each is judged for itself."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from layers.model import edtf
from layers.renewal.book import ID, Values
from layers.renewal.period import Day
from layers.renewal.progress.project_figure import DUE_SOON_DAYS, MilestoneFigure, MilestoneState
from layers.renewal.stages import Stage


def milestones_of(
    rows: Sequence[Values], stages: Sequence[Stage], known_stages: Sequence[Stage], day: Day
) -> tuple[MilestoneFigure, ...]:
    """One figure per stage in order, whether or not there is a row, each followed by those of its sections.

    A stage that only sections have is reached when all of them are, on the last one's day. ``known_stages`` has also
    those the company switched off: they are shown where a row tells of them. What comes after ``day`` is not known.
    """
    by_stage: dict[str, list[Values]] = defaultdict(list)
    for row in rows:
        by_stage[row["stage"]].append(row)
    active = {stage.code for stage in stages}
    found: list[MilestoneFigure] = []
    for stage in known_stages:
        mine = [_figure(stage, row, day) for row in by_stage.get(stage.code, ())]
        if mine or stage.code in active:
            of_sections = [m for m in mine if m.section is not None]
            whole = next((m for m in mine if m.section is None), None)
            found += [whole or _of_sections(stage, of_sections, day), *of_sections]
    return tuple(_with_order(found, active))


def of_meaning(milestones: Sequence[MilestoneFigure], *means: str) -> MilestoneFigure | None:
    """The milestone whose stage means the first of these words that any has. One that is not optional goes first."""
    for word in means:
        mine = [m for m in milestones if m.stage.means == word]
        if mine:
            return min(mine, key=lambda m: m.stage.optional)
    return None


def stage_reached(milestones: Sequence[MilestoneFigure]) -> Stage | None:
    """The last stage in the list's order that was reached."""
    return next((m.stage for m in reversed(milestones) if m.actual is not None), None)


def stage_after(milestones: Sequence[MilestoneFigure]) -> Stage | None:
    """The first stage after the last one reached that is neither reached nor optional."""
    reached = stage_reached(milestones)
    after = -1 if reached is None else reached.order
    left = (
        m.stage for m in milestones if m.actual is None and m.stage.order > after and not m.stage.optional
    )
    return next(left, None)


def _figure(stage: Stage, row: Values, day: Day) -> MilestoneFigure:
    actual = edtf.earliest(row["actual_date"])
    actual = None if actual is not None and actual > day else actual
    planned = edtf.latest(row["planned_date"])
    state, delay = _state(planned, actual, day)
    return MilestoneFigure(
        stage, row[ID], row["section"], planned, actual, row["owner"], row["evidence"] or "", state, delay,
        reason=row["reason"] or "",
    )  # fmt: skip


def _of_sections(stage: Stage, parts: Sequence[MilestoneFigure], day: Day) -> MilestoneFigure:
    planned = max((m.planned for m in parts if m.planned is not None), default=None)
    reached = [m.actual for m in parts if m.actual is not None]
    actual = max(reached) if parts and len(reached) == len(parts) else None
    state, delay = _state(planned, actual, day)
    return MilestoneFigure(stage, None, None, planned, actual, None, "", state, delay)


def _state(planned: Day | None, actual: Day | None, day: Day) -> tuple[MilestoneState, int | None]:
    if actual is not None:
        delay = None if planned is None else (actual - planned).days
        return ("reached_late" if delay is not None and delay > 0 else "reached"), delay
    if planned is None:
        return "unplanned", None
    if planned < day:
        return "overdue", (day - planned).days
    if planned <= day + datetime.timedelta(days=DUE_SOON_DAYS):
        return "due_soon", None
    return "ahead", None


def _with_order(found: list[MilestoneFigure], active: set[str]) -> list[MilestoneFigure]:
    """Mark what was reached although a required stage before it, that has a row, was not or only later."""
    latest_before = [datetime.date.min, *accumulate((_required(m, active) for m in found), max)]
    return [
        replace(m, out_of_order=True) if m.actual is not None and latest_before[n] > m.actual else m
        for n, m in enumerate(found)
    ]


def _required(milestone: MilestoneFigure, active: set[str]) -> Day:
    stage = milestone.stage
    if stage.optional or milestone.id is None or milestone.section is not None or stage.code not in active:
        return datetime.date.min
    return milestone.actual or datetime.date.max
