"""What wants attention in a project, each as a sentence with its amount and the objects it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from layers.renewal.period import Day
from layers.renewal.progress.forecast import held_up, overdue
from layers.renewal.progress.project_figure import Alarm, AlarmKind, ProjectFigure, Severity
from layers.renewal.progress.standing import of_meaning
from layers.renewal.settings import RenewalSettings
from layers.text import Message

_AFTER_START = frozenset({"laying", "pressure_test", "flush", "in_service", "old_retired", "finish"})


def alarms_of(project: ProjectFigure, settings: RenewalSettings, day: Day) -> ProjectFigure:
    """The project with its alarms. A suspended one is not late, a cancelled one has none."""
    if project.state == "cancelled":
        return project
    found = [*_in_time(project, settings, day)] if project.state == "open" else []
    found += [*_as_built(project, settings, day), *_money(project, settings), *_lengths(project, settings)]
    found += [*_beyond_plan(project, settings), *_finish_without_start(project), *_before_start(project)]
    return replace(project, alarms=tuple(found))


def _in_time(project: ProjectFigure, settings: RenewalSettings, day: Day) -> Iterator[Alarm]:
    if project.finished is not None:
        return
    missed = overdue(project.milestones)
    if missed:
        holding = held_up(project.milestones)
        first = max(holding or missed, key=lambda m: m.delay_days or 0)
        days = first.delay_days or 0
        text = Message("alarm.overdue", {"stage": first.stage.title, "days": days})
        ids = tuple(m.id for m in missed if m.id is not None)
        yield _alarm(project, "late", text, days, "error" if holding else "warning", "milestone", ids)
    elif project.delay_days is not None and project.delay_days > 0:
        days = project.delay_days
        text = Message("alarm.late", {"days": days, "finish": str(project.forecast_finish)})
        yield _alarm(project, "late", text, days)
    laying = of_meaning(project.milestones, "laying")
    if laying is None or laying.actual is not None or project.started is None:
        return
    quiet = (day - max(project.started, project.last_log or project.started)).days
    if quiet > settings.log_gap_days:
        yield _alarm(project, "no_log", Message("alarm.no_log", {"days": quiet}), quiet)


def _as_built(project: ProjectFigure, settings: RenewalSettings, day: Day) -> Iterator[Alarm]:
    """In service, but not so in the register: no as-built survey, or pipes that are still planned there."""
    running = of_meaning(project.milestones, "in_service", "finish")
    if running is None or running.actual is None:
        return
    days = (day - running.actual).days
    if days <= settings.as_built_days:
        return
    surveyed = of_meaning(project.milestones, "as_built")
    if surveyed is not None and surveyed.actual is None:
        text = Message("alarm.as_built_late", {"days": days, "limit": settings.as_built_days})
        ids = () if surveyed.id is None else (surveyed.id,)
        yield _alarm(project, "as_built_late", text, days, "warning", "milestone", ids)
        return
    left = tuple(sorted(set(project.pipes_in) - set(project.in_service.ids)))
    # One main added while another completed the project stays planned: a completed project is no excuse.
    if left and project.state in ("open", "completed"):
        text = Message("alarm.not_in_register", {"days": days, "pipes": len(left)})
        yield _alarm(project, "as_built_late", text, days, "warning", "pipe", left)


def _money(project: ProjectFigure, settings: RenewalSettings) -> Iterator[Alarm]:
    """What is agreed, paid or settled; priced items are a plan like the budget itself."""
    money = project.money
    spent = (
        max(money.contracts.value or 0.0, money.paid.value or 0.0) if money.settled is None else money.settled
    )
    if not money.budget or not spent:
        return
    over = spent - money.budget
    percent = over / money.budget * 100
    if over >= 1 and percent > settings.budget_overrun_percent:
        text = Message("alarm.over_budget", {"over": f"{over / 10_000:,.1f}", "percent": f"{percent:.1f}"})
        yield _alarm(project, "over_budget", text, over, "error")


def _lengths(project: ProjectFigure, settings: RenewalSettings) -> Iterator[Alarm]:
    lengths = project.lengths
    percent = lengths.difference_percent
    if percent is None or percent <= settings.length_difference_percent:
        return
    parts = {"geometry": lengths.geometry, "as_built": lengths.as_built, "settlement": lengths.settlement}
    said = [Message(f"alarm.length.{name}", {"metres": f"{m:,.1f}"}) for name, m in parts.items() if m]
    text = Message("alarm.lengths_differ", {"lengths": said, "percent": f"{percent:.1f}"})
    yield _alarm(project, "lengths_differ", text, percent)


def _beyond_plan(project: ProjectFigure, settings: RenewalSettings) -> Iterator[Alarm]:
    """More logged than planned: a slip of the pen, or a plan that is no longer true."""
    planned, laid = project.planned.value or 0.0, project.laid.value or 0.0
    if not planned or laid <= planned * (1 + settings.length_difference_percent / 100):
        return
    text = Message("alarm.laid_beyond_plan", {"laid": f"{laid:,.0f}", "planned": f"{planned:,.0f}"})
    yield _alarm(project, "laid_beyond_plan", text, laid - planned)


def _before_start(project: ProjectFigure) -> Iterator[Alarm]:
    """What cannot be before the work was begun, and is by its date; a reason given settles it."""
    start = of_meaning(project.milestones, "start")
    if start is None or start.actual is None:
        return
    for milestone in project.milestones:
        actual = milestone.actual
        if milestone.stage.means not in _AFTER_START or milestone.reason or actual is None:
            continue
        if actual < start.actual:
            text = Message("alarm.before_start", {
                "stage": milestone.stage.title, "day": str(actual),
                "start": start.stage.title, "start_day": str(start.actual),
            })  # fmt: skip
            ids = () if milestone.id is None else (milestone.id,)
            days = (start.actual - actual).days
            yield _alarm(project, "before_start", text, days, "warning", "milestone", ids)
            return


def _finish_without_start(project: ProjectFigure) -> Iterator[Alarm]:
    start = of_meaning(project.milestones, "start")
    finish = of_meaning(project.milestones, "finish", "in_service")
    if start is None or finish is None or finish.actual is None or start.actual is not None or finish.reason:
        return
    text = Message("alarm.finish_without_start", {"finish": finish.stage.title, "start": start.stage.title})
    ids = () if finish.id is None else (finish.id,)
    yield _alarm(project, "finish_without_start", text, 0.0, "warning", "milestone", ids)


def _alarm(
    project: ProjectFigure,
    kind: AlarmKind,
    text: Message,
    amount: float,
    severity: Severity = "warning",
    type: str = "project",
    ids: tuple[int, ...] = (),
) -> Alarm:
    """Without objects of its own it is about the project."""
    return Alarm(kind, text, severity, float(amount), type if ids else "project", ids or (project.id,))
