"""The statement of any period: kilometres laid and renewed, cost, plan, funnel, supervision - each figure opens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from layers.feedback import Feedback
from layers.register import Register
from layers.renewal.figure import Breakdown, Figure, Words
from layers.renewal.funnel import Funnel
from layers.renewal.settings import RenewalSettings
from layers.text import Message

Day = datetime.date

BREAKDOWNS = (
    "dn_class",
    "material",
    "road",
    "community",
    "fund_source",
    "contractor",
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
)
"""The names of ``Statement.headline``."""


@dataclass(frozen=True)
class Period:
    """From one day to another, both in it."""

    first: Day
    last: Day

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls(Day(year, 1, 1), Day(year, 12, 31))

    @classmethod
    def years(cls, first: int, last: int) -> Period:
        """Calendar years, both in it."""
        return cls(Day(first, 1, 1), Day(last, 12, 31))

    @property
    def length_years(self) -> float:
        """Years in it; whole ones exactly."""
        after = self.last + datetime.timedelta(days=1)
        if (after.month, after.day) == (self.first.month, self.first.day):
            return float(after.year - self.first.year)
        return (after - self.first).days / 365.2425

    def __contains__(self, day: Day) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class SupervisionRow:
    """The supervision of one project in the period. Ids are those of its visits or findings."""

    project: int
    title: Words
    visits: Figure
    score: Figure
    found: Figure
    rectified_in_time: Figure
    open: Figure


@dataclass(frozen=True)
class FulfilmentRow:
    """One programme: what it planned for the period and what went into service (m); projects finished of all."""

    programme: int | None
    title: Words
    kind: str
    planned: Figure
    done: Figure
    percent: Figure
    projects: Figure
    finished: Figure


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
    raise NotImplementedError
