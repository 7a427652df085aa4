"""How one project stands, and all of them: the values that desks, maps and documents show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from layers.renewal.figure import Figure, Unit
from layers.renewal.period import Day
from layers.renewal.settings import RenewalSettings
from layers.renewal.stages import Stage
from layers.text import Message

MilestoneState = Literal["reached", "reached_late", "overdue", "due_soon", "ahead", "unplanned"]
AlarmKind = Literal[
    "late", "no_log", "as_built_late", "over_budget", "lengths_differ", "laid_beyond_plan",
    "finish_without_start", "before_start",
]  # fmt: skip
Severity = Literal["warning", "error"]
DUE_SOON_DAYS = 7


@dataclass(frozen=True)
class MilestoneFigure:
    """One stage of a project as it stands. ``id`` is None where the project has no row for the stage yet.

    ``delay_days``: actual less planned; for one not reached, how long it is due; None where nothing was planned.
    ``out_of_order``: reached although an earlier stage that is not optional is not, or was reached later.
    """

    stage: Stage
    id: int | None
    section: int | None
    planned: Day | None
    actual: Day | None
    owner: int | None
    evidence: str
    state: MilestoneState
    delay_days: int | None
    out_of_order: bool = False
    reason: str = ""


@dataclass(frozen=True)
class SizeProgress:
    """Metres of one DN (None: size unknown or not told): planned pipes, laid and tested by the logs, in service."""

    dn: int | None
    planned: Figure
    laid: Figure
    tested: Figure
    in_service: Figure


@dataclass(frozen=True)
class SectionProgress:
    """Metres of one section: its pipes, its logs. ``percent`` is None where nothing is planned."""

    id: int
    name: str
    planned: Figure
    laid: Figure
    tested: Figure
    in_service: Figure
    percent: float | None


@dataclass(frozen=True)
class Alarm:
    """Something that wants attention, as a sentence, and what it is about. ``amount``: days, yuan or percent."""

    kind: AlarmKind
    text: Message
    severity: Severity
    amount: float
    type: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Lengths:
    """The three lengths of a project in metres; None where there is none. ``difference_percent``: the greatest
    difference between any two of them, in percent of the smaller."""

    geometry: float | None
    as_built: float | None
    settlement: float | None
    difference_percent: float | None


@dataclass(frozen=True)
class Money:
    """Yuan. ``paid`` and ``contracts`` are sums over the contracts; ``expected``: settled, else the larger of the
    contracts and what is paid, else the priced items, else the budget."""

    budget: float | None
    priced: Figure
    contracts: Figure
    paid: Figure
    settled: float | None
    expected: float | None


@dataclass(frozen=True)
class ProjectFigure:
    """One project as it stands on a day.

    ``stage``: the last stage reached in the list's order; ``next_stage``: the first not reached after it.
    ``percent``: 0 to 100 of ``basis`` (None: nothing to compute it from); ``expected_percent`` by the plan, linear
    from planned start to planned finish. ``delay_days``: of the finish - actual, else forecast, less planned.
    """

    id: int
    code: str
    name: str
    kind: str
    state: str
    programme: int | None
    road: int | None
    community: int | None
    manager: int | None
    stage: Stage | None
    next_stage: Stage | None
    milestones: tuple[MilestoneFigure, ...]
    sizes: tuple[SizeProgress, ...]
    planned: Figure
    laid: Figure
    tested: Figure
    in_service: Figure
    percent: float | None
    basis: Literal["metres", "households", "none"]
    expected_percent: float | None
    started: Day | None
    finished: Day | None
    planned_start: Day | None
    planned_finish: Day | None
    forecast_finish: Day | None
    delay_days: int | None
    households: int | None
    lengths: Lengths
    money: Money
    alarms: tuple[Alarm, ...]
    pipes_in: tuple[int, ...]
    pipes_out: tuple[int, ...]
    score: Figure
    """Mean score of its supervision visits, points."""
    last_log: Day | None
    sections: tuple[SectionProgress, ...] = ()
    converted: Figure | None = None
    """Household meters put in since the work began; told while a conversion without mains of its own is open."""

    @property
    def late(self) -> bool:
        """Whether it is behind its plan, or will be."""
        return any(alarm.kind == "late" for alarm in self.alarms)


@dataclass(frozen=True)
class ProjectFigures:
    """All projects on a day. ``totals`` are the figures of the portfolio by name, each with its projects' ids:
    count, open, late, alarmed, planned, laid, in_service (m), budget, expected, paid (yuan), households."""

    day: Day
    settings: RenewalSettings
    projects: tuple[ProjectFigure, ...]
    stages: Mapping[str, tuple[Stage, ...]] = field(default_factory=dict)
    """The stages of each project kind, in order."""

    def project(self, id: int) -> ProjectFigure:
        """The project with this id. Raises ``KeyError``."""
        return {project.id: project for project in self.projects}[id]

    def totals(self, ids: frozenset[int] | None = None) -> dict[str, Figure]:
        """The figures of these projects (default: all) added up, by the names above."""
        projects = [p for p in self.projects if ids is None or p.id in ids]
        running = [p for p in projects if p.state != "cancelled"]
        return {
            "count": _counted(projects),
            "open": _counted([p for p in running if p.finished is None]),
            "late": _counted([p for p in running if p.late]),
            "alarmed": _counted([p for p in running if p.alarms]),
            "planned": _summed(running, "m", lambda p: p.planned.value),
            "laid": _summed(running, "m", lambda p: p.laid.value),
            "in_service": _summed(running, "m", lambda p: p.in_service.value),
            "budget": _summed(running, "yuan", lambda p: p.money.budget),
            "expected": _summed(running, "yuan", lambda p: p.money.expected),
            "paid": _summed(running, "yuan", lambda p: p.money.paid.value),
            "households": _summed(running, "households", lambda p: p.households),
        }


def _counted(projects: list[ProjectFigure]) -> Figure:
    return Figure(float(len(projects)), "count", "project", tuple(sorted(p.id for p in projects)))


def _summed(
    projects: list[ProjectFigure], unit: Unit, value: Callable[[ProjectFigure], float | None]
) -> Figure:
    """Only the projects that have the value are counted, so that the figure opens what it was added from."""
    found = [(p.id, number) for p in projects if (number := value(p))]
    return Figure(
        float(sum(number for _, number in found)), unit, "project", tuple(sorted(id for id, _ in found))
    )
