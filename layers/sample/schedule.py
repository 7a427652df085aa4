"""When the projects of the sample city reach their milestones, as planned and as it came."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from layers.sample.works import TODAY, Work

# Days before (-) the start, or the share of the time of building, or days after its end.
_MAIN = (
    ("candidate", "before", 240), ("approved", "before", 200), ("surveyed", "before", 170),
    ("designed", "before", 140), ("budget_review", "before", 110), ("contracted", "before", 60),
    ("permits", "before", 20), ("started", "share", 0.0), ("laid", "share", 0.62), ("tested", "share", 0.7),
    ("flushed", "share", 0.78), ("in_service", "share", 0.85), ("old_retired", "share", 0.9),
    ("surface", "share", 1.0), ("as_built", "after", 20), ("accepted", "after", 45), ("settled", "after", 110),
)  # fmt: skip
_CONVERSION = (
    ("listed", "before", 150), ("scouted", "before", 120), ("signed", "before", 75),
    ("design_issued", "before", 70), ("filed", "before", 34), ("published", "before", 30),
    ("started", "share", 0.0), ("switched", "share", 0.85), ("finished", "share", 1.0),
    ("handed_over", "after", 30), ("cost_settled", "after", 90),
)  # fmt: skip
_LEFT_OUT = {"listed": 0.2, "signed": 0.3, "switched": 0.4, "handed_over": 0.4, "cost_settled": 0.3}
_LATE = 0.35


@dataclass(frozen=True)
class Reached:
    """One milestone: ``actual`` is None as long as it is not reached; ``late`` when it came clearly later."""

    stage: str
    planned: datetime.date
    actual: datetime.date | None
    late: bool


def milestones_of(work: Work, random: np.random.Generator) -> list[Reached]:
    """The milestones of a project in the order of its stages."""
    main = work.kind != "conversion"
    slow = 1.6 if random.uniform() < _LATE else 0.4
    found: list[Reached] = []
    delay = 0.0
    stopped = None
    if work.state in ("suspended", "cancelled"):
        stopped = work.start - datetime.timedelta(days=int(random.integers(10, 120)))
    for stage, how, value in _MAIN if main else _CONVERSION:
        drawn, skipped = random.uniform(), random.uniform()
        if stage == "old_retired" and not len(work.old):
            continue
        if skipped < _LEFT_OUT.get(stage, 0.0):
            continue
        planned = work.start + datetime.timedelta(days=_days(how, value, work.days))
        delay = max(-4.0, delay + slow * (drawn * 12 - 3))
        # Of what lies in the ground the day is known: the pipes say it.
        exact = work.is_done and stage == "in_service"
        actual: datetime.date | None = planned + datetime.timedelta(days=0 if exact else round(delay))
        if work.is_done and how == "share" and not exact:
            served = work.start + datetime.timedelta(days=round(work.days * 0.85))
            actual = min(planned, served) if value < 0.85 else max(planned, served)
        assert actual is not None
        # Of what comes before the start, papers in old communities are often late or never asked for.
        if actual > (TODAY if stopped is None else min(TODAY, stopped)):
            actual = None
        if stage == "published" and not work.is_done and drawn < 0.4:
            actual = None
        found.append(Reached(stage, planned, actual, actual is not None and (actual - planned).days > 20))
    return found


def _days(how: str, value: float, days: int) -> int:
    if how == "before":
        return -round(value)
    return round(value * days) if how == "share" else days + round(value)


def actual_of(milestones: list[Reached], stage: str) -> datetime.date | None:
    """When a stage was reached."""
    return next((m.actual for m in milestones if m.stage == stage), None)
